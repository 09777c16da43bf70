from __future__ import annotations

from pathlib import Path

import pytest

from api.importing import KINDS, KnownSchool, describe_plan, plan_import
from api.importing.known import CourseKey, KnownClass, KnownCourse, KnownPeriod, KnownYear, PersonKey
from api.importing.rows import RELATION_WORDS
from api.importing.steps import (
    NewClass,
    NewClassTeacher,
    NewCourse,
    NewEnrollment,
    NewLink,
    NewMember,
    NewPerson,
    NewPlan,
    NewTeacher,
    NewTimetable,
    NewYear,
)
from api.importing.values import LOOKALIKES, ClassName
from api.sample import tables as sample_tables
from api.sample.school import SampleSchool
from ledger.journal.plan_events import PlanItem
from ledger.journal.plans import topic_of

EXAMPLES = Path(__file__).parents[4] / "examples"
SMALL = EXAMPLES / "small"

YEAR = "учебный год;с;по\n2026/27;01.09.2026;31.05.2027\n"
PEOPLE_HEADER = "код;кто;фамилия;имя;отчество;дата рождения;класс;с\n"
PEOPLE = (
    PEOPLE_HEADER + "Т1;учитель;Орлова;Анна;Петровна;01.02.1980;;\n"
    "Т2;teacher;Смирнов;Олег;;1975-03-04;;\n"
    "1;ученик;Иванов;Иван;Иванович;05.06.2015;5А;\n"
)
FAMILY = (
    PEOPLE_HEADER.replace(";с\n", ";с;ученики;кем приходится\n") + "Т1;учитель;Орлова;Анна;Петровна;01.02.1980;;;;\n"
    "Т2;teacher;Смирнов;Олег;;1975-03-04;;;;\n"
    "1;ученик;Иванов;Иван;Иванович;05.06.2015;5А;;;\n"
    "Р1;Представитель;Иванова;Ольга;;;;;1;мать\n"
)
CLASSES = "класс;классный руководитель\n5А;Т1\n"
MEMBERS = "класс;предмет;подгруппа;ученик;с\n"
PLANS = "класс;предмет;номер;тема;часов;домашнее задание;по плану\n"
HALVES = "класс;предмет;учитель;подгруппа\n5А;Труд;Т1;1\n5А;Труд;Т2;2\n"
GOOD = {"year.csv": YEAR, "people.csv": PEOPLE, "classes.csv": CLASSES}

TEACHER = PersonKey("teacher", "Орлова", "Анна", "Петровна", "1980-02-01")
OTHER_TEACHER = PersonKey("teacher", "Смирнов", "Олег", "", "1975-03-04")
STUDENT = PersonKey("student", "Иванов", "Иван", "Иванович", "2015-06-05")
A5 = ClassName(5, "А")


def files(changes: dict[str, str] | None = None) -> dict[str, bytes]:
    return {name: text.encode() for name, text in (GOOD | (changes or {})).items()}


def problems(changes: dict[str, str], known: KnownSchool | None = None) -> list[str]:
    plan = plan_import(files(changes), known)
    assert plan.steps == () or not plan.problems
    return [f"{p.file}:{p.line}:{p.column} {p.kind} {p.detail}".strip() for p in plan.problems]


def known(**changes: object) -> KnownSchool:
    group = KnownClass("c", "t1", {"s": None}, {CourseKey("Математика"): KnownCourse("k", "t1", "2026-09-01")})
    state: dict[str, object] = {
        "people": {TEACHER: ("t1",), OTHER_TEACHER: ("t2",), STUDENT: ("s",)},
        "years": {"2026/27": KnownYear("y", "2026-09-01", "2027-05-31")},
        "periods": {"2026/27": (KnownPeriod("quarter", 1, (5,), "2026-09-01", "2026-10-23"),)},
        "classes": {"2026/27": {A5: group}},
    }
    return KnownSchool(**(state | changes))  # type: ignore[arg-type]


