"""Results over HTTP on both databases: how each was computed, what does not follow any more, and the archive of it all."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import DAY, FIRST, LAST, SmallClass, problem, tag
from tests.http_school import Served, post
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

RULES: dict[str, Any] = {
    "average": "weighted",
    "marks_min": 1,
    "five_from": 460,
    "four_from": 360,
    "three_from": 260,
    "period_marks_min": 1,
    "mean_up_from": 50,
    "final_from": "mean_of_year_and_exam",
}
OBTAINED = f"{DAY}T09:00"


class Graded(SmallClass):
    """5А with rules of assessment, a year's period and a lesson with a 4 for the first student."""

    def __init__(self, server: Served, adopted: dict[str, Any] | None = None) -> None:
        super().__init__(server)
        self.sheet, self.year_sheet, self.whole_year = (str(uuid4()) for _ in range(3))
        with server.as_("administrator") as admin:
            self.rule = post(admin, "/assessment-rules", adopted or adoption())["first_index"]
            period = {"period": self.whole_year, "year": self.year, "kind": "year", "number": 1, "grades": [5]}
            post(admin, "/periods", {**period, "starts_on": FIRST, "ends_on": LAST})
        with server.as_("teacher") as teacher:
            self.place, _ = self.recorded(teacher)
        self.mark = next(fact["standing"] for fact in self.facts() if fact["what"] == "mark")

    def facts(self) -> list[dict[str, Any]]:
        with self.server.as_("inspector") as inspector:
            found: list[dict[str, Any]] = inspector.get(self.place).json()["facts"]
            return found

    def grade(self, teacher: httpx.Client, *marks: dict[str, Any], year: bool = False) -> int:
        """Record period marks, or the year's; the index of the first mark."""
        body = {
            "sheet": self.year_sheet if year else self.sheet,
            "course": self.course,
            "period": self.whole_year if year else self.period,
            "marks": list(marks) or [{"student": student} for student in self.students],
        }
        answer = post(teacher, "/results", body)
        first: int = answer["first_index"] + answer["count"] - len(body["marks"])
        return first


def adoption(**rules: Any) -> dict[str, Any]:
    return {
        "order_number": "21-о", "order_date": "2026-08-24", "effective_from": FIRST, "rules": {**RULES, **rules},
    }  # fmt: skip


@pytest.fixture
def school(server: Served) -> Graded:
    return Graded(server)


def rows(client: httpx.Client, path: str, **parameters: str) -> list[dict[str, Any]]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_a_class_gets_the_computed_marks_and_each_says_from_which_entries(school: Graded) -> None:
    with school.server.as_("teacher") as teacher:
        first = school.grade(teacher)
        one, other = rows(teacher, "/results", course=school.course, period=school.period)
        assert (one["entry"], one["value"], one["computed"], one["sum"], one["weight"]) == (first, "4", "4", 400, 100)
        assert (one["inputs"], one["rule"], one["mean_hundredths"]) == ([school.mark], school.rule, 400)
        assert (one["class_name"], one["subject"], one["deviates"], one["outdated"]) == (
            "5А",
            "Математика",
            False,
            False,
        )
        assert (other["value"], other["inputs"], other["weight"], other["mean_hundredths"]) == ("na", [], 0, None)
        assert rows(teacher, "/results", course=school.course, student=school.students[1]) == [other]
        assert rows(teacher, "/results", course=school.course, at=str(first)) == []
        assert school.read("/results").json()["people"][school.students[0]] == "Иванова Имя"


def test_the_register_shows_what_differs_and_what_does_not_follow_any_more(school: Graded) -> None:
    student, other = school.students
    with school.server.as_("teacher") as teacher, school.server.as_("deputy") as deputy:
        refused = teacher.post(
            "/results",
            json={"course": school.course, "period": school.period, "marks": [{"student": student, "value": "5"}]},
        )
        assert problem(refused, 409, "reason_missing")["where"] == "marks[0].reason"
        note = {"student": other, "value": "3", "reason": "other", "note": "работа из другой школы"}
        school.grade(teacher, {"student": student}, note)
        before = rows(deputy, "/results/deviations")
        assert [(row["student"], row["computed"], row["value"], row["reason"]) for row in before] == [
            (other, "na", "3", "other")
        ]
        change = {"corrects": school.mark, "new": "2", "reason": "rechecked"}
        answer = teacher.post(school.place + "/corrections", json=change, headers=tag(teacher, school.place))
        assert answer.status_code == 201, answer.text
        now = {row["student"]: row for row in rows(deputy, "/results/deviations", period=school.period)}
        assert now.keys() == {student, other}
        outdated = now[student]
        assert (outdated["value"], outdated["computed"], outdated["computed_now"]) == ("4", "4", "2")
        assert (outdated["deviates"], outdated["outdated"]) == (False, True)
        assert outdated["inputs_now"] == [answer.json()["first_index"]]
        then = answer.json()["first_index"]
        assert [row["student"] for row in rows(deputy, "/results/deviations", at=str(then))] == [other]
        assert teacher.get("/results/deviations").status_code == 403


