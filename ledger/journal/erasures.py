"""Erasing a person's values: proposed, approved or refused by a second person, carried out, recorded (1.5, R09, R13).

All erasures of a school are entries of one stream, `erasure/<id of the school>`: who opens the vault reads it whole
before anything else, so that a key that was destroyed does not come back from an older copy (`api.erasing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import ApproveErasure, ProposeErasure, RecordErasure, RefuseErasure
from ledger.journal.context import Context
from ledger.journal.erasure_events import ErasureApproved, ErasureProposed, ErasureRefused, PersonalDataErased
from ledger.journal.facts import people_of
from ledger.journal.people import Person
from ledger.journal.prints import Prints
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.retention import Schedule, check_no_hold, due_day, last_days
from ledger.journal.vocabulary import ERASABLE, ERASURE_GROUNDS
from ledger.wire.entry import format_at

SHEETS_MAX: Final = 9_000
"""Printed forms whose keys go with one erasure."""
DISCLOSURES_MAX: Final = 1_000_000


class Proposal(NamedTuple):
    """An erasure that was proposed, by whom and for whom; indexes of what became of it, None while nothing did."""

    entry: int
    by: frozenset[str]
    event: ErasureProposed
    approved: int | None = None
    refused: int | None = None
    erased: int | None = None
    sheets: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.approved is None and self.refused is None


class Erasures(Aggregate, frozen=True, kw_only=True):
    """The erasures of a school by id, and what is gone: person and retention class -> index of the entry."""

    proposals: Mapping[str, Proposal]
    erased: Mapping[tuple[str, str], int]
    sheets: frozenset[int] = frozenset()


def evolve_erasures(state: Erasures | None, events: Iterable[Recorded]) -> Erasures | None:
    """Apply events of the stream of erasures."""
    proposals = dict(state.proposals) if state else {}
    erased = dict(state.erased) if state else {}
    sheets = set(state.sheets) if state else set()
    for event in events:
        data = event.data
        if type(data) is ErasureProposed:
            proposals[data.erasure] = Proposal(event.index, people_of(event.actor), data)
        elif type(data) is ErasureApproved:
            proposals[data.erasure] = proposals[data.erasure]._replace(approved=event.index)
        elif type(data) is ErasureRefused:
            proposals[data.erasure] = proposals[data.erasure]._replace(refused=event.index)
        elif type(data) is PersonalDataErased:
            gone = tuple(data.numbers())
            proposals[data.erasure] = proposals[data.erasure]._replace(erased=event.index, sheets=gone)
            erased |= {(data.person, retention): event.index for retention in data.retention}
            sheets |= {*gone}
        else:
            raise TypeError(f"{type(data).__name__} is nothing about erasures")
        state = Erasures(
            stream=event.originator_id,
            version=event.originator_version,
            proposals=proposals,
            erased=erased,
            sheets=frozenset(sheets),
        )
    return state


def propose_erasure(command: ProposeErasure, context: Context) -> list[Planned]:
    """Propose that values of a person be erased, where the ground allows it and no hold stands (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_id(command.erasure, "erasure")
    rules.check_code(command.ground, ERASURE_GROUNDS, "ground")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    if not command.retention:
        raise Refused("nothing_to_erase", "at least one retention class", clause=LOG, where="retention")
    for position, retention in enumerate(command.retention):
        rules.check_code(retention, ERASABLE, f"retention[{position}]")
    rules.check_distinct(command.retention, "retention", "class")
    stream, known = _erasures(context)
    if known is not None and command.erasure in known.proposals:
        raise Refused("erasure_exists", "an erasure with this id exists already", clause=LOG, where="erasure")
    event = ErasureProposed(
        erasure=command.erasure,
        person=command.person,
        retention=tuple(sorted(command.retention)),
        ground=command.ground,
        basis=command.basis,
        counted_from=command.counted_from,
    )
    context.settled(Person, "person", command.person, "person")
    for retention in event.retention:
        if known is not None and (event.person, retention) in known.erased:
            raise Refused("erased_already", "these values are erased already", clause=LOG, where="retention")
    for other in known.proposals.values() if known is not None else ():
        waits = other.refused is None and other.erased is None
        if waits and other.event.person == event.person and {*other.event.retention} & {*event.retention}:
            raise Refused("erasure_waits", "an erasure of these values waits already", clause=LOG, where="retention")
    check_no_hold(event.person, context)
    check_ground(event, context)
    return [Planned(stream, known.version + 1 if known else 1, event)]


def approve_erasure(command: ApproveErasure, context: Context) -> list[Planned]:
    """Approve an erasure: a second person, where the ground still allows it and no hold stands (1.5)."""
    known, proposal = _waiting(command, context)
    check_no_hold(proposal.event.person, context)
    check_ground(proposal.event, context)
    event = ErasureApproved(erasure=command.erasure, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def refuse_erasure(command: RefuseErasure, context: Context) -> list[Planned]:
    """Refuse an erasure: a second person (1.5)."""
    known, _ = _waiting(command, context)
    event = ErasureRefused(erasure=command.erasure, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def record_erasure(command: RecordErasure, context: Context) -> list[Planned]:
    """Record that an approved erasure was carried out, once, while no hold stands (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    known, proposal = find_proposal(command.erasure, context)
    if proposal.approved is None:
        raise Refused("not_approved", "this erasure is not approved", clause="1.5", where="erasure")
    if proposal.erased is not None:
        raise Refused("erased_already", "these values are erased already", clause=LOG, where="erasure")
    check_no_hold(proposal.event.person, context)
    rules.check_integer(command.disclosures, 0, DISCLOSURES_MAX, "disclosures")
    approved_at = format_at(context.books.recorded_at(proposal.approved))
    # The entry's `at` is the later of the clock and the entry before.
    latest = max(context.now, context.books.recorded_at(context.books.size - 1))
    if not approved_at <= command.destroyed_at <= format_at(latest):
        raise Refused(
            "destroyed_when_not_approved", "it is after the approval, and not to come", clause=LOG, where="destroyed_at"
        )
    _check_sheets(command.sheets, command.sheets_to, context)
    event = PersonalDataErased(
        erasure=command.erasure,
        person=proposal.event.person,
        retention=proposal.event.retention,
        disclosures=command.disclosures,
        destroyed_at=command.destroyed_at,
        sheets=tuple(sorted(command.sheets)),
        sheets_to=command.sheets_to,
    )
    return [Planned(known.stream, known.version + 1, event)]


def check_not_erased(person: str, context: Context) -> None:
    """Refuse new values of a person whose values were erased (1.5)."""
    _, known = _erasures(context)
    if known is not None and (person, "person") in known.erased:
        raise Refused("person_erased", "this person's values were erased: none is kept again", clause="1.5")


def check_ground(event: ErasureProposed, context: Context) -> None:
    """Refuse what the schedule does not let go yet (1.5; 152-ФЗ, Art. 21).

    What was processed against the law goes at once. Else what a law keeps stays until its years are over, whoever asks;
    what only a consent allowed goes when it is withdrawn.
    """
    today = context.today
    if event.ground == "unlawful" and event.counted_from is not None:
        raise Refused("counted_from_nothing", "this ground counts from no day", clause=LOG, where="counted_from")
    if event.counted_from is not None:
        rules.check_past_day(event.counted_from, context.now, context.books.zone, "counted_from")
    if event.ground == "unlawful":
        return
    person = context.settled(Person, "person", event.person, "person")
    schedule = context.find_if_any(Schedule, f"retention/{context.books.school}")
    for retention in event.retention:
        row = schedule.row_on(today, retention, person.kind) if schedule is not None else None
        if row is None:
            raise Refused(
                "no_retention_schedule",
                "no retention schedule is in force that speaks of these values",
                clause=LOCAL_ACT,
                where="retention",
            )
        if event.ground != "expiry" and row.kept_by == "consent":
            continue
        if event.counted_from is None or today < due_day(event.counted_from, row.years):
            raise _not_yet(event.ground)
        if row.counted_from == "document":
            continue
        known = last_days(person, today, context)
        if known.is_here:
            raise Refused("still_at_school", "this person is at the school", clause="1.5", where="person")
        last = known.left if row.counted_from == "left" else known.year_end
        if last is not None and event.counted_from < last:
            raise Refused(
                "counted_too_early", "it is counted from a later day than this", clause="1.5", where="counted_from"
            )


def _not_yet(ground: str) -> Refused:
    if ground == "expiry":
        return Refused("not_due", "by the retention schedule it is not due yet", clause="1.5", where="counted_from")
    return Refused(
        "kept_by_law",
        "a law keeps these values until their term ends, whoever asks",
        clause="1.5",
        where="ground",
    )


def find_proposal(erasure: str, context: Context) -> tuple[Erasures, Proposal]:
    """Return the stream of erasures and one of them.

    Raises:
        Refused: there is none of this id.
    """
    rules.check_id(erasure, "erasure")
    _, known = _erasures(context)
    if known is None or erasure not in known.proposals:
        raise Refused("unknown_erasure", "there is no {kind} with this id", clause=LOG, where="erasure", kind="erasure")
    return known, known.proposals[erasure]


def _waiting(command: ApproveErasure | RefuseErasure, context: Context) -> tuple[Erasures, Proposal]:
    """Return a proposal that waits for an answer, if this actor may give it: another than who proposed it."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known, proposal = find_proposal(command.erasure, context)
    if not proposal.is_open:
        raise Refused("erasure_answered", "this erasure was answered already", clause=LOG, where="erasure")
    if not people_of(context.actor).isdisjoint(proposal.by):
        raise Refused("second_person_needed", "who proposed it may not answer", clause="1.5", where="actor.id")
    return known, proposal


def _check_sheets(sheets: tuple[int, ...], sheets_to: int | None, context: Context) -> None:
    """Judge the numbers of printed forms: of the register, each once, or the last of all."""
    register = context.find_if_any(Prints, f"prints/{context.books.school}")
    last = len(register.issued) if register is not None else 0
    if len(sheets) > SHEETS_MAX:
        raise Refused(
            "too_many_sheets", "at most {sheets_max} sheets", clause=LOG, where="sheets", sheets_max=SHEETS_MAX
        )
    if sheets_to is not None:
        rules.check_integer(sheets_to, 1, last, "sheets_to")
        if sheets:
            raise Refused("wrong_terms", "numbers of forms, or the last of all", clause=LOG, where="sheets_to")
    for position, number in enumerate(sheets):
        rules.check_integer(number, 1, last, f"sheets[{position}]")
    rules.check_distinct(sheets, "sheets", "number")


def _erasures(context: Context) -> tuple[str, Erasures | None]:
    stream = f"erasure/{context.books.school}"
    return stream, context.find_if_any(Erasures, stream)
