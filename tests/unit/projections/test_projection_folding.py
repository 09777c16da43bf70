from __future__ import annotations

from typing import NamedTuple

import pytest

from ledger.journal import events as j
from ledger.wire.entry import Actor
from projections.errors import EntryUnreadable, ViewsOfAnotherLog
from projections.folding import EMPTY_TAIL, Batch, Folding, Tail, settle
from projections.rows import OPEN, Revise, Table
from projections.views import VIEWS
from projections.views.cells import CELLS, CellRow
from projections.views.commands import CommandRow
from tests.projection_logs import ListLog, SchoolLog

LESSON = "lesson/00000000-0000-4000-8000-000000000001"
STUDENT = "00000000-0000-4000-8000-000000000002"
WORK = "00000000-0000-4000-8000-000000000003"
TEACHER = Actor("00000000-0000-4000-8000-000000000004", "teacher")


def command(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def mark(value: str) -> tuple[str, j.Event]:
    return (LESSON, j.MarkRecorded(student=STUDENT, work=WORK, value=value))


def corrected(corrects: int, old: str, new: str) -> tuple[str, j.Event]:
    return (LESSON, j.MarkCorrected(corrects=corrects, old=old, new=new, reason="typo"))


def log_of(*commands: list[tuple[str, j.Event]]) -> ListLog:
    log = ListLog()
    for number, recorded in enumerate(commands):
        log.append(*recorded, actor=TEACHER, command=command(number))
    return log


def batches(log: ListLog, tail: Tail = EMPTY_TAIL, entries_count: int = 1000) -> list[Batch]:
    return list(Folding(VIEWS).batches(log.entries(tail.position), tail, entries_count))


def settled(batch: Batch, older: dict[int, CellRow] | None = None) -> tuple[list[CellRow], list[tuple[int, int]]]:
    known = older or {}
    rows, closings = settle(CELLS, batch, lambda entries: {e: known[e] for e in entries if e in known})
    return [CellRow._make(row) for row in rows], closings


def test_a_mark_stands_from_the_position_after_its_entry() -> None:
    (batch,) = batches(log_of([mark("5")]))
    rows, closings = settled(batch)
    assert [(row.entry, row.value, row.to_position) for row in rows] == [(0, "5", OPEN)]
    assert closings == []


def test_a_chain_of_corrections_in_one_batch_closes_each_row_once() -> None:
    log = log_of([mark("5")], [corrected(0, "5", "4")], [corrected(1, "4", "3")])
    rows, closings = settled(batches(log)[0])
    assert [(row.entry, row.fact, row.value, row.to_position) for row in rows] == [
        (0, 0, "5", 2),
        (1, 0, "4", 3),
        (2, 0, "3", OPEN),
    ]
    assert closings == []


def test_a_correction_of_an_earlier_batch_closes_the_row_in_the_database() -> None:
    log = log_of([mark("5")], [corrected(0, "5", "4")])
    first, second = batches(log, entries_count=1)
    (row,), _ = settled(first)
    rows, closings = settled(second, {0: row})
    assert closings == [(2, 0)]
    assert [(row.entry, row.fact, row.value, row.corrected) for row in rows] == [(1, 0, "4", 1)]


@pytest.mark.parametrize("cited", [0, 1, 2, 77])
def test_a_correction_that_cites_no_row_is_counted_whatever_the_batch(cited: int) -> None:
    log = log_of([(LESSON, j.AttendanceTaken(absent=0))], [corrected(cited, "5", "4")], [mark("3")])
    for entries_count in (1, 1000):
        found = batches(log, entries_count=entries_count)
        rows = [row for batch in found for row in settled(batch)[0]]
        assert [row.entry for row in rows] == [2]
        assert sum((batch.skipped for batch in found), start=type(found[0].skipped)()) == {"cites no row: cells": 1}


def test_a_batch_ends_where_a_command_ends() -> None:
    log = log_of([mark("5"), mark("4"), mark("3")], [mark("2"), mark("1")])
    assert [batch.tail.position for batch in batches(log, entries_count=1)] == [3, 5]
    assert [batch.tail.position for batch in batches(log, entries_count=4)] == [5]


def test_a_command_cut_in_two_by_a_stop_is_one_command() -> None:
    log = log_of([mark("5"), mark("4")])
    (first,) = Folding(VIEWS).batches(log.entries(0, 1), EMPTY_TAIL, 10)
    (second,) = Folding(VIEWS).batches(log.entries(1, 2), first.tail, 10)
    assert len(first.asked[CommandRow]) == 1
    assert CommandRow not in second.asked


def test_unknown_types_are_counted_and_skipped() -> None:
    log = log_of([mark("5")])
    log.append_raw(
        (LESSON, "tea_drunk/1", {"cups": 2}), (LESSON, "mark_recorded/2", {}), actor=TEACHER, command=command(9)
    )
    (batch,) = batches(log)
    assert batch.skipped == {"unknown type: tea_drunk/1": 1, "unknown type: mark_recorded/2": 1}
    assert batch.tail.position == 3


def test_data_of_another_form_is_counted_and_skipped() -> None:
    log = log_of([mark("5")])
    log.append_raw((LESSON, "mark_recorded/1", {"state": "AAAA"}), actor=TEACHER, command=command(9))
    (batch,) = batches(log)
    assert batch.skipped == {"data of another form: mark_recorded/1": 1}


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"index":0}'])
def test_bytes_that_are_no_entry_are_refused_with_their_index(raw: bytes) -> None:
    log = log_of([mark("5")])
    log.raws.append(raw)
    with pytest.raises(EntryUnreadable, match="entry 1 cannot be read") as caught:
        batches(log)
    assert caught.value.index == 1


