"""The port that a database of views fills: generations of tables, one of them live.

A *generation* is one whole set of tables with its state. Readers and the runner use the live one; `Store.build` makes
another beside it, and `Store.publish` puts that in its place in one step: nobody ever sees half of either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from projections.folding import EMPTY_TAIL, Tail
from projections.rows import Table

Row: TypeAlias = tuple[Any, ...]

STATE_SQL: Final = (
    "(id INTEGER PRIMARY KEY CHECK (id = 1), layout TEXT NOT NULL, origin TEXT NOT NULL, tail TEXT NOT NULL)"
)
"""Columns of the table `state`, the same in every layout for ever, so that an old one can be told from a new one."""

TABLE_UNTIL: Final = re.compile(r"\{(\w+) until ([\w.]+)\} (\w+)")
"""``{table until entry} name`` of a question (`projections.reading.Reader`): the table, the column, the name."""


@dataclass(frozen=True, slots=True)
class State:
    """What a generation says of itself.

    Attributes:
        layout: digest of the tables' declarations.
        origin: the log's origin.
        tail: how far the log has been consumed.
        skipped: what could not be used -> number of entries.
    """

    layout: str
    origin: str
    tail: Tail
    skipped: Mapping[str, int]

    @classmethod
    def empty(cls, layout: str, origin: str) -> State:
        """The state of a generation that has consumed nothing."""
        return cls(layout, origin, EMPTY_TAIL, {})

    @property
    def position(self) -> int:
        """Tree size consumed."""
        return self.tail.position

    def advanced(self, tail: Tail, skipped: Mapping[str, int]) -> State:
        """The state after a batch that ended at `tail`."""
        counts = dict(self.skipped)
        for what, count in skipped.items():
            counts[what] = counts.get(what, 0) + count
        return replace(self, tail=tail, skipped=counts)

    def to_row(self) -> tuple[str, str, str]:
        """Layout, origin and the rest as JSON text, as the table `state` keeps them."""
        rest = {"tail": self.tail, "skipped": dict(sorted(self.skipped.items()))}
        return self.layout, self.origin, msgspec.json.encode(rest).decode()

    @classmethod
    def from_row(cls, row: Row) -> State:
        """Read what `to_row` wrote."""
        rest = msgspec.json.decode(row[2])
        return cls(row[0], row[1], Tail(*rest["tail"]), rest["skipped"])


class Generation(Protocol):
    """One set of tables, open for one thread. Writes happen inside `writing`, all or nothing."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that holds the generation's write lock; commits at the end, rolls back on any error."""

    def state(self) -> State:
        """The state as this connection sees it."""

    def put_state(self, state: State) -> None:
        """Replace the state."""

    def fetch(self, table: Table, entries: Sequence[int]) -> Mapping[int, Row]:
        """Rows by the entries that made them; those that are not there are left out."""

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""

    def end(self, table: Table, closings: Sequence[tuple[int, int]]) -> None:
        """Set `to_position` of rows: (to_position, entry)."""

    def add_indexes(self, tables: Sequence[Table]) -> None:
        """Make the indexes, and whatever the database wants after a load."""

    def reading(self) -> AbstractContextManager[None]:
        """A transaction in which `state` and `scan` see one moment."""

    def scan(self, table: Table) -> Iterator[Row]:
        """All rows in the order of their entries, in bounded memory."""

    def faults(self) -> list[str]:
        """What the database itself finds wrong with its structures; empty if nothing, or if it has no such check."""


class Store(Protocol):
    """A place that holds one school's views. Safe for threads, but `writing` and `build` are for one at a time."""

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of the live generation; `sql` names tables as ``{table}`` and parameters as ``:name``.

        Raises:
            OperationalError: the database does not answer, or its disk does not.
        """

    def writing(self) -> AbstractContextManager[Generation]:
        """The live generation inside its transaction; nobody publishes another one meanwhile."""

    def reading(self) -> AbstractContextManager[Generation]:
        """The live generation inside a reading transaction."""

    def build(self) -> AbstractContextManager[Generation]:
        """A fresh generation without indexes beside the live one; removed at the end unless published.

        Raises:
            RebuildRunning: another process builds one.
        """

    def publish(self, generation: Generation) -> None:
        """Make a built generation the live one, atomically and durably; inside `writing`."""

    def close(self) -> None:
        """Let go of connections."""
