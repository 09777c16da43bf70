"""Planned beside recorded: a class's week, a teacher's day, gaps, and missed lessons in the register, on both databases.

The school: 5А has maths on Mondays, first, and Russian, second; 5Б has no timetable. 7 September 2026 is a Monday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.sample import SampleSchool
from ledger.clock import find_zone
from ledger.journal import commands as cmd
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.memory import Journal
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import CancellationReason
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.substitution_register import substitution_register
from projections.views.timetable_pages import DayLesson, class_timetable, gaps, teacher_day
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    LESSON,
    MATHS_A,
    MATHS_B,
    MONDAY,
    RUSSIAN_A,
    SETUP_AT,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    WORK,
    YEAR,
    answer,
    lesson,
    mark,
    moscow,
    setup_commands,
    uid,
)

BELLS = uid(60)
TUESDAY = "2026-09-08"
NEXT_MONDAY = "2026-09-14"


class World:
    """A journal, its log, and views that follow it."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.journal = Journal(find_zone)
        self.log = ListLog()
        for command, actor, now in setup_commands():
            self.do(command, actor, now)

    def do(self, command: cmd.JournalCommand, actor: Actor, now: datetime) -> int:
        first = self.journal.size
        made = [(stream, event) for stream, _, event in self.journal.apply(command, actor, now)]
        self.log.at = now
        self.log.append(*made, actor=actor, command=str(UUID(int=first + 1)), after=timedelta())
        self.views.catch_up(self.log)
        return first

    def set_up(self, command: cmd.JournalCommand) -> int:
        return self.do(command, ADMIN, SETUP_AT + timedelta(hours=1))


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        yield World(opened)


@pytest.fixture
def school(world: World) -> World:
    rings = (Bell(number=1, starts_at="08:30", ends_at="09:15"), Bell(number=2, starts_at="09:25", ends_at="10:10"))
    world.set_up(cmd.SetBellSchedule(bells=BELLS, title="Звонки", effective_from="2026-09-01", lessons=rings))
    lessons = (
        TimetableLesson(course=MATHS_A, weekday=1, number=1, weeks="every"),
        TimetableLesson(course=RUSSIAN_A, weekday=1, number=2, weeks="every"),
    )
    world.set_up(cmd.SetTimetable(class_group=CLASS_A, effective_from="2026-09-01", bells=BELLS, lessons=lessons))
    return world


def brief(rows: tuple[DayLesson, ...]) -> list[tuple[str, int, str, bool, bool]]:
    """Day, number, subject, planned or not, recorded or not."""
    return [
        (row.held_on, row.number, row.subject, row.timetable_entry is not None, row.lesson is not None) for row in rows
    ]


def test_a_week_has_what_is_planned_and_what_was_recorded_with_their_entries(school: World) -> None:
    first = school.do(lesson(number=1), TEACHER, moscow("2026-09-07 12:00"))
    school.do(lesson(uid(1001), number=3, held_on=TUESDAY), TEACHER, moscow("2026-09-08 12:00"))
    week = class_timetable(school.views, CLASS_A, MONDAY, "2026-09-13")
    assert brief(week.rows) == [
        (MONDAY, 1, "Математика", True, True),
        (MONDAY, 2, "Русский язык", True, False),
        (TUESDAY, 3, "Математика", False, True),
    ]
    maths, russian, extra = week.rows
    assert (maths.starts_at, maths.ends_at, maths.lesson, maths.lesson_entry) == ("08:30", "09:15", LESSON, first)
    assert (maths.teacher, maths.given_by, russian.teacher) == (TEACHER.id, TEACHER.id, TEACHER_2.id)
    assert maths.timetable_entry == first - 1
    assert maths.bells_entry == first - 2
    assert (extra.starts_at, extra.timetable_entry) == ("10:40", None)
    assert week.has_timetable


