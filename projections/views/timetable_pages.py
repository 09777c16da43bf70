"""Timetables beside what was recorded: a class's days, a teacher's day, and what is planned or recorded alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from ledger.journal.in_force import in_force
from ledger.journal.planned_lessons import PlannedLesson
from projections.reading import AsOf, Reader, resolve, stands
from projections.views.cancellations import Standing
from projections.views.plan import (
    Courses,
    Held,
    Plan,
    Planner,
    Until,
    count_held,
    days_between,
    held_on_places,
    read_held,
    read_plan,
    until_of,
)
from projections.views.substitution_plans import expected_substitutes


@dataclass(frozen=True, slots=True)
class DayLesson:
    """A planned lesson, a recorded one, or both.

    Attributes:
        held_on, number, starts_at, ends_at: when, as planned; of a lesson that nothing planned, as recorded. Times are
            None where the bells do not know the number any more.
        class_group, class_name, course, subject: of whom and in what.
        teacher: who is responsible on the day, None: nobody.
        assigned_by, timetable_entry, bells_entry, calendar_entry: what this rests on; None where it rests on no such.
        lesson, lesson_entry, given_by: the recorded lesson, what says so, and who gave it; None where none is.
        moved_by: the cancellation of another place that moved it here.
        cancelled_by, cancelled_for, basis: what cancelled a planned lesson that is not recorded, why, and the document.
        is_elsewhere: whether that moved it to another place, or into another course's lesson.
        expected, expected_by: who is planned to give it for the responsible teacher, and by which entry, if anybody is.
        is_over: whether it has ended by the moment asked about.
        missing: of `record`, `attendance`, `homework`, `marks`, what is not in the journal though the lesson is over;
            marks: a work of the lesson has none. Only in a teacher's day.
    """

    held_on: str
    number: int
    starts_at: str | None
    ends_at: str | None
    class_group: str
    class_name: str
    course: str
    subject: str
    teacher: str | None
    assigned_by: int | None
    timetable_entry: int | None
    bells_entry: int | None
    calendar_entry: int | None
    lesson: str | None
    lesson_entry: int | None
    given_by: str | None
    is_over: bool
    moved_by: int | None = None
    cancelled_by: int | None = None
    cancelled_for: str | None = None
    basis: str | None = None
    is_elsewhere: bool = False
    expected: str | None = None
    expected_by: int | None = None
    missing: tuple[str, ...] = ()

    @property
    def owed_by(self) -> str | None:
        """Who has to record it: who is planned to give it, else the responsible teacher."""
        return self.expected or self.teacher

    @property
    def planned_by(self) -> tuple[int, ...]:
        """What says that it should be held, and who has to record it, sorted."""
        plan = (self.timetable_entry, self.bells_entry, self.calendar_entry, self.moved_by, self.assigned_by)
        return tuple(sorted({entry for entry in (*plan, self.expected_by) if entry is not None}))


@dataclass(frozen=True, slots=True)
class Days:
    """Lessons by day, number and class, as known at a position; `has_timetable`: whether any class has one."""

    position: int
    has_timetable: bool
    rows: tuple[DayLesson, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is over and stands on one side alone: planned and not recorded, recorded and not planned.

    `cancelled` were planned too, and a cancellation says why nobody recorded them; a moved one is planned elsewhere.
    """

    position: int
    has_timetable: bool
    unrecorded: tuple[DayLesson, ...]
    unplanned: tuple[DayLesson, ...]
    cancelled: tuple[DayLesson, ...]


def class_timetable(
    views: Reader, class_group: str, from_day: str, to_day: str, *, at: AsOf = None, now: datetime | None = None
) -> Days:
    """Planned and recorded lessons of a class on some days, both inclusive.

    Raises:
        NotYetProjected: the views have not consumed that much.
    """
    board = Board(views, from_day, to_day, class_group=class_group, at=at, now=now)
    return Days(board.position, board.plan.is_known, tuple(board.rows()))


def teacher_day(views: Reader, teacher: str, day: str, *, at: AsOf = None, now: datetime | None = None) -> Days:
    """A teacher's lessons of a day: those of own courses, whoever gave them, and those given for others.

    A lesson that another is planned to give is the other's until it is recorded. Each says what the journal still
    misses of it.

    Raises:
        NotYetProjected: the views have not consumed that much.
    """
    board = Board(views, day, day, at=at, now=now)
    own = [row for row in board.rows() if teacher in (row.owed_by, row.given_by)]
    return Days(board.position, board.plan.is_known, tuple(_with_missing(views, own, board.position)))