def test_a_mark_added_behind_a_result_makes_it_outdated_in_the_schools_register_and_the_classs(school: Graded) -> None:
    with school.server.as_("teacher") as teacher, school.server.as_("deputy") as deputy:
        school.grade(teacher)
        assert rows(deputy, "/results/deviations") == []
        work = str(uuid4())
        more = {
            "works": [{"work": work, "kind": "answer", "written": False}],
            "marks": [{"student": school.students[0], "work": work, "value": "2"}],
        }
        added = post(teacher, f"{school.place}/entries", more, **tag(teacher, school.place))
        (outdated,) = rows(deputy, "/results/deviations")
        assert outdated["inputs_now"] == [school.mark, added["first_index"] + added["count"] - 1]
        assert rows(deputy, "/results/deviations", class_group=school.group) == [outdated]
        assert rows(deputy, "/results/deviations", at=str(added["first_index"])) == []


def test_another_weight_of_a_work_makes_what_it_counted_in_outdated(school: Graded) -> None:
    with school.server.as_("teacher") as teacher, school.server.as_("deputy") as deputy:
        school.grade(teacher)
        assert rows(deputy, "/results/deviations") == []
        work = next(fact for fact in school.facts() if fact["what"] == "work")
        change = {"corrects": work["standing"], "new": {**work["value"], "weight": 300}, "reason": "typo"}
        answer = teacher.post(school.place + "/corrections", json=change, headers=tag(teacher, school.place))
        assert answer.status_code == 201, answer.text
        (outdated,) = rows(deputy, "/results/deviations")
        assert (outdated["student"], outdated["value"], outdated["computed_now"]) == (school.students[0], "4", "4")
        assert outdated["inputs_now"] == outdated["inputs"], "the same mark, which weighs more"


def test_works_weigh_what_the_rules_say_of_their_kind_until_they_say_it_themselves(school: Graded) -> None:
    """An answer of 4 and a control work of 3: 300 of 4 and 100 of 3 are 3.75; with the answer's own 100 they are 3.50."""
    student = school.students[0]
    with school.server.as_("administrator") as admin:
        unknown = admin.post("/assessment-rules", json=adoption(weights={"quiz": 100}))
        assert problem(unknown, 422, "unprocessable")["where"] == "rules.weights"
        refused = admin.post("/assessment-rules", json=adoption(weights={"answer": 0}))
        assert problem(refused, 422, "out_of_range")["where"] == "rules.weights.answer"
        problem(
            admin.post("/assessment-rules", json=adoption(weights={"answer": 9}, average="plain")), 422, "weights_idle"
        )
        problem(admin.post("/assessment-rules", json=adoption(weights={})), 422, "no_weights")
        rule = post(admin, "/assessment-rules", adoption(weights={"answer": 300}))["first_index"]
        (_, version) = admin.get("/assessment-rules").json()["rows"]
        assert (version["entry"], version["rules"]["weights"]) == (rule, {"answer": 300})
    with school.server.as_("teacher") as teacher, school.server.as_("deputy") as deputy:
        work = str(uuid4())
        more: dict[str, Any] = {
            "works": [{"work": work, "kind": "control_work", "written": True}], "absences": [], "number": 2,
            "marks": [{"student": student, "work": work, "value": "3"}],
        }  # fmt: skip
        school.recorded(teacher, **more)
        (forecast,) = rows(deputy, "/forecasts", class_group=school.group, student=student, on=DAY)
        school.grade(teacher, {"student": student})
        (result,) = rows(deputy, "/results", student=student)
        for found in (forecast, result):
            assert [found[name] for name in ("value", "sum", "weight", "rule")] == ["4", 1500, 400, rule]
        work_fact = next(fact for fact in school.facts() if fact["what"] == "work")
        assert work_fact["value"] == {"kind": "answer", "written": False}
        change = {"corrects": work_fact["standing"], "new": {**work_fact["value"], "weight": 100}, "reason": "typo"}
        answer = teacher.post(school.place + "/corrections", json=change, headers=tag(teacher, school.place))
        assert answer.status_code == 201, answer.text
        (outdated,) = rows(deputy, "/results/deviations")
        assert (outdated["computed"], outdated["computed_now"]) == ("4", "3")


