"""The tables that an archive gets from the views are those that the verifier derives from the entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from exports.registers import Registers
from exports.tables import Table, format_table
from ledger.tree import leaf_hash
from projections.engine import Views
from tests.projection_logs import ORIGIN, ListLog
from tests.properties.test_journal_machine import random_world
from tests.properties.test_verify_journal import entries
from verify.archive_tables import ArchiveTables
from verify.columns import COLUMNS
from verify.disclosures import Disclosures
from verify.findings import Report
from verify.tree import Edge
from verify.walk import LogWalk


def exported(raws: list[bytes], folder: Path) -> list[Table]:
    """The tables of a log, each with its rows as a list."""
    log = ListLog(raws, ORIGIN, last=leaf_hash(raws[-1]))
    with Views.open(f"sqlite:{folder}/views.db", ORIGIN) as views:
        views.catch_up(log)
        return [
            Table(table.name, table.columns, list(table.rows)) for table in Registers(views, len(raws), None).tables()
        ]


def judged(raws: list[bytes], tables: list[Table]) -> list[str]:
    """What the verifier says of these tables beside the entries."""
    report = Report()
    chunks: dict[str, Callable[[], Iterator[bytes]]] = {table.name: partial(format_table, table) for table in tables}
    archive = ArchiveTables(chunks, report)
    walk = LogWalk(report, Edge(), Disclosures(report), archive)
    walk.take("", 1, raws)
    walk.finish(None)
    archive.finish()
    return [f"{one.code} {one.place.file} {one.expected} / {one.found}" for one in report.findings]


@pytest.mark.parametrize("seed", range(300, 306))
def test_the_verifier_derives_every_row_that_is_exported(seed: int, tmp_path: Path) -> None:
    world = random_world(seed)
    raws = entries(world, world.log)
    tables = exported(raws, tmp_path)
    assert judged(raws, tables) == []
    assert [table.name for table in tables] == list(COLUMNS)


def test_every_table_has_rows_and_none_may_lose_one(tmp_path: Path) -> None:
    """The test above would mean little of tables that are empty."""
    unseen = set(COLUMNS)
    for seed in range(300, 320):
        (tmp_path / str(seed)).mkdir()
        world = random_world(seed)
        raws = entries(world, world.log)
        tables = exported(raws, tmp_path / str(seed))
        for table in tables:
            rows = list(table.rows)
            if not rows or table.name not in unseen:
                continue
            unseen.remove(table.name)
            others = [one for one in tables if one is not table]
            found = judged(raws, [*others, Table(table.name, table.columns, rows[:-1])])
            assert [finding.split()[:2] for finding in found] == [
                ["table-row-missing", f"data/tables/{table.name}.csv"]
            ]
        if not unseen:
            return
    raise AssertionError(unseen)
