"""School years and their reporting periods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import DefinePeriod, OpenSchoolYear
from ledger.journal.context import Context
from ledger.journal.events import PeriodClosed, PeriodDefined, SchoolYearOpened
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import PeriodKind

GRADE_MAX: Final = 12
"""Grades 1 to 11, and 12 in evening schools."""

_KINDS: Final = get_args(PeriodKind)
_NUMBER_MAX: Final[dict[str, int]] = {"quarter": 4, "trimester": 3, "half_year": 2, "year": 1}
_YEAR_DAYS_MAX: Final = 400


class SchoolYear(Aggregate, frozen=True, kw_only=True):
    """A school year; both dates inclusive."""

    title: str
    starts_on: str
    ends_on: str


class Period(Aggregate, frozen=True, kw_only=True):
    """A reporting period; `closed` once its closing entry stands."""

    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str
    closed: bool = False

    def holds(self, grade: int, day: str) -> bool:
        """Tell whether this is a period of the grade that contains the day."""
        return grade in self.grades and self.starts_on <= day <= self.ends_on


def evolve_year(state: SchoolYear | None, events: Iterable[Recorded]) -> SchoolYear | None:
    """Apply events of a school year's stream."""
    for event in events:
        data = event.data
        if type(data) is not SchoolYearOpened:
            raise TypeError(f"{type(data).__name__} is no event of a school year")
        state = SchoolYear(
            stream=event.originator_id,
            version=event.originator_version,
            title=data.title,
            starts_on=data.starts_on,
            ends_on=data.ends_on,
        )
    return state


def evolve_period(state: Period | None, events: Iterable[Recorded]) -> Period | None:
    """Apply events of a period's stream."""
    for event in events:
        data = event.data
        if type(data) is PeriodDefined:
            state = Period(
                stream=event.originator_id,
                version=event.originator_version,
                year=data.year,
                kind=data.kind,
                number=data.number,
                grades=data.grades,
                starts_on=data.starts_on,
                ends_on=data.ends_on,
            )
        elif type(data) is PeriodClosed and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version, closed=True)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this period")
    return state


def open_year(command: OpenSchoolYear, context: Context) -> list[Planned]:
    """Open a school year."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.year, "year")
    rules.check_line(command.title, rules.TITLE_LENGTH_MAX, "title")
    rules.check_dates(command.starts_on, command.ends_on)
    if rules.days_between(command.starts_on, command.ends_on) > _YEAR_DAYS_MAX:
        raise Refused("year_too_long", f"a school year has at most {_YEAR_DAYS_MAX} days", clause=LOG, where="ends_on")
    stream = f"year/{command.year}"
    context.check_new(stream, "year")
    event = SchoolYearOpened(title=command.title, starts_on=command.starts_on, ends_on=command.ends_on)
    return [Planned(stream, 1, event)]


def define_period(command: DefinePeriod, context: Context) -> list[Planned]:
    """Define a period inside its year; of one kind, two never share a grade and a day or number.

    The decision rests on the list of the year's periods being complete, so the log must not grow before the append.
    """
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    _check_period(command)
    year = context.settled(SchoolYear, "year", command.year, "year")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    rules.check_within(command.ends_on, year.starts_on, year.ends_on, "ends_on")
    for other in periods_of(context, command.year):
        if other.kind != command.kind or not set(other.grades) & set(command.grades):
            continue
        if other.number == command.number:
            raise Refused(
                "period_number_taken",
                "a grade has a period of this kind and number already",
                clause=LOCAL_ACT,
                where="number",
            )
        if command.starts_on <= other.ends_on and other.starts_on <= command.ends_on:
            raise Refused(
                "periods_overlap",
                "a grade has a period of this kind on these days",
                clause=LOCAL_ACT,
                where="starts_on",
            )
    stream = f"period/{command.period}"
    context.check_new(stream, "period")
    context.expected_size = context.books.size
    event = PeriodDefined(
        year=command.year,
        kind=command.kind,
        number=command.number,
        grades=command.grades,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
    )
    return [Planned(stream, 1, event)]


def periods_of(context: Context, year: str) -> list[Period]:
    """Return all periods of a year, noting nothing as read."""
    streams = context.books.streams("period", year)
    return [period for stream in streams if isinstance(period := context.books.find(stream), Period)]


def open_periods(context: Context, year: str, grade: int, day: str) -> list[Period]:
    """Return the periods of the grade that hold the day, noting them as read: they must still be open at the append.

    A period that is defined *and* closed between this look and the append would be missed: it is in no list yet. The
    look is renewed with each decision, so both would have to happen within the same few milliseconds.

    Raises:
        Refused: there is none (the day is in holidays), or one is closed (regulation 3.3).
    """
    periods = periods_holding(context, year, grade, day)
    if any(period.closed for period in periods):
        raise Refused(
            "period_closed",
            "the reporting period is closed: ask for a correction instead",
            clause="3.3",
        )
    return periods


def periods_holding(context: Context, year: str, grade: int, day: str) -> list[Period]:
    """Return the periods of the grade that hold the day, open or closed, noting them as read.

    Raises:
        Refused: there is none.
    """
    periods = [period for period in periods_of(context, year) if period.holds(grade, day)]
    if not periods:
        raise Refused(
            "outside_all_periods", "no reporting period of this grade holds this day", clause=LOCAL_ACT, where="held_on"
        )
    for period in periods:
        context.reads[period.stream] = period.version
    return periods


def _check_period(command: DefinePeriod) -> None:
    """Judge the command's own fields."""
    rules.check_id(command.period, "period")
    rules.check_code(command.kind, _KINDS, "kind")
    rules.check_integer(command.number, 1, _NUMBER_MAX[command.kind], "number")
    rules.check_dates(command.starts_on, command.ends_on)
    for position, grade in enumerate(command.grades):
        rules.check_integer(grade, 1, GRADE_MAX, f"grades[{position}]")
    if not command.grades or list(command.grades) != sorted(set(command.grades)):
        raise Refused("grades_not_sorted", "grades are one or more, rising and each once", clause=LOG, where="grades")
