"""The inspector's questions that rest on registers, on a second school written by hand, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.access.events import Look
from ledger.access.log import AccessLog
from ledger.journal import events as j, result_events as r
from ledger.journal.journal_events import SheetTransferred
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.questions import BY_SLUG, AccessFacts, ask
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.question_register_school import FATHER, GRANNY, MOTHER, REGISTER_SCHOOL, UNCLE, RegisterSchool
from tests.question_school import ADMIN, ANNA, BORIS, DEPUTY, DIMA, GLEB, GROUP5, MATH9, T1, T2, VERA, YEAR, uid

E = REGISTER_SCHOOL.entries


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('questions')}/views.db"
    else:
        url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(REGISTER_SCHOOL.log)
        yield opened


def found(views: Views, slug: str, at: int | None = None, **given: str) -> list[dict[str, Any]]:
    return ask(BY_SLUG[slug], views, {name.rstrip("_"): value for name, value in given.items()}, at=at).plain()


def test_results_that_do_not_follow_from_the_marks_are_found_with_what_they_came_from(views: Views) -> None:
    rows = found(views, "results-unlike-marks")
    assert [(row["finding"], row["student"], row["value"], row["computed"], row["computed_now"]) for row in rows] == [
        ("outdated", ANNA, "4", "4", "3"),
        ("deviates", BORIS, "4", "3", "3"),
        ("deviates", DIMA, "exempt", "na", "na"),
    ], "(5 + 4 + 2) / 3 was 3.66, and 3.60 is a 4; since the 5 is a 3 it is 3.00; who has no marks follows from none"
    assert (rows[0]["mean"], rows[1]["mean"], rows[1]["reason"]) == ("3.66", "3.00", "trend")
    marks = [E[name] for name in ("M1.anna.0", "M2.anna", "M3.anna", "M1.anna")]
    assert rows[0]["entries"] == sorted([E["rules"], E[f"result.{ANNA}"], *marks])
    assert found(views, "results-unlike-marks", finding="deviates") == rows[1:]
    assert found(views, "results-unlike-marks", actor=T2) == []
    assert found(views, "results-unlike-marks", subject="Физика") == found(views, "results-unlike-marks", period="year")
    assert [row["student"] for row in found(views, "results-unlike-marks", at=E["M1.anna"])] == [BORIS]


def test_lessons_are_held_against_the_timetable_both_ways_and_against_their_beginning(views: Views) -> None:
    rows = found(views, "timetable-gaps")
    assert [(row["finding"], row["held_on"], row["number"], row["subject"]) for row in rows] == [
        ("unrecorded", "2026-10-20", 2, "Физика"),
        ("early", "2026-10-22", 1, "=Математика"),
        ("unplanned", "2026-10-23", 1, "Физика"),
    ], "a class without a timetable, or one before its first day, differs from nothing; November is no period's"
    assert {E["timetable"], E["bells"]} < set(rows[0]["entries"])
    assert (rows[0]["teacher"], rows[0]["given_by"]) == (T2, None)
    assert (rows[1]["entries"], rows[1]["given_by"]) == ([E["M4"]], T1)
    assert (rows[2]["given_by"], E["P1"] in rows[2]["entries"]) == (T2, True)
    assert found(views, "timetable-gaps", finding="unplanned") == rows[2:]
    assert found(views, "timetable-gaps", subject="Физика") == [rows[0], rows[2]]
    assert found(views, "timetable-gaps", subject="=Математика") == rows[1:2]
    assert found(views, "timetable-gaps", class_="9А") == []
    assert found(views, "timetable-gaps", from_="2026-10-21", to="2026-10-22") == rows[1:2]
    then = found(views, "timetable-gaps", at=E["M3"])
    assert then == [], "the last entry known then is of the lesson's own morning at eight: nothing is over"


def test_corrections_of_results_are_among_all_corrections(views: Views) -> None:
    answered = ask(BY_SLUG["corrections"], views, {})
    rows = answered.plain()
    assert [(row["what"], row["action"], row["timing"], row["old"], row["new"], row["period"]) for row in rows] == [
        ("mark", "corrected", "before_close", "5", "3", None),
        ("period_mark", "corrected", "before_publication", "na", "exempt", "1-я четверть"),
        ("period_mark", "annulled", "before_publication", "na", None, "1-я четверть"),
    ]  # fmt: skip
    assert (answered.totals["corrections"], answered.totals["before_publication"]) == (3, 2)
    assert (rows[1]["student"], rows[1]["class"], rows[1]["reason"], rows[1]["lesson"]) == (
        DIMA,
        "9А",
        "document",
        None,
    )
    assert rows[1]["entries"] == [E[f"result.{DIMA}"], E[f"result.{DIMA}.1"]]
    assert found(views, "corrections", student=VERA) == found(views, "corrections", subject="Физика") == rows[2:]
    assert found(views, "corrections", timing="before_publication", class_="9А") == rows[1:2]
    assert found(views, "corrections", teacher=T1) == rows[:1], "a result is of no lesson"
    assert found(views, "corrections", from_="2026-10-28") == rows[1:]


def test_results_make_candidates_for_honours_and_show_where_they_were_raised(tmp_path: Path) -> None:
    """Gleb has a 4 in a lesson; a year's 5 makes him a candidate all the same, and its former 4 is what to look at."""
    school = RegisterSchool()
    school.lesson(
        "N9", "10-29T08:30", MATH9, 1, T1,
        j.WorkRecorded(work=uid("w9"), kind="answer", written=False, weight=100),
        j.MarkRecorded(student=GLEB, work=uid("w9"), value="4"),
    )  # fmt: skip
    whole, sheet = uid("whole"), f"results/{uid('year9')}"
    year = j.PeriodDefined(year=YEAR, kind="year", number=1, grades=(9,), starts_on="2026-09-01", ends_on="2027-05-31")
    school.office("10-29T09:00", f"period/{whole}", year)
    school.office("10-29T09:10", sheet, r.ResultSheetOpened(course=MATH9, period=whole))
    fields: dict[str, Any] = {"computed": "4", "sum": 4, "weight": 1, "inputs": (), "rule": school.entries["rules"]}
    for student, value in ((GLEB, "4"), (DIMA, "4")):
        mark = r.PeriodMarkRecorded(student=student, value=value, **fields)
        school.office("10-29T09:20", sheet, mark, f"year.{student}")
    shown = r.ResultsPublished(what="period_mark", obtained_at="2026-10-29T09:00")
    school.office("10-29T09:30", sheet, shown)
    with Views.open(f"sqlite:{tmp_path}/before.db", ORIGIN) as before:
        before.catch_up(school.log)
        assert found(before, "raised-marks", honours="yes") == [], "a year's 4 is no honours"
    wanted = r.ResultCorrectionRequested(
        corrects=school.entries[f"year.{GLEB}"], old="4", new="5", reason="appeal", basis="заявление"
    )
    school.office("10-30T09:00", sheet, wanted, "wanted")
    raised = r.ResultCorrected(
        corrects=school.entries[f"year.{GLEB}"], old="4", new="5", reason="appeal", basis="заявление",
        request=school.entries["wanted"],
    )  # fmt: skip
    school.at("10-30T10:00", DEPUTY, "deputy", (sheet, raised), names="raised")
    with Views.open(f"sqlite:{tmp_path}/after.db", ORIGIN) as after:
        after.catch_up(school.log)
        (row,) = found(after, "raised-marks", honours="yes")
        assert (row["student"], row["what"], row["change"], row["old"], row["new"]) == (
            GLEB,
            "period_mark",
            "raised",
            "4",
            "5",
        )
        assert (row["timing"], row["period"], row["period_ends_on"]) == ("after_publication", "год", "2027-05-31")
        assert row["entries"] == [school.entries[name] for name in (f"year.{GLEB}", "wanted", "raised")]
        assert found(after, "raised-marks") == [], "months before the year's end"
        assert [one["student"] for one in found(after, "raised-marks", days="366")] == [GLEB]


