"""Every role × every route that shows somebody × own and foreign class, course, lesson and child (152-ФЗ; R25)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from api.access import declared_by
from api.app import school_routes
from api.auth import Identity, Right
from api.reach import Facts, Named, Reader
from api.school_facts import SchoolFacts
from api.schools import open_school
from api.whose import ids_in
from ledger.journal.account import Account
from ledger.journal.account_commands import CloseAccount, GrantRole, RevokeRole
from ledger.journal.commands import AssignTeacher, EnrollStudent, RegisterPerson
from ledger.wire.entry import Actor
from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_rights import OWN, READS, ROLES, SCOPED, WRITES
from tests.http_school import Served, admit, found_school, make_school, post, served

_ANY_ID = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}")
LIMITED = ("teacher", "class_teacher", "student", "guardian", "inspector")


class World(SmallClass):
    """A class with its class teacher, its students' marks, a correction and a certificate."""

    def __init__(self, server: Served, class_teacher: str, more_students: tuple[str, ...] = ()) -> None:
        register = RegisterPerson(person=class_teacher, kind="teacher", sd=())
        self.admin = Actor(server.actors["administrator"], "administrator")
        server.school.execute(register, self.admin)
        super().__init__(server, class_teacher)
        self.leader, self.teacher, self.guardian = class_teacher, server.actors["teacher"], str(uuid4())
        for student in more_students:
            enrolled = EnrollStudent(class_group=self.group, student=student, starts_on=FIRST)
            server.school.execute(enrolled, self.admin)
        self.students = [*more_students, *self.students]
        with server.as_("teacher") as teacher:
            body = self.lesson(absences=[{"student": self.students[-1]}])
            body["marks"] = [{**body["marks"][0], "student": student} for student in self.students[:-1]]
            recorded = teacher.post("/lessons", json=body)
            assert recorded.status_code == 201, recorded.text
            self.place = recorded.headers["location"].rpartition("/")[2]
            facts = teacher.get(f"/lessons/{self.place}").json()["facts"]
            marks = [fact for fact in facts if fact["what"] == "mark"]
            for mark in marks:
                tag = {"If-Match": teacher.get(f"/lessons/{self.place}").headers["etag"]}
                corrected = {"corrects": mark["standing"], "reason": "typo", "new": "3"}
                answer = teacher.post(f"/lessons/{self.place}/corrections", json=corrected, headers=tag)
                assert answer.status_code == 201, answer.text
        with server.as_("deputy") as deputy:
            certificate = {"starts_on": DAY, "ends_on": DAY, "code": "ill", "basis": "справка № 12"}
            certificate["student"] = self.students[-1]
            post(deputy, f"/classes/{self.group}/certificates", certificate)

    def named(self) -> dict[str, str]:
        """An id of this world for each placeholder and parameter that names something."""
        ids = {"class_group": self.group, "class": self.group, "course": self.course, "lesson": self.place}
        people = {"student": self.students[0], "person": self.students[0], "guardian": self.guardian}
        employees = dict.fromkeys(("teacher", "employee", "actor"), self.teacher)
        return {**ids, **people, **employees, "year": self.year, "period": self.period}


