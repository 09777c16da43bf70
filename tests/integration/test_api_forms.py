"""A student's page, a class's attendance and a lesson plan as printed forms, over HTTP and into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import DAY, FIRST, SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_prints import code_of
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

QUIET = Console(as_json=True)
PLAN = [
    {"number": 1, "topic": "Дроби", "hours": 1, "homework": "§ 1", "planned_on": FIRST},
    {"number": 2, "topic": "Проценты", "hours": 2},
]


def issued(client: httpx.Client, **scope: Any) -> list[dict[str, Any]]:
    """Issue a form; the sheets that its code stands for."""
    sheet = str(uuid4())
    post(client, "/prints", {"sheet": sheet, **scope})
    found = client.post("/print-checks", json={"code": code_of(client, sheet)}).json()
    assert found["verdict"] == "verified"
    content: list[dict[str, Any]] = found["content"]
    return content


def cells(sheet: dict[str, Any]) -> list[list[str]]:
    return [row["cells"] for row in sheet["rows"]]


@pytest.fixture
def school(server: Served) -> SmallClass:
    """A lesson with a mark that was corrected, an absence, and a plan of which one item was given and one changed."""
    made = SmallClass(server)
    with server.as_("teacher") as teacher:
        post(teacher, f"/courses/{made.course}/plan", {"title": "Математика, 5", "items": PLAN})
        amended = {
            "number": 2,
            "new": {"topic": "Проценты и доли", "hours": 1},
            "reason": "order",
            "basis": "приказ № 3",
        }
        post(teacher, f"/courses/{made.course}/plan/amendments", amended)
        path, _ = made.recorded(teacher, plan_items=[1])
        correction = {"corrects": fact(teacher, path, "mark")["standing"], "new": "3", "reason": "typo"}
        answer = teacher.post(f"{path}/corrections", json=correction, headers=tag(teacher, path))
        assert answer.status_code == 201, answer.text
    return made


def test_a_students_page_has_marks_and_missed_lessons_of_that_student_alone(server: Served, school: SmallClass) -> None:
    of = {"kind": "student_page", "class_group": school.group, "period": school.period}
    with server.as_("director") as director:
        marked, missed = (issued(director, student=student, **of) for student in school.students)
    table, diary = marked
    assert dict(table["scope"])["ученик"] == "Иванова Имя"
    ((subject, marks, lessons, absent, why, late, result),) = cells(table)
    assert (subject, marks[7:], lessons, absent, why, late, result) == ("Математика", "4→3", "1", "0", "", "0", "")
    ((*_, topic, mark, homework, _),) = cells(diary)
    assert (topic, mark, homework) == ("Дроби", "4→3", "§ 1")
    assert "Сидоров" not in str(marked)
    ((_, marks, _, absent, why, *_),) = cells(missed[0])
    assert (marks[7:], absent, why) == ("н", "1", "н 1")
    assert "4" not in cells(missed[1])[0][4]


def test_a_classs_attendance_has_each_students_day_and_sums(server: Served, school: SmallClass) -> None:
    with server.as_("deputy") as deputy:
        (sheet,) = issued(deputy, kind="attendance", class_group=school.group, month=DAY[:7])
        assert cells(sheet) == [
            ["1", "Иванова Имя", "", *[""] * 6],
            ["2", "Сидоров Имя", "н1", "1", "", "", "", "1", ""],
        ]
        assert ("уроков пропущено учениками", "1") in {tuple(one) for one in sheet["totals"]}
        asked = {"kind": "attendance", "class_group": school.group, "month": "1999-01"}
        assert "не в учебном году" in str(problem(deputy.post("/prints", json=asked), 404, "no_such_form"))


def test_a_plan_is_printed_beside_what_was_given_and_what_was_changed_in_it(server: Served, school: SmallClass) -> None:
    with server.as_("deputy") as deputy, server.as_("administrator") as admin:
        plan, changes = issued(deputy, kind="lesson_plan", course=school.course)
        assert [(row[1], row[7]) for row in cells(plan)] == [("Дроби", ""), ("Проценты и доли", "не дано")]
        assert {tuple(one) for one in plan["totals"]} >= {("часов по плану", "2"), ("тем не дано", "1")}
        assert [row[1:] for row in cells(changes)] == [["2", "Проценты и доли", "1", "", "приказ", "приказ № 3"]]
        other = str(uuid4())
        course = {"course": other, "class_group": school.group, "year": school.year, "subject": "Музыка"}
        post(admin, "/courses", {**course, "teacher": server.actors["teacher"], "starts_on": FIRST})
        answer = deputy.post("/prints", json={"kind": "lesson_plan", "course": other})
        assert "плана у курса тогда не было" in str(problem(answer, 404, "no_such_form"))


def test_a_look_at_a_students_page_is_a_look_at_that_student(server: Served, school: SmallClass) -> None:
    of = {"kind": "student_page", "class_group": school.group, "period": school.period}
    with server.as_("deputy") as deputy, server.as_("director") as director:
        issued(deputy, student=school.students[0], **of)
        for student, is_seen in zip(school.students, (True, False), strict=True):
            rows = director.get("/reads", params={"person": student}).json()["rows"]
            assert any(row["purpose"] == "print" for row in rows) == is_seen


def test_a_student_of_another_class_has_no_page_here(server: Served, school: SmallClass) -> None:
    other = str(uuid4())
    with server.as_("administrator") as admin:
        post(admin, "/classes", {"class_group": other, "year": school.year, "grade": 5, "letter": "Ю"})
        of = {"kind": "student_page", "class_group": other, "period": school.period, "student": school.students[0]}
        assert problem(admin.post("/prints", json=of), 409, "not_enrolled")["where"] == "student"


def test_an_archive_with_these_forms_verifies(server: Served, school: SmallClass, tmp_path: Path) -> None:
    with server.as_("director") as director:
        page = {"class_group": school.group, "period": school.period, "student": school.students[0]}
        issued(director, kind="student_page", **page)
        issued(director, kind="attendance", class_group=school.group, month=DAY[:7])
        issued(director, kind="lesson_plan", course=school.course)
    export_archive(QUIET, server.school, tmp_path / "archive", documents=False)
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    table = (tmp_path / "archive/data/tables/prints.csv").read_text(encoding="utf-8-sig")
    assert "календарный план" in table
    assert f"{school.period} {school.group} {school.students[0]}" in table
