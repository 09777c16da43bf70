"""Homework due by a lesson and with files over HTTP, on both databases: shown, corrected, and in the archive."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import DAY, LAST, SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt
from verify.archive import Pinned, verify_archive
from verify.note import parse_vkey

SHEET = b"%PDF-1.7 a sheet of exercises"
FILE = {"media_type": "application/pdf", "sha256": hashlib.sha256(SHEET).hexdigest(), "size": len(SHEET)}


def _homework(client: Any, school: SmallClass) -> Any:
    return client.get(f"/classes/{school.group}/page", params={"course": school.course}).json()["columns"][0][
        "homework"
    ]


def test_it_is_due_by_a_lesson_and_pages_show_the_day(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server)
    adopt(server)
    with server.as_("teacher") as teacher:
        early = school.lesson(homework={"text": "§ 7", "due_lesson": {"held_on": DAY, "number": 1}})
        refused = problem(teacher.post("/lessons", json=early), 409, "due_lesson_not_later")
        assert refused["where"] == "homework.due_lesson"
        by_lesson = {"text": "=§ 7", "due_lesson": {"held_on": LAST, "number": 2}, "files": [FILE]}
        place, _ = school.recorded(teacher, homework=by_lesson)
        shown = _homework(teacher, school)
        assert (shown["due_on"], shown["due_lesson"]) == (LAST, {"held_on": LAST, "number": 2})
        assert shown["files"] == [FILE]
        later, _ = school.recorded(teacher, number=4, starts_at="11:30", ends_at="12:15", works=[], marks=[])
        named = {"held_on": DAY, "number": 4, "lesson": later.rpartition("/")[2]}
        change = {
            "corrects": fact(teacher, place, "homework")["standing"],
            "new": {"text": "§ 8", "due_lesson": named, "files": [FILE]},
            "reason": "typo",
        }
        post(teacher, f"{place}/corrections", change, **tag(teacher, place))
        shown = _homework(teacher, school)
        assert (shown["due_on"], shown["due_lesson"], shown["files"]) == (DAY, named, [FILE])
        diary = school.read(f"/students/{school.students[0]}/page").json()
        assert diary["lessons"][0]["column"]["homework"] == shown

    with server.as_("administrator") as admin:
        post(admin, "/checkpoints", {})
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey), None))
    assert [finding.code for finding in report.findings] == []
    tables = tmp_path / "archive" / "data" / "tables"
    files = (tables / "files.csv").read_text("utf-8-sig").splitlines()[1:]
    assert [row.split(";")[-3:] for row in files] == [[FILE["sha256"], str(FILE["size"]), FILE["media_type"]]] * 2
    assert f";§ 8;{DAY};" in (tables / "lessons.csv").read_text("utf-8-sig")


def test_files_are_named_by_digest_and_never_by_name(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        for wrong, where in (
            ({"sha256": "AB" * 32}, "homework.files[0].sha256"),
            ({"size": 0}, "homework.files[0].size"),
            ({"media_type": "text/html"}, "homework.files[0].media_type"),
        ):
            body = school.lesson(homework={"text": "§ 7", "files": [{**FILE, **wrong}]})
            answer = teacher.post("/lessons", json=body)
            assert answer.status_code in {409, 422, 400}, answer.text
            assert answer.json()["where"] == where
        named = school.lesson(homework={"text": "§ 7", "files": [{**FILE, "name": "Иванов.pdf"}]})
        answer = teacher.post("/lessons", json=named)
        assert answer.status_code in {400, 422}
        assert "Иванов" not in answer.text