class Walk:
    """The school of the walk: `own` is what the limited roles have to do with, `foreign` what they have not."""

    def __init__(self, server: Served) -> None:
        self.server = server
        admit(server, "teacher", "class_teacher")
        self.foreign = World(server, server.actors["class_teacher"])
        admit(server, "teacher", "class_teacher", "student", "guardian")
        guardian, _ = server.school.app.aggregate(f"account/{server.actors['guardian']}")
        assert isinstance(guardian, Account)
        (granted,) = guardian.grants.values()
        assert granted.student is not None
        self.own = World(server, server.actors["class_teacher"], (server.actors["student"], granted.student))
        self.child, self.own.guardian = granted.student, server.actors["guardian"]
        self._inspect_own()

    def _inspect_own(self) -> None:
        """Cut the inspection to the own class."""
        server, inspector = self.server, self.server.actors["inspector"]
        account, _ = server.school.app.aggregate(f"account/{inspector}")
        assert isinstance(account, Account)
        ((entry, grant),) = account.grants.items()
        server.school.execute(RevokeRole(account=inspector, grant=entry, basis="приказ № 2"), self.own.admin)
        cut = GrantRole(
            account=inspector,
            role="inspector",
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
            purpose="проверка",
            basis="приказ № 3",
            class_groups=(self.own.group,),
        )
        server.school.execute(cut, self.own.admin)

    def may_see(self, role: str) -> set[str]:
        """Students whom the role may be shown."""
        family = {"student": {self.server.actors["student"]}, "guardian": {self.child}}
        return family.get(role, set(self.own.students))

    def requests(self, *, mixed: bool) -> Iterator[tuple[str, dict[str, str], bool]]:
        """Each route that shows somebody, asked of foreign things; and with something own beside them, where `mixed`."""
        own, foreign = self.own.named(), self.foreign.named()
        for route in school_routes():
            declared = declared_by(route)
            if "GET" not in (route.methods or ()) or declared is None or not declared.kinds:
                continue
            holes = re.findall(r"{(\w+)}", route.path)
            if any(hole not in own for hole in holes) or "{place" in route.path:
                continue
            queries = [name for name in _queries(route.dependant) if name in own]
            days = {"from": FIRST, "to": DAY} if {"from", "to"} <= set(_queries(route.dependant)) else {}
            days |= {name: self.own.year for name in ("year",) if name in queries and not holes}
            filled = route.path.format(**foreign)
            if not mixed:
                yield filled, days, True
                for name in queries:
                    yield filled, {**days, name: foreign[name]}, True
                continue
            for (name, of), (other, with_) in product(_worlds(queries, own, foreign), repeat=2):
                if name < other:
                    yield filled, {**days, name: of, other: with_}, False


def _worlds(names: list[str], own: dict[str, str], foreign: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield name, own[name]
        yield name, foreign[name]


def _queries(dependant: Any) -> list[str]:
    found = [field.alias for field in dependant.query_params]
    for inner in dependant.dependencies:
        found += _queries(inner)
    return found


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder: Path = tmp_path_factory.mktemp("reach")
    tokens, actors = make_school(folder, "sqlite")
    with served(folder, tokens, actors) as server:
        yield Walk(server)


@pytest.mark.parametrize("role", LIMITED)
def test_nobody_else_is_in_any_answer_whatever_is_named(role: str, walk: Walk) -> None:
    strangers = {*walk.own.students, *walk.foreign.students} - walk.may_see(role)
    scoped = {_ANY_ID.sub("*", path) for path in SCOPED}
    asked, refused = 0, set()
    with walk.server.as_(role) as client:
        for mixed in (False, True):
            for path, query, is_foreign in walk.requests(mixed=mixed):
                answer = client.get(path, params=query)
                asked += 1
                refused |= {_ANY_ID.sub("*", path)} if answer.status_code == 403 else set()
                assert answer.status_code in (200, 400, 403, 404), (path, query, answer.text)
                # A question repeats what it was asked; it is told of nobody whom the asker did not name.
                named = set(query.values()) if mixed else set()
                assert not ids_in(answer.content) & strangers - named, (role, path, query)
                if is_foreign and _ANY_ID.sub("*", path) in scoped:
                    problem(answer, 403, "out_of_reach")
    assert asked > 100
    assert len(refused) >= 20
    tried = [one.refusal for one in walk.server.school.access.log.tried(walk.server.actors[role])]
    assert refused <= {re.sub(r"{\w+}", "*", one.what) for one in tried}, "each leaves a trace"
    assert walk.foreign.students[0] in {person for one in tried for person in one.people}
    assert walk.foreign.group in {group for one in tried for group in one.classes}


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("teacher", "/classes/{class_group}/page?course={course}"),
        ("teacher", "/lessons/{lesson}"),
        ("teacher", "/corrections?teacher={teacher}"),
        ("class_teacher", "/classes/{class_group}/page?subject=Математика"),
        ("class_teacher", "/students/{student}/page"),
        ("class_teacher", "/corrections?class_group={class_group}"),
        ("student", "/students/{student}/page"),
        ("student", "/corrections?student={student}"),
        ("guardian", "/students/{child}/page"),
        ("guardian", "/corrections?student={child}"),
        ("inspector", "/classes/{class_group}/page?subject=Математика"),
        ("inspector", "/questions/corrections?class={class_group}"),
    ],
)
def test_one_finds_the_own(role: str, path: str, walk: Walk) -> None:
    named = walk.own.named() | {"child": walk.child}
    with walk.server.as_(role) as client:
        answer = client.get(path.format(**named))
    assert answer.status_code == 200, answer.text
    shown = ids_in(answer.content) & {*walk.own.students, *walk.foreign.students}
    assert shown, "an answer without anybody shows nothing of reach"
    assert shown <= walk.may_see(role)


