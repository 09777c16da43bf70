"""School years and their reporting periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, get_args

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import DefinePeriod, OpenSchoolYear
from ledger.journal.context import Context
from ledger.journal.events import (
    ClassGroupListed,
    PeriodAttested,
    PeriodClosed,
    PeriodDefined,
    PeriodListed,
    PeriodReopened,
    SchoolYearOpened,
)
from ledger.journal.facts import people_of
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.reopening_events import (
    PeriodReopeningApproved,
    PeriodReopeningRefused,
    PeriodReopeningRequested,
)
from ledger.journal.vocabulary import ClassAct, CourseAct, PeriodKind

GRADE_MAX: Final = 12
"""Grades 1 to 11, and 12 in evening schools."""

_KINDS: Final = get_args(PeriodKind)
_NUMBER_MAX: Final[dict[str, int]] = {"quarter": 4, "trimester": 3, "half_year": 2, "year": 1}
_YEAR_DAYS_MAX: Final = 400


class ReopeningAsked(NamedTuple):
    """A request to open something again that waits: its entry, and who asked for it: who acted, and for whom."""

    entry: int
    people: frozenset[str]


class BackdatingAsked(NamedTuple):
    """A request to let a set-up act begin inside a closed period, that waits: its entry, terms, and who asked.

    `person`: the student or teacher; `people`: who acted, and for whom.
    """

    entry: int
    what: ClassAct | CourseAct
    person: str
    day: str
    people: frozenset[str]


def answered(waiting: Mapping[int, BackdatingAsked], request: int | None) -> Mapping[int, BackdatingAsked]:
    """Return the requests that still wait behind an answer to one of them; None: no answer."""
    return waiting if request is None else {entry: one for entry, one in waiting.items() if entry != request}


class SchoolYear(Aggregate, frozen=True, kw_only=True):
    """A school year; both dates inclusive.

    `periods` and `class_groups` are the ids of all that the year has at this version, in the order in which they came.
    Who rests on a list being complete reads the year; whoever adds to one writes to it.
    """

    title: str
    starts_on: str
    ends_on: str
    periods: tuple[str, ...] = ()
    class_groups: tuple[str, ...] = ()


class Period(Aggregate, frozen=True, kw_only=True):
    """A reporting period.

    `closed` from a closing entry to the next reopening; `closing`: the index of the last closing entry; `asked`: the
    request to open it again that waits for its answer.
    """

    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str
    closed: bool = False
    closing: int | None = None
    reopenings: int = 0
    asked: ReopeningAsked | None = None

    def holds(self, grade: int, day: str) -> bool:
        """Tell whether this is a period of the grade that contains the day."""
        return grade in self.grades and self.starts_on <= day <= self.ends_on


def evolve_year(state: SchoolYear | None, events: Iterable[Recorded]) -> SchoolYear | None:
    """Apply events of a school year's stream."""
    for event in events:
        data = event.data
        version = event.originator_version
        if type(data) is SchoolYearOpened:
            state = SchoolYear(
                stream=event.originator_id,
                version=version,
                title=data.title,
                starts_on=data.starts_on,
                ends_on=data.ends_on,
            )
        elif type(data) is PeriodListed and state is not None:
            state = msgspec.structs.replace(state, version=version, periods=(*state.periods, data.period))
        elif type(data) is ClassGroupListed and state is not None:
            class_groups = (*state.class_groups, data.class_group)
            state = msgspec.structs.replace(state, version=version, class_groups=class_groups)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this school year")
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
            closing = {"closed": True, "closing": event.index}
            state = msgspec.structs.replace(state, version=event.originator_version, **closing)
        elif type(data) is PeriodReopened and state is not None:
            reopened = {"closed": False, "reopenings": state.reopenings + 1}
            state = msgspec.structs.replace(state, version=event.originator_version, **reopened)
        elif type(data) is PeriodAttested and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version)
        elif type(data) is PeriodReopeningRequested and state is not None:
            asked = ReopeningAsked(event.index, people_of(event.actor))
            state = msgspec.structs.replace(state, version=event.originator_version, asked=asked)
        elif type(data) is PeriodReopeningApproved and state is not None:
            state = msgspec.structs.replace(
                state,
                version=event.originator_version,
                closed=False,
                reopenings=state.reopenings + 1,
                asked=None,
            )
        elif type(data) is PeriodReopeningRefused and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version, asked=None)
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
        raise Refused(
            "year_too_long",
            "a school year has at most {year_days_max} days",
            clause=LOG,
            where="ends_on",
            year_days_max=_YEAR_DAYS_MAX,
        )
    stream = f"year/{command.year}"
    context.check_new(stream, "year")
    event = SchoolYearOpened(title=command.title, starts_on=command.starts_on, ends_on=command.ends_on)
    return [Planned(stream, 1, event)]


