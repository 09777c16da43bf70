"""What it costs that a look is recorded before it is answered: the same read with the access log and without.

Over real HTTP on the loopback, one request after another and eight side by side; and in the process, without HTTP. What
it adds to a page is told in milliseconds too, on both databases: of pairs of requests, one with and one without, which
find the same machine. The school is open as a server has it, with threads that keep its views level and sign. A look is
on the disk before it is answered, so the peer is a row of a look's size in a table with one index, inserted and
committed by itself behind each page without a look: after as long a pause the processor's caches and the disk are as
cold. The access log has been used before, as it is in a server that ran for an hour: SQLite writes over the write-ahead
log then, where a new one grows with each look, which the file system has to note as well.
"""

from __future__ import annotations

import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import httpx
import psycopg

from api.access import recorded
from api.app import create_app
from api.cli.importing import founder
from api.schools import OpenSchool, Registry
from api.server import Server, listen
from bench.deciding import school_on_postgres
from bench.measure import Report, Result
from bench.reading import sample_school
from ledger.access.events import Look
from ledger.errors import Refused
from ledger.journal.commands import AcknowledgeConfidentiality, FoundAccounts
from ledger.wire.entry import Actor
from projections.views.student_page import student_page
from tests.cluster import Cluster

ROLE: Final = "inspector"
SIDE_BY_SIDE: Final = 8
ADDED_MS: Final = 1.0
_LOOK: Final = bytes(700)  # an entry of one person
_LOOKS_BEFORE: Final = 500  # until the write-ahead log was copied once, and is written from its begin
_MONTH: Final = "from=2026-10-01&to=2026-10-31"
_PAGES: Final = {
    "a_students_month": f"/students/{{student}}/page?{_MONTH}",
    "a_classs_month": f"/classes/{{class_group}}/page?course={{course}}&{_MONTH}",
    "a_roster": "/classes/{class_group}",
    "corrections": "/corrections?class_group={class_group}",
    "a_person": "/people/{student}",
}


def looks_recorded(report: Report, folder: Path, cluster: Cluster, rounds: int) -> None:
    """Milliseconds at the median of a student's page, and what is added to that of several pages."""
    with sample_school(folder / "looks", "S", background=True) as school:
        _compared(report, school, rounds)
        with _rows_on_sqlite(folder / "rows.sqlite3") as insert:
            _added(report, school, "", 30 * rounds, insert)
    with (
        school_on_postgres(folder / "looks-postgres", cluster, background=True) as school,
        _rows_on_postgres(cluster) as insert,
    ):
        _added(report, school, "_postgres", 30 * rounds, insert)


def _compared(report: Report, school: OpenSchool, rounds: int) -> None:
    with ExitStack() as stack:
        student = school.views.select("SELECT min(e.student) FROM {enrollments} e", {})[0][0]
        token = let_in(school)
        path = f"/v1/schools/{school.code}/students/{student}/page"
        on, off = (stack.enter_context(served(school, token, with_log=with_log)) for with_log in (True, False))
        for name, company in (("look_over_http", 1), ("look_over_http_side_by_side", SIDE_BY_SIDE)):
            report.compare(
                name,
                partial(_median_ms, on, path, company),
                partial(_median_ms, off, path, company),
                unit="ms",
                rounds=rounds,
                better="lower",
            )
        report.compare(
            "look_in_process",
            partial(_in_process_ms, school, student, with_log=True),
            partial(_in_process_ms, school, student, with_log=False),
            unit="ms",
            rounds=rounds,
            better="lower",
        )


class _Took(NamedTuple):
    wall_ms: float
    cpu_ms: float


_Insert = Callable[[], object]


