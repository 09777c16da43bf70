"""The inspector's questions on a school written by hand: what each finds, and what it leaves alone, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.asking import total_name
from ledger.journal import events as j, result_events as r
from ledger.journal.schedule_events import ScheduledWorkMoved, WorkScheduled
from ledger.journal.timetable_events import DaysOffDeclared, SchoolDayDeclared
from projections.engine import Views
from projections.errors import NotYetProjected
from projections.questions import BY_SLUG, QUESTIONS, LogFacts, Misasked, ask
from projections.views.correction_register import correction_register
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog
from tests.question_school import (
    ADMIN,
    ANNA,
    BORIS,
    DEPUTY,
    DIMA,
    GLEB,
    GROUP5,
    MATH5,
    MATH9,
    NOTE,
    PHYS5,
    QUARTER,
    QUESTION_SCHOOL,
    T1,
    T2,
    T3,
    VERA,
    YEAR,
    QuestionSchool,
    uid,
)

E = QUESTION_SCHOOL.entries


def fresh_url(request: pytest.FixtureRequest, folder: Path, kind: str) -> str:
    """Where views are that nobody has made yet."""
    if kind == "sqlite":
        return f"sqlite:{folder}/views.db"
    return views_dsn(make_database(request.getfixturevalue("postgres_cluster")))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    url = fresh_url(request, tmp_path_factory.mktemp("questions"), request.param)
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(QUESTION_SCHOOL.log)
        yield opened


def found(views: Views, slug: str, at: int | datetime | None = None, **given: str) -> list[dict[str, Any]]:
    asked = {name.rstrip("_"): value for name, value in given.items()}
    return ask(BY_SLUG[slug], views, asked, at=at).plain()


def entries(rows: list[dict[str, Any]]) -> list[list[int]]:
    return [row["entries"] for row in rows]


def test_cell_history_tells_every_value_with_its_author_and_reason(views: Views) -> None:
    rows = found(views, "cell-history", student=ANNA, lesson=uid("L1"))
    assert [(row["action"], row["old"], row["new"], row["actor"]) for row in rows] == [
        ("recorded", None, "4", T1),
        ("corrected", "4", "5", T1),
        ("corrected", "5", "4", T1),
    ]
    assert entries(rows) == [[E["L1.anna.0"]], [E["L1.anna.1"]], [E["L1.anna"]]]
    assert (rows[2]["reason"], rows[2]["note"], rows[2]["corrects"]) == ("other", NOTE, E["L1.anna.1"])
    day = found(views, "cell-history", student=ANNA, on="2026-09-10")
    assert [row["subject"] for row in day] == ["=Математика"] * 3 + ["Физика"]
    assert found(views, "cell-history", student=ANNA, on="2026-09-10", subject="Физика") == day[3:]
    with pytest.raises(Misasked) as missing:
        found(views, "cell-history", student=ANNA)
    assert missing.value.allowed == ("lesson", "on")


def test_corrections_are_told_apart_by_when_they_were_made(views: Views) -> None:
    answered = ask(BY_SLUG["corrections"], views, {"class": "5А"})
    assert [(row["timing"], row["what"], row["old"], row["new"]) for row in answered.plain()] == [
        ("same_day", "mark", "4", "5"),
        ("before_close", "mark", "2", "4"),
        ("before_close", "mark", "5", "4"),
        ("before_close", "homework", '{"due_on":"2026-09-11","text":"§ 1"}', '{"due_on":"2026-09-11","text":"§ 1, 2"}'),
        ("after_close", "mark", "4", "5"),
    ]
    assert answered.totals == {
        "corrections": 5, "same_day": 1, "before_close": 3, "reopened": 0, "after_close": 1, "before_publication": 0,
        "after_publication": 0, "after_transfer": 0,
    }  # fmt: skip
    (last,) = found(views, "corrections", class_="5А", timing="after_close")
    assert last["entries"] == [E["L1.boris.1"], E["request"], E["L1.boris"]]
    assert (last["actor"], last["role"], last["basis"]) == (DEPUTY, "deputy", "протокол № 2")
    assert len(found(views, "corrections", later_reasons="yes", class_="5А")) == 6
    assert len(found(views, "corrections", from_="2026-10-20", to="2026-10-21")) == 2, (
        "days of entering, both inclusive"
    )
    assert [row["student"] for row in found(views, "corrections", class_="9А")] == [GLEB, DIMA]
    assert found(views, "corrections", teacher=T2) == []
    assert len(found(views, "corrections", student=BORIS, subject="=Математика")) == 2


def test_a_correction_while_the_period_was_open_again_is_not_one_before_its_close(tmp_path: Path) -> None:
    school = QuestionSchool()
    again = j.PeriodReopened(reason="recorded_wrongly", basis="докладная № 3", requested_by=ADMIN)
    school.at("10-29T09:00", DEPUTY, "deputy", (f"period/{QUARTER}", again))
    school.correct("10-29T10:00", T1, "teacher", "L1", "L1.anna", "4", "5")
    with Views.open(f"sqlite:{tmp_path}/more.db", ORIGIN) as more:
        more.catch_up(school.log)
        (row,) = found(more, "corrections", timing="reopened")
        assert (row["student"], row["old"], row["new"]) == (ANNA, "4", "5")
        assert ask(BY_SLUG["corrections"], more, {}).totals["before_close"] == 5
        raised = found(more, "raised-marks", honours="no", days="366")
        assert {row["timing"] for row in raised} <= {"same_day", "before_close"}, (
            "after the period's end: not among them"
        )
        assert [line.entry for line in correction_register(more, timing="reopened").rows] == row["entries"][-1:]


def test_marks_raised_in_the_last_days_of_a_period_are_found_and_earlier_ones_are_not(views: Views) -> None:
    (row,) = found(views, "raised-marks")
    assert (row["student"], row["old"], row["new"], row["change"]) == (BORIS, "2", "4", "raised")
    assert (row["period_ends_on"], row["entries"]) == ("2026-10-25", [E["L1.boris.0"], E["L1.boris.1"]])
    assert found(views, "raised-marks", days="4") == [], "21 October is four days before the end, 20 October is five"
    assert len(found(views, "raised-marks", days="5")) == 1
    assert len(found(views, "raised-marks", days="60")) == 4, "with the three of September"
    honours = found(views, "raised-marks", honours="yes")
    assert [(row["student"], row["change"]) for row in honours] == [(GLEB, "raised")], "Dima's average is no 5"


def test_candidates_marks_weigh_what_the_rules_of_the_periods_last_day_say(tmp_path: Path) -> None:
    """Dima's 3 weighs 100 and his 5 for a control work 1000: 5300 / 1100 is 4.82, where both alike would be 4.00."""
    school = QuestionSchool()
    rules = r.AssessmentRules(
        average="weighted", marks_min=1, five_from=460, four_from=360, three_from=260, period_marks_min=1,
        mean_up_from=50, final_from="year", weights={"control_work": 1000},
    )  # fmt: skip
    order = {"order_number": "4", "order_date": "2026-08-24", "effective_from": "2026-10-25"}
    adopted = r.AssessmentRulesAdopted(rules=rules, **order)
    school.at("10-29T09:00", ADMIN, "administrator", (f"assessment/{uid('school')}", adopted))
    school.lesson(
        "N2", "10-29T10:00", MATH9, 1, T1,
        j.WorkRecorded(work=uid("w7"), kind="control_work", written=True),
        j.MarkRecorded(student=DIMA, work=uid("w7"), value="5"),
        held_on="2026-10-23",
    )  # fmt: skip
    with Views.open(f"sqlite:{tmp_path}/more.db", ORIGIN) as more:
        more.catch_up(school.log)
        assert [row["student"] for row in found(more, "raised-marks", honours="yes")] == [GLEB, DIMA]


