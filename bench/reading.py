"""Reading: full verification, views rebuilt and as of, growth, and the verifier on a school year's archive."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from api.cli.console import Console
from api.cli.keeping import export_archive
from api.sample import SampleSchool, load_in_bulk
from api.schools import OpenSchool, open_school
from bench.appending import appends, command, our_sqlite
from bench.archiving import archive_memory, archive_written
from bench.measure import Report, Result, rate, seconds
from ledger.audit import audit
from ledger.log import LogRecorder
from ledger.storage.sqlite import LetopisSQLiteFactory
from projections.engine import Views
from projections.views.class_page import class_page
from projections.views.lookups import classes
from tests.cluster import Cluster
from tests.conftest import Database, make_database
from tests.projection_databases import views_dsn
from tests.sample_folders import SEED, found

MEBIBYTE: Final = 1 << 20


# Verification ---------------------------------------------------------------------------------------------------------


def hash_and_tree(recorder: LogRecorder) -> int:
    """The peer: only hash the same entries and build their tree, in as few Python instructions as it takes."""
    sha256 = hashlib.sha256
    count = 0
    layers: list[list[bytes]] = []
    entries = recorder.entries()
    while chunk := [sha256(b"\0" + entry).digest() for entry in islice(entries, 65_536)]:
        count += len(chunk)
        while len(chunk) > 1 and len(chunk) % 2 == 0:
            pairs = iter(chunk)
            chunk = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
        layers.append(chunk)
    return count


def full_verification(report: Report, folder: Path, rounds: int, commands: int | None) -> None:
    """The owner's audit of a whole store against the bare loop; two processes against one."""
    file = folder / "verified.sqlite3"
    with sample_log(file, commands) as recorder:
        environment = {"LETOPIS_SQLITE_FILE": str(file), "LETOPIS_READ_ONLY": "y"} | {
            "PERSISTENCE_MODULE": "ledger.storage.sqlite"
        }

        def audited(processes: int) -> int:
            found = audit(recorder, processes=processes, environment=environment)
            if not found.passed:
                raise RuntimeError(f"the bench's own log does not verify: {found.findings[:3]}")
            return found.size

        report.compare(
            "verify_store",
            partial(rate, partial(audited, 1)),
            partial(rate, partial(hash_and_tree, recorder)),
            unit="entries/s",
            rounds=rounds,
            goal=0.35,
        )
        report.compare(
            "verify_store_two_processes",
            partial(rate, partial(audited, 2)),
            partial(rate, partial(audited, 1)),
            unit="entries/s",
            rounds=rounds,
            goal=1.7,
        )


@contextmanager
def sample_log(file: Path, commands: int | None) -> Iterator[LogRecorder]:
    """A log with the first `commands` commands of the model school's year (some 6 entries each; None: all)."""
    sample = SampleSchool(SEED, "M")
    environment = {
        "LETOPIS_SQLITE_FILE": str(file),
        "LETOPIS_ORIGIN": sample.origin,
        "LETOPIS_CLOCK": "sample",
        "LETOPIS_CREATE": "y",
    }
    factory = LetopisSQLiteFactory(environment)
    try:
        recorder: Any = factory.application_recorder()
        load_in_bulk(recorder, None, sample, one_actor=False, limit=commands)
        yield recorder
    finally:
        factory.close()


# Views ----------------------------------------------------------------------------------------------------------------


class Cell(Aggregate):
    """The stock way: one aggregate, one event a mark."""

    @event("Marked")
    def mark(self, student: str, work: str, value: str) -> None:
        self.last = (student, work, value)


class Cells(Application[Any]):
    """The stock application of the peer."""