@pytest.mark.clause("R26", breaks="projections.views.student_page:values_of", instead=lambda *_: [])
def test_a_family_reads_a_mark_and_an_absence_as_soon_as_they_are_recorded(walk: Walk) -> None:
    page, work = f"/students/{walk.child}/page", str(uuid4())
    seen = {"number": 2, "starts_at": "09:25", "ends_at": "10:10"}
    with walk.server.as_("teacher") as teacher, walk.server.as_("guardian") as guardian:
        before = guardian.get(page)
        assert before.status_code == 200, before.text
        marked = [{"student": walk.child, "work": work, "value": "5"}]
        works = [{"work": work, "kind": "answer", "written": False}]
        walk.own.recorded(teacher, **seen, works=works, marks=marked, absences=[])
        missed = {"number": 3, "starts_at": "10:30", "ends_at": "11:15"}
        walk.own.recorded(teacher, **missed, works=[], marks=[], absences=[{"student": walk.child}])
        after = guardian.get(page)
        assert after.json()["position"] > before.json()["position"], "what families see is caught up with first"
        found = {row["column"]["lesson"]["number"]: row["values"] for row in after.json()["lessons"]}
        assert [(value["what"], value["value"]) for value in found[2]] == [("mark", "5")]
        assert [value["what"] for value in found[3]] == ["absence"]
        (threat,) = guardian.get("/forecasts", params={"student": walk.child, "on": DAY}).json()["rows"]
        assert threat["student"] == walk.child, "and what threatens with the marks so far"


@pytest.mark.parametrize("role", LIMITED)
def test_what_is_foreign_and_what_is_not_there_are_told_alike(role: str, walk: Walk) -> None:
    with walk.server.as_(role) as client:
        for path in sorted(SCOPED):
            holes = _ANY_ID.findall(path)
            if not holes:
                continue
            nothing = client.get(path)
            foreign = client.get(_of(walk.foreign, path))
            told, also = problem(nothing, 403, "out_of_reach"), problem(foreign, 403, "out_of_reach")
            assert told.pop("instance") != also.pop("instance"), "the request's own id"
            assert told == also, path


@pytest.mark.parametrize("role", ["teacher", "class_teacher"])
def test_whether_a_lesson_is_there_is_not_told_by_its_deadlines(role: str, walk: Walk) -> None:
    with walk.server.as_(role) as client:
        told = []
        for lesson in (walk.foreign.place, str(uuid4())):
            told.append(problem(client.get(f"/lessons/{lesson}/deadlines"), 404, "not_found"))
            told[-1].pop("instance")
        own = client.get(f"/lessons/{walk.own.place}/deadlines")
        assert (own.status_code, own.json()["lesson"]) == (200, walk.own.place), "the own is told"
    assert told[0] == told[1]
    tried = walk.server.school.access.log.tried(walk.server.actors[role])
    of_lessons = {one.refusal.classes for one in tried if one.refusal.what == "/lessons/{lesson}/deadlines"}
    assert of_lessons >= {(walk.foreign.group,), ()}, "both leave a trace"


def _writing(walk: Walk) -> Iterator[tuple[str, set[str], Any]]:
    """Each writing route whose path names what a teacher's reach is judged by: its path, holes, and a body's example."""
    described = httpx.get(f"{walk.server.base}/openapi.json").json()["paths"]
    for path, operations in described.items():
        holes = set(re.findall(r"{(\w+)}", path)) - {"school"}
        if "post" in operations and holes & {"class_group", "course", "lesson", "sheet"}:
            (content,) = operations["post"]["requestBody"]["content"].values()
            yield path.removeprefix("/v1/schools/{school}"), holes, content["example"]


