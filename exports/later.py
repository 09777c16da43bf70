"""What an archive has that continues an earlier one (`verify/spec/tables.md`, *A later range*).

Its entries begin where the earlier one ends. Its tables have the rows of its own entries, and some are whole, as rows
rest on them; its documents are those of the classes that its entries touch: one of an earlier year comes corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from exports.tables import Table
from ledger.log import LogRecorder
from ledger.wire.entry import parse_entry
from projections.reading import Reader, stands
from projections.views.lookups import SchoolYear, classes, years

WHOLE: Final = frozenset(("people", "courses", "regulations", "duties", "responsible", "assessment"))
"""Tables that have the rows of every entry before the archive's end too."""
_NAMING: Final = (b'"stream":"person/', b'"stream":"account/')
"""Streams whose disclosures say how people are called: rows of a later range still name them."""


def rows_from(tables: Iterable[Table], first: int) -> Iterator[Table]:
    """The tables of the whole log without the rows of entries before `first`, but for those that are whole."""
    for table in tables:
        rows = table.rows if table.name in WHOLE else (row for row in table.rows if int(row[0]) >= first)
        yield Table(table.name, table.columns, rows)


def digests_before(recorder: LogRecorder, first: int) -> Iterator[tuple[int, str]]:
    """(Entry, digest) of what is disclosed of people and accounts in the entries before `first`."""
    for index, entry in enumerate(recorder.entries(0, first)):
        if b'"_sd":[' in entry and any(stream in entry for stream in _NAMING):
            parsed = parse_entry(entry)
            if parsed.stream.startswith(("person/", "account/")):
                yield from ((index, digest) for digest in parsed.data.get("_sd", ()))


@dataclass(frozen=True, slots=True)
class Touched:
    """What the entries of a range are about.

    Attributes:
        classes: ids of classes of which a lesson, a fact of a lesson, or a result was recorded or corrected.
        taught: ids of school years of which a lesson was recorded.
        years: of one or the other.
    """

    classes: frozenset[str]
    taught: frozenset[str]
    years: tuple[SchoolYear, ...]


def touched(views: Reader, first: int, position: int) -> Touched:
    """What the entries from `first` up to a position are about."""
    taught = _classes(views, ("lessons",), first, position)
    facts = ("cells", "works", "homework", "later_attendance", "corrections", "substitutions")
    found = taught | _classes(views, facts, first, position) | _of_results(views, first, position)
    year_of = {group.class_group: group.year for group in classes(views, at=position).rows}
    wanted = {year_of[group] for group in found}
    return Touched(
        frozenset(found),
        frozenset(year_of[group] for group in taught),
        tuple(row for row in years(views, at=position).rows if row.year in wanted),
    )


def _classes(views: Reader, tables: Iterable[str], first: int, position: int) -> set[str]:
    found: set[str] = set()
    for table in tables:
        sql = f"""SELECT DISTINCT o.class_group FROM {{{table}}} f
            JOIN {{lessons}} l ON l.lesson = f.lesson AND l.fact = l.entry
            JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
            WHERE f.entry >= :first AND f.entry < :at"""
        found.update(str(group) for (group,) in views.select(sql, {"first": first, "at": position}))
    return found


def _of_results(views: Reader, first: int, position: int) -> set[str]:
    sql = f"""SELECT DISTINCT o.class_group FROM {{results}} f
        JOIN {{result_sheets}} h ON h.sheet = f.sheet AND {stands("h")}
        JOIN {{courses}} o ON o.course = h.course AND {stands("o")}
        WHERE f.entry >= :first AND f.entry < :at"""
    return {str(group) for (group,) in views.select(sql, {"first": first, "at": position})}
