"""Hours over HTTP, on both databases: who reads whose."""

from __future__ import annotations

from uuid import uuid4

from tests.http_class import DAY, SmallClass, problem
from tests.http_school import Served


def test_a_teacher_reads_the_own_hours_and_the_administration_everybodys(server: Served) -> None:
    school = SmallClass(server)
    me = server.actors["teacher"]
    with server.as_("teacher") as teacher:
        before = server.school.recorder.head().size
        school.recorded(teacher)
        (row,) = teacher.get("/workload", params={"month": DAY[:7]}).json()["rows"]
        assert (row["teacher"], row["span"], row["given"], row["own"], row["planned"]) == (me, DAY[:7], 1, 1, 0)
        assert teacher.get("/workload", params={"at": before}).json()["rows"] == []
        (lesson,) = teacher.get("/workload/lessons", params={"from": DAY, "to": DAY}).json()["rows"]
        assert (lesson["given_by"], lesson["lesson_entry"]) == (me, before)
        (course,) = teacher.get(f"/classes/{school.group}/hours").json()["rows"]
        assert (course["subject"], course["held"], course["planned"], course["plan_hours"]) == ("Математика", 1, 0, 0)
        for path in ("/workload", "/workload/lessons"):
            problem(teacher.get(path, params={"teacher": str(uuid4()), "month": DAY[:7]}), 403, "forbidden")
        problem(teacher.get("/workload/lessons", params={"from": "2026-09-01", "to": "2026-10-02"}), 400, "bad_request")
    with server.as_("deputy") as deputy:
        assert [row["teacher"] for row in deputy.get("/workload", params={"by": "week"}).json()["rows"]] == [me]
        problem(deputy.get("/workload/lessons", params={"month": DAY[:7]}), 400, "bad_request")
        for path in ("/workload", f"/classes/{school.group}/hours"):
            table = deputy.get(path, params={"format": "csv"}).content.decode("utf-8-sig")
            assert "Петрова Имя" in table