def test_a_revoked_day_off_is_a_school_day_again_and_as_of_before_it_is_none(school: World) -> None:
    off = school.set_up(cmd.DeclareDaysOff(year=YEAR, starts_on=MONDAY, ends_on=MONDAY, title="Карантин", grades=(5,)))
    assert class_timetable(school.views, CLASS_A, MONDAY, MONDAY).rows == ()
    school.set_up(cmd.RevokeCalendarEntry(year=YEAR, revokes=off, basis="ошибка ввода"))
    assert len(class_timetable(school.views, CLASS_A, MONDAY, MONDAY).rows) == 2
    assert class_timetable(school.views, CLASS_A, MONDAY, MONDAY, at=off + 1).rows == ()
    assert school.views.check(school.log).findings == ()


def test_gaps_are_what_stands_on_one_side_alone_and_is_over(school: World) -> None:
    school.do(lesson(number=1), TEACHER, moscow("2026-09-07 12:00"))
    school.do(lesson(uid(1001), held_on=TUESDAY), TEACHER, moscow("2026-09-08 12:00"))
    school.do(lesson(uid(1002), course=MATHS_B, held_on=TUESDAY), TEACHER, moscow("2026-09-08 12:00"))
    found = gaps(school.views, "2026-09-01", "2026-09-30")
    assert brief(found.unrecorded) == [(MONDAY, 2, "Русский язык", True, False)]
    assert brief(found.unplanned) == [(TUESDAY, 3, "Математика", False, True)]
    assert gaps(school.views, "2026-09-01", "2026-09-30", class_group=CLASS_B).unplanned == ()
    assert gaps(school.views, "2026-09-01", "2026-09-30", teacher=TEACHER.id).unrecorded == ()


def test_a_lesson_at_another_place_of_the_day_stands_for_the_planned_one(school: World) -> None:
    school.do(lesson(number=3), TEACHER, moscow("2026-09-07 12:00"))
    (row,) = (row for row in class_timetable(school.views, CLASS_A, MONDAY, MONDAY).rows if row.course == MATHS_A)
    assert (row.number, row.lesson) == (1, LESSON)


@pytest.mark.parametrize(
    ("moment", "unrecorded"), [("2026-09-07 09:14", 0), ("2026-09-07 09:15", 1), ("2026-09-07 23:00", 2)]
)
def test_a_lesson_is_missed_once_it_has_ended(school: World, moment: str, unrecorded: int) -> None:
    school.do(
        cmd.DeclareDaysOff(year=YEAR, starts_on="2026-10-01", ends_on="2026-10-02", title="Карантин", grades=(5,)),
        ADMIN,
        moscow("2026-09-07 23:30"),
    )
    found = gaps(school.views, "2026-09-01", "2026-09-30", at=moscow(moment))
    assert len(found.unrecorded) == unrecorded


def test_a_teachers_day_says_what_is_missing_in_each_lesson(school: World) -> None:
    now = moscow("2026-09-07 12:00")
    substitution = cmd.NewSubstitution(reason="ill", basis="приказ № 1", same_subject=False)
    given = lesson(number=2, course=RUSSIAN_A, attendance_taken=False, works=(answer(),), substitution=substitution)
    school.do(given, TEACHER, now)
    maths, russian = teacher_day(school.views, TEACHER.id, MONDAY).rows
    assert (maths.lesson, maths.missing) == (None, ("record",))
    assert (russian.given_by, russian.teacher) == (TEACHER.id, TEACHER_2.id)
    assert russian.missing == ("attendance", "homework", "marks")
    more = cmd.AddToLesson(
        lesson=LESSON, take_attendance=True, homework=cmd.NewHomework(text=""), marks=(mark(STUDENTS_A[0], work=WORK),)
    )
    school.do(more, TEACHER, now)
    assert [row.missing for row in teacher_day(school.views, TEACHER.id, MONDAY).rows] == [("record",), ()]
    (away,) = teacher_day(school.views, TEACHER_2.id, MONDAY).rows
    assert (away.given_by, away.missing) == (TEACHER.id, ())
    ahead = teacher_day(school.views, TEACHER.id, NEXT_MONDAY).rows
    assert [(row.is_over, row.missing) for row in ahead] == [(False, ())]


