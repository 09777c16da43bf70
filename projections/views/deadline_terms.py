"""The terms of many days as entries: whatever has the index of a term's first late entry, or a higher one, is late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol, cast

from ledger.journal.deadlines.homework import earlier, eve_term, homework_term
from ledger.journal.deadlines.lesson import attendance_term, lesson_term
from ledger.journal.deadlines.marks import oral_mark_term, written_mark_term
from ledger.journal.deadlines.verdict import Rule, School, Status, Term, Version
from ledger.wire.entry import format_at
from projections.reading import Reader
from projections.rows import OPEN
from projections.views.deadline_basis import Judging, first_entries, moments, planned_homework, wall
from projections.views.plans import Covering

_DAY_TERMS: Final[dict[Rule, Callable[[date, Version, School], Term]]] = {
    "lesson": lesson_term,
    "attendance": attendance_term,
    "homework": lambda day, version, school: homework_term(day, None, None, version, school)[0],
    "oral_mark": oral_mark_term,
    "written_mark": written_mark_term,
}


class Bound(NamedTuple):
    """A term as the log sees it: the first entry that is late for it, and whether it has ended."""

    late_entry: int
    over: bool

    def of(self, entry: int | None) -> Status:
        """The status of what was first recorded by an entry, or is not (None)."""
        if entry is None:
            return "missing" if self.over else "pending"
        return "late" if entry >= self.late_entry else "on_time"


def bound_of(term: Term, entries: Mapping[str, int | None], now: datetime) -> Bound:
    """A term as the log sees it at a moment; `entries`: the first ones, as `first_entries` says."""
    entry = entries.get(format_at(term.late_from))
    return Bound(OPEN if entry is None else entry, now >= term.late_from)


class Lasting(Covering, Protocol):
    """A lesson with its time."""

    @property
    def held_on(self) -> str: ...  # noqa: D102
    @property
    def starts_at(self) -> str: ...  # noqa: D102


class Terms:
    """Every term of some days, as entries; None where no regulation was in force."""

    def __init__(self, views: Reader, judged: Judging, days: Iterable[str]) -> None:
        self._views, self._judged = views, judged
        self._versions = {day: judged.school.version_on(date.fromisoformat(day)) for day in days}
        # One calendar is a number; classes without one of their own have 0.
        schools = {id(school): school for school in judged.classes.values()}
        numbers = {key: number for number, key in enumerate(schools, start=1)}
        self._calendars = {group: numbers[id(school)] for group, school in judged.classes.items()}
        self._schools = {0: judged.school, **{numbers[key]: school for key, school in schools.items()}}
        self._of_homework: dict[tuple[str, int], Term] = {}
        self._days = self._bounds(
            {
                (rule, day, number): make(date.fromisoformat(day), version, school)
                for number, school in self._schools.items()
                for day, version in self._versions.items()
                if version is not None
                for rule, make in _DAY_TERMS.items()
            }
        )

    def add(self, days: Iterable[str]) -> None:
        """Take more days from which terms of marks count."""
        makers: tuple[Rule, ...] = ("oral_mark", "written_mark")
        terms = {}
        for day in days:
            on = date.fromisoformat(day)
            version = self._judged.school.version_on(on)
            if version is None:
                continue
            for number, school in self._schools.items():
                for rule in makers:
                    if (rule, day, number) not in self._days:
                        terms[rule, day, number] = _DAY_TERMS[rule](on, version, school)
        self._days.update(self._bounds(terms))

    def of(self, rule: Rule, day: str, class_group: str) -> Bound | None:
        """The bound of a rule's term that counts from a day; None without a regulation."""
        return self._days.get((rule, day, self._calendars.get(class_group, 0)))

    def eves(self, ends: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Bound]:
        """(day, end of the last lesson, class group) -> the bound of homework for the next day."""
        numbered = {of: (of[0], of[1], self._calendars.get(of[2], 0)) for of in ends}
        bounds = self._eves(set(numbered.values()))
        return {of: bounds[key] for of, key in numbered.items() if key in bounds}

    @property
    def calendars(self) -> Mapping[str, int]:
        """Class group -> the number of its calendar, where classes have some of their own; of others it is 0."""
        return self._calendars

    @property
    def exempting(self) -> bool:
        """Whether homework that a plan has is exempt on any of the days."""
        return any(of is not None and of.parameters.planned_homework_is_exempt for of in self._versions.values())

    def rows(self, days: Iterable[str], latest: str) -> Iterator[tuple[Any, ...]]:
        """What `deadline_sums` needs of each day and calendar, in the order of its columns.

        The last is the bound of homework for the next day if the last lesson ends at `latest`.
        """
        wanted = [(day, number) for day in days for number in self._schools]
        eves = self._eves({(day, latest, number) for day, number in wanted}) if latest else {}
        for day, number in wanted:
            found = [self._days.get((rule, day, number)) for rule in _DAY_TERMS]
            if found[0] is None:
                yield (day, number, 0, *(0,) * 7)
                continue
            lesson, attendance, homework, oral, _ = cast("list[Bound]", found)
            eve = eves.get((day, latest, number), homework)
            yield (
                *(day, number, 1, lesson.late_entry, attendance.late_entry, int(attendance.over)),
                *(homework.late_entry, int(homework.over), oral.late_entry, eve.late_entry),
            )

    def ends(self, days: Iterable[str], clocks: Iterable[str]) -> Iterator[tuple[str, int, str, int]]:
        """Day, calendar, end of a last lesson, and the first entry that is late homework for the next day then."""
        listed = list(clocks)
        wanted = {(day, clock, number) for day in days for clock in listed for number in self._schools}
        for (day, clock, number), bound in sorted(self._eves(wanted).items()):
            yield day, number, clock, bound.late_entry

    def _eves(self, wanted: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], Bound]:
        terms: dict[tuple[str, str, int], Term] = {}
        for day, ends_at, number in wanted:
            version = self._versions[day]
            if version is not None:
                end = wall(date.fromisoformat(day), ends_at, self._schools[number])
                terms[day, ends_at, number] = earlier(self._homework_term(day, number, version), eve_term(end, version))
        return self._bounds(terms)

    def _homework_term(self, day: str, number: int, version: Version) -> Term:
        """The term of a day's homework, whenever the students' last lesson ends."""
        found = self._of_homework.get((day, number))
        if found is None:
            found, _ = homework_term(date.fromisoformat(day), None, None, version, self._schools[number])
            self._of_homework[day, number] = found
        return found

    def exempt(self, lessons: Iterable[Lasting], position: int) -> set[str]:
        """Lessons whose homework need not be entered: their plan had it before they began (R18)."""
        exempting = {
            day for day, of in self._versions.items() if of is not None and of.parameters.planned_homework_is_exempt
        }
        of_those = [lesson for lesson in lessons if lesson.held_on in exempting]
        planned = planned_homework(self._views, of_those, position)
        at = moments(self._views, planned.values())
        # From this day on it was before any lesson, whatever the school's zone.
        sure = {entry: (moment + timedelta(days=2)).date().isoformat() for entry, moment in at.items()}
        school = self._judged.school
        return {
            lesson.lesson
            for lesson in of_those
            if (entry := planned.get(lesson.lesson)) is not None
            and (
                sure[entry] <= lesson.held_on
                or at[entry] < wall(date.fromisoformat(lesson.held_on), lesson.starts_at, school)
            )
        }

    def _bounds(self, terms: dict[Any, Term]) -> dict[Any, Bound]:
        spelled = {moment: format_at(moment) for moment in {term.late_from for term in terms.values()}}
        entries = first_entries(self._views, spelled.values())
        return {
            key: Bound(
                OPEN if (entry := entries.get(spelled[term.late_from])) is None else entry,
                self._judged.now >= term.late_from,
            )
            for key, term in terms.items()
        }
