"""The inspector's questions over HTTP, on both databases: rights, JSON and table, as of, and what a wrong parameter gets."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from projections.questions import QUESTIONS
from tests.http_class import DAY, SmallClass, fact, problem, tag
from tests.http_school import Served, post


class Corrected(SmallClass):
    """5А with a mark that was corrected with a note, before and after which the journal can be asked."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        with server.as_("teacher") as teacher:
            self.place, _ = self.recorded(teacher)
            self.before = server.school.recorder.head().size
            change = {"corrects": fact(teacher, self.place, "mark")["standing"], "new": "5"}
            note = {"reason": "other", "note": "=исправлено по просьбе"}
            receipt = post(teacher, f"{self.place}/corrections", change | note, **tag(teacher, self.place))
            self.correction: int = receipt["first_index"]
            self.corrects: int = change["corrects"]


def test_the_list_says_what_can_be_asked_and_with_what(server: Served) -> None:
    with server.as_("inspector") as inspector:
        listed = inspector.get("/questions").json()["questions"]
    assert [(one["question"], one["slug"]) for one in listed] == [(one.number, one.slug) for one in QUESTIONS]
    (raised,) = [one for one in listed if one["slug"] == "raised-marks"]
    assert next(one for one in raised["parameters"] if one["name"] == "days")["default"] == 14
    assert raised["limits"]
    assert raised["title_en"]


def test_an_answer_cites_entries_says_what_was_known_and_names_people(server: Served) -> None:
    school = Corrected(server)
    with server.as_("administrator") as admin:
        post(admin, "/checkpoints", {})
    with server.as_("inspector") as inspector:
        answer = inspector.get("/questions/corrections", params={"class": "5А", "timing": "same_day"}).json()
        (row,) = answer["rows"]
        assert row["entries"] == [school.corrects, school.correction]
        assert (row["old"], row["new"], row["reason"], row["held_on"]) == ("4", "5", "other", DAY)
        size = server.school.recorder.head().size
        assert (answer["question"], answer["slug"], answer["as_of"], answer["position"]) == (
            2,
            "corrections",
            None,
            size,
        )
        assert answer["known"]["position"] == size
        assert answer["known"]["at"].endswith("Z")
        assert answer["checkpoint"] == {"size": size}
        assert answer["asked"] == {
            "class": school.group, "subject": None, "teacher": None, "student": None, "from": None, "to": None,
            "timing": "same_day", "later_reasons": "no",
        }  # fmt: skip
        assert answer["people"][school.students[0]] == "Иванова Имя"
        assert answer["people"][server.actors["teacher"]] == "Петрова Имя"
        assert answer["notes"] == {row["note"]: "=исправлено по просьбе"}
        assert answer["totals"]["same_day"] == 1
        then = inspector.get("/questions/corrections", params={"at": school.before}).json()
        assert (then["rows"], then["as_of"], then["position"]) == ([], str(school.before), school.before)
        signed = inspector.get(f"/entries/{school.correction}/proof")
        assert signed.status_code == 200, "what a row cites can be proved"
        integrity = {row["what"]: row for row in inspector.get("/questions/integrity").json()["rows"]}
        assert integrity["checkpoint"]["count"] == integrity["entries_recorded"]["count"] == size
        assert len(integrity["checkpoint"]["digest"]) == 64
        assert integrity["not_signed_yet"]["count"] == 0