def test_lessons_that_nobody_gave_are_told_with_their_hours_and_what_planned_them(views: Views) -> None:
    answered = ask(BY_SLUG["substitutions"], views, {})
    (row,) = answered.plain()
    assert (row["finding"], row["held_on"], row["number"], row["class"], row["subject"]) == (
        *("missed", "2026-10-20", 2, "5А", "Физика"),
    )
    assert (row["absent_teacher"], row["substitute"], row["hours"], row["coefficient"]) == (T2, None, 1, None)
    assert (row["reason"], row["basis"], row["lesson"]) == ("unrecorded", None, None)
    assert {E["timetable"], E["bells"]} < set(row["entries"])
    assert answered.totals == {"lessons": 0, "coefficient": 0, "missed": 1}
    (total,) = found(views, "substitutions", by="employee")
    assert (total["finding"], total["absent_teacher"], total["hours"], total["entries"]) == ("missed_sum", T2, 1, [])
    assert found(views, "substitutions", finding="missed", employee=T2) == [row]
    assert found(views, "substitutions", finding="missed", by="employee") == [total]
    assert found(views, "substitutions", finding="replaced") == found(views, "substitutions", employee=T1) == []
    assert found(views, "substitutions", at=E["M3"]) == [], "not over by then"


def test_what_is_late_or_missing_is_counted_by_teacher_class_or_month_and_listed_by_itself(views: Views) -> None:
    def counted(**given: Any) -> list[tuple[Any, ...]]:
        rows = found(views, "late-entries", **given)
        return [(row["rule"], row["month"] or row["teacher"] or row["class"], row["late"], row["missing"], row["judged"])
                for row in rows]  # fmt: skip

    assert counted() == [
        ("lesson", T1, 1, 0, 4),
        # Physics of 20 October is in the timetable, and nobody recorded it.
        ("lesson", T2, 0, 1, 2),
        ("attendance", T1, 1, 0, 4),
        ("attendance", T2, 0, 1, 2),
        ("homework", T1, 1, 0, 4),
        ("homework", T2, 0, 1, 1),
        ("oral_mark", T1, 1, 0, 3),
        ("written_mark", T1, 0, 2, 3),
        ("written_work", T1, 0, 1, 1),
    ]
    assert counted(by="class", rule="homework") == [("homework", "5А", 1, 1, 5)]
    assert counted(by="month", rule="homework") == [("homework", "2026-09", 1, 0, 2), ("homework", "2026-10", 0, 1, 3)]
    assert counted(by="month", rule="homework", from_="2026-10-21") == [("homework", "2026-10", 0, 1, 2)]
    assert counted(teacher=T2) == [("lesson", T2, 0, 1, 2), ("attendance", T2, 0, 1, 2), ("homework", T2, 0, 1, 1)]
    assert counted(class_="9А") == []
    assert counted(from_="2026-09-01", to="2026-09-20") == []
    each = found(views, "late-entries", by="each", rule="written_mark")
    assert [(row["student"], row["status"], row["due"]) for row in each] == [
        (student, "missing", "2026-10-28T00:00:00+03:00") for student in sorted([BORIS, VERA])
    ]
    late, missing = found(views, "late-entries", by="each", rule="lesson")
    assert (missing["held_on"], missing["number"], missing["teacher"], missing["status"]) == (
        "2026-10-20",
        2,
        T2,
        "missing",
    )
    assert {E["regulation"], E["timetable"], E["bells"]} < set(missing["entries"])
    excused = [E["excuse"], E["evening"], E["evening.closed"]]
    assert (late["held_on"], late["minutes"], late["excuse"], late["entries"]) == (
        "2026-09-21",
        600,
        "outage",
        sorted([E["regulation"], E["M2"], *excused]),
    )
    then, _ = found(views, "late-entries", by="each", rule="lesson", at=E["excuse"])
    assert (then["status"], then["excuse"], then["entries"]) == ("late", None, sorted([E["regulation"], E["M2"]]))
    assert [(row["late"], row["excused"]) for row in found(views, "late-entries", rule="lesson")] == [(1, 1), (0, 0)]
    assert [(row["late"], row["excused"]) for row in found(views, "late-entries", rule="homework", teacher=T1)] == [
        (1, 0)
    ]
    assert ask(BY_SLUG["late-entries"], views, {}).totals == {"late": 4, "missing": 6, "excused": 2}
    assert ask(BY_SLUG["late-entries"], views, {"by": "each"}).totals == {"late": 4, "missing": 6, "excused": 2}
    assert found(views, "late-entries", by="each", rule="written_mark", at=E["published"] + 1) == []


