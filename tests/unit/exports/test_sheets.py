from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from exports.documents.sheet import Column, Row, Sheet, digest_of
from tests.printed_sheets import class_page

SMALL = Sheet(
    kind="class_page",
    title="Отметки",
    school="Школа № 5",
    scope=(("класс", "5А"),),
    position=7,
    moment="2026-09-01T09:00:00",
    columns=(Column("№", "number"), Column("1\n2", "mark", group="сентябрь", width_mm=6)),
    rows=(Row(("1", "3→4"), (4, 6)),),
)
SAID = (
    '{"columns":[{"group":"","kind":"number","title":"№"},{"group":"сентябрь","kind":"mark","title":"1\\n2"}],'
    '"kind":"class_page","moment":"2026-09-01T09:00:00","notes":[],"position":7,'
    '"rows":[{"cells":["1","3→4"],"entries":[4,6]}],"school":"Школа № 5","scope":[["класс","5А"]],'
    '"title":"Отметки","totals":[]}'
).encode()


def test_says_its_content_in_canonical_json() -> None:
    assert SMALL.content() == SAID
    assert SMALL.digest() == hashlib.sha256(SAID).hexdigest()


def test_how_it_looks_is_no_part_of_what_it_says() -> None:
    columns = (Column("№", "number", width_mm=9, leads=True), replace(SMALL.columns[1], turned=True, joins=True))
    assert replace(SMALL, columns=columns, follows=True).digest() == SMALL.digest()


@pytest.mark.parametrize(
    "other",
    [
        replace(SMALL, position=8),
        replace(SMALL, moment="2026-09-01T09:00:01"),
        replace(SMALL, rows=(Row(("1", "3→5"), (4, 6)),)),
        replace(SMALL, rows=(Row(("1", "3→4"), (4, 5)),)),
        replace(SMALL, notes=("н",)),
        replace(SMALL, scope=(("класс", "5Б"),)),
    ],
)
def test_another_content_has_another_digest(other: Sheet) -> None:
    assert other.digest() != SMALL.digest()


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="class_page"):
        replace(SMALL, rows=(Row(("1",)),))


def test_its_table_is_written_as_an_archive_writes_tables() -> None:
    table = replace(SMALL, rows=(Row(("1", "=2;3")),)).csv()
    assert table == '\ufeff№;сентябрь 1 2\r\n1;"\'=2;3"\r\n'.encode()


def test_sheets_printed_together_have_one_digest_that_their_order_matters_for() -> None:
    other = class_page()
    assert digest_of([SMALL, other]) != digest_of([other, SMALL])
    lines = f"{SMALL.digest()}\n{other.digest()}\n".encode()
    assert digest_of([SMALL, other]) == hashlib.sha256(lines).hexdigest()