def test_what_is_written_elsewhere_is_told_like_what_is_not_there(walk: Walk) -> None:
    foreign, elsewhere = walk.foreign.named(), walk.server.school.app.lesson(walk.foreign.place)
    assert elsewhere is not None
    asked = 0
    with walk.server.as_("teacher") as teacher:
        for path, holes, body in _writing(walk):
            told = []
            for ids in (dict.fromkeys(holes, str(uuid4())), {hole: foreign.get(hole, str(uuid4())) for hole in holes}):
                ids |= {hole: "7" for hole in holes if hole in ("index", "request_index")}
                stale = {"If-Match": '"1"'} if "{lesson}" in path else {}
                answer = teacher.post(path.format(**ids), json=body, headers=stale)
                told.append({**answer.json(), "instance": ""})
                assert answer.status_code == 403, (path, answer.text)
                assert not ids_in(answer.content) & set(walk.foreign.students), path
            assert told[0] == told[1], path
            asked += told[0]["type"].endswith("out_of_reach")
    assert asked >= 15
    assert walk.server.school.app.lesson(walk.foreign.place) == elsewhere, "nothing was written"


def test_a_teacher_writes_in_the_own_class_and_course(walk: Walk) -> None:
    """What is refused there is refused by a rule, which says why."""
    own = walk.own.named()
    with walk.server.as_("teacher") as teacher:
        asked = {"reason": "not_recorded", "basis": "докладная № 3"}
        answer = teacher.post(f"/classes/{own['class_group']}/journal/reopening-requests", json=asked)
        problem(answer, 409, "journal_not_closed")
        stale = teacher.post(
            f"/lessons/{own['lesson']}/corrections",
            json={"corrects": 1, "new": "5", "reason": "typo"},
            headers={"If-Match": '"1"'},
        )
        assert problem(stale, 412, "stale")["current"]["lesson"] == own["lesson"]


def test_a_program_that_may_only_write_is_shown_nothing_of_a_lesson_that_moved(walk: Walk) -> None:
    account, secrets = walk.server.actors["teacher"], walk.server.school.secrets
    token = secrets.make_token(account, "teacher", "писать", int(time.time()), rights=("teach",))
    with walk.server.as_("teacher") as program:
        program.headers["Authorization"] = f"Bearer {token}"
        place = f"/lessons/{walk.own.place}"
        assert program.get(place).status_code == 403
        body = {"corrects": 1, "new": "5", "reason": "typo"}
        stale = problem(program.post(f"{place}/corrections", json=body, headers={"If-Match": '"1"'}), 412, "stale")
        assert "current" not in stale


def _of(world: World, path: str) -> str:
    """The path with the ids of a world."""
    named, parts = world.named(), path.split("/")
    kinds = {
        "classes": "class_group",
        "courses": "course",
        "lessons": "lesson",
        "cells": "student",
        "students": "student",
        "people": "person",
    }
    for at, part in enumerate(parts[:-1]):
        if _ANY_ID.fullmatch(parts[at + 1]):
            parts[at + 1] = named[kinds[part]]
    return "/".join(parts)


def test_a_token_of_one_school_is_nothing_in_another(walk: Walk, tmp_path: Path) -> None:
    tokens, actors = found_school(tmp_path, "sqlite")
    admit(walk.server, *(role for role in ROLES if role not in walk.server.tokens))
    size = walk.server.school.log_size()
    with served(tmp_path, tokens, actors) as other:
        before = other.school.log_size()
        for role in ROLES:
            headers = {"Authorization": f"Bearer {walk.server.tokens[role]}"}
            with httpx.Client(base_url=f"{other.base}/v1/schools/1534", headers=headers) as client:
                for path in [*READS, *OWN]:
                    problem(client.get(path), 401, "unauthorized")
                for path in WRITES:
                    problem(client.post(path, json={}), 401, "unauthorized")
        assert (other.school.log_size(), walk.server.school.log_size()) == (before, size)


def test_a_guardian_whose_link_ended_is_out_with_the_next_request(walk: Walk) -> None:
    own, server = walk.own, walk.server
    admit(server, "guardian")
    account, _ = server.school.app.aggregate(f"account/{server.actors['guardian']}")
    assert isinstance(account, Account)
    child = next(iter(account.grants.values())).student
    with server.as_("guardian") as client, server.as_("administrator") as admin:
        assert client.get(f"/students/{child}/page").status_code == 200
        post(admin, f"/people/{child}/guardians/{server.actors['guardian']}/end", {"basis": "решение суда"})
        problem(client.get(f"/students/{child}/page"), 401, "unauthorized")
    assert own.students