@pytest.mark.clause("R34", breaks="projections.questions.availability:_excused", instead=lambda *_: ())
def test_incidents_are_told_with_what_they_excuse_and_what_came_late_within_them(views: Views) -> None:
    answered = ask(BY_SLUG["availability"], views, {})
    rows = answered.plain()
    assert [(row["kind"], row["minutes"], row["is_long"], row["count"], row["entries"]) for row in rows[:2]] == [
        ("system", 90, "да", 1, [E["evening"], E["evening.closed"]]),
        ("maintenance", 15, None, 0, [E["morning"], E["morning.closed"]]),
    ]
    (excuse,) = [row for row in rows if row["finding"] == "excused"]
    assert (excuse["kind"], excuse["held_on"], excuse["teacher"], excuse["what"], excuse["entries"]) == (
        *("outage", "2026-09-21", T1, "посещаемость, запись урока", [E["evening"], E["excuse"]]),
    )
    # M2 of 21 September was entered the next morning; the term of M3's written work held 22 October.
    late = [(row["held_on"], row["what"], row["status"], row["count"]) for row in rows if row["finding"] == "unexcused"]
    assert late == [
        ("2026-09-21", "домашнее задание", "late", 1),
        ("2026-09-21", "отметка за устный ответ", "late", 1),
        ("2026-10-20", "отметка за письменную работу", "missing", 2),
        ("2026-10-20", "письменная работа в целом", "missing", 1),
    ]
    # Five days with one lesson of 45 minutes each, of which the second incident took 15.
    assert answered.totals == {
        "incidents": 2,
        "longer_than_an_hour": 1,
        "excuses": 1,
        "late_without_excuse": 5,
        "measurements": 2,
        "freshness_alarms": 1,
        "working_minutes": 225,
        "lost_minutes": 15,
        "available_hundredths_of_percent": 9_333,
    }
    assert [row["finding"] for row in found(views, "availability", from_="2026-09-22", finding="incident")] == [
        "incident"
    ]
    assert ask(BY_SLUG["availability"], views, {"from": "2026-10-01"}).totals["lost_minutes"] == 15
    before = ask(BY_SLUG["availability"], views, {}, at=E["excuse"])
    assert (before.totals["excuses"], before.totals["late_without_excuse"]) == (0, 7)
    open_ = ask(BY_SLUG["availability"], views, {}, at=E["evening.closed"])
    assert [(row["ended_at"], row["count"]) for row in open_.plain() if row["finding"] == "incident"] == [(None, 0)]


