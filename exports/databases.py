"""All tables of an archive as one SQLite file, ``tables.sqlite``, for whoever asks in SQL.

Tables and columns have their English names, a word that SQL keeps for itself with ``_`` behind it (``to_``); numbers
are integers, everything else text, and what is empty in CSV is NULL. ``about_tables`` and ``about_columns`` say in
Russian what each is. The same rows give the same bytes under the same version of SQLite: one transaction, in order.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from exports.declared import TITLES, UNIQUE, Column, key_of

PAGE_BYTES: Final = 4096
_CACHE_KIBIBYTES: Final = 16_384
_APPLICATION_ID: Final = 0x4C544F50
"""``LTOP``: what `file` and SQLite's own tools show of it."""
_RESERVED: Final = frozenset(("by", "check", "to"))
"""Columns' names that SQLite takes for words of its own."""

_ABOUT: Final = """
CREATE TABLE about_tables (
  table_name TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL, row_count INTEGER NOT NULL
);
CREATE TABLE about_columns (
  table_name TEXT NOT NULL REFERENCES about_tables (table_name), number INTEGER NOT NULL, column_name TEXT NOT NULL,
  csv_header TEXT NOT NULL, title TEXT NOT NULL, holds TEXT NOT NULL, refers_to TEXT,
  PRIMARY KEY (table_name, number)
);
"""


class TablesDatabase:
    """Writes the file; a table at a time, rows in batches.

    Args:
        path: a file that is not there yet.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        # Nothing is kept that could be undone: a file half written never gets into an archive.
        for setting in (
            f"page_size = {PAGE_BYTES}",
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{_CACHE_KIBIBYTES}",
            f"application_id = {_APPLICATION_ID}",
            "user_version = 1",
        ):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("BEGIN")
        for statement in _ABOUT.split(";"):
            self._database.execute(statement)
        self._insert = ""
        self._rows = 0
        self._name = ""

    def begin(self, name: str, columns: Sequence[Column]) -> None:
        """Begin the next table."""
        self._count()
        self._name, self._rows = name, 0
        self._database.execute(create_statement(name, columns))
        self._database.execute("INSERT INTO about_tables VALUES (?, ?, ?, 0)", (name, *TITLES[name]))
        self._database.executemany(
            "INSERT INTO about_columns VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(name, number, sql_name(column), column.header, column.title, column.kind.value),
                    ".".join(column.refers_to) if column.refers_to else None,
                )
                for number, column in enumerate(columns, 1)
            ],
        )
        # A column of integers takes a number's text as that number.
        places = ", ".join(["nullif(?, '')"] * len(columns))
        self._insert = f"INSERT INTO {name} VALUES ({places})"

    def take(self, rows: Sequence[Sequence[str]]) -> None:
        """Insert rows of the table begun last, fields as in CSV."""
        self._database.executemany(self._insert, rows)
        self._rows += len(rows)

    def finish(self) -> None:
        """Commit and close."""
        self._count()
        self._database.execute("COMMIT")
        self._database.close()

    def close(self) -> None:
        """Close; what was not finished is of no use."""
        self._database.close()

    def _count(self) -> None:
        if self._name:
            self._database.execute(
                "UPDATE about_tables SET row_count = ? WHERE table_name = ?", (self._rows, self._name)
            )


def sql_name(column: Column) -> str:
    """A column's name in SQL, never to be quoted."""
    return f"{column.name}_" if column.name in _RESERVED else column.name


def create_statement(name: str, columns: Sequence[Column]) -> str:
    """The statement that makes a table, with its keys."""
    key = key_of(name)
    lines = [_definition(name, column, key) for column in columns]
    if len(key) > 1:
        lines.append(f"PRIMARY KEY ({', '.join(key)})")
    return f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + "\n)"


def _definition(table: str, column: Column, key: tuple[str, ...]) -> str:
    parts = [sql_name(column), "INTEGER" if column.kind.is_number else "TEXT"]
    if key == (column.name,):
        parts.append("PRIMARY KEY")
    if column.is_required:
        parts.append("NOT NULL")
    if (table, column.name) in UNIQUE:
        parts.append("UNIQUE")
    if column.refers_to:
        parts.append("REFERENCES {} ({})".format(*column.refers_to))
    return " ".join(parts)
