"""The access log's head in an archive (`verify/spec/tables.md`): a row an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.tables import Table
from projections.reading import Reader
from projections.views.anchors import anchors


def anchor_tables(views: Reader, position: int) -> list[Table]:
    """The one table."""
    columns = ("entry (запись)", "at (внесено)", "size (записей)", "root (корень)", "actor (кто внёс)")
    return [Table("anchors", columns, _rows(views, position))]


def _rows(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for one in anchors(views, at=position).rows:
        yield (str(one.entry), one.at, str(one.size), one.root, one.actor)