@pytest.mark.clause("R26", breaks="projections.views.freshness:_lesson_days", instead=lambda *_: frozenset())
def test_two_days_without_a_measurement_are_told_less_what_an_outage_took(views: Views) -> None:
    # From 22 October 8:00 to midnight behind the 23rd are 40 hours of days with lessons, of which 15 minutes were an outage.
    (row,) = rows = found(views, "availability", finding="freshness")
    assert (row["kind"], row["began_at"], row["ended_at"], row["minutes"], row["what"]) == (
        *("day", "2026-10-22T08:00", "2026-10-24T00:10", 2_385, "не измерялось"),
    )
    assert row["entries"] == [E["fresh.1"], E["fresh.2"], E["morning"], E["morning.closed"]]
    assert found(views, "availability", finding="freshness", from_="2026-10-24") == rows
    assert found(views, "availability", finding="freshness", from_="2026-10-25") == []
    assert found(views, "availability", finding="freshness", at=E["fresh.2"]) != rows, "then it went on"
    assert found(views, "availability", finding="freshness", at=E["fresh.1"] + 1) == []


def test_courses_are_held_against_their_plans(views: Views) -> None:
    maths, physics, *_ = rows = found(views, "programme")
    assert len(rows) == 4, "every course, also without a plan"
    assert {name: maths[name] for name in list(maths)[4:-1]} == {
        "planned_hours": 6, "given_hours": 4, "missing": 2, "missing_items": "4–5", "repeated_items": "3",
        "merged_items": "1–2", "unplanned_lessons": 1, "drift_days": 7,
    }  # fmt: skip
    assert (maths["class"], maths["teacher"], E["plan"] in maths["entries"]) == ("5А", T1, True)
    assert E["M4"] in maths["entries"]
    assert (physics["planned_hours"], physics["given_hours"]) == (0, 1)
    for finding in ("fewer", "missing", "repeated", "merged", "unplanned"):
        assert found(views, "programme", finding=finding) == [maths], finding
    assert found(views, "programme", finding="more") == [physics]
    assert found(views, "programme", finding="no_plan") == rows[1:]
    assert found(views, "programme", finding="drift") == []
    assert found(views, "programme", finding="drift", days="6") == [maths], "21 September for 14 September"
    assert found(views, "programme", class_="5А", subject="Физика") == [physics]
    (then,) = found(views, "programme", finding="missing", at=E["M2"])
    assert then["missing_items"] == "3–5"