def test_plans_a_subject_in_two_halves_with_who_is_in_which() -> None:
    timetable = "день;урок;класс;предмет;учитель;подгруппа\nпн;1;5А;Труд;Т1;1\nпн;1;5А;Труд;Т2;2\n"
    plan = plan_import(
        files(
            {"courses.csv": HALVES, "timetable.csv": timetable, "subgroups.csv": MEMBERS + "5А;Труд;2;1;02.09.2026\n"}
        )
    )
    assert plan.problems == ()
    courses = [step for step in plan.steps if isinstance(step, NewCourse)]
    assert [(step.subject, step.teacher, step.subgroup) for step in courses] == [
        ("Труд", "Т1", "1"),
        ("Труд", "Т2", "2"),
    ]
    (member,) = [step for step in plan.steps if isinstance(step, NewMember)]
    assert (member.subject, member.subgroup, member.student, member.starts_on) == ("Труд", "2", "1", "2026-09-02")
    assert "ученики в подгруппах: новых 1" in describe_plan(plan)


def test_plans_a_courses_lesson_plan_once() -> None:
    courses = "класс;предмет;учитель\n5А;Труд;Т1\n"
    plans = PLANS + "5А;Труд;1;Дерево;2;§ 1;07.09.2026\n5А;Труд;3;Ткань;1;;\n"
    plan = plan_import(files({"courses.csv": courses, "plans.csv": plans}))
    (step,) = [step for step in plan.steps if isinstance(step, NewPlan)]
    items = (
        PlanItem(number=1, topic="Дерево", hours=2, homework="§ 1", planned_on="2026-09-07"),
        PlanItem(number=3, topic="Ткань", hours=1),
    )
    assert (plan.problems, step.items) == ((), items)
    assert "планы курсов: новых 1" in describe_plan(plan)

    def again(items: tuple[PlanItem, ...]) -> KnownSchool:
        standing = {item.number: topic_of(item) for item in items}
        course = KnownCourse("k1", "t1", "2026-09-01", {}, standing)
        return known(classes={"2026/27": {A5: KnownClass("c", "t1", {"s": None}, {CourseKey("Труд"): course})}})

    same = plan_import(files({"plans.csv": plans}), again(items))
    assert (same.problems, same.steps, same.unchanged["plan"]) == ((), (), 1)
    assert problems({"plans.csv": plans}, again(items[:1])) == ["plans.csv:2:0 differs"]


def test_a_student_stays_in_the_subgroup_that_the_journal_says() -> None:
    courses = {
        CourseKey("Труд", "1"): KnownCourse("k1", "t1", "2026-09-01", {"s": "2026-10-01"}),
        CourseKey("Труд", "2"): KnownCourse("k2", "t2", "2026-09-01", {"s": None}),
    }
    state = known(classes={"2026/27": {A5: KnownClass("c", "t1", {"s": None}, courses)}})
    same = plan_import(files({"subgroups.csv": MEMBERS + "5А;Труд;2;1;\n"}), state)
    assert (same.problems, same.steps, same.unchanged["member"]) == ((), (), 1)
    assert problems({"subgroups.csv": MEMBERS + "5А;Труд;1;1;02.10.2026\n"}, state) == [
        "subgroups.csv:2:3 in_another_subgroup"
    ]


def test_plans_everything_of_a_new_school_in_the_order_of_its_references() -> None:
    plan = plan_import(files({"courses.csv": "класс;предмет;учитель\n5А;Математика;Т1\n"}))
    assert plan.problems == ()
    assert [type(step) for step in plan.steps] == [
        NewYear,
        NewPerson,
        NewPerson,
        NewPerson,
        NewClass,
        NewEnrollment,
        NewCourse,
    ]
    assert len({step.key for step in plan.steps}) == len(plan.steps)