def test_a_decision_that_was_kept_ends_with_the_entry_that_changes_it(database: str, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path, database)
    with served(tmp_path, tokens, actors) as server:
        small = SmallClass(server)
        other, admin = str(uuid4()), Actor(server.actors["administrator"], "administrator")
        server.school.execute(RegisterPerson(person=other, kind="teacher", sd=()), admin)
        page = f"/classes/{small.group}/page?subject=Математика&from={FIRST}&to={DAY}"
        with server.as_("teacher") as teacher:
            assert [teacher.get(page).status_code for _ in range(3)] == [200, 200, 200]
            today = server.school.app.today().isoformat()
            server.school.execute(AssignTeacher(course=small.course, teacher=other, starts_on=today), admin)
            problem(teacher.get(page), 403, "out_of_reach")


def test_a_decision_stands_until_something_moves_that_it_rests_on(database: str, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path, database)
    with served(tmp_path, tokens, actors) as server:
        small, school = SmallClass(server), server.school
        admin, decided = Actor(server.actors["administrator"], "administrator"), []

        def reach(reader: Reader, named: Named, facts: Facts) -> bool:
            decided.append(reader)
            return named.course is not None and facts.course(named.course) is not None

        def times() -> int:
            assert SchoolFacts(school).settle(reach, Reader("", ()), Named(course=small.course))
            return len(decided)

        assert [times(), times()] == [1, 1]
        other = str(uuid4())
        school.execute(RegisterPerson(person=other, kind="teacher", sd=()), admin)
        assert times() == 1, "a person is nothing that it rests on"
        today = school.app.today().isoformat()
        school.execute(AssignTeacher(course=small.course, teacher=other, starts_on=today), admin)
        assert [times(), times()] == [2, 2]
        if database == "postgresql":
            # Another process of the same school.
            with open_school(tmp_path, background=False) as beside:
                tomorrow = (school.app.today() + timedelta(days=1)).isoformat()
                again = AssignTeacher(course=small.course, teacher=server.actors["teacher"], starts_on=tomorrow)
                beside.execute(again, admin)
            assert [times(), times()] == [3, 3]


def test_an_account_that_another_process_closes_is_refused_at_the_next_request(database: str, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path, database)
    with served(tmp_path, tokens, actors) as server:
        school, account = server.school, server.actors["deputy"]
        today = school.app.today().isoformat()
        close = CloseAccount(account=account, reason="dismissed", basis="приказ № 2", last_day=today)
        with server.as_("deputy") as deputy:
            assert [deputy.get("/years").status_code for _ in range(3)] == [200, 200, 200]
            size = school.log_size()
            before = school.app.aggregate_as_of(f"account/{account}", size)
            admin = Actor(server.actors["administrator"], "administrator")
            if database == "postgresql":
                with open_school(tmp_path, background=False) as beside:
                    beside.execute(close, admin)
                assert school.app.aggregate_as_of(f"account/{account}", size) is before, "read of that log already"
            else:
                school.execute(close, admin)
            assert deputy.get("/years").status_code == 401


def test_what_views_say_that_are_behind_is_not_kept(database: str, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path, database)
    with served(tmp_path, tokens, actors) as server:
        school = server.school
        school.runner.stop()
        small = SmallClass(server)
        facts, asked = SchoolFacts(school), Named(class_group=small.group, subject="Математика")
        identity = Identity(server.actors["teacher"], "teacher", "1534", "test")
        assert not identity.reaches(Right.READ_VIEWS, asked, facts), "no view knows the course yet"
        school.views.catch_up(school.recorder)
        assert identity.reaches(Right.READ_VIEWS, asked, facts)


def test_every_route_that_shows_somebody_is_walked_or_is_of_the_whole_log(walk: Walk) -> None:
    walked = {path for mixed in (False, True) for path, _, _ in walk.requests(mixed=mixed)}
    shapes = {_ANY_ID.sub("*", path) for path in walked}
    # The values of a block are for who decides about it, whose reach is the school; a letter on a refusal is named by
    # a guardian, who is of no class: for who oversees the school.
    whole = {"/feed", "/feed.jsonl", "/accounts", "/blocks/*/values", "/people/*/refusals/*/letter"}
    for route in school_routes():
        declared = declared_by(route)
        if "GET" in (route.methods or ()) and declared is not None and declared.kinds and isinstance(route, APIRoute):
            shape = re.sub(r"{\w+}", "*", route.path)
            of_the_log = any(word in shape for word in ("/entries/", "/log/", "/prints/", "/accounts/"))
            assert shape in shapes | whole or of_the_log, route.path