def test_results_shown_after_their_hours_are_found_and_those_still_not_shown(views: Views) -> None:
    answered = ask(BY_SLUG["late-results"], views, {})
    rows = answered.plain()
    assert [(row["finding"], row["subject"], row["results"], row["hours"]) for row in rows] == [
        ("late", "=Математика", 2, 25),
        ("missing", "=Математика", 1, None),
    ], (
        "obtained at 11 on the 24th: due at 11 on the 25th, shown at 12 on the 26th; that of 28 October has until the 29th"
    )
    assert (rows[0]["obtained_at"], rows[0]["due"]) == ("2026-10-24T11:00+03:00", "2026-10-25T11:00+03:00")
    assert rows[0]["entries"] == sorted([E["regulation"], E[f"result.{ANNA}"], E[f"result.{BORIS}"], E["published"]])
    assert answered.totals == {"late": 2, "missing": 1, "on_time": 0, "pending": 1, "no_regulation": 0}
    assert found(views, "late-results", finding="missing") == rows[1:]
    assert found(views, "late-results", class_="9А") == rows[1:]
    assert found(views, "late-results", subject="Физика") == [], "annulled"
    assert found(views, "late-results", at=E[f"result.{VERA}"] + 1) == [], "a quarter of an hour later nothing was late"


def test_what_changed_in_a_years_results_is_told_since_its_archive_or_since_a_day(views: Views) -> None:
    def changes(**given: Any) -> list[tuple[Any, ...]]:
        rows = found(views, "result-changes", **given)
        return [(row["change"], row["student"], row["old"], row["new"], row["entries"]) for row in rows]

    corrected = (
        "changed",
        DIMA,
        "na",
        "exempt",
        sorted([E[f"result.{DIMA}"], E[f"result.{DIMA}.1"], E["archive.first"]]),
    )
    added = ("added", GLEB, None, "na", [E["archive.first"], E[f"result.{GLEB}"]])
    assert changes() == [added, corrected], "Vera's came after the archive and is annulled: in neither of the two"
    last = ("annulled", VERA, "na", None, [E[f"result.{VERA}"], E[f"result.{VERA}.1"]])
    assert changes(from_="2026-10-28") == [(*added[:4], added[4][1:]), (*corrected[:4], corrected[4][::2]), last]
    assert changes(from_="2026-10-29") == []
    assert changes(class_="5А") == []
    assert changes(class_="5А", from_="2026-10-25") == [last]
    assert changes(at=E["archive.first"]) == [], "no archive was known yet"
    assert [row[1] for row in changes(at=E["published"])] == [VERA]


