"""How long personal values are kept, and what stops erasing: the retention schedule and legal holds (1.5, R09, R39).

All schedules of a school are entries of one stream, `retention/<id of the school>`, and all holds of `hold/<the same>`:
whoever approves or records an erasure reads both, so none is missed that came meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AdoptRetentionSchedule, LiftLegalHold, PlaceLegalHold
from ledger.journal.context import Context
from ledger.journal.duties import Duties
from ledger.journal.erasure_events import LegalHoldLifted, LegalHoldPlaced, RetentionRow, RetentionScheduleAdopted
from ledger.journal.in_force import Dated, evolve_dated, follow
from ledger.journal.people import Person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.vocabulary import COUNTED_FROM, HOLD_SCOPES, KEPT_BY, PERSON_KINDS, RETENTION_CLASSES
from ledger.journal.year import SchoolYear

YEARS_MAX: Final = 99
ROWS_MAX: Final = 50


class Schedule(Dated[RetentionScheduleAdopted], frozen=True, kw_only=True):
    """The retention schedules of a school, in the order of their adoption, which is that of their days."""

    def row_on(self, day: str, retention: str, kind: str) -> RetentionRow | None:
        """Return what is said on a day of values of this class: of persons of this kind before what is said of all."""
        version = self.on(day)
        rows = version.event.rows if version else ()
        return find_row(rows, retention, kind)


class Holds(Aggregate, frozen=True, kw_only=True):
    """The legal holds of a school by id, those that stand; `placed` has the ids of all."""

    standing: Mapping[str, LegalHoldPlaced]
    placed: frozenset[str]


class LastDays(NamedTuple):
    """What the log knows of when a person was last at the school; None where it knows nothing.

    `is_here`: a stay or a duty has no end yet. `left`: the last day of all stays or duties. `year_end`: the last day of
    the last school year in which there was a stay; of who has no stays, as `left`.
    """

    is_here: bool
    left: str | None
    year_end: str | None


def find_row(rows: Iterable[RetentionRow], retention: str, kind: str) -> RetentionRow | None:
    """Return the row of a class for persons of a kind, or else the one for all."""
    found = {row.kind: row for row in rows if row.retention == retention}
    return found.get(kind) or found.get(None)  # type: ignore[call-overload]


def due_day(counted_from: str, years: int) -> str:
    """Return the first day on which values may be erased: the day after so many whole years are over."""
    day = date.fromisoformat(counted_from)
    try:
        last = day.replace(year=day.year + years)
    except ValueError:  # 29 February of a leap year
        last = day.replace(year=day.year + years, day=28)
    return (last + timedelta(days=1)).isoformat()


def evolve_schedule(state: Schedule | None, events: Iterable[Recorded]) -> Schedule | None:
    """Apply events of the stream of schedules."""
    return evolve_dated(Schedule, "effective_from", RetentionScheduleAdopted, state, events)


def evolve_holds(state: Holds | None, events: Iterable[Recorded]) -> Holds | None:
    """Apply events of the stream of holds."""
    standing = dict(state.standing) if state else {}
    placed = set(state.placed) if state else set()
    for event in events:
        data = event.data
        if type(data) is LegalHoldPlaced:
            standing[data.hold] = data
            placed.add(data.hold)
        elif type(data) is LegalHoldLifted:
            standing.pop(data.hold, None)
        else:
            raise TypeError(f"{type(data).__name__} is nothing about holds")
        state = Holds(
            stream=event.originator_id, version=event.originator_version, standing=standing, placed=frozenset(placed)
        )
    return state


def adopt_retention_schedule(command: AdoptRetentionSchedule, context: Context) -> list[Planned]:
    """Adopt how long values are kept: from a day on, never before an earlier schedule's (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_date(command.effective_from, "effective_from")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    _check_rows(command.rows)
    event = RetentionScheduleAdopted(
        effective_from=command.effective_from, basis=command.basis, rows=tuple(sorted(command.rows, key=_order))
    )
    return follow(
        Schedule,
        f"retention/{context.books.school}",
        event.effective_from,
        event,
        context,
        earlier=Refused(
            "schedule_not_later",
            "a retention schedule takes effect on the day of the one before it, or later",
            clause="1.5",
            where="effective_from",
        ),
        same=Refused("same_schedule", "this retention schedule is recorded already", clause="1.5"),
    )


