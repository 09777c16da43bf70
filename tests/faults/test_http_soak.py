"""Many teachers record lessons over HTTP, each three times under one key, while server or database is killed and restarted.

Short: 30 teachers. Long, by ``make soak``: 1,000. Half of them act with a token, half with a session.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.schools import OpenSchool, open_school
from api.server import listen
from ledger.audit import audit
from ledger.journal.commands import (
    AcknowledgeConfidentiality,
    DefinePeriod,
    EnrollStudent,
    GrantRole,
    JournalCommand,
    OpenAccount,
    OpenClassGroup,
    OpenCourse,
    OpenSchoolYear,
    RegisterPerson,
)
from ledger.wire.entry import Actor, parse_entry
from tests.cluster import Cluster
from tests.command_line import LETOPIS
from tests.conftest import make_database
from tests.http_class import DAY, FIRST, LAST
from tests.http_school import CHEAP, NO_TLS, make_school

LONG = "LETOPIS_LONG" in os.environ
TEACHERS = 1_000 if LONG else 30
KILLS = 6 if LONG else 2
THREADS = 24 if LONG else 8
PASSWORD = "верный-пароль-учителя"
PLACES_A_DAY = 6
GIVE_UP_SECONDS = 240


@dataclass(frozen=True)
class Teacher:
    """Who records which lesson, and with what it is shown who that is."""

    account: str
    course: str
    student: str
    number: int
    headers: dict[str, str]

    def lesson(self) -> dict[str, Any]:
        work = {"work": self.course.replace("4", "5", 1), "kind": "answer", "written": False}
        return {
            "course": self.course,
            "held_on": DAY,
            "number": self.number,
            "starts_at": f"{7 + self.number:02}:00",
            "ends_at": f"{7 + self.number:02}:45",
            "topic": "Дроби",
            "works": [work],
            "marks": [{"student": self.student, "work": work["work"], "value": "4"}],
            "homework": {"text": "§ 12"},
        }


def set_up(school: OpenSchool, administrator: str, count: int) -> list[Teacher]:
    """A class for each six teachers; each teacher has one course, and every second one a password instead of a token."""
    admin, year = Actor(administrator, "administrator"), str(uuid4())

    def do(command: JournalCommand, actor: Actor = admin) -> None:
        school.execute(command, actor)

    do(OpenSchoolYear(year=year, title="2026/27", starts_on=FIRST, ends_on=LAST))
    grades = tuple(range(1, 12))
    do(
        DefinePeriod(
            period=str(uuid4()), year=year, kind="quarter", number=1, grades=grades, starts_on=FIRST, ends_on=DAY
        )
    )
    today, made = school.app.today().isoformat(), []
    group = student = ""
    for number in range(count):
        if number % PLACES_A_DAY == 0:
            group, student = str(uuid4()), str(uuid4())
            at = number // PLACES_A_DAY
            letter = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"[at // 10]
            do(OpenClassGroup(class_group=group, year=year, grade=2 + at % 10, letter=letter))
            do(RegisterPerson(person=student, kind="student", sd=()))
            do(EnrollStudent(class_group=group, student=student, starts_on=FIRST))
        account, course = str(uuid4()), str(uuid4())
        do(RegisterPerson(person=account, kind="teacher", sd=()))
        do(OpenAccount(account=account, kind="employee", name=None))
        do(GrantRole(account=account, role="teacher", starts_on=today, basis="приказ № 1"))
        do(AcknowledgeConfidentiality(account=account, sha256=school.confidentiality.sha256), Actor(account, "teacher"))
        of_class = {"class_group": group, "year": year, "subject": f"Предмет {number}", "starts_on": FIRST}
        do(OpenCourse(course=course, teacher=account, **of_class))
        headers = {"login": f"teacher-{number}"}
        if number % 2:
            token = school.secrets.make_token(account, "teacher", "планшет", int(time.time()))
            headers = {"Authorization": f"Bearer {token}"}
        else:
            code, _ = school.secrets.invite(account, f"teacher-{number}", int(time.time()))
            school.secrets.accept(code, PASSWORD, "127.0.0.1", int(time.time()))
        made.append(Teacher(account, course, student, number % PLACES_A_DAY + 1, headers))
    return made


class ServerProcess:
    """`letopis serve` on one port, as often as it is started."""

    def __init__(self, folder: Path, out: Path, env: dict[str, str]) -> None:
        with listen("127.0.0.1", 0) as bound:
            self.port = bound.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._command = [*LETOPIS, "serve", "--port", str(self.port), "--var", str(folder)]
        self._out, self._env = out, {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **env}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._out.open("ab") as out:
            self.process = subprocess.Popen(self._command, stdout=out, stderr=out, env=self._env)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process.poll() is None, self._out.read_text()
            try:
                if httpx.get(f"{self.base}/v1/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@dataclass
class Submissions:
    """What was sent and what was answered."""

    base: str
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    retried: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=f"{self.base}/v1/schools/1534",
            timeout=60,
            limits=httpx.Limits(max_connections=THREADS),
            verify=NO_TLS,
        )

    def signed_in(self, teacher: Teacher) -> Teacher:
        """A teacher with a session instead of a login."""
        if "login" not in teacher.headers:
            return teacher
        body = {"login": teacher.headers["login"], "password": PASSWORD}
        answer = self.client.post("/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        headers = {"Cookie": f"{name}={value}", "Sec-Fetch-Site": "same-origin"}
        return Teacher(teacher.account, teacher.course, teacher.student, teacher.number, headers)

    def submit(self, teacher: Teacher) -> None:
        """Send the lesson until it is acknowledged, as a page of the journal does."""
        headers = {**teacher.headers, "Idempotency-Key": "lesson-1"}
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            begun = time.perf_counter()
            try:
                answer = self.client.post("/lessons", json=teacher.lesson(), headers=headers)
            except httpx.TransportError as error:
                self._count(type(error).__name__)
                time.sleep(0.1)
                continue
            if answer.status_code == 503 and "retry-after" in answer.headers:
                self._count(answer.json()["type"].rpartition("/")[2])
                time.sleep(0.2)
                continue
            with self.lock:
                if answer.status_code == 201:
                    self.milliseconds.append((time.perf_counter() - begun) * 1000)
                    self.answers.setdefault(teacher.account, []).append(answer.content)
                else:
                    self.strange.append(f"{answer.status_code} {answer.text}")
            return
        self.strange.append("never acknowledged")

    def _count(self, kind: str) -> None:
        with self.lock:
            self.retried[kind] = self.retried.get(kind, 0) + 1

    def acknowledged(self) -> int:
        with self.lock:
            return len(self.milliseconds) + len(self.strange)


def soak(submissions: Submissions, teachers: list[Teacher], disturb: Callable[[], None]) -> None:
    """Send every lesson three times, in a random order, and disturb at even distances of what is acknowledged."""
    with submissions.client, ThreadPoolExecutor(THREADS) as pool:
        teachers = list(pool.map(submissions.signed_in, teachers))
        jobs = teachers * 3
        random.Random(7).shuffle(jobs)
        futures = [pool.submit(submissions.submit, teacher) for teacher in jobs]
        for kill in range(KILLS):
            while submissions.acknowledged() < len(jobs) * (kill + 1) // (KILLS + 2):
                time.sleep(0.01)
            disturb()
        for future in futures:
            future.result()


def judge(submissions: Submissions, teachers: list[Teacher], school: OpenSchool) -> str:
    """Nothing twice, nothing acknowledged that is not there, nothing half; what it took, in a line."""
    assert not submissions.strange, submissions.strange[:3]
    assert {len(answers) for answers in submissions.answers.values()} == {3}
    assert {len(set(answers)) for answers in submissions.answers.values()} == {1}, "one key, one answer"
    entries = [parse_entry(raw) for raw in school.recorder.entries(0, school.recorder.head().size)]
    lessons = [entry for entry in entries if entry.type.startswith("lesson_recorded/")]
    assert sorted(entry.data["course"] for entry in lessons) == sorted(one.course for one in teachers)
    for account, (first, *_) in submissions.answers.items():
        told: dict[str, Any] = httpx.Response(200, content=first).json()
        block = entries[told["first_index"] : told["first_index"] + told["count"]]
        assert {entry.actor.id for entry in block} == {account}
        assert {entry.command for entry in block} == {told["command"]}
        assert "mark_recorded/1" in {entry.type for entry in block}
    assert audit(school.recorder).passed
    p50, p99 = (statistics.quantiles(submissions.milliseconds, n=100)[place] for place in (49, 98))
    return (
        f"{len(teachers)} teachers, {len(submissions.milliseconds)} acknowledged, {KILLS} restarts, "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, sent again: {submissions.retried}"
    )


@contextmanager
def prepared(folder: Path, database: str) -> Iterator[list[Teacher]]:
    _, actors = make_school(folder, database)
    with open_school(folder, background=False, password_cost=CHEAP) as school:
        teachers = set_up(school, actors["administrator"], TEACHERS)
    yield teachers


def test_a_server_that_is_killed_loses_and_doubles_no_lesson(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "school"
    with prepared(folder, "sqlite") as teachers:
        server = ServerProcess(folder, tmp_path / "said", {})
        submissions = Submissions(server.base)
        server.start()

        def disturb() -> None:
            server.kill()
            server.start()

        try:
            soak(submissions, teachers, disturb)
        finally:
            server.kill()
        with open_school(folder, background=False) as school:
            line = judge(submissions, teachers, school)
    with capsys.disabled():
        print(f"\nSQLite: {line}")
    assert submissions.retried, "nobody noticed that the server was away"


def test_a_database_that_is_killed_loses_and_doubles_no_lesson(
    tmp_path: Path,
    durable_cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, database = tmp_path / "school", make_database(durable_cluster)
    env = {
        "LETOPIS_POSTGRES_DSN": database.app_dsn,
        "LETOPIS_POSTGRES_OWNER_DSN": database.owner_dsn,
        "LETOPIS_VIEWS_DSN": database.owner_dsn,
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with prepared(folder, "postgresql") as teachers:
        server = ServerProcess(folder, tmp_path / "said", env)
        submissions = Submissions(server.base)
        server.start()

        def disturb() -> None:
            durable_cluster.kill()
            time.sleep(0.3)
            durable_cluster.start()

        try:
            soak(submissions, teachers, disturb)
        finally:
            server.kill()
        with open_school(folder, background=False) as school:
            line = judge(submissions, teachers, school)
    with capsys.disabled():
        print(f"\nPostgreSQL: {line}")