def test_decisions_of_the_council_are_compared_student_by_student(tmp_path: Path) -> None:
    school = RegisterSchool()

    def decide(day: str, name: str, decision: Any, students: tuple[str, ...], **more: Any) -> None:
        decided = r.CouncilDecisionRecorded(
            protocol=f"протокол № {name}",
            held_on=f"2026-{day}",
            decision=decision,
            students=tuple(sorted(students)),
            **more,
        )
        school.office(f"{day}T15:00", f"council/{YEAR}", decided, name)

    decide("10-29", "1", "promoted", (ANNA, BORIS))
    handed = SheetTransferred(sha256="0" * 64, number="3", received_on="2026-10-30", to="архив")
    school.office("10-30T09:00", f"class/{GROUP5}", handed, "handed")
    decide("10-31", "2", "other", (BORIS, VERA), replaces=school.entries["1"], basis="ошибка")
    decide("11-02", "3", "retained", (BORIS,), replaces=school.entries["2"], basis="ошибка снова")
    decide("11-03", "4", "promoted", (VERA, GLEB))
    known = school.entries
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        views.catch_up(school.log)
        rows = found(views, "result-changes", class_="5А")
        assert [(row["change"], row["what"], row["student"], row["old"], row["new"]) for row in rows] == [
            ("changed", "council", BORIS, "promoted", "retained"),
            ("annulled", "council", ANNA, "promoted", None),
            ("added", "council", VERA, None, "promoted"),
        ], "what came and went behind the hand-over is nothing; Gleb is of another class"
        assert (rows[0]["since"], rows[0]["basis"]) == ("transfer", "протокол № 3; ошибка снова")
        assert rows[0]["entries"] == [known["1"], known["handed"], known["3"]]
        assert rows[2]["entries"] == [known["handed"], known["4"]]
        assert found(views, "result-changes", class_="5А", subject="Физика") == []
        (before,) = found(views, "result-changes", class_="5А", before="yes", subject="Физика")
        assert (before["since"], before["change"], before["what"], before["student"], before["old"]) == (
            *("before", "annulled", "period_mark", VERA, "na"),
        )
        assert before["entries"] == [known[f"result.{VERA}"], known[f"result.{VERA}.1"], known["handed"]]
        assert found(views, "result-changes", at=known["handed"] + 1, class_="5А") == []


def test_notices_and_the_yearly_refresh_are_held_against_their_days(views: Views) -> None:
    answered = ask(BY_SLUG["data-deadlines"], views, {})
    rows = answered.plain()
    assert [(row["about"], row["finding"], row["person"], row["days"]) for row in rows] == [
        ("notice", "late", ANNA, 2),
        ("notice", "missing", VERA, None),
        ("refresh", "late", BORIS, 3),
        ("refresh", "missing", VERA, None),
    ], "one minute before midnight of 5 September is in time; a notice of 25 October has until the 28th's end"
    assert (rows[0]["due"], rows[0]["answered_at"]) == ("2026-10-09T00:00+03:00", "2026-10-10T10:00+03:00")
    assert rows[0]["entries"] == sorted([E["regulation"], E["notice.10-05"], E["anna.changed"]])
    assert rows[2]["entries"] == sorted([E["regulation"], E["refresh"], E["boris.changed"]])
    assert (rows[3]["class"], rows[3]["entries"]) == ("5А", sorted([E["regulation"], E["refresh"]]))
    assert answered.totals == {"late": 2, "missing": 2, "on_time": 4, "pending": 1, "no_regulation": 0, "looks": 0}
    assert found(views, "data-deadlines", about="notice") == rows[:2]
    assert found(views, "data-deadlines", person=VERA) == [rows[1], rows[3]]
    assert found(views, "data-deadlines", from_="2026-10-06") == rows[1:2]
    assert found(views, "data-deadlines", at=E["refresh"] + 1) == []