def test_the_examples_are_what_the_generator_writes_and_have_no_problems(tmp_path: Path) -> None:
    sample_tables.write_examples(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert written == sorted(path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("*.csv"))
    for path in written:
        assert (tmp_path / path).read_bytes() == (EXAMPLES / path).read_bytes()
    for folder, lessons, people in ((EXAMPLES, 980, 1_062), (SMALL, 59, 36), (SMALL / "cp1251", 59, 36)):
        plan = plan_import({path.name: path.read_bytes() for path in folder.glob("*.csv")})
        assert plan.problems == ()
        assert plan.lessons == lessons
        assert sum(isinstance(step, NewPerson) for step in plan.steps) == people
    assert sum((EXAMPLES / path).stat().st_size for path in written) < 200_000, "examples stay small"


def test_reads_the_model_school_without_problems() -> None:
    sample = SampleSchool(1, "M")
    roster = sample.roster()
    made = sample_tables.tables(roster, sample.week(roster))
    plan = plan_import({name: sample_tables.render(rows, delimiter=",") for name, rows in made.items()})
    assert plan.problems == ()
    assert plan.lessons == 980
    assert sum(isinstance(step, NewEnrollment) for step in plan.steps) == 1_000


def test_finds_what_the_journal_says_already() -> None:
    courses = {
        "courses.csv": "класс;предмет;учитель\n5А;Математика;Т1\n",
        "periods.csv": "вид;номер;классы;с;по\nчетверть;1;5;01.09.2026;23.10.2026\n",
    }
    plan = plan_import(files(courses), known())
    assert (plan.problems, plan.steps) == ((), ())
    assert plan.unchanged == {
        "year": 1,
        "teacher": 2,
        "student": 1,
        "period": 1,
        "class": 1,
        "enrollment": 1,
        "course": 1,
    }


def test_without_a_year_file_the_latest_year_is_meant() -> None:
    years = {
        "2026/27": KnownYear("y", "2026-09-01", "2027-05-31"),
        "2025/26": KnownYear("z", "2025-09-01", "2026-05-31"),
    }
    contents = files({"people.csv": PEOPLE.replace("5А;", "5Б;"), "classes.csv": "класс\n5Б\n"})
    del contents["year.csv"]
    plan = plan_import(contents, known(years=years, classes={}))
    assert plan.problems == ()
    assert NewYear not in [type(step) for step in plan.steps]
    assert [step.year for step in plan.steps if isinstance(step, NewClass)] == ["2026/27"]


def test_another_teacher_needs_a_day() -> None:
    rows = "класс;предмет;учитель;с\n5А;Математика;Т2;{}\n"
    assert problems({"courses.csv": rows.format("")}, known()) == ["courses.csv:2:3 teacher_change"]
    assert problems({"courses.csv": rows.format("01.09.2026")}, known()) == ["courses.csv:2:3 teacher_change"]
    plan = plan_import(files({"courses.csv": rows.format("11.01.2027")}), known())
    (step,) = plan.steps
    assert isinstance(step, NewTeacher)
    assert step.starts_on == "2027-01-11"


def test_another_class_teacher_needs_a_day() -> None:
    rows = "класс;классный руководитель;с\n5А;{};{}\n"
    led = known(classes={"2026/27": {A5: KnownClass("c", "t1", {"s": None}, leads_from="2026-09-01")}})
    for day in ("", "01.09.2026"):
        refused = ["classes.csv:2:2 class_teacher_change"]
        assert problems({"classes.csv": rows.format("Т2", day)}, led) == refused, day
    assert problems({"classes.csv": rows.format("Т2", "01.09.2027")}, led) == ["classes.csv:2:3 outside_year"]
    assert problems({"classes.csv": rows.format("", "11.01.2027")}, led) == ["classes.csv:2:2 missing_value"]
    assert problems({"classes.csv": rows.format("Т9", "11.01.2027")}, led) == ["classes.csv:2:2 unknown_person"]
    (step,) = plan_import(files({"classes.csv": rows.format("Т2", "11.01.2027")}), led).steps
    assert (type(step), getattr(step, "class_teacher", None)) == (NewClassTeacher, "Т2")
    assert plan_import(files({"classes.csv": rows.format("Т1", "11.01.2027")}), led).steps == ()
    unled = known(classes={"2026/27": {A5: KnownClass("c", None, {"s": None})}})
    assert problems({"classes.csv": rows.format("Т2", "")}, unled) == ["classes.csv:2:2 class_teacher_change"]
    (step,) = plan_import(files({"classes.csv": rows.format("Т2", "01.09.2026")}), unled).steps
    assert isinstance(step, NewClassTeacher)


def test_a_new_class_may_get_its_class_teacher_later() -> None:
    rows = "класс;классный руководитель;с\n5Б;Т2;{}\n"
    for day, kinds in (("", [NewClass]), ("01.09.2026", [NewClass]), ("11.01.2027", [NewClass, NewClassTeacher])):
        plan = plan_import(files({"classes.csv": rows.format(day)}), known())
        assert [type(step) for step in plan.steps] == kinds
        (opened,) = (step for step in plan.steps if isinstance(step, NewClass))
        assert opened.class_teacher == (None if day.startswith("11") else "Т2")


def test_a_student_who_left_may_come_back_later() -> None:
    group = KnownClass("c", "t1", {"s": "2026-10-01"})
    came_back = PEOPLE.replace("5А;", "5А;{}")
    state = known(classes={"2026/27": {A5: group}})
    assert problems({"people.csv": came_back.format("01.10.2026")}, state) == ["people.csv:4:7 enrolled_elsewhere"]
    plan = plan_import(files({"people.csv": came_back.format("02.10.2026")}), state)
    assert [type(step) for step in plan.steps] == [NewEnrollment]


def test_without_bells_the_timetable_gives_courses_and_nothing_else() -> None:
    timetable = "день;урок;класс;предмет;учитель;кабинет\nпн;1;5А;Математика;Т1;21\nвт;2;5А;Математика;Т1;\nfri;1;5А;Труд;Т2;5\n"
    plan = plan_import(files({"timetable.csv": timetable}))
    assert plan.lessons == 3
    assert [step.subject for step in plan.steps if isinstance(step, NewCourse)] == ["Математика", "Труд"]
    assert not any(isinstance(step, NewTimetable) for step in plan.steps)
    assert "звонков нет" in describe_plan(plan)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("pupils.csv", "", "pupils.csv:0:0 unknown_file"),
        ("люди.csv", PEOPLE, "люди.csv:0:0 two_files"),
        ("year.csv", "учебный год;с;по\n", "year.csv:0:0 one_year"),
        ("year.csv", YEAR + "2027/28;01.09.2027;31.05.2028\n", "year.csv:3:0 one_year"),
        ("year.csv", YEAR.replace("31.05.2027", "31.08.2026"), "year.csv:2:3 dates_reversed"),
        ("year.csv", YEAR.replace("31.05.2027", "31.05.2028"), "year.csv:2:3 year_too_long"),
        ("people.csv", PEOPLE.replace("01.02.1980", "31.02.1980"), "people.csv:2:6 no_such_day"),
        ("people.csv", PEOPLE.replace("01.02.1980", "2026-02-29"), "people.csv:2:6 no_such_day"),
        ("people.csv", PEOPLE.replace("01.02.1980", "1.2.1980"), "people.csv:2:6 bad_date"),
        ("people.csv", PEOPLE.replace("01.02.1980", "01/02/1980"), "people.csv:2:6 bad_date"),
        ("people.csv", PEOPLE.replace("01.02.1980", "٠١.٠٢.١٩٨٠"), "people.csv:2:6 bad_date"),
        ("people.csv", PEOPLE.replace("01.02.1980", "01.02.1080"), "people.csv:2:6 bad_birth_date"),
        ("people.csv", PEOPLE.replace("05.06.2015", ""), "people.csv:4:6 missing_value"),
        ("people.csv", PEOPLE.replace("Орлова", ""), "people.csv:2:3 missing_value"),
        ("people.csv", PEOPLE.replace("Орлова", "=cmd|' /C calc'!A0"), "people.csv:2:3 formula_like"),
        ("people.csv", PEOPLE.replace("Орлова", "+7 900"), "people.csv:2:3 formula_like"),
        ("people.csv", PEOPLE.replace("Орлова", "Oрлова"), "people.csv:2:3 mixed_alphabets"),
        ("people.csv", PEOPLE.replace("Орлова", "Орлова2"), "people.csv:2:3 bad_name"),
        ("people.csv", PEOPLE.replace("Орлова", "О  рлова"), "people.csv:2:3 bad_name"),
        ("people.csv", PEOPLE.replace("Т2", "Т 2"), "people.csv:3:1 bad_code"),
        ("people.csv", PEOPLE.replace("Т2", "Т1"), "people.csv:3:1 duplicate 2"),
        ("people.csv", PEOPLE + "2;ученик;Иванов;Иван;Иванович;2015-06-05;5А;\n", "people.csv:5:0 duplicate_person 4"),
        ("people.csv", PEOPLE.replace(";ученик;", ";школьник;"), "people.csv:4:2 bad_word"),
        ("people.csv", PEOPLE.replace("5А", ""), "people.csv:4:7 missing_value"),
        ("people.csv", PEOPLE.replace("5А", "5А класс"), "people.csv:4:7 bad_class"),
        ("people.csv", PEOPLE.replace("5А", "13А"), "people.csv:4:7 bad_class"),
        ("people.csv", PEOPLE.replace("5А", "5A"), "people.csv:4:7 latin_letter A → А"),
        ("people.csv", PEOPLE.replace("5А", "5D"), "people.csv:4:7 latin_letter"),
        ("people.csv", PEOPLE.replace("5А", "5Б"), "people.csv:4:7 unknown_class"),
        ("people.csv", PEOPLE.replace("5А;", "5А;31.08.2026"), "people.csv:4:8 outside_year"),
        ("people.csv", PEOPLE.replace("1980;;", "1980;5А;"), "people.csv:2:7 class_of_staff"),
        ("people.csv", FAMILY.replace(";1;мать", ";;мать"), "people.csv:5:9 missing_value"),
        ("people.csv", FAMILY.replace(";1;мать", ";1;"), "people.csv:5:10 missing_value"),
        ("people.csv", FAMILY.replace(";1;мать", ";1;тётя"), f"people.csv:5:10 bad_word {', '.join(RELATION_WORDS)}"),
        ("people.csv", FAMILY.replace(";1;мать", ";1 1;мать"), "people.csv:5:9 bad_code"),
        ("people.csv", FAMILY.replace(";1;мать", ";9;мать"), "people.csv:5:9 unknown_person"),
        ("people.csv", FAMILY.replace(";1;мать", ";1,Т1;мать"), "people.csv:5:9 wrong_student"),
        ("people.csv", FAMILY.replace("1980;;;;", "1980;;;1;"), "people.csv:2:9 guardian_only"),
        ("people.csv", FAMILY.replace("1980;;;;", "1980;;;;мать"), "people.csv:2:10 guardian_only"),
        ("classes.csv", CLASSES + "5а;\n", "classes.csv:3:1 duplicate 2"),
        ("classes.csv", CLASSES.replace("Т1", "Т9"), "classes.csv:2:2 unknown_person"),
        ("classes.csv", CLASSES.replace("Т1", "1"), "classes.csv:2:2 wrong_kind"),
        ("courses.csv", "класс;предмет;учитель\n5А;Труд;Т9\n", "courses.csv:2:3 unknown_person"),
        ("courses.csv", "класс;предмет;учитель\n6А;Труд;Т1\n", "courses.csv:2:1 unknown_class"),
        ("courses.csv", "класс;предмет;учитель\n5А;Труд;Т1\n5А;Труд;Т2\n", "courses.csv:3:0 duplicate 2"),
        ("courses.csv", "класс;предмет;учитель\n5А;Tруд;Т1\n", "courses.csv:2:2 mixed_alphabets"),
        (
            "periods.csv",
            "вид;номер;классы;с;по\nчетверть;5;5;01.09.2026;23.10.2026\n",
            "periods.csv:2:2 bad_number 1–4",
        ),
        ("periods.csv", "вид;номер;классы;с;по\nчетверть;1;5-;01.09.2026;23.10.2026\n", "periods.csv:2:3 bad_grades"),
        ("periods.csv", "вид;номер;классы;с;по\nчетверть;1;9-5;01.09.2026;23.10.2026\n", "periods.csv:2:3 bad_grades"),
        ("periods.csv", "вид;номер;классы;с;по\nчетверть;1;5;30.08.2026;23.10.2026\n", "periods.csv:2:4 outside_year"),
        (
            "periods.csv",
            "вид;номер;классы;с;по\nчетверть;1;5-6;01.09.2026;23.10.2026\nчетверть;2;6 7;23.10.2026;25.12.2026\n",
            "periods.csv:3:4 overlap 2",
        ),
        (
            "periods.csv",
            "вид;номер;классы;с;по\nчетверть;1;5;01.09.2026;23.10.2026\nquarter;1;5;2026-09-01;2026-10-23\n",
            "periods.csv:3:0 duplicate 2",
        ),
        (
            "timetable.csv",
            "день;урок;класс;предмет;учитель\nпн;1;5А;Труд;Т1\nпонедельник;1;5А;Музыка;Т2\n",
            "timetable.csv:3:3 class_twice 2",
        ),
        (
            "timetable.csv",
            "день;урок;класс;предмет;учитель\nпн;1;5А;Труд;Т1\nпн;2;5А;Труд;Т2\n",
            "timetable.csv:3:5 two_teachers timetable.csv:2",
        ),
        (
            "timetable.csv",
            "день;урок;класс;предмет;учитель;подгруппа\nпн;1;5А;Труд;Т1;1\nпн;1;5А;Труд;Т2;1\n",
            "timetable.csv:3:3 class_twice 2",
        ),
        (
            "timetable.csv",
            "день;урок;класс;предмет;учитель;подгруппа\nпн;1;5А;Труд;Т1;1\nпн;1;5А;Труд;Т2;\n",
            "timetable.csv:3:3 class_twice 2",
        ),
        ("subgroups.csv", MEMBERS + "5А;Труд;1;1;\n", "subgroups.csv:2:3 unknown_subgroup"),
        ("subgroups.csv", MEMBERS + "5А;Труд;1;7;\n", "subgroups.csv:2:4 unknown_person"),
        ("subgroups.csv", MEMBERS + "5А;Труд;1;Т1;\n", "subgroups.csv:2:4 not_in_class"),
        ("subgroups.csv", MEMBERS + "5А;Труд;1;1;\n5А;Труд;2;1;\n", "subgroups.csv:3:0 duplicate 2"),
        ("plans.csv", PLANS + "5А;Труд;1;Дерево;1;;\n", "plans.csv:2:2 unknown_course"),
        ("plans.csv", PLANS + "5А;Труд;1;Дерево;0;;\n", "plans.csv:2:5 bad_number"),
        ("plans.csv", PLANS + "5А;Труд;2;Дерево;1;;\n5А;Труд;2;Ткань;1;;\n", "plans.csv:3:3 number_not_rising 2"),
        ("timetable.csv", "день;урок;класс;предмет;учитель\nвс;1;5А;Труд;Т1\n", "timetable.csv:2:1 bad_word"),
        ("timetable.csv", "день;урок;класс;предмет;учитель\nпн;01;5А;Труд;Т1\n", "timetable.csv:2:2 bad_number 0–12"),
    ],
)
def test_names_the_place_and_kind_of_a_problem(file: str, text: str, expected: str) -> None:
    found = problems({file: text})
    assert any(problem == expected or problem.startswith(expected + " ") for problem in found), found


