"""Bells, calendar, duties and timetables from files: versions from a day on, what is known already, every problem's place."""

from __future__ import annotations

import pytest

from api.importing import KnownSchool, describe_plan, plan_import
from api.importing.known import CourseKey, KnownBells, KnownClass, KnownCourse, KnownDays, KnownWeek, KnownYear
from api.importing.steps import (
    NewBells,
    NewDays,
    NewDuty,
    NewTimetable,
    PlannedLesson,
    bells_ref,
    class_ref,
    course_ref,
)
from ledger.journal.timetable_events import Bell, TimetableLesson
from tests.unit.api.importing.test_import_plan import A5, CLASSES, PEOPLE, TEACHER, YEAR, files, known, problems

BELLS = "название;урок;начало;конец;с\n"
RINGS = BELLS + "1-я смена;1;8:30;09.15;\n1-я смена;2;09:25;10:10;\n"
CALENDAR = "с;по;что;классы;учатся как в\n"
DUTIES = "учитель;обязанность;приказ;от;с\n"
WEEK = "день;урок;класс;предмет;учитель;подгруппа;с;звонки;недели\n"
LESSONS = WEEK + "вт;2;5А;Математика;Т1;;;;\nпн;1;5А;Математика;Т1;;;;\n"
FIRST_SHIFT = (
    Bell(number=1, starts_at="08:30", ends_at="09:15"),
    Bell(number=2, starts_at="09:25", ends_at="10:10"),
)
COURSE = "00000000-0000-4000-8000-00000000000c"


def test_plans_bells_calendar_duties_and_a_classes_week() -> None:
    calendar = CALENDAR + "24.10.2026;01.11.2026;Каникулы;5-6;\n07.11.2026;;;5;пятница\n"
    duties = DUTIES + "Т1;Ведение журнала;43-о;24.08.2026;\nТ2;замещение;43-о;24.08.2026;01.10.2026\n"
    changes = {"bells.csv": RINGS, "calendar.csv": calendar, "duties.csv": duties, "timetable.csv": LESSONS}
    plan = plan_import(files(changes))
    assert plan.problems == ()
    duty, other, holidays, saturday, bells, week = plan.steps[-6:]
    assert isinstance(duty, NewDuty)
    assert (duty.teacher, duty.duty, duty.order_number, duty.starts_on) == ("Т1", "journal", "43-о", "2026-09-01")
    assert isinstance(other, NewDuty)
    assert (other.duty, other.starts_on) == ("substitute", "2026-10-01")
    assert isinstance(holidays, NewDays)
    assert (holidays.starts_on, holidays.ends_on, holidays.grades) == ("2026-10-24", "2026-11-01", (5, 6))
    assert isinstance(saturday, NewDays)
    assert (saturday.starts_on, saturday.ends_on, saturday.as_weekday) == ("2026-11-07", "2026-11-07", 5)
    assert isinstance(bells, NewBells)
    assert (bells.title, bells.starts_on, bells.lessons) == ("1-я смена", "2026-09-01", FIRST_SHIFT)
    assert isinstance(week, NewTimetable)
    assert (week.bells, week.starts_on, len(week.lessons)) == ("1-я смена", "2026-09-01", 2)
    ids = {class_ref(A5): "c", bells_ref("1-я смена"): "b", course_ref(A5, "Математика"): COURSE}
    assert [(one.weekday, one.number) for one in week.command(ids, "", ()).lessons] == [(1, 1), (2, 2)]  # type: ignore[attr-defined]
    said = describe_plan(plan)
    for line in ("расписания звонков: новых 1", "записи календаря: новых 2", "обязанности учителей: новых 2"):
        assert line in said
    assert "расписания классов: новых 1" in said


def set_up(**changes: object) -> KnownSchool:
    """A journal with the bells, a holiday, a duty and the week of `LESSONS`."""
    lessons = tuple(
        TimetableLesson(course=COURSE, weekday=weekday, number=number, weeks="every")
        for weekday, number in ((1, 1), (2, 2))
    )
    course = {CourseKey("Математика"): KnownCourse(COURSE, "t1", "2026-09-01")}
    group = KnownClass("c", "t1", {"s": None}, course, (KnownWeek("2026-09-01", "b", lessons),))
    return known(
        classes={"2026/27": {A5: group}},
        bells={"1-я смена": (KnownBells("b", (("2026-09-01", FIRST_SHIFT),)),)},
        calendars={"2026/27": frozenset({KnownDays("2026-11-04", "2026-11-04", (5,), None)})},
        duties={("t1", "journal"): (("2026-09-01", None),)},
        **changes,
    )


HOLIDAY = CALENDAR + "04.11.2026;;День народного единства;5;\n"
KEEPS = DUTIES + "Т1;journal;43-о;24.08.2026;\n"
ALL = {"bells.csv": RINGS, "calendar.csv": HOLIDAY, "duties.csv": KEEPS, "timetable.csv": LESSONS}