def test_who_changed_classes_has_few_marks_only_where_all_of_them_are_few(server: Served) -> None:
    """By hand: two marks in 5А until yesterday, and in 5Б, where the student is since, none yet in the lesson held."""
    school, group, course = SmallClass(server), str(uuid4()), str(uuid4())
    student, day_before = school.students[0], (date.fromisoformat(DAY) - timedelta(days=1)).isoformat()
    with (
        server.as_("administrator") as admin,
        server.as_("teacher") as teacher,
        server.as_("inspector") as inspector,
    ):
        marks = [school.recorded(teacher, held_on=day_before, number=number)[0] for number in (1, 2)]
        entries = [fact(teacher, place, "mark")["standing"] for place in marks]
        post(admin, "/classes", {"class_group": group, "year": school.year, "grade": 5, "letter": "Б"})
        post(admin, f"/classes/{school.group}/withdrawals", {"student": student, "ends_on": day_before})
        post(admin, f"/classes/{group}/enrollments", {"student": student, "starts_on": DAY})
        of = {"class_group": group, "year": school.year, "subject": "Математика", "teacher": server.actors["teacher"]}
        post(admin, "/courses", {"course": course, **of, "starts_on": DAY})
        school.recorded(teacher, course=course, works=[], marks=[], absences=[])

        def few(least: int) -> list[tuple[str, int, list[int]]]:
            asked = {"on": DAY, "class": "5Б", "least": str(least)}
            rows = inspector.get("/questions/few-marks", params=asked).json()["rows"]
            return [(row["student"], row["marks"], row["entries"]) for row in rows]

        assert few(3) == [(student, 2, entries)]
        assert few(2) == []


def test_the_table_says_the_same_and_a_spreadsheet_runs_none_of_it(server: Served) -> None:
    school = Corrected(server)
    with server.as_("inspector") as inspector:
        answer = inspector.get("/questions/corrections", params={"format": "csv"})
        accepted = inspector.get("/questions/corrections", headers={"Accept": "text/csv"})
        both = inspector.get("/questions/corrections", headers={"Accept": "application/json, text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["letopis-position"] == str(server.school.recorder.head().size)
    assert answer.content == accepted.content
    assert both.headers["content-type"] == "application/json"
    assert answer.content.startswith("\ufeffat (внесено);timing (когда);what (что);".encode())
    assert answer.content.endswith(b"\r\n")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert row["note (пояснение)"] == "'=исправлено по просьбе"
    assert row["student_name (ученик, имя)"] == "Иванова Имя"
    assert (row["old (было)"], row["reason (причина)"]) == ("4", "иное (с пояснением)")
    assert row["entries (записи)"] == f"{school.corrects} {school.correction}"


@pytest.mark.parametrize("path", ["/questions", *(f"/questions/{question.slug}" for question in QUESTIONS)])
def test_only_who_oversees_the_journal_may_ask(server: Served, path: str) -> None:
    for role, status in (("teacher", 403), ("deputy", 403)):
        with server.as_(role) as reader:
            assert reader.get(path, params={"nonsense": "1"}).status_code == status, "whatever else is wrong"
    with server.as_(None) as nobody:
        assert nobody.get(path).status_code == 401
    for role in ("administrator", "inspector"):
        with server.as_(role) as reader:
            assert reader.get(path).status_code == (400 if path in _NEEDING else 200)


_NEEDING = ("/questions/cell-history", "/questions/student-extract")


@pytest.mark.parametrize(
    ("path", "query", "where", "allowed"),
    [
        ("corrections", {"class": "5A"}, "class", ["5А"]),
        ("corrections", {"timing": "late"}, "timing", ["same_day", "before_close", "reopened", "after_close", "before_publication", "after_publication", "after_transfer"]),
        ("corrections", {"student": str(uuid4())}, "student", []),
        ("raised-marks", {"days": "-1"}, "days", ["0–366"]),
        ("cell-history", {}, "student", []),
        ("entered-by-others", {"opens": "25:00"}, "opens", []),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    server: Served, path: str, query: dict[str, str], where: str, allowed: list[str]
) -> None:
    SmallClass(server)
    with server.as_("inspector") as inspector:
        content: dict[str, Any] = problem(inspector.get(f"/questions/{path}", params=query), 400, "bad_request")
        assert (content["where"], content["allowed"]) == (where, allowed)
        problem(inspector.get(f"/questions/{path}", params={"p_class": "5А"}), 400, "bad_request")
        problem(inspector.get(f"/questions/{path}", params={"format": "xml"}), 400, "bad_request")
        problem(inspector.get("/questions/integrity", params={"at": "99999"}), 404, "not_yet")