def define_period(command: DefinePeriod, context: Context) -> list[Planned]:
    """Define a period inside its year, and list it there; of one kind, two never share a grade and a day or number."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    _check_period(command)
    year = context.find(SchoolYear, "year", command.year, "year")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    rules.check_within(command.ends_on, year.starts_on, year.ends_on, "ends_on")
    for other in _periods_of(context, year):
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
    event = PeriodDefined(
        year=command.year,
        kind=command.kind,
        number=command.number,
        grades=command.grades,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
    )
    return [Planned(stream, 1, event), Planned(year.stream, year.version + 1, PeriodListed(period=command.period))]


def open_periods(context: Context, year: SchoolYear, grade: int, day: str) -> list[Period]:
    """Return the periods of the grade that hold the day: they must still be open, and still be all, at the append.

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


def periods_holding(context: Context, year: SchoolYear, grade: int, day: str) -> list[Period]:
    """Return the periods of the grade that hold the day, open or closed, noting them as read.

    The year is noted too: a period that is defined and closed before the append is in no list yet, but moves the year.

    Raises:
        Refused: there is none.
    """
    context.reads[year.stream] = year.version
    periods = [period for period in _periods_of(context, year) if period.holds(grade, day)]
    if not periods:
        raise Refused(
            "outside_all_periods", "no reporting period of this grade holds this day", clause=LOCAL_ACT, where="held_on"
        )
    for period in periods:
        context.reads[period.stream] = period.version
    return periods


def check_not_backdated(context: Context, year: SchoolYear, grade: int, day: str, request: int | None) -> None:
    """Refuse that one person alone changes days of a closed period: what begins on `day` goes on behind it (3.3).

    The year and the periods that end on the day or later are noted as read: none may be closed before the append.

    Raises:
        Refused: a period of the grade that ends on the day or later is closed, and no `request` stands behind the act.
    """
    if request is None and is_closed_since(context, year, grade, day):
        raise Refused(
            "backdated_alone",
            "this changes days of a closed reporting period: ask for it, and another who directs approves",
            clause="3.3",
        )


def is_closed_since(context: Context, year: SchoolYear, grade: int, day: str) -> bool:
    """Tell whether a period of the grade that ends on the day or later is closed, noting as read what says so."""
    context.reads[year.stream] = year.version
    periods = [one for one in _periods_of(context, year) if grade in one.grades and day <= one.ends_on]
    for period in periods:
        context.reads[period.stream] = period.version
    return any(period.closed for period in periods)


def is_any_closed_since(context: Context, day: str) -> bool:
    """Tell whether any period of the school that ends on the day or later is closed, noting as read what says so."""
    years = (context.find(SchoolYear, "year", id_, "day") for id_ in context.books.years())
    periods = [one for year in years for one in _periods_of(context, year) if day <= one.ends_on]
    for period in periods:
        context.reads[period.stream] = period.version
    return any(period.closed for period in periods)


def _periods_of(context: Context, year: SchoolYear) -> list[Period]:
    """Return all periods of a year as it was read."""
    found = (context.books.find(f"period/{id_}") for id_ in year.periods)
    return [period for period in found if isinstance(period, Period)]


def _check_period(command: DefinePeriod) -> None:
    """Judge the command's own fields."""
    rules.check_id(command.period, "period")
    rules.check_code(command.kind, _KINDS, "kind")
    rules.check_integer(command.number, 1, _NUMBER_MAX[command.kind], "number")
    rules.check_dates(command.starts_on, command.ends_on)
    check_grades(command.grades)


def check_grades(grades: tuple[int, ...], where: str = "grades") -> None:
    """Refuse grades that are none, out of range or out of order (events.md)."""
    for position, grade in enumerate(grades):
        rules.check_integer(grade, 1, GRADE_MAX, f"{where}[{position}]")
    if not grades or list(grades) != sorted(set(grades)):
        raise Refused("grades_not_sorted", "grades are one or more, rising and each once", clause=LOG, where=where)