class CellView(SQLiteTrackingRecorder):
    """The peer's view: a row a mark, and its tracking in the same transaction."""

    def construct_create_table_statements(self) -> list[str]:
        table = "CREATE TABLE IF NOT EXISTS cells (student TEXT, work TEXT, value TEXT, position INTEGER)"
        return [*super().construct_create_table_statements(), table]

    def keep(self, row: tuple[str, str, str], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO cells VALUES (?, ?, ?, ?)", (*row, tracking.notification_id))


class PostgresCellView(PostgresTrackingRecorder):
    """The same on PostgreSQL."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        table = "CREATE TABLE IF NOT EXISTS cells (student text, work text, value text, position bigint)"
        self.sql_create_statements.append(SQL(table).format())

    def keep(self, row: tuple[str, str, str], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO cells VALUES (%s, %s, %s, %s)", (*row, tracking.notification_id))


class KeepsCells(Protocol):
    """What the projection wants of either view."""

    def keep(self, row: tuple[str, str, str], tracking: Tracking) -> None: ...

    def insert_tracking(self, tracking: Tracking) -> None: ...


class CellProjection(Projection[Any]):
    """One row an event, as the library's documentation has it."""

    name = "cellview"
    view: KeepsCells

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        if isinstance(domain_event, Cell.Marked):  # type: ignore[attr-defined]
            self.view.keep((domain_event.student, domain_event.work, domain_event.value), tracking)
        else:
            self.view.insert_tracking(tracking)


def views_rebuilt(report: Report, folder: Path, cluster: Cluster, rounds: int, commands: int) -> None:
    """All views from entry 0 against the library's ProjectionRunner with a view of one table, on both databases."""
    with sample_log(folder / "rebuilt.sqlite3", commands) as recorder:
        with Views.open(f"sqlite:{folder / 'rebuilt-views'}", recorder.origin) as views:
            report.compare(
                "rebuild_views_sqlite",
                partial(rate, partial(views.rebuild, recorder)),
                _stock_rounds(*_stock_sqlite(folder)),
                unit="events/s",
                rounds=rounds,
                goal=30.0,
            )
        database = make_database(cluster)
        with Views.open(views_dsn(database), recorder.origin) as views:
            report.compare(
                "rebuild_views_postgres",
                partial(rate, partial(views.rebuild, recorder)),
                _stock_rounds(*_stock_postgres(database)),
                unit="events/s",
                rounds=rounds,
                goal=30.0,
            )


StockView = Callable[[int], tuple[type[Any], dict[str, str]]]
"""Gives the view's class and its settings for the turn of this number: each turn begins with an empty view."""


def _stock_sqlite(folder: Path) -> tuple[dict[str, str], StockView]:
    # The stock SQLite recorder cannot be subscribed to, so events come from ours; the rest is the library's.
    application = {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_SQLITE_FILE": str(folder / "stock-cells.sqlite3"),
        "LETOPIS_STATES": "any",
        "LETOPIS_CREATE": "y",
        "CELLVIEW_PERSISTENCE_MODULE": "eventsourcing.sqlite",
    }
    return application, lambda turn: (
        CellView,
        {"CELLVIEW_SQLITE_DBNAME": str(folder / f"stock-view-{turn}.sqlite3")},
    )


def _stock_postgres(database: Database) -> tuple[dict[str, str], StockView]:
    parts = conninfo_to_dict(database.superuser_dsn)
    application = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": "",
    }

    def view(turn: int) -> tuple[type[Any], dict[str, str]]:
        with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA stock_view_{turn}".encode())
        return PostgresCellView, {"CELLVIEW_POSTGRES_SCHEMA": f"stock_view_{turn}"}

    return application, view


