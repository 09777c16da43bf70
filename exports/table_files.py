"""The folder `data/tables` of an archive: each table is read once, and written as CSV, into SQLite and a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from typing import Final

from exports.bag import BagWriter
from exports.databases import TablesDatabase
from exports.declared import columns_of
from exports.descriptors import WrittenTable, format_csvw, format_datapackage
from exports.later import WHOLE
from exports.tables import Table, format_table
from exports.workbooks import Workbooks

_ROWS_PER_BATCH: Final = 4_096
_FOLDER: Final = "data/tables"


def write_tables(
    bag: BagWriter, tables: Iterable[Table], school: str, last_at: str, first: int = 0
) -> list[WrittenTable]:
    """Write the tables and what stands beside them; memory does not grow with the rows.

    Args:
        bag: where to.
        tables: in the order of the specification.
        school: the school's name.
        last_at: the moment of the archive's last entry: everything is dated from it.
        first: the archive's first entry.
    """
    made = datetime.combine(datetime.fromisoformat(last_at).date(), time())
    with bag.scratch() as scratch:
        database, workbooks = TablesDatabase(scratch / "tables.sqlite"), Workbooks(scratch, school, made)
        try:
            written = [_write(bag, table, database, workbooks, first) for table in tables]
            database.finish()
        except BaseException:
            database.close()
            workbooks.abandon()
            raise
        bag.put(f"{_FOLDER}/datapackage.json", format_datapackage(school, last_at, written))
        bag.put(f"{_FOLDER}/csv-metadata.json", format_csvw(school, written))
        bag.adopt(f"{_FOLDER}/tables.sqlite", scratch / "tables.sqlite")
        for name in workbooks.finish():
            bag.adopt(f"{_FOLDER}/{name}", scratch / name)
    return written


def _write(bag: BagWriter, table: Table, database: TablesDatabase, workbooks: Workbooks, first: int) -> WrittenTable:
    columns = columns_of(table, within=WHOLE if first else None)
    counts: list[int] = []
    database.begin(table.name, columns)
    workbooks.begin(table.name, columns)

    def copied() -> Iterator[Sequence[str]]:
        rows = iter(table.rows)
        while batch := list(islice(rows, _ROWS_PER_BATCH)):
            database.take(batch)
            workbooks.take(batch)
            counts.append(len(batch))
            yield from batch

    with bag.file(f"{_FOLDER}/{table.name}.csv") as out:
        for piece in format_table(Table(table.name, table.columns, copied()), _ROWS_PER_BATCH):
            out.write(piece)
    return WrittenTable(table.name, columns, sum(counts), out.size_bytes, out.digest)