def test_refusals_and_consents_that_stand_are_told_by_what_was_done_about_them(views: Views) -> None:
    rows = found(views, "informing")
    assert [(row["finding"], row["guardian"], row["since"], row["out_number"]) for row in rows] == [
        ("not_notified", FATHER, "2026-09-09", None),
        ("refused", GRANNY, "2026-09-09", "77"),
        ("consent", MOTHER, "2026-09-10", None),
        ("consent", UNCLE, "2026-09-10", None),
    ], "the uncle's consent took his refusal back; the mother's second one is withdrawn"
    assert [row["entries"] for row in rows] == [
        [E["father.refused"]], [E["granny.refused"], E["granny.told"]], [E["mother.consent"]], [E["uncle.consent"]],
    ]  # fmt: skip
    assert found(views, "informing", finding="not_notified") == rows[:1]
    assert found(views, "informing", student=VERA) == rows[1:2]
    then = found(views, "informing", finding="not_notified", at=E["granny.told"])
    assert [row["guardian"] for row in then] == [FATHER, GRANNY, UNCLE]


def test_what_must_be_printed_is_told_from_what_paper_met(views: Views) -> None:
    rows = found(views, "print-obligations")
    assert [(row["condition"], row["ends_on"], row["state"], row["printout"]) for row in rows] == [
        ("substitutions", "2026-09-30", "printed", "7"),
        ("corrections", "2026-10-25", "required", None),
    ], "October is not over"
    assert (rows[0]["met_by"], rows[0]["entries"]) == (E["paper"], [E["paper"]])
    assert rows[0]["lacking"] is None
    assert "свидетел" in rows[1]["lacking"]
    assert found(views, "print-obligations", state="required") == rows[1:]
    assert found(views, "print-obligations", condition="substitutions", to="2026-09-29") == []
    (then,) = found(views, "print-obligations", at=E["paper"])
    assert (then["state"], then["printout"]) == ("required", None)


def test_who_could_write_on_a_day_follows_from_orders_and_assignments(views: Views) -> None:
    def people(**given: Any) -> list[tuple[Any, ...]]:
        return [(row["finding"], row["employee"], row["from"], row["to"]) for row in found(views, "rights", **given)]

    assert people(on="2026-09-30", finding="duty") == [
        ("duty", T1, "2026-09-01", None),
        ("duty", T2, "2026-09-01", "2026-09-30"),
    ]
    assert people(on="2026-10-01", finding="duty") == people(on="2026-10-27", finding="duty")[:1]
    assert people(on="2026-09-30", finding="responsible") == [("responsible", DEPUTY, "2026-09-01", "2026-09-30")]
    assert people(on="2026-10-01", finding="responsible") == [("responsible", ADMIN, "2026-10-01", None)]
    assert people(on="2026-08-31") == []
    courses = found(views, "rights", finding="course", employee=T2)
    assert [(row["class"], row["subject"]) for row in courses] == [("5А", "Физика")]
    ended = found(views, "rights", on="2026-09-30", employee=T2, finding="duty")
    assert ended[0]["entries"] == [E["duty2"], E["duty2.ended"]]
    before = found(views, "rights", at=E["duty2.ended"], on="2026-10-27", finding="duty")
    assert [row["employee"] for row in before] == [T1, T2]


ASKED = {
    "late-entries": {"by": "each"},
    "cell-history": {"student": ANNA, "on": "2026-09-10"},
    "student-extract": {"student": ANNA},
}