def place_legal_hold(command: PlaceLegalHold, context: Context) -> list[Planned]:
    """Place a hold: of all, of one person, or of everybody who was ever in a class (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_id(command.hold, "hold")
    rules.check_code(command.whose, HOLD_SCOPES, "whose")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    if (command.person is not None, command.class_group is not None) != (
        *(command.whose == "person", command.whose == "class"),
    ):
        raise Refused("wrong_hold_scope", "a hold names whom it is of, and nobody else", clause=LOG, where="whose")
    if command.person is not None:
        context.settled(Person, "person", command.person, "person")
    if command.class_group is not None:
        context.settled(ClassGroup, "class", command.class_group, "class_group")
    stream = f"hold/{context.books.school}"
    known = context.find_if_any(Holds, stream)
    if known is not None and command.hold in known.placed:
        raise Refused("hold_exists", "a hold with this id exists already", clause=LOG, where="hold")
    event = LegalHoldPlaced(
        hold=command.hold,
        whose=command.whose,
        basis=command.basis,
        person=command.person,
        class_group=command.class_group,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def lift_legal_hold(command: LiftLegalHold, context: Context) -> list[Planned]:
    """Lift a hold that stands (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_id(command.hold, "hold")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known = context.find_if_any(Holds, f"hold/{context.books.school}")
    if known is None or command.hold not in known.standing:
        raise Refused("unknown_hold", "no hold with this id stands", clause=LOG, where="hold")
    return [Planned(known.stream, known.version + 1, LegalHoldLifted(hold=command.hold, basis=command.basis))]


def check_no_hold(person: str, context: Context) -> None:
    """Refuse to erase anything of a person of whom a legal hold stands (1.5)."""
    known = context.find_if_any(Holds, f"hold/{context.books.school}")
    for hold in known.standing.values() if known is not None else ():
        if is_held(hold, person, context):
            raise Refused("hold_stands", "a legal hold stands: nothing is erased until it is lifted", clause="1.5")


def is_held(hold: LegalHoldPlaced, person: str, context: Context) -> bool:
    """Tell whether a hold is of a person."""
    if hold.class_group is not None:
        return person in context.settled(ClassGroup, "class", hold.class_group, "class_group").roster
    return hold.person in (None, person)


def last_days(person: Person, today: str, context: Context) -> LastDays:
    """Return when the log last knows a person at the school: students by their stays, others by their duties."""
    if person.kind != "student":
        return _last_duties(person.id, context)
    left, year_ends, is_here = [], [], False
    for stream in context.books.classes():
        group = context.books.find(stream)
        stay = group.last_stay(person.id) if isinstance(group, ClassGroup) else None
        if not isinstance(group, ClassGroup) or stay is None:
            continue
        context.reads[stream] = group.version
        year = context.settled(SchoolYear, "year", group.year, "person")
        year_ends.append(year.ends_on)
        left.append(stay.ends_on or year.ends_on)
        is_here = is_here or (stay.ends_on is None and year.ends_on >= today)
    return LastDays(is_here, max(left, default=None), max(year_ends, default=None))


def _last_duties(person: str, context: Context) -> LastDays:
    known = context.find_if_any(Duties, f"duty/{context.books.school}")
    spans = [span for (who, _), held in known.held.items() if who == person for span in held] if known else []
    last = max((span.ends_on for span in spans if span.ends_on is not None), default=None)
    return LastDays(any(span.ends_on is None for span in spans), last, last)


def _check_rows(rows: tuple[RetentionRow, ...]) -> None:
    """Judge every row, and that none says again what another says."""
    if not 1 <= len(rows) <= ROWS_MAX:
        raise Refused("row_count", "from 1 to {rows_max} rows", clause=LOG, where="rows", rows_max=ROWS_MAX)
    for position, row in enumerate(rows):
        where = f"rows[{position}]"
        rules.check_code(row.retention, RETENTION_CLASSES, f"{where}.retention")
        rules.check_integer(row.years, 0, YEARS_MAX, f"{where}.years")
        rules.check_code(row.counted_from, COUNTED_FROM, f"{where}.counted_from")
        rules.check_code(row.kept_by, KEPT_BY, f"{where}.kept_by")
        rules.check_line(row.citation, rules.TITLE_LENGTH_MAX, f"{where}.citation")
        if row.kind is not None:
            rules.check_code(row.kind, PERSON_KINDS, f"{where}.kind")
    rules.check_distinct([(row.retention, row.kind) for row in rows], "rows", "retention")


def _order(row: RetentionRow) -> tuple[str, str]:
    return row.retention, row.kind or ""
