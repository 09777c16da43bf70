"""Who reads while the database is away is shown nobody's data, is told to come again, and was not answered unrecorded."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cluster import Cluster
from tests.conftest import make_database, set_database
from tests.http_class import SmallClass
from tests.http_school import Served, make_school, served

SOON_SECONDS = 20


@pytest.fixture
def server(tmp_path: Path, durable_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    database = make_database(durable_cluster)
    set_database(monkeypatch, database)
    with served(tmp_path, *make_school(tmp_path, "postgresql")) as server:
        yield server


def test_nobody_is_shown_while_looks_cannot_be_recorded(server: Served, durable_cluster: Cluster) -> None:
    school = SmallClass(server, server.actors["teacher"])
    paths = [f"/classes/{school.group}/page", f"/students/{school.students[0]}/page", f"/classes/{school.group}/sheet"]
    with server.as_("deputy") as deputy:
        assert [deputy.get(path).status_code for path in paths] == [200, 200, 200]
        before = looks(server)
        durable_cluster.stop()
        try:
            for path in paths:
                away = deputy.get(path)
                assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json"), path
                assert away.headers["Retry-After"]
                assert not any(student in away.text.replace(path, "") for student in school.students)
                assert "Иванова" not in away.text
        finally:
            durable_cluster.start()
        again = until_answered(deputy, paths[0])
        assert school.students[0] in again.text
    assert looks(server)[len(before) :] == ["/classes/{class_group}/page"], "what was refused is no look"


def looks(server: Served) -> list[str]:
    return [seen.look.what for seen in server.school.access.log.seen()]


def until_answered(client: httpx.Client, path: str) -> httpx.Response:
    """The first answer that is none of a database that is away."""
    until = time.monotonic() + SOON_SECONDS
    while (answer := client.get(path)).status_code == 503 and time.monotonic() < until:
        time.sleep(0.2)
    assert answer.status_code == 200, answer.text
    return answer


DISK = """
import errno, sys
from eventsourcing.persistence import OperationalError
from projections.engine import Views
from tests.failing_syscalls import fail_syscalls
from tests.projection_logs import ORIGIN, SchoolLog

made, url = SchoolLog(), f"sqlite:{sys.argv[1]}/views.db"
with Views.open(url, ORIGIN) as views:
    views.catch_up(made.log)
with Views.open(url, ORIGIN) as views:
    fail_syscalls(errno.EIO, "pread64")
    try:
        views.select("SELECT * FROM {persons} p", {})
    except OperationalError as error:
        print(error, flush=True)
"""


def test_a_disk_that_gives_no_views_is_a_database_that_does_not_answer(tmp_path: Path) -> None:
    program = [sys.executable, "-c", DISK, str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("the views cannot be read (SQLITE_IOERR"), done.stderr[-2_000:]
