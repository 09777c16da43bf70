"""Final marks over two school years over HTTP on both databases: computed, refused in two languages, and archived."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import FIRST, problem
from tests.http_school import Served, post
from tests.integration.test_api_results import Graded, adoption, rows
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

LAST_BEFORE = (date.fromisoformat(FIRST) - timedelta(days=30)).isoformat()
FIRST_BEFORE = (date.fromisoformat(FIRST) - timedelta(days=200)).isoformat()
OVER: dict[str, Any] = {
    "first_grade": 4,
    "grades": [5],
    "marks": ["quarter", "year"],
    "renamed": [{"title": "Математика", "was": "Счёт"}],
    "source": "приказ Минпросвещения России от 05.10.2020 № 546, п. 5.3",
}


def over_years(**changes: Any) -> dict[str, Any]:
    return {**adoption(final_over_years=OVER | changes), "effective_from": FIRST_BEFORE}


def year_before(school: Graded, teacher: httpx.Client) -> list[int]:
    """4А of the year before with the first student, «Счёт» and a 5 for the quarter and the year; the marks' entries."""
    year, quarter, whole, group, course = (str(uuid4()) for _ in range(5))
    span = {"starts_on": FIRST_BEFORE, "ends_on": LAST_BEFORE}
    with school.server.as_("administrator") as admin:
        post(admin, "/years", {"year": year, "title": "раньше", **span})
        for period, kind in ((quarter, "quarter"), (whole, "year")):
            post(admin, "/periods", {"period": period, "year": year, "kind": kind, "number": 1, "grades": [4], **span})
        post(admin, "/classes", {"class_group": group, "year": year, "grade": 4, "letter": "А"})
        post(admin, f"/classes/{group}/enrollments", {"student": school.students[0], "starts_on": FIRST_BEFORE})
        body = {"course": course, "class_group": group, "year": year, "subject": "Счёт"}
        post(admin, "/courses", {**body, "teacher": school.server.actors["teacher"], "starts_on": FIRST_BEFORE})
    entries = []
    for period, reason in ((quarter, {"reason": "council"}), (whole, {})):
        mark = {"student": school.students[0], "value": "5", **reason}
        answer = post(teacher, "/results", {"course": course, "period": period, "marks": [mark]})
        entries.append(answer["first_index"] + answer["count"] - 1)
    return entries


def test_a_final_mark_is_of_two_years_and_of_none_where_a_year_lacks(server: Served, tmp_path: Path) -> None:
    school = Graded(server, over_years())
    student, other = school.students
    with server.as_("teacher") as teacher:
        before = year_before(school, teacher)
        quarter = school.grade(teacher)
        given = {"student": other, "value": "3", "reason": "council"}
        year = school.grade(teacher, {"student": student}, given, year=True)
        place = f"/results/{school.year_sheet}/final-marks"
        refused = problem(teacher.post(place, json={"marks": [{"student": other}]}), 409, "years_lack")
        assert "за классы: 4;" in refused["detail"]
        assert refused["where"] == "marks[0].reason"
        post(
            teacher,
            place,
            {"marks": [{"student": student}, {"student": other, "value": "4", "reason": "transferred"}]},
        )
        found = {
            row["student"]: row
            for row in rows(teacher, "/results", sheet=school.year_sheet)
            if row["what"] == "final_mark"
        }
    # 5 and 5 in 4А, 4 and 4 in 5А: 18 : 4 = 4.50, a half goes up.
    one = found[student]
    assert (one["value"], one["sum"], one["weight"], one["lacks"], one["outdated"]) == ("5", 18, 4, [], False)
    assert one["inputs"] == [*before, quarter, year]
    assert (found[other]["computed"], found[other]["value"], found[other]["lacks"]) == ("na", "4", [4])
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    table = (tmp_path / "archive/data/tables/results.csv").read_text(encoding="utf-8-sig").splitlines()
    lacks = table[0].split(";").index("lacks (не хватает классов)")
    assert [line.split(";")[lacks] for line in table[-2:]] == ["", "4"]


def test_refuses_a_rule_over_years_by_its_field(server: Served) -> None:
    with server.as_("administrator") as admin:
        for changes, rule, where in (
            ({"marks": ["quarter"]}, "final_without_years_mark", "marks"),
            ({"grades": [3]}, "grade_before_the_first", "grades"),
            ({"renamed": OVER["renamed"] * 2}, "renamed_not_sorted", "renamed"),
        ):
            answer = admin.post("/assessment-rules", json=over_years(**changes))
            assert problem(answer, 422, rule)["where"] == f"rules.final_over_years.{where}"
        missing = admin.post("/assessment-rules", json=adoption(final_over_years={"first_grade": 10}))
        assert missing.json()["where"].startswith("rules.final_over_years")
