"""kill -9 at each durable step of the views, then: position and rows agree, and nothing stands in the way of going on."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from projections.engine import Views
from projections.postgres import PostgresGeneration, PostgresStore
from projections.sqlite import SQLiteGeneration, SQLiteStore
from projections.views.class_page import class_page
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog

SEED, STEPS = 5, 40
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["projections.engine", "tests.projection_logs", "tests.projection_databases"])


@pytest.fixture(scope="module")
def school() -> SchoolLog:
    return SchoolLog(SEED).work(STEPS)


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    return views_dsn(request.getfixturevalue("postgres_database"))


def die_at(owner: type[Any], method: str, *, call: int, after: bool) -> None:
    """Make the `call`th call of a method the end of this process: before it does anything, or once it has."""
    original: Callable[..., Any] = getattr(owner, method)
    calls = iter(range(1, call))

    def dying(*arguments: Any) -> Any:
        last = next(calls, None) is None
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method, dying)


def work(url: str, action: str, step: tuple[str, str, int, bool] | None) -> None:
    """What the child does."""
    log = SchoolLog(SEED).work(STEPS).log
    views = Views.open(url, ORIGIN)
    if step is not None:
        owner, method, call, after = step
        kinds: dict[str, tuple[type[Any], type[Any]]] = {
            "generation": (SQLiteGeneration, PostgresGeneration),
            "store": (SQLiteStore, PostgresStore),
        }
        die_at(kinds[owner][not url.startswith("sqlite:")], method, call=call, after=after)
    if action == "rebuild":
        views.rebuild(log, batch_entries=30)
    else:
        views.catch_up(log, batch_entries=30)


def run_to_its_end(url: str, action: str, step: tuple[str, str, int, bool]) -> None:
    child = CONTEXT.Process(target=work, args=(url, action, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, "the child was to die at the step"


CATCH_UP_STEPS = [
    ("generation", "insert", 1, False),
    ("generation", "insert", 9, True),
    ("generation", "end", 2, True),
    ("generation", "put_state", 3, False),
    ("generation", "put_state", 3, True),
    ("generation", "state", 6, False),
]


@pytest.mark.parametrize("step", CATCH_UP_STEPS, ids=str)
def test_a_killed_catch_up_leaves_position_and_rows_in_agreement(
    views_url: str, school: SchoolLog, step: tuple[str, str, int, bool]
) -> None:
    run_to_its_end(views_url, "catch_up", step)
    with Views.open(views_url, ORIGIN) as views:
        position = views.position()
        assert position < len(school.log.raws)
        assert views.check(school.log).findings == ()
        assert views.catch_up(school.log) == len(school.log.raws)
        assert views.check(school.log).findings == ()


REBUILD_STEPS = [
    ("generation", "create", 1, True),
    ("generation", "insert", 20, True),
    ("generation", "put_state", 2, True),
    ("generation", "add_indexes", 1, False),
    ("generation", "add_indexes", 1, True),
    ("store", "publish", 1, False),
    ("store", "publish", 1, True),
]


@pytest.mark.parametrize("step", REBUILD_STEPS, ids=str)
def test_a_killed_rebuild_leaves_the_old_views_or_the_new_ones_whole(
    views_url: str, school: SchoolLog, step: tuple[str, str, int, bool], tmp_path: Path
) -> None:
    half = len(school.log.raws) // 2
    with Views.open(views_url, ORIGIN) as before:
        before.catch_up(school.log, stop=half)
        page = class_page(before, school.classes[0], from_date="", to_date="2027-05-31", at=half)
        run_to_its_end(views_url, "rebuild", step)
        assert class_page(before, school.classes[0], from_date="", to_date="2027-05-31", at=half) == page
        # SQLite's link is put in place at once; PostgreSQL's renames wait for the commit that never came.
        published = step == ("store", "publish", 1, True) and views_url.startswith("sqlite:")
        assert before.position() == (len(school.log.raws) if published else half)
        assert before.check(school.log).findings == ()
        assert before.rebuild(school.log) == len(school.log.raws)
        assert before.check(school.log).findings == ()
    left = sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith((".lock", "-wal", "-shm")))
    assert len(left) == (2 if views_url.startswith("sqlite:") else 0), left


def test_a_killed_writer_does_not_hold_others_up(views_url: str, school: SchoolLog) -> None:
    for call in (1, 2, 3):
        run_to_its_end(views_url, "catch_up", ("generation", "put_state", call, False))
    with Views.open(views_url, ORIGIN) as views:
        assert views.catch_up(school.log) == len(school.log.raws)


def test_a_file_that_is_no_database_is_told_and_a_new_one_heals(tmp_path: Path, school: SchoolLog) -> None:
    path = tmp_path / "views.db"
    with Views.open(f"sqlite:{path}", ORIGIN) as views:
        views.catch_up(school.log)
    live = path.resolve()
    live.write_bytes(b"x" * live.stat().st_size)
    with Views.open(f"sqlite:{path}", ORIGIN) as views:
        with pytest.raises(sqlite3.DatabaseError):
            views.position()
        path.unlink()
    with Views.open(f"sqlite:{path}", ORIGIN) as views:
        assert views.catch_up(school.log) == len(school.log.raws)


def test_a_regular_file_in_the_place_of_the_link_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "views.db"
    path.write_text("somebody's")
    with pytest.raises(FileExistsError, match="not the link"):
        Views.open(f"sqlite:{path}", ORIGIN)
    assert path.read_text() == "somebody's"


def test_an_index_that_disagrees_with_its_table_is_a_finding(tmp_path: Path, school: SchoolLog) -> None:
    path = tmp_path / "views.db"
    with Views.open(f"sqlite:{path}", ORIGIN) as views:
        views.catch_up(school.log)
        assert views.check(school.log).equal
    connection = sqlite3.connect(path.resolve())
    # The table's rows are all there; the index that questions go by knows none of them.
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, '(student)', '(fact)') WHERE name = 'cells_by_student'"
    )
    connection.commit()
    connection.close()
    with Views.open(f"sqlite:{path}", ORIGIN) as views:
        report = views.check(school.log)
        assert not report.equal
        assert {finding.table for finding in report.findings} == {"database"}


def test_a_writer_that_a_rebuild_overtook_writes_to_the_new_views(
    tmp_path: Path, school: SchoolLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(school.log.raws)
    commands = [json.loads(raw)["command"] for raw in school.log.raws]
    half = next(at for at in range(size // 2, size) if commands[at] != commands[at - 1])  # no command is cut in two
    url = f"sqlite:{tmp_path}/views.db"
    with Views.open(url, ORIGIN) as rebuilding, Views.open(url, ORIGIN) as writing:
        store = writing._store
        assert isinstance(store, SQLiteStore)
        open_writer = store._open_writer
        looks = itertools.count()

        def open_and_be_overtaken() -> SQLiteGeneration:
            found = open_writer()
            if next(looks) == 0:  # it reads where it stands; the next time it writes the whole batch
                return found
            monkeypatch.undo()
            rebuilding.rebuild(school.log.truncated(half))
            return found

        monkeypatch.setattr(store, "_open_writer", open_and_be_overtaken)
        told: list[tuple[int, int]] = []
        writing.catch_up(
            school.log, batch_entries=size, progress=lambda position: told.append((position, rebuilding.position()))
        )
        # Whoever waits for a position finds it in the live views, and not in those that were replaced.
        assert [(position, live) for position, live in told if live < position] == []
        assert rebuilding.position() == size
        assert rebuilding.check(school.log).equal