def test_a_teacher_is_not_in_two_classes_at_once() -> None:
    changes = {
        "classes.csv": CLASSES + "5Б;\n",
        "timetable.csv": "день;урок;класс;предмет;учитель\nпн;1;5А;Труд;Т1\nпн;1;5Б;Труд;Т1\n",
    }
    assert problems(changes) == ["timetable.csv:3:5 teacher_twice 2"]


def test_refuses_what_the_journal_contradicts() -> None:
    state = known()
    assert problems({"year.csv": YEAR.replace("01.09", "02.09")}, state)[0] == "year.csv:2:2 differs"
    assert problems({"classes.csv": CLASSES.replace("Т1", "Т2")}, state) == ["classes.csv:2:2 class_teacher_change"]
    period = "вид;номер;классы;с;по\nчетверть;1;5;01.09.2026;24.10.2026\n"
    assert problems({"periods.csv": period}, state) == ["periods.csv:2:0 differs"]
    people = {TEACHER: ("t1",), OTHER_TEACHER: ("t2",), STUDENT: ("s", "s2")}
    assert "people.csv:4:0 ambiguous_person" in problems({}, known(people=people))


def test_without_any_year_says_so() -> None:
    contents = files()
    del contents["year.csv"]
    assert [p.kind for p in plan_import(contents).problems] == ["no_year"]


