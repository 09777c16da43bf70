"""Blocked personal values: who asked, until when it is to be decided, and how it ended (1.5, R09; 152-ФЗ, Art. 21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from ledger.journal.blocking_events import PersonalDataBlocked, PersonalDataUnblocked
from ledger.journal.working_days import last_day
from ledger.wire.entry import parse_at
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, command_of, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.erasures import erasures
from projections.views.lookups import school_zone

Verdict: TypeAlias = Literal["pending", "missing", "on_time", "late"]
NAME_PARTS: Final = frozenset({"family_name", "given_name", "patronymic"})
TERMS_DAYS: Final = {"inaccurate": 7, "unlawful": 10}
"""Working days from the request: to correct values (152-ФЗ, Art. 21, part 2), or to destroy them (part 3)."""


class BlockRow(NamedTuple):
    """Values were blocked; `fields`: names with a space between, empty: all."""

    entry: int
    block: str
    person: str
    fields: str
    ground: str
    requested_by: str
    applicant: str | None
    received_on: str
    basis: str
    to_position: int = OPEN


class UnblockRow(NamedTuple):
    """A block was ended."""

    entry: int
    block: str
    outcome: str
    change: int | None
    basis: str
    to_position: int = OPEN


BLOCKS: Final = Table("data_blocks", BlockRow, (("person",),))
UNBLOCKS: Final = Table("data_unblocks", UnblockRow)


def _blocked(event: PersonalDataBlocked, entry: Entry) -> Operations:
    asked = (event.ground, event.requested_by, event.applicant, event.received_on, event.basis)
    return (BlockRow(entry.index, event.block, event.person, " ".join(event.fields), *asked),)


def _unblocked(event: PersonalDataUnblocked, entry: Entry) -> Operations:
    return (UnblockRow(entry.index, event.block, event.outcome, event.change, event.basis),)


VIEW: Final = View((BLOCKS, UNBLOCKS), {PersonalDataBlocked: _blocked, PersonalDataUnblocked: _unblocked})


@dataclass(frozen=True, slots=True)
class Blocked:
    """A block and what became of it.

    Attributes:
        entry, at, actor: who blocked and when.
        fields: names with a space between; empty: all that is kept of the person.
        due_on: last day, by the school's calendar date, on which it is to be decided.
        verdict: ``pending`` or ``missing`` while it stands, else ``on_time`` or ``late``.
        ended_entry, ended_at, ended_by, outcome, change, end_basis: None while it stands; the outcome ``erased`` is an
            erasure's.
    """

    entry: int
    at: str
    actor: str
    block: str
    person: str
    fields: str
    ground: str
    requested_by: str
    applicant: str | None
    received_on: str
    basis: str
    due_on: str
    verdict: Verdict
    ended_entry: int | None
    ended_at: str | None
    ended_by: str | None
    outcome: str | None
    change: int | None
    end_basis: str | None

    @property
    def hides_the_name(self) -> bool:
        """Whether a part of the name is among what is blocked."""
        return not self.fields or bool(NAME_PARTS & {*self.fields.split()})


def blocks(
    views: Reader, *, person: str | None = None, at: AsOf = None, now: datetime | None = None
) -> Answer[Blocked]:
    """All blocks, or those of one person, in the order in which they came; verdicts as of `now`.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    parameters: dict[str, object] = {"at": position}
    condition = ""
    if person is not None:
        parameters["person"], condition = person, " AND t.person = :person"
    sql = f"""SELECT t.entry, m.at, m.actor, t.block, t.person, t.fields, t.ground, t.requested_by, t.applicant,
          t.received_on, t.basis, u.entry, n.at, n.actor, u.outcome, u.change, u.basis
        FROM {{data_blocks}} t {command_join("t.entry")}
        LEFT JOIN {{data_unblocks}} u ON u.block = t.block AND u.entry < :at
        LEFT JOIN {{commands}} n ON n.entry = {command_of("u.entry")}
        WHERE {stands("t")}{condition} ORDER BY t.entry"""
    rows = views.select(sql, parameters)
    if not rows:
        return Answer(position, ())
    zone = school_zone(views, at=position)
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    gone = {
        one.person: (one.erased_entry, one.erased_at, one.erased_by, "erased", None, one.answer_basis)
        for one in erasures(views, person=person, at=position).rows
        if one.erased_entry is not None and "person" in one.retention.split()
    }
    found = []
    for row in rows:
        end = row[11:] if row[11] is not None else gone.get(row[4], row[11:])
        due = last_day(date.fromisoformat(row[9]), TERMS_DAYS[row[6]])
        ended_on = None if end[1] is None else parse_at(end[1]).astimezone(zone).date()
        found.append(Blocked(*[*row[:11], due.isoformat(), _verdict(due, ended_on, today), *end]))
    return Answer(position, tuple(found))


def blocked_names(views: Reader, *, at: int | None = None) -> frozenset[str]:
    """Of whom a part of the name is blocked as of the views' last position, or was at `at`.

    Raises:
        NotYetProjected: as `blocks`.
    """
    positions = (None,) if at is None else (None, at)
    rows = [one for position in positions for one in blocks(views, at=position).rows]
    return frozenset(one.person for one in rows if one.ended_entry is None and one.hides_the_name)


def _verdict(due: date, ended_on: date | None, today: date) -> Verdict:
    if ended_on is None:
        return "pending" if today <= due else "missing"
    return "on_time" if ended_on <= due else "late"


@dataclass(frozen=True, slots=True)
class BlockAction:
    """An entry of the family; what the other action has is empty (`exports.blocking_tables`)."""

    entry: int
    at: str
    actor: str
    block: str
    person: str
    basis: str
    fields: str | None = None
    ground: str = ""
    requested_by: str = ""
    applicant: str = ""
    received_on: str = ""
    outcome: str = ""
    change: int | None = None


def block_actions(views: Reader, position: int) -> list[BlockAction]:
    """Every entry of the family before a position, in its order; `fields` is None where it ended a block."""
    found = []
    for one in blocks(views, at=position).rows:
        asked = (one.ground, one.requested_by, one.applicant or "", one.received_on)
        head = (one.entry, one.at, one.actor, one.block, one.person, one.basis)
        found.append(BlockAction(*head, one.fields, *asked))
        if one.ended_entry is not None and one.outcome != "erased":
            head = (one.ended_entry, one.ended_at or "", one.ended_by or "", one.block, one.person, one.end_basis or "")
            found.append(BlockAction(*head, outcome=one.outcome or "", change=one.change))
    return sorted(found, key=lambda action: action.entry)