def test_what_neither_the_teacher_nor_the_substitute_entered_is_found_once(views: Views) -> None:
    rows = found(views, "entered-by-others", finding="not_the_teacher")
    assert [(row["actor"], row["entries"]) for row in rows] == [
        (T3, [E["L5.vera"]]),
        (ADMIN, [E["L1.homework_corrected"]]),
    ], "T1 and T2 may both enter in the substituted lesson; the deputy's approval is a second person's"
    assert [row["absent_teacher"] for row in rows] == [T1, None]
    (only,) = found(views, "entered-by-others", finding="administrator")
    assert (only["actor"], only["role"]) == (ADMIN, "administrator")


def test_entries_of_the_evening_and_the_weekend_are_found_by_the_schools_clock(views: Views) -> None:
    rows = found(views, "entered-by-others", finding="outside_hours")
    assert entries(rows) == [[E["L5.homework"]], [E["L1.vera_ill"]]], "half past ten, and a Saturday"
    assert entries(found(views, "entered-by-others", finding="outside_hours", weekends="yes")) == [[E["L5.homework"]]]
    assert entries(found(views, "entered-by-others", finding="outside_hours", weekends="yes", closes="22:31")) == []
    early = found(views, "entered-by-others", finding="outside_hours", opens="09:31", closes="22:31", actor=T2)
    assert entries(early)[0][0] == E["L5"], "half past nine in Moscow, half past six by the entry's own clock"
    assert early[0]["count"] == len(early[0]["entries"]) == 5
    assert {row["finding"] for row in found(views, "entered-by-others", class_="5А")} == {
        "not_the_teacher", "administrator", "outside_hours",
    }  # fmt: skip
    assert found(views, "entered-by-others", class_="9А") == []