def test_a_published_result_changes_by_a_second_persons_consent(school: Graded) -> None:
    with school.server.as_("teacher") as teacher, school.server.as_("deputy") as deputy:
        first = school.grade(teacher)
        place = f"/results/{school.sheet}"
        assert len(rows(deputy, "/results/unpublished")) == 2
        publication = post(teacher, f"{place}/publications", {"what": "period_mark", "obtained_at": OBTAINED})
        assert rows(deputy, "/results/unpublished") == []
        assert {row["published_by"] for row in rows(deputy, "/results")} == {publication["first_index"]}
        change = {"corrects": first, "new": "5", "reason": "appeal", "basis": "заявление № 3", "note": "пересчитали"}
        problem(teacher.post(f"{place}/corrections", json=change), 409, "result_published")
        asked = post(teacher, f"{place}/correction-requests", change)["first_index"]
        (waiting,) = rows(deputy, "/result-correction-requests", status="open")
        assert (waiting["request"], waiting["student"], waiting["what"]) == (asked, school.students[0], "period_mark")
        assert [waiting[name] for name in ("old", "new", "reason", "basis")] == ["4", "5", "appeal", "заявление № 3"]
        approved = post(deputy, f"{place}/correction-requests/{asked}/approval", {})
        assert rows(deputy, "/result-correction-requests", status="open") == []
        (answered,) = rows(deputy, "/result-correction-requests", sheet=school.sheet, class_group=school.group)
        assert (answered["status"], answered["entry"]) == ("approved", approved["first_index"])
        assert rows(deputy, "/result-correction-requests", at=str(approved["first_index"])) == [waiting]
        assert rows(deputy, "/result-correction-requests", at=str(asked)) == []
        assert rows(deputy, "/result-correction-requests", class_group=str(uuid4())) == []
        assert [(row["year"], row["title"]) for row in rows(deputy, "/years")] == [(school.year, "2026/27")]
        row = next(row for row in rows(deputy, "/results") if row["fact"] == first)
        assert (row["entry"], row["recorded"], row["value"]) == (approved["first_index"], "4", "5")
        problem(deputy.post(f"/results/{uuid4()}/publications", json={"what": "period_mark", "obtained_at": OBTAINED}), 404, "unknown_results")  # fmt: skip


def test_a_result_that_nobody_showed_changes_by_two_people_once_its_period_is_closed(school: Graded) -> None:
    server = school.server
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        first, place = school.grade(teacher), f"/results/{school.sheet}"
        at_once = {"corrects": first + 1, "new": "5", "reason": "typo"}
        post(teacher, f"{place}/corrections", at_once)
        post(deputy, f"/periods/{school.period}/close", {})
        change = {"corrects": first, "new": "5", "reason": "appeal", "basis": "заявление № 3"}
        refused = problem(teacher.post(f"{place}/corrections", json=change), 409, "period_closed")
        assert refused["clause"] == "3.3"
        asked = post(teacher, f"{place}/correction-requests", change)["first_index"]
        post(deputy, f"{place}/correction-requests/{asked}/approval", {})
        found = rows(inspector, "/questions/corrections")
        assert [(row["timing"], row["request"]) for row in found] == [("same_day", None), ("after_close", asked)]


def test_year_examination_final_mark_and_council_stand_in_an_archive_that_verifies(
    school: Graded, tmp_path: Path
) -> None:
    student, other = school.students
    server = school.server
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("administrator") as admin:
        quarter = school.grade(teacher)
        of_year = school.grade(teacher, year=True)
        place = f"/results/{school.year_sheet}"
        exam = {"protocol": "=протокол; № 2", "obtained_at": OBTAINED, "results": [{"student": student, "value": "5"}]}
        examined = post(deputy, f"{place}/exam-results", exam)["first_index"]
        marks = {"marks": [{"student": student}, {"student": other, "value": "3", "reason": "other", "note": "=а; б"}]}
        post(teacher, f"{place}/final-marks", marks)
        corrected = {"corrects": examined, "new": "4", "reason": "typo"}
        post(deputy, f"{place}/corrections", corrected)
        decision = {"year": school.year, "protocol": "№ 5", "held_on": DAY, "decision": "promoted"}
        first = post(admin, "/council-decisions", {**decision, "students": [student, other]})["first_index"]
        post(admin, "/council-decisions", {**decision, "students": [student], "replaces": first})
        found = {row["what"]: row for row in rows(teacher, "/results", sheet=school.year_sheet, student=student)}
        assert (found["period_mark"]["inputs"], found["final_mark"]["inputs"]) == ([quarter], [of_year, examined])
        assert (found["final_mark"]["sum"], found["final_mark"]["weight"], found["final_mark"]["value"]) == (9, 2, "5")
        assert found["final_mark"]["outdated"], "the examination was corrected since"
        assert [row["replaced_by"] for row in school.read("/council-decisions", {"student": other}).json()["rows"]] == [
            first + 1
        ]
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    table = (tmp_path / "archive/data/tables/results.csv").read_text(encoding="utf-8-sig")
    assert "итоговая отметка" in table
    assert "'=а; б" in table
    assert table.count("\n") == 1 + 2 + 2 + 1 + 2


def test_rules_of_assessment_are_shown_with_their_orders(school: Graded) -> None:
    with school.server.as_("administrator") as admin, school.server.as_("teacher") as teacher:
        assert [(row["entry"], row["rules"]) for row in rows(teacher, "/assessment-rules")] == [(school.rule, RULES)]
        problem(admin.post("/assessment-rules", json=adoption()), 409, "same_assessment")
        wrong = admin.post("/assessment-rules", json=adoption(five_from=400))
        assert problem(wrong, 422, "out_of_range")["where"] == "rules.five_from"