def test_an_entry_out_of_its_place_is_refused() -> None:
    log = log_of([mark("5")], [mark("4")], [mark("3")])
    del log.raws[1]
    with pytest.raises(EntryUnreadable, match="entry 1 cannot be read: it says that it is entry 2"):
        batches(log)


def test_entries_that_do_not_continue_the_tail_are_refused() -> None:
    log = log_of([mark("5")], [mark("4")])
    with pytest.raises(ViewsOfAnotherLog) as caught:
        batches(log, Tail(1, "00" * 32, "", ""))
    assert caught.value.position == 1


def test_each_batch_continues_the_one_before() -> None:
    school = SchoolLog(1).work(10)
    found = batches(school.log, entries_count=5)
    assert [batch.start for batch in found[1:]] == [batch.tail for batch in found[:-1]]
    assert found[-1].tail.last == school.log.last.hex()


def test_no_two_tables_share_a_name_or_a_row() -> None:
    tables = Folding(VIEWS).tables
    assert len({table.name for table in tables}) == len(tables)
    assert len({table.row for table in tables}) == len(tables)


def test_a_revision_keeps_what_it_does_not_change() -> None:
    row = CellRow(3, 3, "mark", "l", "s", "w", "5", 0)
    batch = Batch(EMPTY_TAIL, EMPTY_TAIL)
    batch.asked[Revise].append(Revise(CELLS, 3, 9, {"value": "4"}))
    rows, closings = settled(batch, {3: row})
    assert rows == [row._replace(entry=9, value="4")]
    assert closings == [(10, 3)]


class TooLoose(NamedTuple):
    entry: int
    weight: float
    to_position: int = OPEN


class NoPosition(NamedTuple):
    entry: int
    text: str


class Sound(NamedTuple):
    entry: int
    text: str | None
    to_position: int = OPEN


def test_a_table_refuses_a_row_that_no_database_would_keep_alike() -> None:
    with pytest.raises(TypeError, match="column weight"):
        Table("loose", TooLoose)
    with pytest.raises(TypeError, match="starts with entry and ends with to_position"):
        Table("no_position", NoPosition)
    with pytest.raises(TypeError, match="unknown columns"):
        Table("sound", Sound, (("colour",),))


def test_one_declaration_gives_both_databases_their_table() -> None:
    table = Table("sound", Sound, (("text",),))
    assert table.create_sqlite() == (
        "CREATE TABLE sound (entry INTEGER PRIMARY KEY, text TEXT, to_position INTEGER NOT NULL) STRICT"
    )
    assert table.create_postgres("s") == (
        'CREATE TABLE "s".sound (entry bigint PRIMARY KEY, text text COLLATE "C", to_position bigint NOT NULL)'
    )
    assert table.create_indexes('"s".') == ['CREATE INDEX sound_by_text ON "s".sound (text)']