def test_what_the_journal_has_is_unchanged() -> None:
    plan = plan_import(files(ALL), set_up())
    assert (plan.problems, plan.steps) == ((), ())
    assert [plan.unchanged[kind] for kind in ("bells", "calendar", "duty", "timetable")] == [1, 1, 1, 1]
    assert "Изменений нет" in describe_plan(plan)


def test_another_week_from_a_later_day_is_a_new_version() -> None:
    later = WEEK + "ср;1;5А;Математика;Т1;;01.11.2026;;чётная\n"
    plan = plan_import(files({"timetable.csv": later}), set_up())
    (week,) = plan.steps
    assert isinstance(week, NewTimetable)
    assert (week.starts_on, week.bells) == ("2026-11-01", "1-я смена")
    assert week.lessons == (PlannedLesson(3, 1, "Математика", None, "even"),)
    both = plan_import(files({"timetable.csv": LESSONS + later.removeprefix(WEEK)}), set_up())
    assert [type(step) for step in both.steps] == [NewTimetable], "the version that stands, and the new one"


def test_bells_that_change_are_a_new_version_of_their_schedule() -> None:
    short = RINGS + "1-я смена;1;8:30;9:00;01.12.2026\n"
    plan = plan_import(files({"bells.csv": short}), set_up())
    (bells,) = plan.steps
    assert isinstance(bells, NewBells)
    assert bells.command(plan.known, "new", ()).bells == "b"  # type: ignore[attr-defined]


def test_odd_and_even_weeks_share_a_place() -> None:
    shared = WEEK + "пн;1;5А;Математика;Т1;;;;нечётная\nпн;1;5А;Труд;Т1;;;;even\n"
    plan = plan_import(files({"bells.csv": RINGS, "timetable.csv": shared}))
    assert plan.problems == ()


WRONG = {
    "bells.csv": [
        (BELLS + "1-я;1;25:00;09:15;\n", "bells.csv:2:3 bad_time"),
        (BELLS + "1-я;1;09:15;08:30;\n", "bells.csv:2:4 times_reversed"),
        (BELLS + "1-я;13;08:30;09:15;\n", "bells.csv:2:2 bad_number 0–12"),
        (BELLS + "1-я;2;08:30;09:15;\n1-я;2;09:25;10:10;\n", "bells.csv:3:2 number_not_rising 2"),
        (BELLS + "1-я;1;08:30;09:15;\n1-я;2;09:10;10:10;\n", "bells.csv:3:3 bells_overlap 2"),
        (BELLS + "1-я;1;08:30;09:15;31.08.2026\n", "bells.csv:2:5 outside_year"),
    ],
    "calendar.csv": [
        (CALENDAR + "04.11.2026;03.11.2026;Праздник;5;\n", "calendar.csv:2:2 dates_reversed"),
        (CALENDAR + "04.11.2026;;;5;\n", "calendar.csv:2:3 missing_value"),
        (CALENDAR + "07.11.2026;08.11.2026;;5;пт\n", "calendar.csv:2:2 one_day"),
        (CALENDAR + "07.11.2026;;;5;ежедневно\n", "calendar.csv:2:5 bad_word"),
        (CALENDAR + "04.11.2026;;Праздник;;\n", "calendar.csv:2:4 missing_value"),
        (CALENDAR + "04.11.2027;;Праздник;5;\n", "calendar.csv:2:1 outside_year"),
        (HOLIDAY + "04.11.2026;;Выходной;5;\n", "calendar.csv:3:0 duplicate 2"),
    ],
    "duties.csv": [
        (DUTIES + "Т9;journal;43-о;24.08.2026;\n", "duties.csv:2:1 unknown_person"),
        (DUTIES + "1;journal;43-о;24.08.2026;\n", "duties.csv:2:1 wrong_kind"),
        (DUTIES + "Т1;дежурство;43-о;24.08.2026;\n", "duties.csv:2:2 bad_word"),
        (DUTIES + "Т1;journal;;24.08.2026;\n", "duties.csv:2:3 missing_value"),
        (DUTIES + f"Т1;journal;{'4' * 101};24.08.2026;\n", "duties.csv:2:3 order_too_long"),
        (KEEPS + "Т1;ведение журнала;44-о;24.08.2026;01.10.2026\n", "duties.csv:3:0 duplicate 2"),
    ],
    "timetable.csv": [
        (WEEK + "пн;3;5А;Математика;Т1;;;;\n", "timetable.csv:2:2 no_bell"),
        (WEEK + "пн;1;5А;Математика;Т1;;;2-я смена;\n", "timetable.csv:2:8 unknown_bells"),
        (WEEK + "пн;1;5А;Математика;Т1;;31.08.2026;;\n", "timetable.csv:2:7 outside_year"),
        (WEEK + "пн;1;5А;Математика;Т1;;;;иногда\n", "timetable.csv:2:9 bad_word"),
        (WEEK + "пн;1;5А;Математика;Т1;;;;\nпн;1;5А;Труд;Т2;;;;odd\n", "timetable.csv:3:3 class_twice 2"),
        (WEEK + "пн;1;5А;Труд;Т1;;;;even\nпн;1;5А;Труд;Т1;;;;odd\n", "timetable.csv:3:0 duplicate 2"),
    ],
}