def test_written_works_without_marks_are_found_once_they_are_old_enough(views: Views) -> None:
    (row,) = found(views, "unmarked-works")
    assert (row["entries"], row["students"], row["absent"], row["marked"], row["percent"]) == ([E["w3"]], 3, 1, 0, 0)
    assert entries(found(views, "unmarked-works", after_days="2")) == [[E["w3"]], [E["w6"]]]
    assert entries(found(views, "unmarked-works", to="2026-09-09")) == []
    assert found(views, "unmarked-works", share="100") == [row], "Vera was absent: the others all have marks"
    assert found(views, "unmarked-works", subject="Физика") == []


def test_who_had_a_two_and_was_not_asked_again_is_found_by_the_lessons_attended(views: Views) -> None:
    """Boris got a 2 in L1; L3 left him without a mark, and in L4 he got a 3."""

    def told(at: int | None, lessons: str, **given: str) -> list[list[int]]:
        return entries(found(views, "unmarked-works", at, finding="not_asked_again", lessons=lessons, **given))

    two = [[E["L1.boris.0"]]]
    assert told(E["L4"], "1") == two
    assert told(E["L4"], "2") == [], "there was one lesson so far"
    assert told(E["L4.boris"], "2") == two, "L4 is recorded, his mark not yet"
    assert told(E["L4.boris"] + 1, "2") == []
    assert told(E["L4.boris"] + 1, "1") == two, "not within one lesson"
    assert told(E["L4"], "1", class_="9А") == told(E["L4"], "1", teacher=T2) == []
    assert told(None, "1") == [], "the 2 is a 5 by now"
    (row,) = found(views, "unmarked-works", E["L4"], finding="not_asked_again", lessons="1")
    assert (row["student"], row["value"], row["kind"], row["lesson"]) == (BORIS, "2", "control_work", uid("L1"))


def test_a_work_that_only_a_part_of_those_present_has_marks_for_is_found_by_the_share(views: Views) -> None:
    before_the_marks_of_boris = E["L1.boris.0"]
    rows = found(views, "unmarked-works", at=before_the_marks_of_boris, share="33", after_days="0")
    assert rows == []
    (row,) = found(views, "unmarked-works", at=before_the_marks_of_boris, share="34", after_days="0")
    assert (row["entries"], row["marked"], row["percent"]) == ([E["w1"]], 1, 33), "Vera's absence is not known yet"


def test_students_with_few_marks_are_found_by_course_and_period(views: Views) -> None:
    rows = found(views, "few-marks", class_="5А", on="2026-10-20")
    assert [(row["subject"], row["student"], row["marks"], row["entries"]) for row in rows] == [
        ("=Математика", VERA, 1, [E["L5.vera"]]),
        ("Физика", ANNA, 1, [E["L2.anna"]]),
        ("Физика", BORIS, 0, []),
        ("Физика", VERA, 0, []),
    ]
    assert (rows[0]["period_kind"], rows[0]["period_number"], rows[0]["held"]) == ("quarter", 1, 4)
    more = found(views, "few-marks", class_="5А", on="2026-10-20", least="4", subject="=Математика")
    assert [row["marks"] for row in more] == [3, 3, 1]
    assert more[0]["entries"] == sorted([E["L1.anna"], E["L4.anna"], E["L5.anna"]])
    assert {row["class"] for row in found(views, "few-marks", on="2026-10-20")} == {"5А", "9А"}, "grade 1 has no marks"
    assert found(views, "few-marks", on="2026-10-26") == [], "no period holds that day"


def test_lessons_without_homework_are_told_from_those_with_none_and_the_volume_of_a_day(views: Views) -> None:
    rows = found(views, "homework", finding="not_entered")
    assert entries(rows) == [[E["L3"]], [E["L6"]]], "grade 1 has none"
    assert entries(found(views, "homework", finding="none")) == [[E["L2"], E["L2.homework"]]]
    volumes = found(views, "homework", finding="volume", least="1", class_="5А")
    assert [(row["held_on"], row["volume"]) for row in volumes] == [
        ("2026-09-11", 1),
        ("2026-09-21", 1),
        ("2026-10-20", 1),
    ]
    assert volumes[0]["entries"] == [E["L1.homework_corrected"]]
    assert found(views, "homework", finding="volume", least="2") == []
    assert entries(found(views, "homework", from_="2026-10-01", class_="5А")) == [[E["L6"]]]


