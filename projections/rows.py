"""Tables of views, declared once: a `NamedTuple` of a row becomes the table's columns on every database.

    class Homework(NamedTuple):
        entry: int            # leaf index of the entry that made this row; the primary key
        fact: int             # any columns: int, str, or either with None
        text: str
        to_position: int = OPEN

A row made by entry *i* is valid from position (tree size) *i* + 1 up to, but not including, `to_position`. As of
position P stands what has ``entry < P AND to_position > P``: a question about the past is one about now with another P.
Rows are never deleted, and nothing in them changes but `to_position`, once.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

OPEN: Final = 2**63 - 1
"""`to_position` of a row that still stands."""

_SQLITE_TYPES: Final[dict[type, str]] = {int: "INTEGER", str: "TEXT"}
_POSTGRES_TYPES: Final[dict[type, str]] = {int: "bigint", str: 'text COLLATE "C"'}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Python type and whether it may be null."""

    name: str
    type: type
    nullable: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a view.

    Attributes:
        name: unique among all views.
        row: the `NamedTuple` class of its rows; `entry` first, `to_position` last.
        indexes: columns of each index beside the primary key.
    """

    name: str
    row: type[tuple[Any, ...]]
    indexes: tuple[tuple[str, ...], ...] = ()
    columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = tuple(_column(name, hint) for name, hint in typing.get_type_hints(self.row).items())
        names = [column.name for column in columns]
        if names[0] != "entry" or names[-1] != "to_position":
            raise TypeError(f"table {self.name}: a row starts with entry and ends with to_position")
        for index in self.indexes:
            if not set(index) <= set(names):
                raise TypeError(f"table {self.name}: index over unknown columns {index}")
        object.__setattr__(self, "columns", columns)

    def create_sqlite(self) -> str:
        """The statement that makes the table on SQLite."""
        return f"CREATE TABLE {self.name} ({self._definitions(_SQLITE_TYPES, 'INTEGER PRIMARY KEY')}) STRICT"

    def create_postgres(self, schema: str) -> str:
        """The statement that makes the table in a PostgreSQL schema."""
        return f'CREATE TABLE "{schema}".{self.name} ({self._definitions(_POSTGRES_TYPES, "bigint PRIMARY KEY")})'

    def create_indexes(self, prefix: str = "") -> list[str]:
        """The statements that make its indexes; `prefix` is put before the table's name."""
        return [
            f"CREATE INDEX {self.name}_by_{'_'.join(index)} ON {prefix}{self.name} ({', '.join(index)})"
            for index in self.indexes
        ]

    def _definitions(self, types_: Mapping[type, str], key: str) -> str:
        return ", ".join(
            f"{column.name} {key if column.name == 'entry' else types_[column.type]}"
            f"{'' if column.nullable or column.name == 'entry' else ' NOT NULL'}"
            for column in self.columns
        )


class Revise(NamedTuple):
    """The row made by entry `corrects` ends; a copy with `changes`, made by entry `entry`, stands from then on."""

    table: Table
    corrects: int
    entry: int
    changes: Mapping[str, object]


Operations: TypeAlias = tuple[tuple[Any, ...], ...]
"""What an event asks of the tables: rows that stand from now on (their class says in which table) and `Revise`s."""


def _column(name: str, hint: object) -> Column:
    members = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [member for member in members if member is not types.NoneType]
    if len(kinds) != 1 or kinds[0] not in _SQLITE_TYPES:
        raise TypeError(f"column {name}: {hint} is neither int nor str, with or without None")
    return Column(name, kinds[0], nullable=len(kinds) != len(members))
