"""What a verdict is, and how a term and a moment of recording make one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal, NamedTuple

from ledger.journal.deadlines.days import DAY, DaysOff, deciding_entries, end_of_day, last_day, named_day
from ledger.journal.events import RegulationParameters
from ledger.journal.vocabulary import ExcuseReason

Rule = Literal[
    "lesson",
    "attendance",
    "homework",
    "oral_mark",
    "written_mark",
    "written_work",
    "result",
    "notice",
    "refresh",
]
Status = Literal["on_time", "late", "missing", "pending", "exempt", "no_regulation"]
Exemption = Literal["planned_homework", "absent", "nobody_wrote", "cancelled"]
Reading = Literal[
    "due_next_day",
    "last_lesson_end_unknown",
    "recorded_lessons_alone",
    "planned_too_late",
    "absence_added",
    "no_oral_marks",
    "made_up",
    "several_days",
]

CLAUSES: Final[dict[Rule, str]] = {
    "lesson": "2.1, 2.2.1, 2.4.2",
    "attendance": "2.1, 2.2.4, 2.4.2",
    "homework": "2.2.2, 2.4.2",
    "oral_mark": "2.2.4, 2.4.2",
    "written_mark": "2.2.4",
    "written_work": "2.2.4",
    "result": "2.3.3",
    "notice": "1.7",
    "refresh": "1.7",
}
"""Rule -> the clauses of the regulation that ask for it."""
WORST_FIRST: Final[tuple[Status, ...]] = ("missing", "late", "no_regulation", "pending", "on_time", "exempt")
"""How the verdicts on parts make one on the whole: the worst of them stands."""


class Entered(NamedTuple):
    """A fact that stands, as the log has it.

    Attributes:
        entry: index of the entry that first stated it.
        at: that entry's `at`, aware.
        standing: index of what states it now, where it was corrected.
    """

    entry: int
    at: datetime
    standing: int | None = None

    @property
    def entries(self) -> tuple[int, ...]:
        """What a verdict about it cites."""
        return (self.entry,) if self.standing is None else (self.entry, self.standing)


class Version(NamedTuple):
    """A version of the regulation: its entry, its first day, its parameters."""

    entry: int
    effective_from: date
    parameters: RegulationParameters


class School(NamedTuple):
    """What a school judges by: its zone, its versions in order of their entries, and its days off."""

    zone: tzinfo
    versions: Sequence[Version]
    off: DaysOff = DaysOff()

    def version_on(self, day: date) -> Version | None:
        """Return the version in force on a day: the last entry whose day is not later; None before the first."""
        return next((version for version in reversed(self.versions) if version.effective_from <= day), None)


class Term(NamedTuple):
    """When something is due.

    Attributes:
        due: the end of the term, UTC. Of a term of days it is the first instant of the day after.
        late_from: the first instant that is late. A term of hours or minutes includes its last instant ("not later
            than one hour after"), so there it is a microsecond after `due`, the smallest step of an entry's `at`.
        cites: entries of the calendar that extended it, or kept it from being extended.
    """

    due: datetime
    late_from: datetime
    cites: tuple[int, ...] = ()

    @classmethod
    def to_end_of(cls, day: date, zone: tzinfo, cites: tuple[int, ...] = ()) -> Term:
        """Return the term that a day ends."""
        end = end_of_day(day, zone)
        return cls(end, end, cites)

    @classmethod
    def after(cls, moment: datetime, span: timedelta) -> Term:
        """Return the term of hours or minutes after a moment; they are time that passes, whatever clocks do."""
        due = moment.astimezone(UTC) + span
        return cls(due, due + timedelta(microseconds=1))


class Excused(NamedTuple):
    """What excuses something late or missing: why, and the entries of the excuse and of the incident (None: none)."""

    reason: ExcuseReason
    excuse: int
    incident: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one thing that the regulation asks was recorded in time.

    Attributes:
        rule: which rule was applied.
        clause: the regulation's clauses for it.
        status: ``on_time``; ``late``; ``missing``: the term has ended and nothing is recorded; ``pending``: nothing is
            recorded and the term has not ended; ``exempt``: nothing is due; ``no_regulation``: the school had adopted
            none for that day, so nothing says what was due.
        due: the end of the term, UTC; None where nothing was due.
        recorded_at: when it was first recorded, UTC; None where it is not.
        recorded_by: the entry that did; None where it is not.
        late_by: how long after `due`, where it is late.
        exempt_by: why nothing is due, where it is exempt.
        readings: how the clause was read in this case, sorted.
        basis: indexes of the entries that it rests on, sorted: facts, the regulation's version, and what excuses it.
        excused: what excuses it, where it is late or missing; the status stays (2.4.1).
    """

    rule: Rule
    clause: str
    status: Status
    due: datetime | None
    recorded_at: datetime | None
    recorded_by: int | None
    late_by: timedelta | None
    exempt_by: Exemption | None
    readings: tuple[Reading, ...]
    basis: tuple[int, ...]
    excused: Excused | None = None


def judge(
    rule: Rule,
    term: Term,
    entered: Entered | None,
    now: datetime,
    basis: Iterable[int],
    readings: Iterable[Reading] = (),
) -> Verdict:
    """Hold a moment of recording, or that there is none, against a term. `basis`: entries beside those of `entered`."""
    late_by = None
    status: Status
    if entered is None:
        status = "missing" if now >= term.late_from else "pending"
    elif entered.at >= term.late_from:
        status, late_by = "late", entered.at - term.due
    else:
        status = "on_time"
    return _verdict(rule, status, entered, (*basis, *term.cites), readings, due=term.due, late_by=late_by)


def exempt(
    rule: Rule, exemption: Exemption, entered: Entered | None, basis: Iterable[int], readings: Iterable[Reading] = ()
) -> Verdict:
    """Say that nothing is due, though it may have been recorded."""
    return _verdict(rule, "exempt", entered, basis, readings, exempt_by=exemption)


def unjudged(rule: Rule, entered: Entered | None, basis: Iterable[int] = ()) -> Verdict:
    """Say that no version of the regulation was in force: the text of 2012 is not assumed (R01)."""
    return _verdict(rule, "no_regulation", entered, basis, ())


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; of late ones the latest.

    Raises:
        ValueError: there are none.
    """
    late = timedelta(0)
    return min(verdicts, key=lambda of: (WORST_FIRST.index(of.status), late - (of.late_by or late)))


def days_term(day: date, days: int, version: Version, school: School) -> Term:
    """Return a term of days that counts from a day."""
    parameters, off = version.parameters, school.off
    last = last_day(day, days, parameters, off)
    cites: tuple[int, ...] = ()
    if days and parameters.holidays_extend:
        cites = deciding_entries(day + DAY, last, off)
    elif days and parameters.weekends_extend:
        cites = deciding_entries(day + days * DAY, last, off)
    return Term.to_end_of(last, school.zone, cites)


def named_term(day: date, version: Version, school: School) -> Term:
    """Return a term that ends on a named date."""
    last = named_day(day, version.parameters, school.off)
    cites = deciding_entries(day, last, school.off) if version.parameters.weekends_extend else ()
    return Term.to_end_of(last, school.zone, cites)


def _verdict(
    rule: Rule,
    status: Status,
    entered: Entered | None,
    basis: Iterable[int],
    readings: Iterable[Reading],
    *,
    due: datetime | None = None,
    late_by: timedelta | None = None,
    exempt_by: Exemption | None = None,
) -> Verdict:
    cited = {*basis, *(entered.entries if entered else ())}
    # A register makes thousands of these; moments of recording are in UTC.
    recorded_at = None if entered is None else entered.at if entered.at.tzinfo is UTC else entered.at.astimezone(UTC)
    readings = tuple(sorted(readings)) if readings else ()
    recorded_by = entered.entry if entered else None
    basis = tuple(sorted(cited))
    return Verdict(rule, CLAUSES[rule], status, due, recorded_at, recorded_by, late_by, exempt_by, readings, basis)