def test_absences_are_summed_by_student_and_period_and_reason(views: Views) -> None:
    rows = found(views, "absences")
    assert [
        (row["student"], row["missed"], row["held"], row["percent"], row["ill"], row["absent"]) for row in rows
    ] == [
        (BORIS, 1, 5, 20, 0, 1),
        (VERA, 2, 5, 40, 1, 1),
    ]
    assert rows[1]["entries"] == sorted([E["L1.vera_ill"], E["L3.vera"]])
    assert found(views, "absences", student=VERA) == found(views, "absences", class_="5А")[1:]
    (alone,) = found(views, "absences", from_="2026-09-20", to="2026-09-30")
    assert (alone["student"], alone["held"], alone["from"]) == (BORIS, 1, "2026-09-20")
    assert [row["student"] for row in found(views, "absences", finding="share")] == [VERA]
    assert [row["student"] for row in found(views, "absences", finding="share", share="19")] == [BORIS, VERA]
    assert found(views, "absences", finding="share", share="40") == []


def test_absences_that_should_make_somebody_look_are_found(views: Views) -> None:
    unexplained = found(views, "absences", finding="unexplained")
    assert entries(unexplained) == [[E["L3.vera"]], [E["L4.boris_absent"]]], "two days ago is not long ago"
    assert [row["days"] for row in unexplained] == [48, 37]
    assert len(found(views, "absences", finding="unexplained", days="1")) == 3
    assert len(found(views, "absences", finding="unexplained", days="2")) == 2
    (gap,) = found(views, "absences", finding="gap")
    assert (gap["student"], gap["from"], gap["number"]) == (VERA, "2026-09-10", 2)
    assert gap["entries"] == sorted([E["L1.vera_ill"], E["L2"], E["L3.vera"]])
    (marked,) = found(views, "absences", finding="marked")
    assert (marked["student"], marked["entries"]) == (BORIS, [E["L4.boris"], E["L4.boris_absent"]])
    kinds = [row["finding"] for row in found(views, "absences", finding="all", class_="5А")]
    assert kinds == ["totals", "totals", "share", "unexplained", "unexplained", "gap", "marked"]