@pytest.mark.parametrize("slug", list(BY_SLUG))
def test_what_was_known_then_is_what_a_log_that_ended_then_says(views: Views, slug: str, tmp_path: Path) -> None:
    given = ASKED.get(slug, {})
    for position in (E["M2"], E["paper"] + 1, E["published"], E["M1.anna"]):
        with Views.open(f"sqlite:{tmp_path}/{position}.db", ORIGIN) as then:
            then.catch_up(REGISTER_SCHOOL.log, stop=position)
            expected = ask(BY_SLUG[slug], then, given)
        answered = ask(BY_SLUG[slug], views, given, at=position)
        assert (answered.plain(), answered.totals) == (expected.plain(), expected.totals)
        assert all(entry < position for row in answered.rows for entry in row[-1])


def test_homework_that_counts_as_not_assigned_is_found_with_what_says_so(views: Views) -> None:
    rows = found(views, "homework", finding="not_assigned")
    assert [(row["held_on"], row["subject"], row["entries"]) for row in rows] == [
        ("2026-09-21", "=Математика", [E["regulation"], E["M2.homework"]]),
        ("2026-10-23", "Физика", [E["regulation"]]),
    ], "entered on the day after; never entered, and that day is over as of the last entry"
    assert found(views, "homework", finding="not_assigned", subject="Физика") == rows[1:]
    assert found(views, "homework", finding="not_assigned", to="2026-09-30") == rows[:1]


def test_parents_without_a_sign_in_or_without_a_look_are_found_and_looks_at_another_child_do_not_count(
    views: Views, tmp_path: Path
) -> None:
    settings = {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_SQLITE_FILE": str(tmp_path / "access.sqlite3"),
        "LETOPIS_ORIGIN": f"{ORIGIN}/access",
        "LETOPIS_CREATE": "y",
        "LETOPIS_SHARED": "y",
    }
    with closing(AccessLog(settings, ORIGIN, str)) as log:
        for actor, student in ((FATHER, BORIS), (FATHER, BORIS), (GRANNY, ANNA), (T1, DIMA)):
            log.record(
                Look("/students/{student}/page", "view", ("marks",), (student,), count=1), Actor(actor, "guardian")
            )
        facts = AccessFacts(lambda: log, frozenset({FATHER, GRANNY, T1}))

        given = {"person": BORIS, "about": "looks"}
        looks = ask(BY_SLUG["data-deadlines"], views, given, access=facts)
        assert [(row["finding"], row["looker"], row["role"], row["look"], row["entries"]) for row in looks.plain()] == [
            ("named", FATHER, "guardian", "/students/{student}/page", [])
        ] * 2
        assert [row["look_entry"] for row in looks.plain()] == [1, 2]
        assert looks.totals["looks"] == 2
        assert ask(BY_SLUG["data-deadlines"], views, given | {"to": "2026-01-01"}, access=facts).plain() == []
        assert ask(BY_SLUG["data-deadlines"], views, {"about": "looks"}, access=facts).plain() == []
        assert ask(BY_SLUG["data-deadlines"], views, given).plain() == [], "where nobody said who looked"

        def asked(**given: str) -> list[dict[str, Any]]:
            question = BY_SLUG["no-access"]
            return ask(
                question, views, {name.rstrip("_"): value for name, value in given.items()}, access=facts
            ).plain()

        parents = {(row["student"], row["guardian"]): row for row in asked() if row["relation"] not in (None, "self")}
        assert {pair: row["finding"] for pair, row in parents.items()} == {
            (ANNA, MOTHER): "no_sign_in",
            (VERA, GRANNY): "no_views",
            (DIMA, UNCLE): "no_sign_in",
        }, "the father looked; granny has a sign-in and looked at another child"
        (father,) = asked(finding="views")
        assert (father["student"], father["guardian"], father["looks"]) == (BORIS, FATHER, 2)
        assert father["last_look"] == [seen.at for seen in log.seen()][1]
        assert GLEB in [row["student"] for row in asked(finding="no_guardian")]
        assert not asked(finding="views", to="2026-09-30"), "all looks are later"
        assert {row["student"] for row in asked(class_="9А")} < {row["student"] for row in asked()}