def _stock_rounds(application: dict[str, str], view: StockView, events: int = 1_500) -> Callable[[], float]:
    with Cells(env=application) as app:
        for _ in range(events // 30):
            cell = Cell()
            for number in range(29):
                cell.mark(str(number), "work", "5")
            app.save(cell)
        last = app.recorder.max_notification_id()
    turns = itertools.count()

    def turn() -> float:
        view_class, settings = view(next(turns))

        def projected() -> int:
            with ProjectionRunner(
                application_class=Cells,
                projection_class=CellProjection,
                view_class=view_class,
                env=application | settings,
            ) as runner:
                runner.wait(last, timeout=600)
            return int(last or 0)

        return rate(projected)

    return turn


def views_as_of(report: Report, folder: Path, rounds: int) -> None:
    """A class page as it stood half way through the log against the same page now."""
    with sample_school(folder / "as-of", "demo") as school:
        group = classes(school.views).rows[0].class_group
        size = school.views.position()
        day: dict[str, Any] = {"from_date": "2026-09-01", "to_date": "2026-09-18"}

        def page(at: int) -> float:
            # The same days both times: by half way they are all in the log.
            return seconds(lambda: [class_page(school.views, group, **day, at=at) for _ in range(20)]) * 50

        report.compare(
            "view_as_of",
            partial(page, size * 3 // 4),
            partial(page, size),
            unit="ms",
            rounds=rounds * 3,
            goal=1.3,
            better="lower",
        )


@contextmanager
def sample_school(folder: Path, size: str, *, background: bool = False) -> Iterator[OpenSchool]:
    """A school's folder with a whole sample in it and its views level; `background`: open as a server has it."""
    sample = SampleSchool(SEED, size)
    found(folder, sample, "sqlite")
    with open_school(folder, background=background) as school:
        load_in_bulk(school.recorder, school.vault, sample)
        school.views.rebuild(school.recorder)
        yield school


# Growth ---------------------------------------------------------------------------------------------------------------


def growth(report: Report, folder: Path, rounds: int, entries: int) -> None:
    """The time of an append to a long log against one to a log of ten thousand entries."""
    with our_sqlite(folder / "short.sqlite3") as short, our_sqlite(folder / "long.sqlite3") as long:
        for recorder, size in ((short, 10_000), (long, entries)):
            appends(recorder, 1_000, size // 1_000, command)

        def append_milliseconds(recorder: Any) -> float:
            return 1_000 / rate(partial(appends, recorder, 1, 200, command))

        report.compare(
            f"sqlite_append_at_{entries}_against_10000",
            partial(append_milliseconds, long),
            partial(append_milliseconds, short),
            unit="ms",
            rounds=rounds * 2,
            goal=1.1,
            better="lower",
        )


# The verifier ---------------------------------------------------------------------------------------------------------


def scratch_loop(archive: Path) -> int:
    """The peer: parse, canonical form, chain and tree in standard-library Python, and nothing else."""
    sha256 = hashlib.sha256
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
    prev = "0" * 64
    edge: list[bytes] = []
    count = 0
    for path in sorted((archive / "data/log").glob("entries-*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                raw = line[:-1]
                value = json.loads(raw)
                if encode(value).encode() != raw or value["prev"] != prev or value["index"] != count:
                    raise RuntimeError("the bench's own archive is wrong")
                leaf = sha256(b"\0" + raw)
                prev, node, size = leaf.hexdigest(), leaf.digest(), count
                while size & 1:
                    node = sha256(b"\1" + edge.pop() + node).digest()
                    size >>= 1
                edge.append(node)
                count += 1
    return count


def year_archive(report: Report, folder: Path) -> None:
    """The model school's year: writing its archive (`bench.archiving`), and `verify.pyz` against the scratch loop."""
    archive = folder / "year"
    with sample_school(folder / "year-school", "M") as school:
        export_archive(Console(as_json=True), school, archive)
        vkey = school.signer.vkey
        archive_written(report, folder, school)
    archive_memory(report, folder / "year-school", folder / "year-again", _run)
    pyz = archive / "verify.pyz"

    peaks: list[int] = []

    def verified() -> float:
        return seconds(
            lambda: peaks.append(_run([sys.executable, "-I", str(pyz), str(archive), "--key", vkey, "--json"]))
        )

    report.compare(
        "verify_year_archive",
        verified,
        partial(seconds, partial(scratch_loop, archive)),
        unit="s",
        rounds=3,
        goal=8.0 / 3.7,
        better="lower",
    )
    peak = max(peaks) / MEBIBYTE
    report.add("verify_year_archive_memory", Result(peak / 300, 1.0, "lower", peak, 300.0, "MiB (largest process)"))


def _run(arguments: list[str]) -> int:
    """Run a program to its end; returns its largest resident size in bytes.

    Asked of the kernel while it runs: what `getrusage` tells of a child begins with the size of its parent.
    """
    peak = 0
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(arguments, stdout=output, stderr=output, env={"PATH": os.environ["PATH"]}) as running:
            while running.poll() is None:
                found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{running.pid}/status").read_text())
                peak = max(peak, int(found[1]) * 1024 if found else 0)
                time.sleep(0.05)
        output.seek(0)
        if running.returncode != 0:
            raise RuntimeError(output.read(2_000).decode())
    return peak


__all__ = ["full_verification", "growth", "views_as_of", "views_rebuilt", "year_archive"]