def test_three_absences_in_a_row_are_no_gap_and_another_grades_period_ends_nobody_elses(tmp_path: Path) -> None:
    school = QuestionSchool()
    for number in (1, 2, 3):
        school.lesson(
            f"G{number}", f"10-29T{8 + number:02}:30", MATH5, number, T1, j.AbsenceRecorded(student=ANNA, code="ill")
        )
    other = j.PeriodDefined(
        year=YEAR, kind="trimester", number=1, grades=(11,), starts_on="2026-09-01", ends_on="2026-09-20"
    )
    school.at("10-30T09:00", ADMIN, "administrator", (f"period/{uid('period11')}", other))
    with Views.open(f"sqlite:{tmp_path}/more.db", ORIGIN) as more:
        more.catch_up(school.log)
        assert [row["student"] for row in found(more, "absences", finding="gap")] == [VERA]
        assert [row["student"] for row in found(more, "raised-marks")] == [BORIS], "not Anna's of 10 September"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_lessons_of_two_subgroups_in_one_place_are_told_on_days_when_a_student_was_in_both(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Commands refuse the second only by who was in the subgroups then: whoever joins later is in both."""
    school = QuestionSchool()
    english, labour = uid("english"), uid("labour")
    for course, subject in ((english, "Английский язык"), (labour, "Труд")):
        opened = j.CourseOpened(class_group=GROUP5, subject=subject, year=YEAR, subgroup="1")
        school.at("10-29T08:00", ADMIN, "administrator", (f"course/{course}", opened))
    for name, course, day in (("E1", english, "10-29"), ("L1", labour, "10-29"), ("E2", english, "10-30")):
        school.lesson(name, f"{day}T10:30", course, 2, T1)
    school.lesson("L2", "10-30T10:30", labour, 2, T2)

    def member(course: str, student: str, starts_on: str, ends_on: str | None = None) -> None:
        joined = j.SubgroupJoined(student=student, starts_on=starts_on)
        school.at("10-30T11:00", ADMIN, "administrator", (f"course/{course}", joined))
        if ends_on is not None:
            left = j.SubgroupLeft(student=student, ends_on=ends_on)
            school.at("10-30T11:00", ADMIN, "administrator", (f"course/{course}", left))

    member(english, ANNA, "2026-09-01", "2026-10-28")
    member(labour, ANNA, "2026-09-01")
    E = school.entries  # noqa: N806 - as of the other school
    with Views.open(fresh_url(request, tmp_path, kind), ORIGIN) as more:

        def twice(**given: str) -> list[tuple[str, list[int]]]:
            more.catch_up(school.log)
            rows = found(more, "timetable-gaps", None, finding="twice", **given)
            return [(row["lesson"], row["entries"]) for row in rows]

        member(english, VERA, "2026-09-01")
        member(labour, VERA, "2026-09-01", "2026-10-28")
        assert twice() == [], "they were in both before, and on none of these days"
        gone, later = uid("gone"), uid("later")
        for student, event in (
            (gone, j.StudentEnrolled(student=gone, starts_on="2026-09-01")),
            (gone, j.StudentLeft(student=gone, ends_on="2026-10-28")),
            (later, j.StudentEnrolled(student=later, starts_on="2026-11-09")),
        ):
            school.at("10-30T11:00", ADMIN, "administrator", (f"class/{GROUP5}", event))
            member(english, student, "2026-09-01")
            member(labour, student, "2026-09-01")
        assert twice() == [], "nor is who was not of the class"
        member(english, BORIS, "2026-10-30")
        member(labour, BORIS, "2026-09-01")
        both = [E["E2"], E["L2"]]
        assert twice() == [(uid("E2"), both), (uid("L2"), both)]
        assert twice(subject="Труд") == [(uid("L2"), both)]
        member(english, ANNA, "2026-10-29")
        assert [lesson for lesson, _ in twice()] == [uid("E1"), uid("L1"), uid("E2"), uid("L2")]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_lessons_in_one_place_of_an_older_log_are_told_each_with_all_that_stands_there(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Commands refuse the second now; where a class has no timetable, nothing else tells of such a pair."""
    school = QuestionSchool()
    halves = [uid("half1"), uid("half2")]
    for half in halves:
        opened = j.CourseOpened(class_group=GROUP5, subject="Труд", year=YEAR, subgroup=half[:4])
        school.at("10-29T08:00", ADMIN, "administrator", (f"course/{half}", opened))
    for name, course, number in (
        *(("P1", MATH5, 1), ("P2", MATH5, 1)),
        *(("P3", halves[0], 2), ("P4", halves[1], 2), ("P5", MATH5, 3)),
    ):
        school.lesson(name, "10-29T10:30", course, number, T1)
    E = school.entries  # noqa: N806 - as of the other school
    with Views.open(fresh_url(request, tmp_path, kind), ORIGIN) as more:
        more.catch_up(school.log)

        def twice(at: int | None = None, **given: str) -> list[tuple[str, list[int]]]:
            rows = found(more, "timetable-gaps", at, finding="twice", **given)
            return [(row["lesson"], row["entries"]) for row in rows]

        pair = [(uid("P1"), [E["P1"], E["P2"]]), (uid("P2"), [E["P1"], E["P2"]])]
        assert twice() == pair
        assert twice(subject="Физика") == []
        school.lesson("P6", "10-29T10:30", PHYS5, 2, T2)
        more.catch_up(school.log)
        beside = twice(subject="Труд")
        assert len(beside) == 2
        assert all(E["P6"] in cited for _, cited in beside), "of the whole class beside two subgroups"
        assert [lesson for lesson, _ in twice(subject="Физика")] == [uid("P6")]
        header = j.LessonHeader(topic="Тема", number=1, starts_at="08:30", ends_at="09:15")
        annulled = j.LessonAnnulled(corrects=E["P2"], old=header, new=None, reason="typo")
        school.at("10-29T12:00", T1, "teacher", (f"lesson/{uid('P2')}", annulled))
        more.catch_up(school.log)
        assert twice(subject="=Математика") == []
        assert twice(E["P6"], subject="=Математика") == pair


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_was_recorded_of_days_after_a_leaving_is_found_once_the_leaving_is_recorded(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    school = QuestionSchool()
    half = uid("half")
    opened = j.CourseOpened(class_group=GROUP5, subject="Английский язык", year=YEAR, subgroup="1")
    joined = j.SubgroupJoined(student=ANNA, starts_on="2026-09-01")
    school.at("10-29T09:00", ADMIN, "administrator", (f"course/{half}", opened), (f"course/{half}", joined))
    late = j.LatenessRecorded(student=ANNA, minutes=5)
    school.lesson("H1", "10-29T10:30", half, 2, T1, late)
    school.lesson("H2", "10-30T10:30", half, 2, T1, late)
    at = school.at("10-31T09:00", ADMIN, "administrator", (f"class/{GROUP5}", left(VERA, "2026-09-10")))
    at += school.at(
        "10-31T09:01", ADMIN, "administrator", (f"course/{half}", j.SubgroupLeft(student=ANNA, ends_on="2026-10-29"))
    )
    with Views.open(fresh_url(request, tmp_path, kind), ORIGIN) as more:
        more.catch_up(school.log)
        assert found(more, "absences", at[0], finding="left") == []
        rows = found(more, "absences", finding="left")
        of_vera = [row for row in rows if row["student"] == VERA]
        assert of_vera
        assert all(row["from"] > "2026-09-10" and at[0] in row["entries"] for row in of_vera)
        assert found(more, "absences", finding="left", student=VERA) == of_vera
        (of_anna,) = [row for row in rows if row["student"] == ANNA]
        assert (of_anna["from"], of_anna["number"], of_anna["code"]) == ("2026-10-30", 2, None)
        assert of_anna["entries"] == [school.entries["H2"] + 1, at[1]]
        again = j.StudentEnrolled(student=VERA, starts_on="2026-09-11")
        school.at("10-31T10:00", ADMIN, "administrator", (f"class/{GROUP5}", again))
        more.catch_up(school.log)
        assert [row["student"] for row in found(more, "absences", finding="left")] == [ANNA]


def left(student: str, ends_on: str) -> j.StudentLeft:
    return j.StudentLeft(student=student, ends_on=ends_on)


def test_substituted_lessons_are_given_with_their_basis_and_entries(views: Views) -> None:
    (row,) = found(views, "substitutions", employee=T2)
    assert (row["absent_teacher"], row["substitute"], row["coefficient"]) == (T1, T2, 150)
    assert row["entries"] == [E["L5"], E["L5.substitution"]]
    assert (row["finding"], row["hours"]) == ("replaced", 1)
    sums = found(views, "substitutions", by="employee")
    assert [(one["finding"], one["absent_teacher"], one["substitute"], one["hours"], one["coefficient"]) for one in sums] == [
        ("replaced_sum", T1, None, 1, 150), ("given_sum", None, T2, 1, 150),
    ]  # fmt: skip
    assert ask(BY_SLUG["substitutions"], views, {}).totals == {"lessons": 1, "coefficient": 150}, (
        "no timetable: no missed"
    )
    assert found(views, "substitutions", to="2026-10-19") == []
    assert found(views, "substitutions", employee=T3) == []


def test_homework_for_a_tests_day_a_day_off_or_across_holidays_is_found(tmp_path: Path) -> None:
    class Scheduled(QuestionSchool):
        """A scheduled dictation, one moved away, a feast day, a week of holidays and a Saturday with lessons."""

        def _september(self) -> None:
            for name, day in (("dictation", "2026-09-15"), ("moved", "2026-09-16")):
                work = WorkScheduled(scheduled=uid(name), planned_on=day, kind="dictation", minutes=40)
                self.at("09-01T09:00", T1, "teacher", (f"schedule/{MATH5}", work), names=name)
            away = ScheduledWorkMoved(corrects=self.entries["moved"], planned_on="2026-09-30", reason="load")
            self.at("09-01T09:01", T1, "teacher", (f"schedule/{MATH5}", away), names="moved.1")
            for name, first, last, grades in (
                ("feast", "2026-09-17", "2026-09-17", (5,)), ("holidays", "2026-09-24", "2026-09-30", (5, 9)),
                ("others", "2026-09-15", "2026-09-16", (9,)),
            ):  # fmt: skip
                off = DaysOffDeclared(starts_on=first, ends_on=last, title=name, grades=grades)
                self.at("09-01T09:02", ADMIN, "administrator", (f"calendar/{YEAR}", off), names=name)
            school_day = SchoolDayDeclared(on="2026-09-29", as_weekday=1, grades=(5,))
            self.at("09-01T09:03", ADMIN, "administrator", (f"calendar/{YEAR}", school_day), names="school_day")
            for number, (name, course, due) in enumerate(
                (
                    ("H1", MATH5, "2026-09-15"), ("H2", MATH5, "2026-09-16"), ("H3", PHYS5, "2026-09-15"),
                    ("H4", PHYS5, "2026-09-17"), ("H5", PHYS5, "2026-09-29"), ("H6", PHYS5, "2026-10-01"),
                ),
                1,
            ):  # fmt: skip
                given = j.HomeworkAssigned(text="§ 7", due_on=due)
                self.lesson(name, "09-02T09:30", course, number, T1, given, names=f"{name}.homework")
            super()._september()

    school = Scheduled()
    known = school.entries

    def told(views: Views, **given: Any) -> list[tuple[Any, ...]]:
        kinds = ("for_test", "for_day_off", "over_holidays")
        rows = found(views, "homework", class_="5А", to="2026-09-09", **given)
        return [
            (row["finding"], row["due_on"], row["about"], row["entries"]) for row in rows if row["finding"] in kinds
        ]

    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        views.catch_up(school.log)
        expected = [
            ("for_test", "2026-09-15", "dictation", sorted([known["dictation"], known["H1"], known["H1.homework"]])),
            ("for_day_off", "2026-09-17", "feast", sorted([known["feast"], known["H4"], known["H4.homework"]])),
            ("over_holidays", "2026-10-01", "holidays", sorted([known["holidays"], known["H6"], known["H6.homework"]])),
        ]
        assert told(views) == expected, (
            "not where it was moved from, in another subject, of another grade, nor on a school day"
        )
        assert told(views, finding="for_day_off") == expected[1:2]
        assert told(views, subject="=Математика") == expected[:1]


def test_control_works_too_many_too_close_or_at_the_edge_of_a_day_are_found(views: Views) -> None:
    (two,) = found(views, "control-load", finding="two_a_day")
    assert (two["entries"], two["value"]) == ([E["w1"], E["w2"]], 2)
    (close,) = found(views, "control-load", finding="close")
    assert (close["entries"], close["value"]) == ([E["w1"], E["w4"]], 11)
    assert found(views, "control-load", finding="close", apart="11") == []
    shares = found(views, "control-load", finding="share")
    assert [(row["subject"], row["value"]) for row in shares] == [("=Математика", 50), ("Физика", 50)]
    assert found(views, "control-load", finding="share", share="50") == []
    edges = found(views, "control-load", finding="first_or_last")
    assert entries(edges) == [[E["w1"]], [E["w4"]]], "the second of three lessons is at no edge"
    assert {row["finding"] for row in found(views, "control-load", kind="test", class_="5А")} == {
        "share",
        "first_or_last",
    }
    assert found(views, "control-load", class_="9А") == []


def test_integrity_says_what_is_signed_and_what_closed_each_period(views: Views) -> None:
    size = QUESTION_SCHOOL.log.head().size
    facts = LogFacts(size, size - 3, "ab" * 32)
    rows = ask(BY_SLUG["integrity"], views, {}, log=facts).plain()
    assert [(row["what"], row["count"]) for row in rows] == [
        ("entries_known", size), ("entries_recorded", size), ("checkpoint", size - 3), ("not_signed_yet", 3),
        ("not_verified_yet", size), ("not_cosigned_yet", size), ("not_backed_up_yet", size),
        ("period_closed", 6), ("period_not_verified", None),
    ]  # fmt: skip
    assert rows[7]["entries"] == [E["quarter"], E["closed"]]
    assert (rows[7]["period"], rows[7]["about"], rows[7]["ends_on"]) == ("1-я четверть", "1, 5, 9 кл.", "2026-10-25")
    before = ask(BY_SLUG["integrity"], views, {}, at=E["closed"]).plain()
    gaps = ["not_verified_yet", "not_cosigned_yet", "not_backed_up_yet"]
    assert [row["what"] for row in before] == ["entries_known", *gaps, "period_open"]


def test_an_extract_holds_one_student_and_nobody_else(views: Views) -> None:
    rows = found(views, "student-extract", student=BORIS)
    assert [(row["held_on"], row["what"], row["recorded"], row["standing"]) for row in rows] == [
        ("2026-09-10", "mark", "2", "5"), ("2026-09-21", "mark", "3", "3"), ("2026-09-21", "absence", "absent", "absent"),
        ("2026-10-20", "mark", "3", "3"),
    ]  # fmt: skip
    assert rows[0]["entries"] == [E["L1.boris.0"], E["L1.boris"]]
    assert "student" not in rows[0], "whose it is was asked; nobody else has a column"
    assert found(views, "student-extract", student=BORIS, from_="2026-10-01", to="2026-10-19") == []


def test_days_asked_about_and_what_was_known_are_two_things(views: Views) -> None:
    """The mark of 10 September as known on 11 September, and as known now about 10 September."""
    days: dict[str, Any] = {"student": BORIS, "from_": "2026-09-10", "to": "2026-09-10"}
    then = datetime(2026, 9, 11, tzinfo=UTC)
    assert [row["standing"] for row in found(views, "student-extract", then, **days)] == ["2"]
    assert [row["standing"] for row in found(views, "student-extract", **days)] == ["5"]
    answered = ask(BY_SLUG["corrections"], views, {}, at=then)
    assert (answered.known.position, answered.known.at) == (E["L1.anna.1"] + 1, "2026-09-10T12:00:00.000000Z")


ASKED = {
    "cell-history": {"student": ANNA, "on": "2026-09-10"},
    "student-extract": {"student": BORIS},
    "entered-by-others": {"closes": "12:00"},
    "absences": {"finding": "all"},
    "raised-marks": {"days": "60"},
    "homework": {"least": "1"},
}


@pytest.mark.parametrize("slug", list(BY_SLUG))
def test_a_sum_has_a_name_in_russian(views: Views, slug: str) -> None:
    question, given = BY_SLUG[slug], ASKED.get(slug, {})
    choices = [{}, *({p.name: one} for p in question.parameters for one in p.choices)]
    names = set[str]()
    for more in choices:
        with suppress(Misasked):  # a choice that asks for another parameter
            names |= ask(question, views, given | more).totals.keys()
    assert {name for name in names if not re.fullmatch("[а-яё,: ]+", total_name(question, name))} == set()


@pytest.mark.parametrize("slug", list(BY_SLUG))
def test_what_was_known_then_is_what_a_log_that_ended_then_says(views: Views, slug: str, tmp_path: Path) -> None:
    given = ASKED.get(slug, {})
    size = QUESTION_SCHOOL.log.head().size
    for position in (E["L3.vera"] + 1, E["L5.boris"] + 1, E["closed"], size - 1):
        with Views.open(f"sqlite:{tmp_path}/{position}.db", ORIGIN) as then:
            then.catch_up(QUESTION_SCHOOL.log, stop=position)
            assert then.position() == position
            expected = ask(BY_SLUG[slug], then, given)
        answered = ask(BY_SLUG[slug], views, given, at=position)
        assert (answered.plain(), answered.totals) == (expected.plain(), expected.totals)
        assert all(entry < position for row in answered.rows for entry in row[-1])
    whole = ask(BY_SLUG[slug], views, given).plain()
    assert whole == ask(BY_SLUG[slug], views, given, at=size).plain()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_every_question_is_answered_on_a_busy_school_and_on_none(question: Any, tmp_path: Path) -> None:
    """Annulled lessons and works, refused requests, students who move: no state of a journal breaks a question."""
    school = SchoolLog(5).work(150, corrections=0.5)
    needs_student = any(parameter.is_needed for parameter in question.parameters)
    some = {"student": next(iter(school.students.values()))[0], "on": "2026-09-02"}
    names = {parameter.name for parameter in question.parameters}
    given = {name: value for name, value in some.items() if needs_student and name in names}
    with Views.open(f"sqlite:{tmp_path}/busy.db", ORIGIN) as busy:
        busy.catch_up(school.log)
        answered = ask(question, busy, given)
        assert all(len(row) == len(question.columns) for row in answered.rows)
        with pytest.raises(NotYetProjected):
            ask(question, busy, given, at=busy.position() + 1)
    with Views.open(f"sqlite:{tmp_path}/none.db", ORIGIN) as empty:
        if not given:
            assert len(ask(question, empty, {}).rows) <= 1


@pytest.mark.parametrize(
    ("slug", "given", "parameter", "allowed"),
    [
        ("corrections", {"class": "5A"}, "class", ("1А", "5А", "9А")),
        ("corrections", {"subject": "Химия"}, "subject", ("=Математика", "Физика")),
        ("corrections", {"class": "9А", "subject": "Физика"}, "subject", ("=Математика",)),
        ("corrections", {"timing": "later"}, "timing", ("same_day", "before_close", "reopened", "after_close", "before_publication", "after_publication", "after_transfer")),
        ("corrections", {"from": "2026-02-30"}, "from", ()),
        ("corrections", {"from": "2026-09-02", "to": "2026-09-01"}, "to", ()),
        ("corrections", {"student": T1}, "student", ()),
        ("corrections", {"teacher": ANNA}, "teacher", ()),
        ("corrections", {"teacher": "Иванова"}, "teacher", ()),
        ("raised-marks", {"days": "+1"}, "days", ("0–366",)),
        ("raised-marks", {"days": "367"}, "days", ("0–366",)),
        ("raised-marks", {"days": "٣"}, "days", ("0–366",)),
        ("entered-by-others", {"opens": "7:00"}, "opens", ()),
        ("cell-history", {"on": "2026-09-10"}, "student", ()),
        ("cell-history", {"student": ANNA, "lesson": ANNA}, "lesson", ()),
        ("integrity", {"subject": "Физика"}, "?", ("class", "student", "period")),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    views: Views, slug: str, given: dict[str, str], parameter: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(Misasked) as error:
        ask(BY_SLUG[slug], views, given)
    assert (error.value.parameter, error.value.allowed) == (parameter, allowed)
    assert not any(
        value in str(error.value) for value in given.values() if len(value) > 3 and value not in str(allowed)
    )
