"""What it costs that a look is recorded before it is answered: the same read with the access log and without.

Over real HTTP on the loopback, one request after another and eight side by side; and in the process, without HTTP.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from api.access import recorded
from api.app import create_app
from api.cli.importing import founder
from api.schools import OpenSchool, Registry
from api.server import Server, listen
from bench.measure import Report
from bench.reading import sample_school
from ledger.access.events import Look
from ledger.errors import Refused
from ledger.journal.commands import AcknowledgeConfidentiality, FoundAccounts
from ledger.wire.entry import Actor
from projections.views.student_page import student_page

ROLE: Final = "inspector"
SIDE_BY_SIDE: Final = 8


def looks_recorded(report: Report, folder: Path, rounds: int) -> None:
    """Milliseconds at the median of a student's page."""
    with sample_school(folder / "looks", "S") as school, ExitStack() as stack:
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