def test_a_file_of_another_kind_is_the_only_problem_then() -> None:
    assert [p.kind for p in plan_import({"README.md": b"# Letopis"}).problems] == ["unknown_file"]


def test_a_row_at_fault_causes_no_second_problem_elsewhere() -> None:
    assert problems({"people.csv": PEOPLE.replace("01.02.1980", "?")}) == ["people.csv:2:6 bad_date"]


def test_collects_the_problems_of_all_files() -> None:
    found = problems(
        {
            "year.csv": YEAR,
            "people.csv": PEOPLE.replace("Орлова", "=1").replace("05.06.2015", "x"),
            "classes.csv": CLASSES + "5A;\n",
        }
    )
    assert found == [
        "classes.csv:3:1 latin_letter A → А",
        "people.csv:2:3 formula_like",
        "people.csv:4:6 bad_date",
    ]


def test_no_problem_and_no_report_repeats_a_personal_value() -> None:
    secret = "Тайнова"
    for text in (
        PEOPLE.replace("Орлова", f"={secret}"),
        PEOPLE.replace("Орлова", f"{secret}7"),
        PEOPLE.replace("Орлова", secret + "x"),
        PEOPLE.replace("Иванович", f'{secret}"'),
        PEOPLE + PEOPLE.removeprefix(PEOPLE_HEADER).replace("Орлова", secret),
        PEOPLE.replace("Орлова", secret),
    ):
        plan = plan_import(files({"people.csv": text}))
        assert secret not in describe_plan(plan)
        assert secret not in repr(plan)


