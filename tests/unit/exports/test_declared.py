from __future__ import annotations

import re

import pytest

from exports.databases import sql_name
from exports.declared import TITLES, UNIQUE, Kind, columns_of, key_of
from exports.tables import Table
from exports.workbooks import WORKBOOKS
from tests.verify_archive import HEADERS
from verify.columns import COLUMNS

TABLES = {name: columns_of(Table(name, header.split(";"), ())) for name, header in HEADERS.items()}


def test_every_table_of_the_verifier_is_declared_and_named_and_in_one_workbook() -> None:
    assert set(TITLES) == set(COLUMNS) == set(TABLES)
    assert sorted(name for names in WORKBOOKS.values() for name in names) == sorted(COLUMNS)
    assert [[column.header for column in TABLES[name]] for name in COLUMNS] == list(map(list, COLUMNS.values()))


def test_a_column_that_nobody_declared_is_refused() -> None:
    with pytest.raises(KeyError, match="salary"):
        columns_of(Table("people", ["salary (оклад)"], ()))


def test_names_for_people_fit_a_sheet_and_are_their_own() -> None:
    russian = [title for title, _ in TITLES.values()]
    assert len(set(map(str.casefold, russian))) == len(russian)
    assert not [title for title in russian if len(title) > 28 or re.search(r"[\\[\\]:*?/\\\\]", title)]


def test_keys_and_what_others_refer_to_are_columns_that_are_never_empty() -> None:
    for name, columns in TABLES.items():
        required = {column.name for column in columns if column.is_required}
        named = {column.name for column in columns}
        assert set(key_of(name)) <= named
        assert "entry" in required
        for column in columns:
            if column.refers_to:
                assert column.refers_to in UNIQUE
                table, target = column.refers_to
                assert target in {other.name for other in TABLES[table] if other.is_required}


def test_names_in_sql_are_words_and_no_two_are_alike() -> None:
    for columns in TABLES.values():
        names = [sql_name(column) for column in columns]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)


def test_an_entry_is_a_number_and_a_mark_is_not() -> None:
    kinds = {column.name: column.kind for column in TABLES["marks"]}
    assert (kinds["entry"], kinds["recorded"]) == (Kind.ENTRY, Kind.TEXT)
