"""Calendars, bell schedules and timetables: what is taken, what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.bells import BellSchedule
from ledger.journal.calendar import Calendar
from ledger.journal.codec import CODEC
from ledger.journal.events import TeacherAssigned
from ledger.journal.evolve import evolve
from ledger.journal.planned_lessons import grade_calendar, planned_lessons
from ledger.journal.recorded import Recorded
from ledger.journal.timetable import LESSONS_MAX, Timetable
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.year import Period, SchoolYear
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    RUSSIAN_A,
    SETUP_AT,
    TEACHER,
    YEAR,
    SmallSchool,
    subgroup,
    uid,
)

BELLS = uid(60)
HALF_1, HALF_2 = uid(61), uid(62)
FIRST = Bell(number=1, starts_at="08:30", ends_at="09:15")
SECOND = Bell(number=2, starts_at="09:15", ends_at="10:00")


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def off(starts_on: str = "2026-10-26", ends_on: str = "2026-11-04", **changes: Any) -> cmd.DeclareDaysOff:
    fields: dict[str, Any] = {"year": YEAR, "title": "Осенние каникулы", "grades": (5, 6), **changes}
    return cmd.DeclareDaysOff(starts_on=starts_on, ends_on=ends_on, **fields)


def school_day(on: str = "2026-09-12", as_weekday: int = 1, **changes: Any) -> cmd.DeclareSchoolDay:
    fields: dict[str, Any] = {"year": YEAR, "grades": (5,), **changes}
    return cmd.DeclareSchoolDay(on=on, as_weekday=as_weekday, **fields)


def revoke(revokes: int, basis: str = "ошибка ввода", year: str = YEAR) -> cmd.RevokeCalendarEntry:
    return cmd.RevokeCalendarEntry(year=year, revokes=revokes, basis=basis)


def ring(effective_from: str = "2026-09-01", *lessons: Bell, **changes: Any) -> cmd.SetBellSchedule:
    fields: dict[str, Any] = {"bells": BELLS, "title": "Первая смена", **changes}
    return cmd.SetBellSchedule(effective_from=effective_from, lessons=lessons or (FIRST, SECOND), **fields)


def planned(weekday: int, number: int, course: str = MATHS_A, weeks: Any = "every") -> TimetableLesson:
    return TimetableLesson(course=course, weekday=weekday, number=number, weeks=weeks)


def week(*lessons: TimetableLesson, effective_from: str = "2026-09-01", **changes: Any) -> cmd.SetTimetable:
    fields: dict[str, Any] = {"class_group": CLASS_A, "bells": BELLS, **changes}
    return cmd.SetTimetable(effective_from=effective_from, lessons=lessons, **fields)


class TestCalendar:
    def test_all_entries_of_a_year_are_in_its_one_stream(self, school: SmallSchool) -> None:
        first = school.index(off(), ADMIN)
        school.do(school_day(), DEPUTY)
        found = school.journal.find(f"calendar/{YEAR}")
        assert isinstance(found, Calendar)
        assert found.version == 2
        assert [(entry.entry, entry.starts_on, entry.as_weekday) for entry in found.entries] == [
            (first, "2026-10-26", None),
            (first + 1, "2026-09-12", 1),
        ]

    def test_a_revoked_entry_counts_no_more_and_is_revoked_once(self, school: SmallSchool) -> None:
        index = school.index(off(), ADMIN)
        school.do(revoke(index), ADMIN)
        found = school.journal.find(f"calendar/{YEAR}")
        assert isinstance(found, Calendar)
        assert found.entries == ()
        refused = school.refuse(revoke(index), ADMIN)
        assert (refused.rule, refused.where) == ("no_calendar_entry", "revokes")

    def test_nothing_is_revoked_where_nothing_was_declared(self, school: SmallSchool) -> None:
        assert school.refuse(revoke(0), ADMIN).rule == "no_calendar_entry"

    def test_a_revocation_has_a_basis(self, school: SmallSchool) -> None:
        index = school.index(off(), ADMIN)
        assert school.refuse(revoke(index, ""), ADMIN).where == "basis"

    def test_the_same_is_not_declared_twice_in_a_row(self, school: SmallSchool) -> None:
        school.do(off(), ADMIN)
        assert school.refuse(off(title="Каникулы"), ADMIN).rule == "same_calendar_entry"
        school.do(school_day("2026-10-31"), ADMIN)
        school.do(off(), ADMIN)

    @pytest.mark.parametrize(
        ("command", "rule", "where"),
        [
            (off("2026-08-31", "2026-09-02"), "outside_the_year", "starts_on"),
            (off("2027-05-31", "2027-06-01"), "outside_the_year", "ends_on"),
            (off("2026-09-03", "2026-09-02"), "empty_range", "ends_on"),
            (off(title=""), "malformed_text", "title"),
            (off(grades=()), "grades_not_sorted", "grades"),
            (off(grades=(6, 5)), "grades_not_sorted", "grades"),
            (off(grades=(13,)), "out_of_range", "grades[0]"),
            (off(year=uid(3)), "unknown_year", "year"),
            (school_day("2026-08-31"), "outside_the_year", "on"),
            (school_day("12.09.2026"), "malformed_date", "on"),
            (school_day(as_weekday=0), "out_of_range", "as_weekday"),
            (school_day(as_weekday=8), "out_of_range", "as_weekday"),
        ],
    )
    def test_refuses_what_no_calendar_says(
        self, school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str
    ) -> None:
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where) == (rule, where)


class TestBells:
    def test_a_version_follows_from_its_day_on(self, school: SmallSchool) -> None:
        first = school.index(ring(), ADMIN)
        second = school.index(ring("2026-12-30", FIRST), ADMIN)
        found = school.journal.find(f"bells/{BELLS}")
        assert isinstance(found, BellSchedule)
        entries = [found.on(day) for day in ("2026-08-31", "2026-09-01", "2026-12-29", "2026-12-30")]
        assert [entry and entry.entry for entry in entries] == [None, first, first, second]

    def test_versions_never_go_back_and_say_something_new(self, school: SmallSchool) -> None:
        school.do(ring("2026-09-02"), ADMIN)
        assert school.refuse(ring("2026-09-01"), ADMIN).rule == "bells_not_later"
        assert school.refuse(ring("2026-09-02"), ADMIN).rule == "same_bells"
        school.do(ring("2026-09-02", FIRST), ADMIN)

    @pytest.mark.parametrize(
        ("lessons", "rule", "where"),
        [
            ((SECOND, FIRST), "bells_not_in_order", "lessons[1].starts_at"),
            ((FIRST, FIRST), "bells_not_in_order", "lessons[1].starts_at"),
            ((FIRST, Bell(number=2, starts_at="09:14", ends_at="10:00")), "bells_not_in_order", "lessons[1].starts_at"),
            ((Bell(number=1, starts_at="09:15", ends_at="09:15"),), "empty_range", "lessons[0].ends_at"),
            ((Bell(number=13, starts_at="09:15", ends_at="09:16"),), "out_of_range", "lessons[0].number"),
            ((Bell(number=1, starts_at="8:30", ends_at="09:16"),), "malformed_time", "lessons[0].starts_at"),
        ],
    )
    def test_lessons_are_in_order_and_do_not_overlap(
        self, school: SmallSchool, lessons: tuple[Bell, ...], rule: str, where: str
    ) -> None:
        refused = school.refuse(ring("2026-09-01", *lessons), ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    def test_a_day_has_a_lesson_at_least(self, school: SmallSchool) -> None:
        assert school.refuse(msgspec.structs.replace(ring(), lessons=()), ADMIN).where == "lessons"


class TestTimetable:
    def test_a_week_names_its_bells_and_its_lessons(self, school: SmallSchool) -> None:
        school.do(ring(), ADMIN)
        (event,) = school.do(week(planned(1, 1, weeks="odd"), planned(1, 2, RUSSIAN_A)), ADMIN)
        type_, data = CODEC.encode(event)
        fields = msgspec.json.decode(data)
        assert (type_, fields["bells"], fields["effective_from"]) == ("timetable_set/1", BELLS, "2026-09-01")
        assert fields["lessons"] == [
            {"course": MATHS_A, "weekday": 1, "number": 1, "weeks": "odd"},
            {"course": RUSSIAN_A, "weekday": 1, "number": 2, "weeks": "every"},
        ]
        assert CODEC.decode(type_, data) == event

    @pytest.mark.parametrize(
        ("lessons", "is_taken"),
        [
            ([planned(1, 1, MATHS_A), planned(1, 1, RUSSIAN_A)], True),
            ([planned(1, 1, MATHS_A), planned(1, 1, RUSSIAN_A, weeks="odd")], True),
            ([planned(1, 1, MATHS_A, weeks="odd"), planned(1, 1, RUSSIAN_A)], True),
            ([planned(1, 1, MATHS_A, weeks="even"), planned(1, 1, RUSSIAN_A, weeks="even")], True),
            ([planned(1, 1, MATHS_A, weeks="even"), planned(1, 1, RUSSIAN_A, weeks="odd")], False),
            ([planned(1, 1, HALF_1), planned(1, 1, HALF_2)], False),
            ([planned(1, 1, MATHS_A), planned(1, 1, HALF_1)], True),
            ([planned(1, 1, HALF_1, weeks="odd"), planned(1, 1, HALF_2), planned(1, 2, MATHS_A)], False),
            ([planned(1, 2, MATHS_A), planned(2, 1, RUSSIAN_A), planned(2, 2, RUSSIAN_A)], False),
        ],
    )
    def test_subgroups_alone_share_a_place_of_one_week(
        self, school: SmallSchool, lessons: list[TimetableLesson], *, is_taken: bool
    ) -> None:
        school.do(ring(), ADMIN)
        for course, title in ((HALF_1, "1"), (HALF_2, "2")):
            school.do(subgroup(course, title), ADMIN, SETUP_AT)
        command = week(*sorted(lessons, key=lambda one: (one.weekday, one.number, one.course)))
        if is_taken:
            refused = school.refuse(command, ADMIN)
            assert (refused.rule, refused.where) == ("timetable_place_taken", "lessons[1].course")
        else:
            school.do(command, ADMIN)

    def test_a_class_may_have_no_lessons_from_a_day_on(self, school: SmallSchool) -> None:
        school.do(ring(), ADMIN)
        school.do(week(), ADMIN)

    def test_weeks_never_go_back_and_say_something_new(self, school: SmallSchool) -> None:
        school.do(ring(), ADMIN)
        school.do(week(planned(1, 1), effective_from="2026-09-02"), ADMIN)
        refused = school.refuse(week(planned(1, 2)), ADMIN)
        assert (refused.rule, refused.where) == ("timetable_not_later", "effective_from")
        assert school.refuse(week(planned(1, 1), effective_from="2026-09-02"), ADMIN).rule == "same_timetable"
        school.do(week(planned(2, 1), effective_from="2026-09-02"), ADMIN)
        found = school.journal.find(f"timetable/{CLASS_A}")
        assert isinstance(found, Timetable)
        assert found.version == 2

    def test_the_largest_week_fits_into_an_entry(self, school: SmallSchool) -> None:
        lessons = tuple(planned(1, 1) for _ in range(LESSONS_MAX))
        assert len(msgspec.json.encode(lessons)) < 60_000

    @pytest.mark.parametrize(
        ("command", "rule", "where"),
        [
            (week(planned(1, 1, MATHS_B)), "course_of_another_class", "lessons[0].course"),
            (week(planned(1, 1, uid(59))), "unknown_course", "lessons[0].course"),
            (week(planned(1, 3)), "no_bell_for_lesson", "lessons[0].number"),
            (week(planned(8, 1)), "out_of_range", "lessons[0].weekday"),
            (week(planned(1, 1, weeks="third")), "unknown_code", "lessons[0].weeks"),
            (week(planned(2, 1), planned(1, 1)), "timetable_not_in_order", "lessons[1].number"),
            (week(planned(1, 1), planned(1, 1, weeks="odd")), "timetable_not_in_order", "lessons[1].number"),
            (week(*(planned(1, 1) for _ in range(LESSONS_MAX + 1))), "out_of_range", "lessons"),
            (week(effective_from="2026-08-31"), "outside_the_year", "effective_from"),
            (week(bells=uid(69)), "unknown_bells", "bells"),
            (week(class_group=uid(39)), "unknown_class", "class_group"),
        ],
    )
    def test_refuses_what_no_week_is(
        self, school: SmallSchool, command: cmd.SetTimetable, rule: str, where: str
    ) -> None:
        school.do(ring(), ADMIN)
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    def test_bells_begin_with_the_timetable_or_before(self, school: SmallSchool) -> None:
        school.do(ring("2026-09-02"), ADMIN)
        refused = school.refuse(week(planned(1, 1)), ADMIN)
        assert (refused.rule, refused.where) == ("bells_not_in_force", "bells")


@pytest.mark.parametrize("command", [off(), school_day(), revoke(3), ring(), week()])
def test_only_the_administration_sets_up(school: SmallSchool, command: cmd.JournalCommand) -> None:
    refused = school.refuse(command, TEACHER)
    assert (refused.rule, refused.clause) == ("role_not_allowed", "1.3")


@pytest.mark.parametrize("stream", [f"calendar/{YEAR}", f"bells/{BELLS}", f"timetable/{CLASS_A}"])
def test_streams_hold_their_own_events_alone(stream: str) -> None:
    stray = TeacherAssigned(teacher=TEACHER.id, starts_on="2026-09-01")
    with pytest.raises(TypeError, match="TeacherAssigned"):
        evolve(None, Recorded(stream, 1, stray, 3, ADMIN))


def test_a_day_is_planned_from_the_states_of_its_streams(school: SmallSchool) -> None:
    school.do(ring(), ADMIN)
    school.do(week(planned(1, 1), planned(1, 2, RUSSIAN_A)), ADMIN)
    saturday = school.index(school_day("2026-09-12"), ADMIN)
    find = school.journal.find
    year, calendar, bells, timetable = (
        find(f"{kind}/{id_}")
        for kind, id_ in (("year", YEAR), ("calendar", YEAR), ("bells", BELLS), ("timetable", CLASS_A))
    )
    assert isinstance(year, SchoolYear)
    assert isinstance(calendar, Calendar)
    assert isinstance(bells, BellSchedule)
    assert isinstance(timetable, Timetable)
    periods = [found for id_ in year.periods if isinstance(found := find(f"period/{id_}"), Period)]
    of_grade = grade_calendar(5, year, periods, calendar)
    lessons = planned_lessons(timetable.entries, {BELLS: bells.entries}, of_grade, "2026-09-12")
    assert [(lesson.course, lesson.calendar_entry) for lesson in lessons] == [
        (MATHS_A, saturday),
        (RUSSIAN_A, saturday),
    ]
    assert max(lesson.ends_at or "" for lesson in lessons) == "10:00"
    assert (
        planned_lessons(timetable.entries, {BELLS: bells.entries}, grade_calendar(5, year, (), None), "2026-09-07")
        == ()
    )
