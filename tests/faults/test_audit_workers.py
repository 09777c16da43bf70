"""Processes of an audit that end before their work does: the report is what it would have been, and nothing hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from ledger.audit import audit
from ledger.audit.range import RangeResult, RangeTask
from ledger.audit.workers import walking
from tests.conftest import Database
from tests.small_logs import Pupils, opened, postgres_settings, reading, sqlite_settings

SIZE = 1_000
PATIENCE_SECONDS = 60


def workers_of(parent: int) -> list[int]:
    """The audit's processes that this one has started."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"ledger.audit.workers" in (folder / "cmdline").read_bytes():
                status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines())
                if int(status["PPid"]) == parent and status["State"][0] != "Z":
                    found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, KeyError):
            pass
    return found


def kill_first(parent: int, killed: list[int]) -> None:
    """Kill a worker of this process as soon as there is one."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit and not killed:
        for worker in workers_of(parent)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed.append(worker)
        time.sleep(0.001)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    if request.param == "sqlite":
        return sqlite_settings(tmp_path / "school.sqlite3")
    database: Database = request.getfixturevalue("postgres_database")
    return postgres_settings(database.app_dsn, database.owner_dsn)


def tasks(size: int) -> list[RangeTask]:
    return [RangeTask(start, min(start + 256, size), 0, ()) for start in range(0, size, 256)]


def told(result: RangeResult) -> tuple[object, ...]:
    found = result.findings
    return result.task, found.kept, result.tile_roots, result.streams, result.runs_digest, result.last, result.at


@pytest.mark.parametrize(("processes", "killed_count"), [(2, 1), (3, 1), (3, 2)])
def test_what_a_killed_worker_had_taken_is_judged_here(
    settings: Mapping[str, str], processes: int, killed_count: int, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(settings) as recorder:
        Pupils(recorder).append(SIZE)
        beyond = tasks(SIZE + 1)  # a finding in the last range: its last entry is missing
        with walking(recorder, 1, {}) as walk:  # type: ignore[arg-type]
            right = [told(result) for result in walk(beyond)]
        assert [len(kept) for _, kept, *_ in right] == [0, 0, 0, 1]  # type: ignore[arg-type]
        with walking(recorder, processes, reading(settings)) as walk:  # type: ignore[arg-type]
            results = walk(beyond)  # each worker is given a range at once, from the back
            # A program that has just been started has no command line for a moment.
            limit = time.monotonic() + PATIENCE_SECONDS
            while len(workers := workers_of(os.getpid())) < processes - 1 and time.monotonic() < limit:
                pass
            assert len(workers) == processes - 1
            for worker in workers[:killed_count]:
                os.kill(worker, signal.SIGKILL)
            assert [told(result) for result in results] == right
    assert sum("a process of the audit ended" in record.message for record in caplog.records) == killed_count


@pytest.mark.parametrize("delay_seconds", [0.0, 0.2, 0.4, 0.8])
def test_a_worker_killed_at_any_moment_leaves_the_report_right(
    settings: Mapping[str, str], delay_seconds: float
) -> None:
    with opened(settings) as recorder:
        Pupils(recorder).append(SIZE)
        right = audit(recorder)
        killed: list[int] = []

        def kill_later() -> None:
            time.sleep(delay_seconds)
            kill_first(os.getpid(), killed)

        def wait(done: int, _: int) -> None:
            if done == 256:
                killer.join(PATIENCE_SECONDS)  # the others are in the workers' hands meanwhile

        killer = threading.Thread(target=kill_later)
        killer.start()
        report = audit(recorder, processes=3, environment=reading(settings), progress=wait)
        killer.join(PATIENCE_SECONDS)
    assert killed
    assert report == right
    assert report.passed


def test_a_worker_that_cannot_open_the_log_is_done_without(
    settings: Mapping[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    away = {"LETOPIS_SQLITE_FILE": str(tmp_path / "nowhere.db"), "LETOPIS_POSTGRES_DSN": "host=/nowhere dbname=x"}
    with opened(settings) as recorder:
        Pupils(recorder).append(SIZE)
        with walking(recorder, 2, reading(settings) | away) as walk:  # type: ignore[arg-type]
            assert [result.task for result in walk(tasks(SIZE))] == tasks(SIZE)
    assert "Traceback" not in capfd.readouterr().err


def test_the_command_line_audits_on_where_a_process_of_it_was_killed(tmp_path: Path) -> None:
    var, run = tmp_path / "var", [sys.executable, "-c", "from api.cli import main; main()"]
    subprocess.run([*run, "init", "--var", str(var)], check=True, capture_output=True)
    command = subprocess.Popen(
        [*run, "audit", "--var", str(var), "--processes", "3", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killed: list[int] = []
    kill_first(command.pid, killed)
    out, err = command.communicate(timeout=PATIENCE_SECONDS)
    assert killed
    assert command.returncode == 0, err
    assert orjson.loads(out)["passed"] is True
    assert "Traceback" not in err
