"""Indicators of teachers' work over HTTP, on both databases: who reads whose, as numbers, facts and a table."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, SmallClass, problem
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt


def counts(client: httpx.Client, **query: str) -> dict[str, int]:
    answer = client.get("/indicators", params=query)
    assert answer.status_code == 200, answer.text
    return {row["indicator"]: row["count"] for row in answer.json()["rows"]}


@pytest.mark.clause("R36", breaks="projections.views.indicators:_lines")
def test_a_teacher_reads_the_own_numbers_down_to_the_entries(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    me, colleague = server.actors["teacher"], str(uuid4())
    with server.as_("administrator") as admin:
        post(admin, "/people", {"person": colleague, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"})
    with server.as_("teacher") as teacher:
        before = server.school.recorder.head().size
        school.recorded(teacher)
        told = counts(teacher)
        assert (told["lesson.late"], told["lesson.on_time"], told["homework.missing"]) == (1, 0, 1)
        assert counts(teacher, month=DAY[:7]) == told == counts(teacher, teacher=me)
        assert counts(teacher, at=str(before)) == {}
        each = teacher.get("/indicators", params={"by": "each", "indicator": "lesson.late"}).json()
        (row,) = each["rows"]
        assert (row["held_on"], row["count"]) == (DAY, 1)
        assert len(row["entries"]) == 2, "the regulation's version and the lesson"
        assert each["people"][me] == "Петрова Имя"
        problem(teacher.get("/indicators", params={"teacher": colleague}), 403, "forbidden")
        problem(teacher.get("/indicators", params={"by": "each"}), 400, "bad_request")
        problem(teacher.get("/indicators", params={"indicator": "lesson.early"}), 400, "bad_request")
    for role in ("deputy", "administrator", "director", "inspector"):
        with server.as_(role) as reader:
            assert counts(reader) == told
            assert counts(reader, teacher=colleague) == {}
    with server.as_("deputy") as deputy:
        table = deputy.get("/indicators", params={"format": "csv", "by": "month"})
    assert "запись урока: с опозданием" in table.content.decode("utf-8-sig")


def test_what_is_asked_wrongly_is_named(server: Served) -> None:
    SmallClass(server)
    wrong: list[dict[str, Any]] = [{"by": "week"}, {"month": "2026-13"}, {"month": "2026-09", "from": "2026-09-01"}]
    with server.as_("inspector") as inspector:
        for query in wrong:
            problem(inspector.get("/indicators", params=query), 400, "bad_request")
