"""Comparing two generations: row for row, and by a digest per table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from projections.rows import Table
from projections.store import Generation, Row


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference between the live views and what the log says.

    Attributes:
        table: its name; `state` for what the views say of themselves, `database` for what the database itself
            found wrong.
        key: the row's `entry`; None for the last two.
        live: the row that stands, or None where there is none.
        rebuilt: the row that should, or None.
    """

    table: str
    key: int | None
    live: Row | None
    rebuilt: Row | None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        position: tree size at which both were compared.
        findings: the first differences found, at most as many as were asked for.
        differences: how many there are in all.
        digests: table -> SHA-256 (hex) of its rows as JSON lines in the order of `entry`: live, rebuilt. The same on
            every database.
        rows: number of live rows.
    """

    position: int
    findings: tuple[Finding, ...]
    differences: int
    digests: dict[str, tuple[str, str]]
    rows: int

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return self.differences == 0


def compare(tables: Sequence[Table], live: Generation, rebuilt: Generation, findings_max: int) -> CheckReport:
    """Compare all rows and the states of two generations that stand at the same position."""
    findings = [Finding("database", None, (fault,), None) for fault in live.faults()]
    if live.state() != rebuilt.state():
        findings.append(Finding("state", None, live.state().to_row(), rebuilt.state().to_row()))
    differences, rows = len(findings), 0
    digests = {}
    for table in tables:
        ours, theirs = _Digested(live.scan(table)), _Digested(rebuilt.scan(table))
        for key, left, right in _pairs(ours, theirs):
            if left != right:
                differences += 1
                if len(findings) < findings_max:
                    findings.append(Finding(table.name, key, left, right))
        digests[table.name] = (ours.hexdigest(), theirs.hexdigest())
        rows += ours.count
    return CheckReport(live.state().position, tuple(findings[:findings_max]), differences, digests, rows)


class _Digested:
    """Rows on their way through a digest."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._digest = hashlib.sha256()
        self.count = 0

    def __next__(self) -> Row | None:
        row = next(self._rows, None)
        if row is not None:
            self.count += 1
            self._digest.update(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        return row

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _pairs(ours: _Digested, theirs: _Digested) -> Iterator[tuple[int, Row | None, Row | None]]:
    """Walk both in the order of their keys; None where one side has no row under a key."""
    left, right = next(ours), next(theirs)
    while left is not None or right is not None:
        if left is not None and (right is None or left[0] < right[0]):
            yield left[0], left, None
            left = next(ours)
        elif right is not None and (left is None or right[0] < left[0]):
            yield right[0], None, right
            right = next(theirs)
        elif left is not None:
            yield left[0], left, right
            left, right = next(ours), next(theirs)