def gaps(
    views: Reader,
    from_day: str,
    to_day: str,
    *,
    class_group: str | None = None,
    teacher: str | None = None,
    at: AsOf = None,
    now: datetime | None = None,
) -> Gaps:
    """Lessons planned and not recorded, recorded and not planned: of a school, a class, a responsible teacher.

    A class without a timetable on a day has no plan to differ from, so its lessons are not in it.

    Raises:
        NotYetProjected: the views have not consumed that much.
    """
    board = Board(views, from_day, to_day, class_group=class_group, at=at, now=now)
    found = board.uneven(teacher=teacher)
    return Gaps(
        board.position,
        board.plan.is_known,
        tuple(row for row in found if row.lesson is None and row.cancelled_by is None),
        tuple(row for row in found if row.timetable_entry is None),
        tuple(row for row in found if row.cancelled_by is not None),
    )


class Board:
    """Plan and record of some days of a school or a class, read once.

    Attributes:
        position: tree size that all of it is of.
        plan: what is planned.
        until: up to when something may be said not to have happened.
    """

    def __init__(
        self,
        views: Reader,
        from_day: str,
        to_day: str,
        *,
        class_group: str | None = None,
        at: AsOf = None,
        now: datetime | None = None,
        until: Until | None = None,
    ) -> None:
        """Read it; `until` in place of `now`, where it is known already."""
        self.position = resolve(views, at)
        self.until: Until = until or until_of(views, at, self.position, now)
        self.plan: Plan = read_plan(views, self.position, from_day, to_day, class_group=class_group)
        self.courses = Courses(views, self.position)
        self._expected = expected_substitutes(views, self.position, from_day, to_day)
        self._views = views
        self._class_group = class_group

    def rows(self) -> list[DayLesson]:
        """All lessons by day, number and class; an unplanned one behind the planned one of its place."""
        first, last = self.plan.from_day, self.plan.to_day
        held = read_held(self._views, self.position, first, last, class_group=self._class_group)
        places = ((class_group, day) for class_group in self.plan.planners for day in days_between(first, last))
        return sorted((row for place in places for row in self._rows_of(*place, held)), key=_when)

    def uneven(
        self, *, teacher: str | None = None, owed_by: str | None = None, is_unplanned_asked: bool = True
    ) -> list[DayLesson]:
        """Rows of one side alone that are over, of days on which a class has a timetable.

        Of all, of those that a `teacher` is responsible for, or of those that somebody has to record (`owed_by`).
        """
        rows: list[DayLesson] = []
        wanted = None if teacher is None else self.courses.of_teacher(teacher)
        if owed_by is not None:
            planned = {place[0] for place, one in self._expected.items() if one.substitute == owed_by}
            wanted = self.courses.of_teacher(owed_by) | planned
        uneven = self._uneven_days(wanted, is_unplanned_asked=is_unplanned_asked)
        places = [(class_group, day) for class_group, days in uneven.items() for day in sorted(days)]
        held: dict[tuple[str, str], list[Held]] = {}
        for _, one in held_on_places(self._views, self.position, places):
            held.setdefault((one.course, one.held_on), []).append(one)
        for place in places:
            rows += self._rows_of(*place, held, is_even_asked=False)
        over = (row for row in rows if row.is_over)
        theirs = (row for row in over if teacher in (None, row.teacher) and owed_by in (None, row.owed_by))
        return sorted(theirs, key=_when)

    def _uneven_days(self, wanted: frozenset[str] | None, *, is_unplanned_asked: bool) -> dict[str, set[str]]:
        """Days of classes on which a course has another number of lessons than is planned: a count is enough to tell.

        With as many as planned, and nothing cancelled, each recorded lesson stands for a planned one.
        """
        first, last = self.plan.from_day, self.plan.to_day
        counts = count_held(self._views, self.position, first, last, class_group=self._class_group, courses=wanted)
        days: dict[str, set[str]] = {}
        for of in (self.plan.cancelled, self.plan.moved_in):
            for (class_group, day), said in of.items():
                is_wanted = wanted is None or any(one.course in wanted for one in said)
                if is_wanted and first <= day <= min(last, self.until.day) and class_group in self.plan.planners:
                    days.setdefault(class_group, set()).add(day)
        for class_group, planner in self.plan.planners.items():
            if wanted is not None and not _has_any(planner, wanted):
                continue
            for day, courses in self.plan.counts(planner):
                if day > self.until.day:
                    break
                for course, planned in courses:
                    if counts.pop((course, day), 0) != planned and (wanted is None or course in wanted):
                        days.setdefault(class_group, set()).add(day)
        for course, day in counts if is_unplanned_asked else ():
            class_group = self.courses.class_groups[course]
            if self._has_timetable(class_group, day):
                days.setdefault(class_group, set()).add(day)
        return days

    def _has_timetable(self, class_group: str, day: str) -> bool:
        planner = self.plan.planners.get(class_group)
        return planner is not None and in_force(planner.timetables, day) is not None

    def _rows_of(
        self,
        class_group: str,
        day: str,
        held: Mapping[tuple[str, str], Sequence[Held]],
        *,
        is_even_asked: bool = True,
    ) -> Iterator[DayLesson]:
        """Lessons of a class's day; a planned lesson that was recorded too, only where such are asked for."""
        of_day = (one for course in self.courses.of_class(class_group) for one in held.get((course, day), ()))
        found = self.plan.beside(class_group, day, of_day)
        for lesson, one in found.pairs:
            if one is None or is_even_asked:
                yield self._row(class_group, day, lesson, one)
        for lesson, by in found.cancelled:
            yield self._row(class_group, day, lesson, None, by)
        for one in found.unplanned:
            yield self._row(class_group, day, None, one)

    def _row(
        self,
        class_group: str,
        day: str,
        planned: PlannedLesson | None,
        held: Held | None,
        cancelled: Standing | None = None,
    ) -> DayLesson:
        """A planned lesson or a recorded one is there at least; what is planned says when."""
        said: Any = planned or held
        assigned = self.courses.responsible(said.course, day)
        expected = self._expected.get((said.course, day, said.number)) if held is None else None
        return DayLesson(
            held_on=day,
            number=said.number,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
            class_group=class_group,
            class_name=self.plan.planners[class_group].name,
            course=said.course,
            subject=self.courses.subjects[said.course],
            teacher=assigned[0] if assigned else None,
            assigned_by=assigned[1] if assigned else None,
            timetable_entry=planned.timetable_entry if planned else None,
            bells_entry=planned.bells_entry if planned else None,
            calendar_entry=planned.calendar_entry if planned else None,
            moved_by=planned.moved_by if planned else None,
            lesson=held.lesson if held else None,
            lesson_entry=held.entry if held else None,
            given_by=held.teacher if held else None,
            is_over=self.until.is_over(day, said.ends_at),
            cancelled_by=cancelled.entry if cancelled else None,
            cancelled_for=cancelled.reason if cancelled else None,
            basis=cancelled.basis if cancelled else None,
            expected=expected.substitute if expected else None,
            expected_by=expected.entry if expected else None,
            is_elsewhere=cancelled is not None and (cancelled.moved_on or cancelled.merged_with) is not None,
        )


