"""Looks at personal data are recorded before they are answered, and refused where they cannot be (2.4.4)."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from api.schools import Registry
from api.settings import access_environment, access_origin, read_school_file
from ledger.access.log import Seen
from ledger.audit import audit
from ledger.journal.commands import EnrollStudent, RegisterPerson
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.errors import ViewsOfAnotherLog
from tests.http_class import DAY, FIRST, LAST, SmallClass, fact, problem, tag
from tests.http_school import ORIGIN, Served, admit, post
from tests.integration.test_signing_in import TEACHER, invited

LETOPIS = Path(sys.executable).with_name("letopis")
STUDENTS = 70


def looks(server: Served, since: int = 0) -> list[Seen]:
    return list(server.school.access.log.seen())[since:]


def test_a_look_says_who_why_what_whose_and_which_kinds_of_fields(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher, server.as_("inspector") as inspector:
        school.recorded(teacher)
        before = len(looks(server))
        page = teacher.get(f"/classes/{school.group}/page", params={"course": school.course})
        answer = inspector.get("/questions/absences", params={"class": "5А"}, headers={"Letopis-Basis": "order-14"})
        own = inspector.get(f"/students/{school.students[0]}/page", headers={"Letopis-Purpose": "subject_request"})
        for given in (page, answer, own):
            assert given.status_code == 200, given.text
    first, second, third = looks(server, before)
    assert (first.actor, first.role) == (server.actors["teacher"], "teacher")
    assert first.look.what == "/classes/{class_group}/page"
    assert first.look.kinds == ("absences", "corrections", "marks", "names")
    assert (first.look.scope, first.look.count) == ("people", len(first.look.people))
    assert set(school.students) <= set(first.look.people) <= {*school.students, server.actors["teacher"]}
    assert first.look.as_of == page.json()["position"]
    assert (first.look.purpose, first.look.basis, first.look.form) == ("view", None, None)
    assert (second.role, second.look.purpose, second.look.basis) == ("inspector", "question", "order-14")
    assert (third.look.purpose, third.look.what) == ("subject_request", "/students/{student}/page")
    assert school.students[0] in third.look.people


def test_a_table_that_is_taken_out_is_an_export_of_those_whom_it_names(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher, server.as_("inspector") as inspector:
        school.recorded(teacher)
        before, days = len(looks(server)), {"from": FIRST, "to": DAY, "format": "csv"}
        assert inspector.get("/questions/absences", params={"format": "csv"}).status_code == 200
        assert teacher.get(f"/classes/{school.group}/sheet.csv").status_code == 200
        assert inspector.get("/workload", params=days).status_code == 200
        assert inspector.get(f"/classes/{school.group}/hours", params=days).status_code == 200
        assert inspector.get("/forecasts.csv", params={"class_group": school.group}).status_code == 200, (
            "nobody is in it"
        )
    found = looks(server, before)
    assert {(one.look.purpose, one.look.form) for one in found} == {("export", "csv")}
    teacher_id = server.actors["teacher"]
    assert [(one.look.what, one.look.people) for one in found[1:]] == [
        ("/classes/{class_group}/sheet.csv", tuple(sorted(school.students))),
        ("/workload", (teacher_id,)),
        ("/classes/{class_group}/hours", (teacher_id,)),
    ]
    assert school.students[1] in found[0].look.people


def test_more_people_than_are_named_one_by_one_are_told_by_their_classes(server: Served) -> None:
    school = SmallClass(server)
    actor = Actor(server.actors["administrator"], "administrator")
    first = school.server.school.recorder.head().at[:10]
    for _ in range(STUDENTS):
        student = str(uuid4())
        server.school.execute(RegisterPerson(person=student, kind="student", sd=()), actor)
        server.school.execute(EnrollStudent(class_group=school.group, student=student, starts_on=first), actor)
    before = len(looks(server))
    with server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        assert deputy.get(f"/classes/{school.group}").status_code == 200
        assert inspector.get("/feed.jsonl").status_code == 200
    roster, feed = (one.look for one in looks(server, before))
    assert (roster.scope, roster.classes, roster.people) == ("classes", (school.group,), ())
    assert roster.count == STUDENTS + 2
    assert (feed.scope, feed.classes, feed.people, feed.kinds) == ("school", (), (), ("entries",))
    assert feed.count == STUDENTS + 3


def test_who_was_registered_since_the_last_look_is_named_in_the_next(server: Served) -> None:
    school, late = SmallClass(server, server.actors["teacher"]), str(uuid4())
    actor = Actor(server.actors["administrator"], "administrator")
    before = len(looks(server))
    with server.as_("teacher") as teacher:
        page = partial(teacher.get, f"/classes/{school.group}/page", params={"course": school.course})
        position = page().json()["position"]
        server.school.execute(RegisterPerson(person=late, kind="student", sd=()), actor)
        server.school.execute(EnrollStudent(class_group=school.group, student=late, starts_on=FIRST), actor)
        assert page().json()["position"] > position
        page(params={"course": school.course, "at": position})
    named = [late in one.look.people for one in looks(server, before)]
    assert named == [False, True, False], "nor is it said of an answer that is older"


def test_whose_an_older_answer_is_needs_no_look_at_the_views(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server)
    with server.as_("deputy") as deputy:
        assert deputy.get(f"/classes/{school.group}").status_code == 200
    directory, position = server.school.directory, server.school.read_views().position()
    child, url = school.students[0], f"sqlite:{tmp_path}/views"
    with Views.open(url, ORIGIN):
        pass
    with Views.open(url, f"{ORIGIN}/other") as unreadable:
        found = directory.find(unreadable, {child, str(uuid4())}, as_of=position)
        assert found is not None
        assert (found.people, found.position) == ((child,), position)
        with pytest.raises(ViewsOfAnotherLog):
            directory.find(unreadable, {child}, as_of=position + 1)


def test_what_shows_nobody_and_what_is_refused_is_no_look(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    before = len(looks(server))
    with server.as_("teacher") as teacher, server.as_(None) as stranger:
        assert teacher.get("/years").status_code == 200
        assert teacher.get("/corrections", params={"class_group": school.group}).json()["rows"] == []
        assert teacher.get("/views/guardians").status_code == 403
        assert teacher.get(f"/classes/{uuid4()}").status_code == 403
        assert stranger.get(f"/classes/{school.group}").status_code == 401
        assert teacher.get("/log/checkpoint").status_code == 200
    assert looks(server, before) == []


def tries(server: Served, person: str) -> list[tuple[str, str, str]]:
    return [(one.role, one.refusal.what, one.refusal.reason) for one in server.school.access.log.tried(person)]


def test_what_is_asked_for_in_vain_leaves_a_trace_and_is_told_with_the_looks(server: Served) -> None:
    school = SmallClass(server)
    child, teacher = school.students[0], server.actors["teacher"]
    with server.as_("teacher") as client, server.as_("director") as director:
        for _ in range(3):
            problem(client.get(f"/students/{child}/page"), 403, "out_of_reach")
        assert tries(server, child) == [("teacher", "/students/{student}/page", "reach")], "once a minute"
        problem(client.get("/reads", params={"person": child}), 403, "forbidden")
        for _ in range(2):
            problem(client.get(f"/students/{school.students[1]}/page"), 403, "out_of_reach")
        assert tries(server, school.students[1]) == [("teacher", "/students/{student}/page", "reach")], "of each child"
        assert tries(server, teacher) == [
            ("teacher", "/students/{student}/page", "reach"),
            ("teacher", "/reads", "right"),
            ("teacher", "/students/{student}/page", "reach"),
        ], "who tried is found by the own id"
        told = director.get("/reads", params={"person": child}).json()
    assert [(one["actor"], one["what"], one["reason"]) for one in told["refused"]] == [
        (teacher, "/students/{student}/page", "reach"),
        (teacher, "/reads", "right"),
    ]
    assert all(row["role"] != "teacher" for row in told["rows"]), "nothing was shown"
    assert told["people"][teacher] == "Петрова Имя"


def test_who_tries_a_role_that_is_not_held_leaves_a_trace(server: Served) -> None:
    child, own = SmallClass(server).students[0], server.actors["teacher"]
    with server.as_("teacher") as teacher:
        told = problem(
            teacher.get(f"/students/{child}/page", headers={"Letopis-Role": "director"}), 403, "role_not_held"
        )
        assert told["roles"] == ["teacher"], "the own ones"
    person = invited(server, "teacher")
    person.sign_in()
    problem(person.get("/years", **{"Letopis-Role": "director"}), 403, "role_not_held")
    page, years = ("teacher", "/students/{student}/page", "right"), ("teacher", "/years", "right")
    assert (tries(server, child), tries(server, own), tries(server, TEACHER)) == ([page], [page], [years])


def test_a_rule_that_says_who_writes_leaves_a_trace_too(server: Served) -> None:
    school, own = SmallClass(server), server.actors["teacher"]
    days = {"held_on": LAST, "from_date": LAST, "to_date": LAST}
    with server.as_("teacher") as teacher:
        problem(teacher.post(f"/classes/{school.group}/checks", json=days), 403, "not_the_class_teacher")
    (tried,) = server.school.access.log.tried(own)
    assert (tried.refusal.what, tried.refusal.reason) == ("/classes/{class_group}/checks", "rule")
    admit(server, "teacher")
    with server.as_("administrator") as admin, server.as_("teacher") as stranger:
        other = {"person": server.actors["teacher"], "kind": "teacher", "family_name": "Чужая", "given_name": "Имя"}
        post(admin, "/people", other)
        homework = {"held_on": LAST, "number": 1, "text": "§ 4"}
        problem(stranger.post(f"/courses/{school.course}/homework", json=homework), 403, "out_of_reach")
    (tried,) = server.school.access.log.tried(server.actors["teacher"])
    assert (tried.refusal.what, tried.refusal.reason) == ("/courses/{course}/homework", "reach")
    assert tried.refusal.classes == (school.group,), "the class whose course it is"
    admin_id, mine = server.actors["administrator"], {"role": "director", "starts_on": DAY, "basis": "приказ № 1"}
    with server.as_("administrator") as admin:
        problem(admin.post(f"/accounts/{admin_id}/roles", json=mine), 403, "own_role")
        problem(admin.post(f"/accounts/{uuid4()}/roles", json=mine), 404, "unknown_account")
    (tried,) = server.school.access.log.tried(admin_id)
    assert (tried.refusal.what, tried.refusal.reason) == ("/accounts/{account}/roles", "rule")


def test_the_present_lesson_in_a_refusal_is_a_look_too(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        path, etag = school.recorded(teacher)
        body = {"marks": [{"student": school.students[0], "work": str(uuid4()), "value": "5"}]}
        teacher.post(f"{path}/entries", json={"homework": {"text": "§ 5"}}, headers={"If-Match": etag})
        before = len(looks(server))
        stale = teacher.post(f"{path}/entries", json=body, headers={"If-Match": etag})
        problem(stale, 412, "stale")
    (found,) = looks(server, before)
    assert (found.look.what, found.look.kinds) == ("/lessons/{lesson}/entries", ("absences", "marks", "work"))
    assert set(school.students) <= set(found.look.people)


def test_an_entry_that_corrects_another_is_a_look_at_whom_that_is_of(server: Served) -> None:
    """The entry itself has a number there, and what its note says is of the student."""
    school = SmallClass(server)
    student, teacher = school.students[0], server.actors["teacher"]
    with server.as_("teacher") as client:
        place, _ = school.recorded(client)
        index = fact(client, place, "mark")["standing"]
        for value in ("3", "2"):
            body = {"corrects": index, "reason": "typo", "new": value, "note": "мать просила"}
            answer = client.post(f"{place}/corrections", json=body, headers=tag(client, place))
            assert answer.status_code == 201, answer.text
            index = answer.json()["first_index"]
    server.school.checkpointer.sign()
    before = len(looks(server))
    with server.as_("director") as director:
        assert student not in director.get(f"/entries/{index}").text
        assert director.get(f"/entries/{index}/disclosures").json()["disclosures"]
        assert director.get(f"/log/tile/entries/000.p/{index + 1}").status_code == 200
    entry, disclosures, bundle = looks(server, before)
    assert entry.look.people == disclosures.look.people == tuple(sorted([student, teacher]))
    assert {student, teacher} <= set(bundle.look.people)


def test_whom_a_question_asks_about_is_named_where_no_row_names_them(server: Served) -> None:
    """A cell's history and a student's extract have the student in no row: in a table and on the command line neither."""
    school, folder = SmallClass(server), server.school.layout.var
    student = school.students[0]
    with server.as_("teacher") as teacher, server.as_("director") as director:
        place, _ = school.recorded(teacher)
        of_cell, of_student = {"student": student, "lesson": place.rpartition("/")[2]}, {"student": student}
        before = len(looks(server))
        for slug, asked in (("cell-history", of_cell), ("student-extract", of_student), ("absences", of_student)):
            for form in ({}, {"format": "csv"}):
                answer = director.get(f"/questions/{slug}", params={**asked, **form})
                assert answer.status_code == 200, answer.text
        options = [text for name, value in of_cell.items() for text in (f"--{name}", value)]
        for command in (["ask", "cell-history"], ["replay", "--view", "cell-history", "--position", "30"]):
            done = subprocess.run([str(LETOPIS), *command, *options, "--var", str(folder), "--json"], check=False)
            assert done.returncode == 0, command
    found = looks(server, before)
    assert len(found) == 8
    assert [one.look.what for one in found if student not in one.look.people] == []


def test_who_lists_requests_for_corrections_looks_at_the_students(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
        place, _ = school.recorded(teacher)
        post(deputy, f"/periods/{school.period}/close", {})
        body = {"corrects": fact(teacher, place, "mark")["standing"], "new": "5", "reason": "typo", "basis": "№ 3"}
        asked = teacher.post(f"{place}/correction-requests", json=body, headers=tag(teacher, place))
        assert asked.status_code == 201, asked.text
        before = len(looks(server))
        told = deputy.get("/correction-requests").json()
    assert [row["student"] for row in told["rows"]] == [school.students[0]]
    assert told["people"][school.students[0]] == "Иванова Имя"
    (found,) = looks(server, before)
    assert found.look.people == tuple(sorted([school.students[0], server.actors["teacher"]]))


@pytest.mark.parametrize(
    ("name", "value"),
    [("Letopis-Purpose", "curiosity"), ("Letopis-Basis", "Иванова просила"), ("Letopis-Basis", "a" * 65)],
)
def test_a_purpose_or_a_basis_that_is_no_code_is_refused(server: Served, name: str, value: str) -> None:
    with server.as_("teacher") as teacher:
        answer = teacher.get("/years", headers={name.encode(): value.encode()})
        assert (answer.status_code, answer.json()["where"]) == (400, name)


@contextmanager
def held(server: Served, database: str) -> Iterator[None]:
    """Hold the write lock of the access log, as another program would that does not let go."""
    if database == "sqlite":
        with closing(sqlite3.connect(server.school.layout.access_file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    dsn = access_environment(server.school.layout, read_school_file(server.school.layout), create=True)
    with psycopg.connect(dsn["LETOPIS_POSTGRES_OWNER_DSN"]) as other:
        other.execute("SELECT FROM letopis.heads WHERE origin = %s FOR UPDATE", (access_origin(ORIGIN),))
        yield
        other.rollback()


def test_a_look_that_cannot_be_recorded_is_refused_and_shows_nothing(server: Served, database: str) -> None:
    """Recorded by the route's own thread, by the layer around it, or before the first byte of what comes bit by bit."""
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("administrator") as admin, ThreadPoolExecutor() as waiting:
        with server.as_("teacher") as teacher:
            school.recorded(teacher)
        paths = [f"/classes/{school.group}/page", f"/classes/{school.group}", "/feed.jsonl"]
        before = len(looks(server))
        with held(server, database):
            for answer in waiting.map(admin.get, paths):
                problem(answer, 503, "access_log_unavailable")
                assert answer.headers["Retry-After"]
                assert school.students[0] not in answer.text
            assert admin.get("/years").status_code == 200, "what shows nobody goes on"
        assert [admin.get(path).status_code for path in paths] == [200, 200, 200]
    assert len(looks(server, before)) == 3