@pytest.mark.parametrize(
    ("file", "text", "expected"), [(file, *case) for file, cases in WRONG.items() for case in cases]
)
def test_names_the_place_and_kind_of_a_problem(file: str, text: str, expected: str) -> None:
    found = problems({"bells.csv": RINGS, file: text})
    assert any(problem == expected or problem.startswith(expected + " ") for problem in found), found


def test_of_several_bell_schedules_a_week_names_one() -> None:
    two = RINGS + "2-я смена;1;14:00;14:45;\n"
    assert problems({"bells.csv": two, "timetable.csv": LESSONS}) == [
        "timetable.csv:2:8 which_bells 1-я смена, 2-я смена"
    ]
    named = LESSONS.replace(";;;;\nпн", ";;;1-я смена;\nпн").replace("Т1;;;;\n", "Т1;;;2-я смена;\n")
    assert problems({"bells.csv": two, "timetable.csv": named}) == ["timetable.csv:3:8 other_bells 2"]
    later = two.replace("14:45;", "14:45;01.11.2026")
    week = WEEK + "пн;1;5А;Математика;Т1;;;2-я смена;\n"
    assert problems({"bells.csv": later, "timetable.csv": week}) == ["timetable.csv:2:8 bells_later"]


def test_refuses_what_the_journal_contradicts() -> None:
    state = set_up()
    assert problems({"bells.csv": RINGS.replace("10:10", "10:05")}, state) == ["bells.csv:2:0 differs"]
    assert problems({"timetable.csv": LESSONS.replace("вт;2", "вт;1")}, state) == ["timetable.csv:2:0 differs"]
    duty = KEEPS.replace("24.08.2026;", "24.08.2026;01.10.2026")
    assert problems({"duties.csv": duty}, state) == ["duties.csv:2:5 duty_stands"]
    (group,) = state.classes["2026/27"].values()
    newer = KnownClass("c", "t1", {"s": None}, group.courses, (KnownWeek("2026-11-01", "b", ()),))
    moved = set_up()
    moved = KnownSchool(
        moved.people, moved.years, moved.periods, {"2026/27": {A5: newer}}, {},
        {"1-я смена": (KnownBells("b", (("2026-12-01", FIRST_SHIFT),)),)},
    )  # fmt: skip
    assert problems({"bells.csv": RINGS}, moved) == ["bells.csv:2:5 not_later 2026-12-01"]
    bells = {"1-я смена": (KnownBells("b", (("2026-09-01", FIRST_SHIFT),)),)}
    moved = KnownSchool(moved.people, moved.years, moved.periods, {"2026/27": {A5: newer}}, {}, bells)
    assert problems({"timetable.csv": LESSONS}, moved) == ["timetable.csv:2:7 not_later 2026-11-01"]
    twice = {"1-я смена": (*bells["1-я смена"], KnownBells("b2", (("2026-09-01", FIRST_SHIFT),)))}
    moved = KnownSchool(moved.people, moved.years, moved.periods, {"2026/27": {A5: newer}}, {}, twice)
    assert problems({"bells.csv": RINGS}, moved) == ["bells.csv:2:1 ambiguous_bells"]


def test_a_duty_that_ended_is_given_again() -> None:
    state = KnownSchool(
        {TEACHER: ("t1",)}, {"2026/27": KnownYear("y", "2026-09-01", "2027-05-31")},
        duties={("t1", "journal"): (("2026-09-01", "2026-09-30"),)},
    )  # fmt: skip
    again = KEEPS.replace("24.08.2026;", "24.08.2026;01.10.2026")
    people = "\n".join(PEOPLE.splitlines()[:2]) + "\n"
    plan = plan_import({"year.csv": YEAR.encode(), "people.csv": people.encode(), "duties.csv": again.encode()}, state)
    assert [type(step) for step in plan.steps] == [NewDuty]


def test_a_week_of_too_many_lessons_is_named() -> None:
    subgroups = "".join(f"пн;1;5А;Труд;Т1;{number};;;\n" for number in range(301))
    found = problems({"bells.csv": RINGS, "timetable.csv": WEEK + subgroups, "classes.csv": CLASSES})
    assert "timetable.csv:2:0 week_too_long 300" in found