@pytest.mark.clause("R46", breaks="projections.views.timetable_pages:Board.uneven", instead=lambda *_, **__: [])
def test_the_register_has_missed_lessons_with_sums_beside_replaced_ones(school: World) -> None:
    substitution = cmd.NewSubstitution(reason="ill", basis="приказ № 1", same_subject=True)
    school.do(lesson(number=2, course=RUSSIAN_A, substitution=substitution), TEACHER, moscow("2026-09-07 12:00"))
    register = substitution_register(school.views, to_date="2026-09-30", at=moscow("2026-09-15 00:00"))
    assert (register.timetable, register.lessons) == ("known", 1)
    assert register.missed is not None
    assert [(row.held_on, row.subject, row.teacher) for row in register.missed] == [(MONDAY, "Математика", TEACHER.id)]
    sums = {total.employee: total for total in register.totals}
    assert (sums[TEACHER.id].given_lessons, sums[TEACHER.id].unreplaced_lessons) == (1, 1)
    assert (sums[TEACHER_2.id].missed_lessons, sums[TEACHER_2.id].unreplaced_lessons) == (1, 0)
    school.do(
        cmd.DeclareDaysOff(year=YEAR, starts_on="2026-10-01", ends_on="2026-10-02", title="Карантин", grades=(5,)),
        ADMIN,
        moscow("2026-09-15 12:00"),
    )
    later = substitution_register(school.views, employee=TEACHER_2.id, to_date="2026-09-30")
    assert later.missed is not None
    assert [(row.held_on, row.subject) for row in later.missed] == [(NEXT_MONDAY, "Русский язык")]
    assert [total.unreplaced_lessons for total in later.totals] == [1]


def cancel(school: World, course: str, number: int, reason: CancellationReason, **more: Any) -> int:
    """Cancel a lesson of the first Monday, before it."""
    command = cmd.CancelLesson(course=course, held_on=MONDAY, number=number, reason=reason, basis="приказ № 9", **more)
    return school.do(command, ADMIN, moscow("2026-09-06 12:00"))


def let_monday_pass(school: World) -> None:
    """Record something else on Tuesday: a sample school's clock is its last entry."""
    day = "2026-10-01"
    off = cmd.DeclareDaysOff(year=YEAR, starts_on=day, ends_on=day, title="Карантин", grades=(5,))
    school.do(off, ADMIN, moscow("2026-09-08 08:00"))


def test_a_cancelled_lesson_is_told_apart_from_one_that_nobody_recorded(school: World) -> None:
    away = cancel(school, MATHS_A, 1, "teacher_absent")
    closed = cancel(school, RUSSIAN_A, 2, "quarantine")
    let_monday_pass(school)
    found = gaps(school.views, MONDAY, MONDAY)
    assert found.unrecorded == ()
    assert [(row.number, row.cancelled_by, row.cancelled_for, row.basis) for row in found.cancelled] == [
        (1, away, "teacher_absent", "приказ № 9"),
        (2, closed, "quarantine", "приказ № 9"),
    ]
    assert [row.missing for row in teacher_day(school.views, TEACHER.id, MONDAY).rows] == [()]
    register = substitution_register(school.views, from_date=MONDAY, to_date=MONDAY)
    assert register.missed is not None
    assert [(row.cancelled_by, row.cancelled_for) for row in register.missed] == [
        (away, "teacher_absent"),
        (closed, "quarantine"),
    ]
    sums = {total.employee: total.unreplaced_lessons for total in register.totals}
    assert sums == {TEACHER.id: 1}
    before = substitution_register(school.views, from_date=MONDAY, to_date=MONDAY, at=away)
    assert before.missed == ()


