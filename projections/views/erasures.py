"""Keeping and erasing personal values: schedules, legal holds, erasures and what became of them (1.5, R09, R13)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from ledger.journal.erasure_events import (
    ErasureApproved,
    ErasureProposed,
    ErasureRefused,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonalDataErased,
    RetentionRow,
    RetentionScheduleAdopted,
)
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, command_of, listed, resolve, stands
from projections.rows import OPEN, Operations, Table


class RetentionScheduleRow(NamedTuple):
    """A schedule; `rows` as the entry has them, JSON."""

    entry: int
    effective_from: str
    basis: str
    rows: str
    to_position: int = OPEN


class HoldRow(NamedTuple):
    """A legal hold was placed."""

    entry: int
    hold: str
    whose: str
    basis: str
    person: str | None
    class_group: str | None
    to_position: int = OPEN


class HoldLiftRow(NamedTuple):
    """A legal hold was lifted."""

    entry: int
    hold: str
    basis: str
    to_position: int = OPEN


class ErasureRow(NamedTuple):
    """An erasure was proposed; `retention`: its classes, a space between."""

    entry: int
    erasure: str
    person: str
    retention: str
    ground: str
    basis: str
    counted_from: str | None
    to_position: int = OPEN


class ErasureAnswerRow(NamedTuple):
    """A second person approved it (1) or refused it (0)."""

    entry: int
    erasure: str
    approved: int
    basis: str
    to_position: int = OPEN


class ErasedRow(NamedTuple):
    """The values are gone; `sheets`: numbers of the printed forms whose keys went too, with commas, or ``1–<last>``."""

    entry: int
    erasure: str
    person: str
    retention: str
    disclosures: int
    destroyed_at: str
    sheets: str
    to_position: int = OPEN


SCHEDULES: Final = Table("retention_schedules", RetentionScheduleRow)
HOLDS: Final = Table("legal_holds", HoldRow)
LIFTS: Final = Table("legal_hold_lifts", HoldLiftRow)
ERASURES: Final = Table("erasures", ErasureRow)
ANSWERS: Final = Table("erasure_answers", ErasureAnswerRow)
ERASED: Final = Table("erased", ErasedRow, (("person",),))


def _schedule(event: RetentionScheduleAdopted, entry: Entry) -> Operations:
    rows = msgspec.json.encode(event.rows).decode()
    return (RetentionScheduleRow(entry.index, event.effective_from, event.basis, rows),)


def _placed(event: LegalHoldPlaced, entry: Entry) -> Operations:
    return (HoldRow(entry.index, event.hold, event.whose, event.basis, event.person, event.class_group),)


def _lifted(event: LegalHoldLifted, entry: Entry) -> Operations:
    return (HoldLiftRow(entry.index, event.hold, event.basis),)


def _proposed(event: ErasureProposed, entry: Entry) -> Operations:
    retention = " ".join(event.retention)
    row = ErasureRow(entry.index, event.erasure, event.person, retention, event.ground, event.basis, event.counted_from)
    return (row,)


def _approved(event: ErasureApproved, entry: Entry) -> Operations:
    return (ErasureAnswerRow(entry.index, event.erasure, 1, event.basis),)


def _refused(event: ErasureRefused, entry: Entry) -> Operations:
    return (ErasureAnswerRow(entry.index, event.erasure, 0, event.basis),)


def _erased(event: PersonalDataErased, entry: Entry) -> Operations:
    row = ErasedRow(
        entry.index,
        event.erasure,
        event.person,
        " ".join(event.retention),
        event.disclosures,
        event.destroyed_at,
        ", ".join(map(str, event.sheets)) if event.sheets_to is None else f"1–{event.sheets_to}",
    )
    return (row,)


VIEW: Final = View(
    (SCHEDULES, HOLDS, LIFTS, ERASURES, ANSWERS, ERASED),
    {
        RetentionScheduleAdopted: _schedule,
        LegalHoldPlaced: _placed,
        LegalHoldLifted: _lifted,
        ErasureProposed: _proposed,
        ErasureApproved: _approved,
        ErasureRefused: _refused,
        PersonalDataErased: _erased,
    },
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A retention schedule, in force from a day on until the next one's."""

    entry: int
    at: str
    actor: str
    effective_from: str
    basis: str
    rows: tuple[RetentionRow, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold; `lifted_entry`, `lifted_at`, `lifted_by`, `lifted_basis`: None while it stands."""

    entry: int
    at: str
    actor: str
    hold: str
    whose: str
    basis: str
    person: str | None
    class_group: str | None
    lifted_entry: int | None
    lifted_at: str | None
    lifted_by: str | None
    lifted_basis: str | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure and what became of it: answered, carried out; None while it was not.

    Attributes:
        entry, at, actor: who proposed it and when.
        retention: classes, a space between.
        approved: the answer; None while it waits.
        sheets: numbers of printed forms whose keys went too, a comma between, or ``1–`` and the last.
    """

    entry: int
    at: str
    actor: str
    erasure: str
    person: str
    retention: str
    ground: str
    basis: str
    counted_from: str | None
    answered_entry: int | None
    answered_at: str | None
    answered_by: str | None
    approved: bool | None
    answer_basis: str | None
    erased_entry: int | None
    erased_at: str | None
    erased_by: str | None
    disclosures: int | None
    destroyed_at: str | None
    sheets: str | None


def retention_schedules(views: Reader, *, at: AsOf = None) -> Answer[Schedule]:
    """All schedules, in the order in which they came.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    sql = f"""SELECT t.entry, m.at, m.actor, t.effective_from, t.basis, t.rows
        FROM {{retention_schedules}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry"""
    rows = views.select(sql, {"at": position})
    found = (Schedule(*[*row[:-1], msgspec.json.decode(row[-1], type=tuple[RetentionRow, ...])]) for row in rows)
    return Answer(position, tuple(found))


def legal_holds(views: Reader, *, at: AsOf = None) -> Answer[Hold]:
    """All holds with what lifted them, in the order in which they came.

    Raises:
        NotYetProjected: as `retention_schedules`.
    """
    position = resolve(views, at)
    sql = f"""SELECT t.entry, m.at, m.actor, t.hold, t.whose, t.basis, t.person, t.class_group,
          l.entry, n.at, n.actor, l.basis
        FROM {{legal_holds}} t {command_join("t.entry")}
        LEFT JOIN {{legal_hold_lifts}} l ON l.hold = t.hold AND l.entry < :at
        LEFT JOIN {{commands}} n ON n.entry = {command_of("l.entry")}
        WHERE {stands("t")} ORDER BY t.entry"""
    return Answer(position, tuple(Hold(*row) for row in views.select(sql, {"at": position})))


def erasures(views: Reader, *, person: str | None = None, at: AsOf = None) -> Answer[Erasure]:
    """All erasures, or those of one person, in the order in which they were proposed.

    Raises:
        NotYetProjected: as `retention_schedules`.
    """
    position = resolve(views, at)
    parameters: dict[str, object] = {"at": position}
    condition = ""
    if person is not None:
        parameters["person"], condition = person, " AND t.person = :person"
    sql = f"""SELECT t.entry, m.at, m.actor, t.erasure, t.person, t.retention, t.ground, t.basis, t.counted_from,
          a.entry, n.at, n.actor, a.approved, a.basis, e.entry, o.at, o.actor, e.disclosures, e.destroyed_at, e.sheets
        FROM {{erasures}} t {command_join("t.entry")}
        LEFT JOIN {{erasure_answers}} a ON a.erasure = t.erasure AND a.entry < :at
        LEFT JOIN {{commands}} n ON n.entry = {command_of("a.entry")}
        LEFT JOIN {{erased}} e ON e.erasure = t.erasure AND e.entry < :at
        LEFT JOIN {{commands}} o ON o.entry = {command_of("e.entry")}
        WHERE {stands("t")}{condition} ORDER BY t.entry"""
    rows = views.select(sql, parameters)
    return Answer(position, tuple(Erasure(*[*row[:12], _flag(row[12]), *row[13:]]) for row in rows))


def erased_people(views: Reader, *, people: Collection[str] | None = None, at: AsOf = None) -> frozenset[str]:
    """Whose own values (class ``person``) were erased, of all or of these people.

    Raises:
        NotYetProjected: as `retention_schedules`.
    """
    position = resolve(views, at)
    sql = f"SELECT t.person, t.retention FROM {{erased}} t WHERE {stands('t')}"
    if people is None:
        rows = views.select(sql, {"at": position})
    else:
        parts = [(f"{sql} AND t.person IN {names}", parameters) for names, parameters in listed(people)]
        rows = [row for part, parameters in parts for row in views.select(part, {"at": position, **parameters})]
    return frozenset(person for person, retention in rows if "person" in retention.split())


@dataclass(frozen=True, slots=True)
class ErasureAction:
    """An entry of the family, or a row of a schedule; what another action has is empty (`exports.erasure_tables`)."""

    entry: int
    at: str
    actor: str
    action: str
    matter: str = ""
    effective_from: str = ""
    whose: str = ""
    retention: str = ""
    ground: str = ""
    counted_from: str = ""
    years: int | None = None
    disclosures: int | None = None
    sheets: str = ""
    destroyed_at: str = ""
    basis: str = ""


def erasure_actions(views: Reader, position: int) -> list[ErasureAction]:
    """Every entry of the family before a position, in its order; of a schedule its rows."""
    found = [
        ErasureAction(
            *(one.entry, one.at, one.actor, "term"),
            effective_from=one.effective_from,
            whose=row.kind or "",
            retention=row.retention,
            ground=row.kept_by,
            counted_from=row.counted_from,
            years=row.years,
            basis=row.citation,
        )
        for one in retention_schedules(views, at=position).rows
        for row in one.rows
    ]
    for hold in legal_holds(views, at=position).rows:
        whose = hold.person or hold.class_group or "all"
        found.append(ErasureAction(hold.entry, hold.at, hold.actor, "held", hold.hold, whose=whose, basis=hold.basis))
        if hold.lifted_entry is not None:
            head = (hold.lifted_entry, hold.lifted_at or "", hold.lifted_by or "")
            found.append(ErasureAction(*head, "lifted", hold.hold, basis=hold.lifted_basis or ""))
    for one_ in erasures(views, at=position).rows:
        found += _actions_of(one_)
    return sorted(found, key=lambda action: action.entry)


def _actions_of(one: Erasure) -> list[ErasureAction]:
    proposed = ErasureAction(
        *(one.entry, one.at, one.actor, "proposed", one.erasure),
        whose=one.person,
        retention=one.retention,
        ground=one.ground,
        counted_from=one.counted_from or "",
        basis=one.basis,
    )
    found = [proposed]
    if one.answered_entry is not None:
        head = (one.answered_entry, one.answered_at or "", one.answered_by or "")
        action = "approved" if one.approved else "refused"
        found.append(ErasureAction(*head, action, one.erasure, basis=one.answer_basis or ""))
    if one.erased_entry is not None:
        head = (one.erased_entry, one.erased_at or "", one.erased_by or "")
        done = ErasureAction(
            *head,
            *("erased", one.erasure),
            whose=one.person,
            retention=one.retention,
            disclosures=one.disclosures,
            sheets=one.sheets or "",
            destroyed_at=one.destroyed_at or "",
        )
        found.append(done)
    return found


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