def test_describes_problems_in_both_languages_with_their_place() -> None:
    text = describe_plan(plan_import(files({"people.csv": PEOPLE.replace("01.02.1980", "x")})))
    assert text.splitlines() == [
        (
            "people.csv, строка 2, столбец 6 «дата рождения»: нужна дата ДД.ММ.ГГГГ или ГГГГ-ММ-ДД "
            "(a date DD.MM.YYYY or YYYY-MM-DD is needed) [bad_date]"
        ),
        "Ничего не записано: ошибок 1. (Nothing was written: 1 problems.)",
    ]


def test_describes_what_would_change() -> None:
    text = describe_plan(plan_import(files()))
    assert "ученики: новых 1, без изменений 0 (students: 1 new, 0 unchanged)" in text
    assert "зачислить (to enroll): 5А — 1" in text
    assert "Изменений нет" in describe_plan(plan_import(files(), known()))


def test_every_problem_has_words_in_both_languages() -> None:
    assert all(not russian.isascii() for russian, _ in KINDS.values())
    assert all(english.replace("5А", "").isascii() for _, english in KINDS.values())


def test_lookalikes_are_latin_and_become_russian() -> None:
    assert all(latin.isascii() and not russian.isascii() for latin, russian in LOOKALIKES.items())


def test_links_guardians_to_their_students_and_a_second_time_nothing() -> None:
    plan = plan_import(files({"people.csv": FAMILY}))
    assert plan.problems == ()
    (link,) = [step for step in plan.steps if isinstance(step, NewLink)]
    assert (link.student, link.guardian, link.relation) == ("1", "Р1", "mother")
    assert "связи с учениками: новых 1" in describe_plan(plan)
    guardian = PersonKey("guardian", "Иванова", "Ольга", "", "")
    people = {TEACHER: ("t1",), OTHER_TEACHER: ("t2",), STUDENT: ("s",), guardian: ("g",)}
    again = plan_import(files({"people.csv": FAMILY}), known(people=people, guardians={"s": frozenset({"g"})}))
    assert (again.problems, again.steps) == ((), ())
    assert again.unchanged["link"] == 1
    anew = plan_import(files({"people.csv": FAMILY}), known(people=people, guardians={"s": frozenset({"x"})}))
    assert [type(step) for step in anew.steps] == [NewLink]
