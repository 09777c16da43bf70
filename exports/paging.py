"""Rows of a table that may be long, read a page at a time in the order of their entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from projections.reading import Reader

ROWS_PER_PAGE: Final = 5_000


def pages(views: Reader, position: int, sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a statement that has ``:after`` and orders by its first column, the entry."""
    after = -1
    while True:
        rows = views.select(f"{sql} LIMIT {ROWS_PER_PAGE}", {"at": position, "after": after})
        yield from rows
        if len(rows) < ROWS_PER_PAGE:
            return
        after = rows[-1][0]