@contextmanager
def _rows_on_sqlite(path: Path) -> Iterator[_Insert]:
    """Insert a row as large as a look, and have it on the disk."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE looks (place INTEGER PRIMARY KEY, id TEXT UNIQUE, entry BLOB)",
        ):
            database.execute(statement)
        yield lambda: database.execute("INSERT INTO looks (id, entry) VALUES (?, ?)", (str(uuid4()), _LOOK))
    finally:
        database.close()


@contextmanager
def _rows_on_postgres(cluster: Cluster) -> Iterator[_Insert]:
    """Insert a row as large as a look, and have it on the disk."""
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE looks (place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid UNIQUE, entry bytea)"
        )
        statement = "INSERT INTO looks (id, entry) VALUES (%s, %s)"
        yield lambda: connection.execute(statement, (uuid4(), _LOOK), prepare=True)


def _added(report: Report, school: OpenSchool, database: str, pairs: int, insert: _Insert) -> None:
    """What the look adds to each page, and at the median of the pages: by the clock, of the processor, of a row."""
    sql = "SELECT e.student, e.class_group, c.course FROM {enrollments} e JOIN {courses} c USING (class_group)"
    student, class_group, course = school.views.select(f"{sql} ORDER BY e.entry, c.entry LIMIT 1", {})[0]
    token, added, rows = let_in(school), [], []
    for _ in range(_LOOKS_BEFORE):
        insert()
        school.access.log.record(
            Look("/students/{student}/page", "view", ("marks",), (student,), count=1, as_of=0), Actor(student, ROLE)
        )
    with ExitStack() as stack:
        on, off = (stack.enter_context(served(school, token, with_log=with_log)) for with_log in (True, False))
        for name, page in _PAGES.items():
            path = page.format(student=student, class_group=class_group, course=course)
            one, row = _added_to(on, off, f"/v1/schools/{school.code}{path}", pairs, insert)
            _tell(report, f"look_added_to_{name}{database}", one, row)
            added.append(one)
            rows.append(row)
    median = _Took(*(statistics.median(figures) for figures in zip(*added, strict=True)))
    _tell(report, f"look_added{database}", median, statistics.median(rows))


def _tell(report: Report, name: str, added: _Took, row_ms: float) -> None:
    report.add(f"{name}_of_a_row", Result(added.wall_ms / row_ms, None, "lower", added.wall_ms, row_ms, "ms"))
    for unit, figure in (("ms", added.wall_ms), ("CPU ms", added.cpu_ms)):
        result = Result(figure / ADDED_MS, 1.0, "lower", figure, ADDED_MS, unit)
        report.add(f"{name}_{unit.lower().replace(' ', '_')}", result)


def _added_to(on: httpx.Client, off: httpx.Client, path: str, pairs: int, insert: _Insert) -> tuple[_Took, float]:
    """The median of the differences of pairs, and that of a row inserted behind the page; who goes first changes."""
    for client in (on, off) * 5:
        client.get(path).raise_for_status()
    found, rows = [], []
    for number in range(pairs):
        first, second = (off, on) if number % 2 else (on, off)
        taken = {client: _took(client, path) for client in (first, second)}
        found.append((taken[on].wall_ms - taken[off].wall_ms, taken[on].cpu_ms - taken[off].cpu_ms))
        if second is off:
            begun = time.perf_counter()
            insert()
            rows.append(1_000 * (time.perf_counter() - begun))
    return _Took(*(statistics.median(figures) for figures in zip(*found, strict=True))), statistics.median(rows)


def _took(client: httpx.Client, path: str) -> _Took:
    """One request; the client and the server are of one process, and the client's own part goes out in a difference."""
    begun = time.perf_counter(), time.process_time()
    answer = client.get(path)
    taken = _Took(1_000 * (time.perf_counter() - begun[0]), 1_000 * (time.process_time() - begun[1]))
    answer.raise_for_status()
    return taken


def let_in(school: OpenSchool) -> str:
    """Have the founder acknowledge what everybody does, where the sample has accounts or not; returns a token."""
    actor = founder(school)
    for command in (
        FoundAccounts(account=actor.id, basis="bench"),
        AcknowledgeConfidentiality(account=actor.id, sha256=school.confidentiality.sha256),
    ):
        try:
            school.execute(command, actor)
        except Refused as refused:
            if refused.rule not in ("accounts_founded_already", "acknowledged_already"):
                raise
    return school.secrets.make_token(actor.id, actor.role, "bench", int(time.time()))


def _median_ms(client: httpx.Client, path: str, company: int) -> float:
    def ask(_: int) -> float:
        begun = time.perf_counter()
        answer = client.get(path)
        taken = time.perf_counter() - begun
        answer.raise_for_status()
        return taken

    with ThreadPoolExecutor(company) as threads:
        return 1_000 * statistics.median(threads.map(ask, range(100 * company)))


def _in_process_ms(school: OpenSchool, student: str, *, with_log: bool) -> float:
    actor = Actor(student, ROLE)
    times = []
    for _ in range(100):
        begun = time.perf_counter()
        student_page(school.views, student, from_date="0001-01-01", to_date="9999-12-31")
        if with_log:
            whose = school.directory.find(school.views, {student})
            position = 0 if whose is None else whose.position
            look = Look("/students/{student}/page", "view", ("marks",), (student,), count=1, as_of=position)
            school.access.log.record(look, actor)
        times.append(time.perf_counter() - begun)
    return 1_000 * statistics.median(times)


@contextmanager
def served(school: OpenSchool, token: str, *, with_log: bool) -> Iterator[httpx.Client]:
    """A server of the school on the loopback, and a client that is signed in."""
    registry = Registry([school])
    app: Any = create_app(registry)
    if not with_log:
        app.user_middleware = [one for one in app.user_middleware if one.cls is not recorded]
    server = Server(app, registry.closing)
    bound = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        headers = {"Authorization": f"Bearer {token}"}
        limits = httpx.Limits(max_connections=SIDE_BY_SIDE, max_keepalive_connections=SIDE_BY_SIDE)
        base = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with httpx.Client(base_url=base, headers=headers, timeout=60, limits=limits) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()


@contextmanager
def _no_signals() -> Iterator[None]:
    yield
