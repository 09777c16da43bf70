from __future__ import annotations

import csv
import io

from hypothesis import given, strategies as st

from exports.tables import BOM, Table, format_row, format_table, typed


def test_a_row_is_quoted_only_where_it_must_be() -> None:
    assert format_row(["1", "Иванова Анна", "4/5"]) == "1;Иванова Анна;4/5\r\n"
    assert format_row(['§ 1; "дом"', "b"]) == '"§ 1; ""дом""";b\r\n'


def test_what_a_person_typed_is_never_a_formula() -> None:
    assert typed("=1+1") == "'=1+1"
    assert typed("-") == "'-"
    assert typed("Дроби") == "Дроби"


def test_a_table_begins_with_a_byte_order_mark_and_its_columns() -> None:
    assert b"".join(format_table(Table("t", ["entry (запись)", "b"], []))) == BOM + "entry (запись);b\r\n".encode()


fields = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@given(st.lists(st.lists(fields, min_size=2, max_size=2), max_size=20), st.integers(1, 5))
def test_a_foreign_reader_reads_back_what_was_written(rows: list[list[str]], step: int) -> None:
    raw = b"".join(format_table(Table("t", ["a", "b"], rows), rows_per_piece=step)).removeprefix(BOM).decode()
    assert list(csv.reader(io.StringIO(raw, newline=""), delimiter=";")) == [["a", "b"], *rows]