def test_a_cancellation_that_was_withdrawn_explains_nothing(school: World) -> None:
    away = cancel(school, MATHS_A, 1, "teacher_absent")
    withdraw = cmd.WithdrawCancellation(course=MATHS_A, corrects=away, basis="состоится")
    school.do(withdraw, ADMIN, moscow("2026-09-06 13:00"))
    let_monday_pass(school)
    found = gaps(school.views, MONDAY, MONDAY)
    assert [row.number for row in found.unrecorded] == [1, 2]
    assert found.cancelled == ()


def test_a_lesson_that_was_moved_is_missed_nowhere_and_planned_where_it_is_held(school: World) -> None:
    cancel(school, MATHS_A, 1, "school_event", moved_to=PlannedPlace(held_on=TUESDAY, number=3))
    school.do(lesson(held_on=TUESDAY), TEACHER, moscow("2026-09-08 12:00"))
    register = substitution_register(school.views, from_date=MONDAY, to_date=TUESDAY)
    assert register.missed is not None
    assert [row.subject for row in register.missed] == ["Русский язык"]
    found = gaps(school.views, MONDAY, TUESDAY)
    assert [row.subject for row in found.unrecorded] == ["Русский язык"]
    assert found.unplanned == ()
    assert gaps(school.views, MONDAY, TUESDAY, at=school.journal.size - 2).unplanned == ()


def test_an_annulled_lesson_stands_for_nothing(school: World) -> None:
    first = school.do(lesson(number=1), TEACHER, moscow("2026-09-07 12:00"))
    school.do(cmd.Correct(lesson=LESSON, corrects=first, new=None, reason="typo"), TEACHER, moscow("2026-09-07 12:05"))
    missed = substitution_register(school.views).missed
    assert missed is not None
    assert [row.course for row in missed] == [MATHS_A, RUSSIAN_A]


def test_without_a_timetable_missed_lessons_are_not_known(world: World) -> None:
    world.do(lesson(number=1), TEACHER, moscow("2026-09-07 12:00"))
    register = substitution_register(world.views, now=datetime(2026, 10, 1, tzinfo=UTC))
    assert (register.timetable, register.missed) == ("none", None)
    assert not gaps(world.views, "2026-09-01", "2026-09-30").has_timetable


def test_the_views_are_the_same_after_a_rebuild(school: World) -> None:
    school.do(lesson(number=1), TEACHER, moscow("2026-09-07 12:00"))
    before = class_timetable(school.views, CLASS_A, MONDAY, "2026-09-30")
    school.views.rebuild(school.log, batch_entries=1)
    assert class_timetable(school.views, CLASS_A, MONDAY, "2026-09-30") == before


def test_the_sample_school_gave_and_recorded_every_planned_lesson_but_the_cancelled_ones(tmp_path: Path) -> None:
    journal, log = Journal(find_zone), ListLog()
    cancelled = set()
    for planned in SampleSchool(3, "S", origin=ORIGIN):
        if isinstance(planned.command, cmd.CancelLesson):
            cancelled.add((planned.command.course, planned.command.held_on, planned.command.number))
        first, log.at = journal.size, planned.at
        made = [(stream, event) for stream, _, event in journal.apply(planned.command, planned.actor, log.at)]
        log.append(*made, actor=planned.actor, command=str(UUID(int=first + 1)), after=timedelta())
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        views.catch_up(log)
        register = substitution_register(views, at=moscow("2026-10-28 00:00"))
        missed = {(one.course, one.held_on, one.number) for one in register.missed or ()}
        assert (register.timetable, missed) == ("known", cancelled)
        assert cancelled
        # The log goes on for some days after the last quarter that the school lives through.
        found = gaps(views, "2026-09-01", "2026-10-25")
        assert (found.has_timetable, found.unplanned) == (True, ())
        assert found.unrecorded == ()
        assert {(one.course, one.held_on, one.number) for one in found.cancelled} == cancelled