def _has_any(planner: Planner, courses: Collection[str]) -> bool:
    """Whether a class's timetables have any of some courses."""
    return any(one.course in courses for of in planner.timetables for one in of.event.lessons)


def _when(row: DayLesson) -> tuple[str, int, str, str]:
    return row.held_on, row.number, row.class_name, row.course


def _with_missing(views: Reader, rows: Iterable[DayLesson], position: int) -> Iterator[DayLesson]:
    """Say of each lesson that is over what the journal misses of it (regulation 2.4.2)."""
    for row in rows:
        if row.lesson is None:
            yield replace(row, missing=("record",) if row.is_over and row.cancelled_by is None else ())
            continue
        has = views.select(_ENTERED, {"lesson": row.lesson, "at": position})[0]
        absent = [name for name, is_there in zip(("attendance", "homework", "marks"), has, strict=True) if not is_there]
        yield replace(row, missing=tuple(absent) if row.is_over else ())


# Attendance taken at once or later; homework, an explicit "none" too; no work without a mark.
_ENTERED: Final = f"""SELECT
      (SELECT count(*) FROM {{lessons}} l
        WHERE l.lesson = :lesson AND l.attendance = 'taken' AND l.stands = 1 AND {stands("l")})
      + (SELECT count(*) FROM {{later_attendance}} t WHERE t.lesson = :lesson AND {stands("t")}),
      (SELECT count(*) FROM {{homework}} h WHERE h.lesson = :lesson AND h.stands = 1 AND {stands("h")}),
      CASE WHEN EXISTS (SELECT 1 FROM {{works}} w WHERE w.lesson = :lesson AND w.stands = 1 AND {stands("w")}
        AND NOT EXISTS (SELECT 1 FROM {{cells}} c WHERE c.lesson = :lesson AND c.work = w.work
          AND c.value IS NOT NULL AND {stands("c")})) THEN 0 ELSE 1 END"""