def test_an_answer_that_is_changed_behind_its_route_is_recorded_as_it_leaves(server: Served) -> None:
    """The route's thread recorded other bytes: what it recorded is no look at these."""
    school = SmallClass(server)
    shown, instead = (student.encode() for student in school.students)

    def changing(app: ASGIApp) -> ASGIApp:
        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            async def changed(message: Message) -> None:
                await send({**message, "body": message.get("body", b"").replace(shown, instead)})

            await app(scope, receive, changed)

        return answered

    app = create_app(Registry([server.school]))
    app.user_middleware.append(Middleware(changing))
    before = len(looks(server))

    async def ask() -> httpx.Response:
        headers = {"Authorization": f"Bearer {server.tokens['inspector']}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            path = f"/v1/schools/{server.school.code}/students/{school.students[0]}/page"
            return await client.get(path, headers=headers)

    answer = asyncio.run(ask())
    assert answer.status_code == 200, answer.text
    assert instead in answer.content
    ahead, at_last = ({*one.look.people} & {*school.students} for one in looks(server, before))
    assert (ahead, at_last) == ({school.students[0]}, {school.students[1]})


DISK = """
import errno, sys
from pathlib import Path
from tests.failing_syscalls import fail_syscalls
from tests.http_class import SmallClass
from tests.http_school import make_school, served

folder = Path(sys.argv[1])
with served(folder, *make_school(folder, "sqlite")) as server:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        path = f"/classes/{school.group}/page"
        good = teacher.get(path).status_code
        server.school.runner.stop(); server.school.checkpointer.stop()
        fail_syscalls(errno.EIO, sys.argv[2])
        bad, again = teacher.get(path), teacher.get(path)
        print(good, bad.status_code, bad.json()["type"], again.status_code, school.students[0] in bad.text, flush=True)
import os
os._exit(0)
"""


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_disk_that_fails_under_the_access_log_stops_looks(tmp_path: Path, call: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DISK, tmp_path / "school", call],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout.split()
    problem_type = "https://letopis.example/problems/access_log_unavailable"
    assert said == ["200", "503", problem_type, "503", "False"], done.stdout + done.stderr[-2_000:]


def test_commands_beside_the_server_record_their_looks_in_the_same_log(server: Served, database: str) -> None:
    school = SmallClass(server, server.actors["teacher"])
    folder = server.school.layout.var
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
        before = len(looks(server))
        for position in range(2):
            teacher.get(f"/classes/{school.group}/page")
            done = subprocess.run(
                [LETOPIS, "replay", "--var", folder, "--class", "5А", "--json"],
                capture_output=True,
                timeout=60,
                check=True,
            )
            assert json.loads(done.stdout)["lines"], position
    found = looks(server, before)
    assert [one.role for one in found] == ["teacher", "operator"] * 2
    assert (found[1].look.what, found[1].look.operator is not None) == ("letopis replay", True)
    assert found[1].actor == found[3].actor
    file = read_school_file(server.school.layout)
    read_only = access_environment(server.school.layout, file, read_only=database == "sqlite")
    server.school.access.checkpointer.sign()
    report = audit(
        server.school.access.log.ledger, environment=read_only, vkeys=[server.school.access.signer.verifier_key]
    )
    assert (report.passed, report.size, report.checkpoints_count) == (True, found[-1].index + 1, 1), report.findings


def test_a_command_that_cannot_record_its_look_shows_nothing(server: Served, database: str) -> None:
    SmallClass(server, server.actors["teacher"])
    with held(server, database):
        done = subprocess.run(
            [LETOPIS, "replay", "--var", server.school.layout.var, "--class", "5А", "--json"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (3, "")
    assert "журнал доступа" in done.stderr


def test_the_first_entry_names_the_journal_and_holds_no_person(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        teacher.get(f"/classes/{school.group}/page")
    log = server.school.access.log
    first = json.loads(next(log.ledger.entries(0, 1)))
    assert (first["type"], first["data"]) == ("access_log_opened/1", {"log": ORIGIN, "name": "Школа"})
    entries = b"".join(log.ledger.entries())
    assert "Иванова".encode() not in entries
    assert b"_sd" not in entries


@pytest.mark.clause("R37", breaks="api.access:mark_export")
def test_a_file_says_who_took_it_out_and_which_entry_of_the_access_log_says_the_rest(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
    for role in ("inspector", "director"):
        with server.as_(role) as client:
            answer = client.get("/questions/absences", params={"format": "csv"})
            shown = client.get("/questions/absences")
        assert answer.status_code == 200, answer.text
        entry, actor = int(answer.headers["letopis-export"]), server.actors[role]
        assert answer.headers["letopis-exported-by"] == actor
        assert answer.headers["content-disposition"] == f'attachment; filename="absences-{actor[:8]}-{entry}.csv"'
        seen = next(one for one in server.school.access.log.seen(start=entry))
        assert (seen.index, seen.actor, seen.look.form, seen.look.as_of) == (
            *(entry, actor, "csv"),
            int(answer.headers["letopis-position"]),
        )
        assert "letopis-export" not in shown.headers, "a look takes nothing out"


@pytest.mark.clause("R37", breaks="projections.looks:_how")
def test_who_saw_a_childs_data_is_one_question_and_itself_a_look(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    actor = Actor(server.actors["administrator"], "administrator")
    child, other = school.students
    with server.as_("teacher") as teacher, server.as_("director") as director:
        school.recorded(teacher)
        before = director.get("/reads", params={"person": child}).json()["access_position"]
        assert teacher.get(f"/students/{child}/page").status_code == 200
        assert teacher.get(f"/students/{other}/page").status_code == 200
        crowd = str(uuid4())
        with server.as_("administrator") as admin:
            post(admin, "/classes", {"class_group": crowd, "year": school.year, "grade": 5, "letter": "Б"})
        for group in (crowd, school.group):
            for _ in range(STUDENTS):
                late = str(uuid4())
                server.school.execute(RegisterPerson(person=late, kind="student", sd=()), actor)
                if group == school.group and _ == STUDENTS - 1:
                    assert teacher.get(f"/classes/{school.group}").status_code == 200
                server.school.execute(EnrollStudent(class_group=group, student=late, starts_on=FIRST), actor)
            assert director.get(f"/classes/{group}").status_code == 200
        assert director.get("/feed.jsonl", params={"limit": "1"}).status_code == 200
        answer = director.get("/reads", params={"person": child}).json()
        rows = [row for row in answer["rows"] if row["entry"] >= before]
        assert [(row["how"], row["role"], row["what"]) for row in rows] == [
            ("named", "director", "/reads"),
            ("named", "teacher", "/students/{student}/page"),
            ("class", "teacher", "/classes/{class_group}"),
            ("class", "director", "/classes/{class_group}"),
            ("school", "director", "/feed.jsonl"),
        ], "not the other child's page, and not the other class"
        joined = director.get("/reads", params={"person": late}).json()["rows"]
        assert [row["what"] for row in joined] == ["/classes/{class_group}", "/feed.jsonl"], "who came after a look"
        assert answer["people"][child] == "Иванова Имя"
        assert director.get("/reads", params={"person": child, "at": str(before)}).json()["rows"] == [
            row for row in answer["rows"] if row["entry"] < before
        ]
        assert director.get("/reads", params={"person": child, "to": FIRST}).json()["rows"] == []
        problem(director.get("/reads", params={"person": child, "at": "99999"}), 404, "not_yet")
        problem(teacher.get("/reads", params={"person": child}), 403, "forbidden")
        done = subprocess.run(
            [LETOPIS, "reads", "--var", server.school.layout.var, "--student", child],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert "/students/{student}/page" in done.stdout
        assert looks(server)[-1].look.what == "letopis reads"


def test_an_archive_of_the_access_log_is_verified_without_the_journal(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
        teacher.get(f"/classes/{school.group}/page")
    out, var = tmp_path / "access", server.school.layout.var
    command: list[str | Path] = [LETOPIS, "export", "--access-log", "--var", var, "--out", out, "--json"]
    made = json.loads(subprocess.run(command, capture_output=True, timeout=100, check=True).stdout)
    verify: list[str | Path] = [sys.executable, out / "verify.pyz", out, "--key", made["vkey"], "--json"]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=100, check=False)
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["verdict"]) == (0, "verified"), done.stdout
    last = looks(server)[-1]
    assert (last.look.what, last.look.form, last.look.scope) == ("letopis export", "image", "school")
    assert made["size"] == last.index + 1
    entries = out / "data/log/entries-000000000000.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"scope":"people"', b'"scope":"school"', 1))
    done = subprocess.run(verify, capture_output=True, text=True, timeout=100, check=False)
    codes = {found["code"] for found in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert {"data-field", "prev-mismatch"} <= codes, codes


def test_an_audit_covers_the_access_log(server: Served, database: str) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("teacher") as teacher:
        teacher.get(f"/classes/{school.group}")
    command: list[str | Path] = [LETOPIS, "audit", "--var", server.school.layout.var, "--json"]
    done = subprocess.run(command, capture_output=True, timeout=100, check=False)
    said = json.loads(done.stdout)
    assert (done.returncode, said["access_log"]["passed"], said["access_log"]["entries"]) == (0, True, 2), said
    if database == "sqlite":
        with closing(sqlite3.connect(server.school.layout.access_file)) as file:
            triggers = file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                file.execute(f'DROP TRIGGER "{name}"')
            changed = """replace(CAST(entry AS TEXT), '"count":3', '"count":4')"""
            file.execute(f"UPDATE entries SET entry = CAST({changed} AS BLOB) WHERE idx = 1")
            file.commit()
        done = subprocess.run(command, capture_output=True, timeout=100, check=False)
        assert done.returncode == 1
        assert not json.loads(done.stdout)["access_log"]["passed"]
