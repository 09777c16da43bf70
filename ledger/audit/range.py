"""What an audit's parts hand to each other: ranges of entries, what came of them, and what it reads a log through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from eventsourcing.persistence import Notification

from ledger.log import Columns, LogRecorder
from ledger.wire.entry import GENESIS_PREV, parse_entry
from ledger.wire.errors import WireError

FINDINGS_MAX: Final = 100
"""Findings kept of one range, and in one report; the rest are only counted."""
HASH_SIZE: Final = 32


class AuditedRecorder(LogRecorder, Protocol):
    """A recorder that also shows what an audit compares, beyond what a server needs.

    Attributes:
        clock: ``server`` or ``sample``, as the store was made.
    """

    clock: str

    def columns(self, start: int, stop: int) -> Columns:
        """What is stored of the entries `start` up to but not including `stop` or the first that is missing."""

    def receipts(self) -> Iterator[tuple[int, int, str]]:
        """First index, count and command of every receipt, in order of the first index."""

    def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = ()
    ) -> Sequence[Notification]:
        """At most `limit` entries of some types, from the notification `start` on; an id is leaf index + 1."""

    def claims(self) -> Iterator[tuple[str, int, str]]:
        """Place, number and stream of every claim, in no order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold.

    Attributes:
        code: short stable name.
        index: leaf index of the entry at fault; None where it is not one entry.
        expected, found: hashes, numbers and names; never a personal value.
    """

    code: str
    index: int | None
    expected: str
    found: str


class Findings:
    """Findings as they come in: the first 100 are kept, all are counted."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.count = 0

    def add(self, code: str, index: int | None, expected: str, found: str) -> None:
        """Note a finding."""
        self.count += 1
        if len(self.kept) < FINDINGS_MAX:
            self.kept.append(Finding(code, index, expected, found))

    def merge(self, other: Findings) -> None:
        """Take over the findings of a later range."""
        self.count += other.count
        self.kept.extend(other.kept[: FINDINGS_MAX - len(self.kept)])


@dataclass(frozen=True, slots=True)
class RangeTask:
    """What to walk: entries `start` to `stop` (`start` a multiple of 256), and what to give back on the way.

    Attributes:
        kept: size of the last kept checkpoint; full tiles below it must be there.
        sizes: tree sizes within the range whose right edge is wanted.
    """

    start: int
    stop: int
    kept: int
    sizes: tuple[int, ...]


@dataclass(slots=True)
class RangeResult:
    """What a range gave.

    Attributes:
        task: the range.
        findings: in order of index.
        complete: every entry was there, so that the hashes are.
        tile_roots: root over each full tile of leaves, one after another.
        edges: tree size -> the hashes of its right edge below the level of tiles.
        streams: stream -> first version, last version, first index, last index in this range.
        runs_digest: SHA-256 over `format_run` of each run of entries with one command.
        last: leaf hash of the last entry.
        at: of the last entry.
    """

    task: RangeTask
    findings: Findings = field(default_factory=Findings)
    complete: bool = True
    tile_roots: bytes = b""
    edges: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    streams: dict[str, list[int]] = field(default_factory=dict)
    runs_digest: bytes = b""
    last: bytes = GENESIS_PREV
    at: str = ""


def format_run(command: str, first: int, count: int) -> bytes:
    """Render a run of entries with one command, for comparing many of them by one hash."""
    return f"{command} {first} {count}\n".encode()


def runs_of(entries: Iterable[bytes], first: int) -> list[tuple[str, int, int]]:
    """Give the runs of entries with one command: command, first index, count. For saying where runs differ."""
    runs: list[tuple[str, int, int]] = []
    for index, raw in enumerate(entries, start=first):
        try:
            command = parse_entry(raw).command
        except WireError:
            command = runs[-1][0] if runs else ""  # as in the walk
        if runs and runs[-1][0] == command:
            runs[-1] = (command, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((command, index, 1))
    return runs
