"""Planned lessons of one grade over a few weeks of a calendar that was checked by hand.

1 September 2026 is a Tuesday: week 1 is that of Monday, 31 August; Monday the 7th begins week 2, which is even.
"""

from __future__ import annotations

import pytest

from ledger.journal.calendar import CalendarEntry
from ledger.journal.in_force import InForce
from ledger.journal.planned_lessons import GradeCalendar, PlannedLesson, Span, planned_lessons
from ledger.journal.timetable_events import Bell, BellScheduleSet, TimetableLesson, TimetableSet

BELLS = "звонки"
MATHS, ENGLISH_1, ENGLISH_2, CHESS = "м", "а1", "а2", "ш"
YEAR = Span("2026-09-01", "2027-05-31")
QUARTER = Span("2026-09-01", "2026-10-25")


def ring(entry: int, from_day: str, *times: str) -> InForce[BellScheduleSet]:
    lessons = tuple(Bell(number=number, starts_at=time[:5], ends_at=time[6:]) for number, time in enumerate(times, 1))
    return InForce(entry, from_day, BellScheduleSet(title="", effective_from=from_day, lessons=lessons))


def week(entry: int, from_day: str, *lessons: tuple[int, int, str, str]) -> InForce[TimetableSet]:
    planned = tuple(
        TimetableLesson(weekday=weekday, number=number, course=course, weeks=weeks)  # type: ignore[arg-type]
        for weekday, number, course, weeks in lessons
    )
    return InForce(entry, from_day, TimetableSet(effective_from=from_day, bells=BELLS, lessons=planned))


TIMETABLES = (
    week(
        10, "2026-09-01",
        (1, 1, MATHS, "every"), (1, 2, ENGLISH_1, "every"), (1, 2, ENGLISH_2, "every"), (2, 3, CHESS, "odd"),
        (3, 1, CHESS, "even"),
    ),
    week(20, "2026-10-12", (1, 2, MATHS, "every")),
)  # fmt: skip
RINGS = {
    BELLS: (
        ring(11, "2026-09-01", "08:30-09:15", "09:25-10:10", "10:25-11:10"),
        ring(21, "2026-09-21", "08:30-09:00", "09:10-09:40"),
    )
}


def on(day: str, *entries: CalendarEntry, grade: int = 5) -> tuple[PlannedLesson, ...]:
    return planned_lessons(TIMETABLES, RINGS, GradeCalendar(grade, YEAR, (QUARTER,), entries), day)


def courses(day: str, *entries: CalendarEntry) -> list[str]:
    return [lesson.course for lesson in on(day, *entries)]


def test_a_monday_has_its_lessons_with_times_and_the_entries_that_say_so() -> None:
    assert on("2026-09-07") == (
        PlannedLesson("2026-09-07", 1, MATHS, "08:30", "09:15", 10, 11, None),
        PlannedLesson("2026-09-07", 2, ENGLISH_1, "09:25", "10:10", 10, 11, None),
        PlannedLesson("2026-09-07", 2, ENGLISH_2, "09:25", "10:10", 10, 11, None),
    )


@pytest.mark.parametrize(
    ("day", "held"),
    [("2026-09-01", [CHESS]), ("2026-09-02", []), ("2026-09-08", []), ("2026-09-09", [CHESS]), ("2026-09-15", [CHESS])],
)
def test_weeks_are_counted_from_the_monday_before_the_first_day(day: str, held: list[str]) -> None:
    """Tuesdays are chess in odd weeks (1, 3), Wednesdays in even ones (2)."""
    assert courses(day) == held


def test_the_bells_in_force_on_the_day_ring() -> None:
    assert [(lesson.ends_at, lesson.bells_entry) for lesson in on("2026-09-21")[:2]] == [("09:00", 21), ("09:40", 21)]


def test_a_number_that_later_bells_do_not_know_has_no_times() -> None:
    (chess,) = on("2026-09-29")
    assert (chess.number, chess.starts_at, chess.ends_at, chess.bells_entry) == (3, None, None, None)


def test_another_timetable_takes_over_on_its_day() -> None:
    assert courses("2026-10-05") == [MATHS, ENGLISH_1, ENGLISH_2]
    assert [(lesson.course, lesson.timetable_entry) for lesson in on("2026-10-12")] == [(MATHS, 20)]


@pytest.mark.parametrize("day", ["2026-08-31", "2027-06-07", "2026-10-26", "2026-09-12"])
def test_outside_year_and_periods_and_on_days_without_lessons_nothing_is_planned(day: str) -> None:
    assert on(day) == ()


def test_days_off_are_off_for_their_grades_alone() -> None:
    holidays = CalendarEntry(30, "2026-09-07", "2026-09-09", (5, 6), None)
    assert courses("2026-09-07", holidays) == []
    assert courses("2026-09-09", holidays) == []
    assert len(on("2026-09-07", holidays, grade=7)) == 3


def test_a_saturday_may_be_taught_as_a_monday() -> None:
    saturday = CalendarEntry(31, "2026-09-12", "2026-09-12", (5,), 1)
    assert courses("2026-09-12", saturday) == [MATHS, ENGLISH_1, ENGLISH_2]
    assert {lesson.calendar_entry for lesson in on("2026-09-12", saturday)} == {31}


def test_the_week_of_a_moved_day_is_its_own() -> None:
    """Saturday of week 3 taught as a Tuesday has the odd week's chess; of week 2 it has none."""
    for day, held in (("2026-09-19", [CHESS]), ("2026-09-12", [])):
        assert courses(day, CalendarEntry(31, day, day, (5,), 2)) == held


def test_of_two_entries_of_a_day_the_later_counts() -> None:
    saturday = CalendarEntry(31, "2026-09-12", "2026-09-12", (5,), 1)
    quarantine = CalendarEntry(32, "2026-09-10", "2026-09-20", (5,), None)
    assert courses("2026-09-12", saturday, quarantine) == []
    assert len(courses("2026-09-12", quarantine._replace(entry=30), saturday)) == 3
