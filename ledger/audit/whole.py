"""The audit of a whole log: ranges joined in order, compared with all that the store keeps beside the entries."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment

from ledger.audit.claims import CLAIM_CODES, compare_claims
from ledger.audit.opening import compare_clock
from ledger.audit.range import (
    HASH_SIZE,
    AuditedRecorder,
    Finding,
    Findings,
    RangeResult,
    RangeTask,
    format_run,
    runs_of,
)
from ledger.audit.walk import compare_tile
from ledger.audit.workers import Walk, walking
from ledger.collecting import collecting_between_batches
from ledger.errors import LedgerDamaged
from ledger.log import Head, LogRecorder, SignedCheckpoint, StreamHead
from ledger.signing.checkpoints import check_checkpoint
from ledger.tree.edge import RightEdge
from ledger.tree.tiles import TileEdge, grow_tiles
from ledger.wire.checkpoint import parse_checkpoint
from ledger.wire.entry import GENESIS_PREV
from ledger.wire.errors import WireError
from ledger.wire.note import VerifierKey, parse_note
from ledger.wire.tile import TILE_WIDTH

RANGE_ENTRIES_MAX: Final = 65_536
_RANGES_PER_PROCESS: Final = 16  # so that all end at about the same time

Progress = Callable[[int, int], None]
"""Called with the number of entries done and of all."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found.

    Attributes:
        origin, size, root: the log, the number of entries judged, the root over them (None: some could not be read).
        checkpoints_count: kept checkpoints compared.
        findings: the first 100.
        findings_count: all of them.
        unchecked: what could not be checked for want of something.
    """

    origin: str
    size: int
    root: bytes | None
    checkpoints_count: int
    findings: tuple[Finding, ...]
    findings_count: int
    unchecked: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Nothing was found to be wrong."""
        return self.findings_count == 0

    @property
    def entries_hold(self) -> bool:
        """Nothing was found to be wrong but claims, which are no evidence and are made of the entries again.

        They are compared last: where the first finding is one of theirs, all are.
        """
        return not self.findings_count or self.findings[0].code in CLAIM_CODES


def audit(
    recorder: LogRecorder,
    *,
    processes: int = 1,
    environment: Mapping[str, str] | None = None,
    vkeys: Sequence[VerifierKey] = (),
    unlatch: bool = True,
    progress: Progress | None = None,
) -> AuditReport:
    """Verify the whole log as it is at the call.

    Args:
        recorder: the log.
        processes: how many judge ranges; more than one need `environment`.
        environment: the factory's settings, with which the log is opened anew for reading, here and in each process: a
            connection that is open already may answer from its cache what the disk no longer holds. None: read through
            `recorder`.
        vkeys: the log's keys, present and earlier; without any, signatures are not checked.
        unlatch: let a log that was latched take appends again if its entries hold; it must be open for writing.
        progress: told from time to time how far it is.

    Raises:
        ValueError: more than one process and no environment.
        LedgerDamaged: the log has passed and moved meanwhile, so that a latch could not be lifted.
    """
    if processes > 1 and environment is None:
        raise ValueError("an audit by several processes needs the environment to open the log with")
    with _opened_anew(recorder, environment) as reader:
        auditor = _Auditor(reader, vkeys)
        if auditor.head is not None:
            with walking(reader, processes, _reading(environment or {})) as walk, collecting_between_batches():
                auditor.run(walk, processes, progress)
        report = auditor.report()
    if unlatch and report.entries_hold and auditor.head is not None and getattr(recorder, "latched", None) is not None:
        cast("Any", recorder).unlatch(auditor.head)
    return report


@dataclass(frozen=True, slots=True)
class _Tree:
    """The tree whose leaves are the roots of full tiles of entries: 256 times smaller than the log's."""

    edge: RightEdge
    tiles: TileEdge


class _Auditor:
    """Joins the ranges in order and compares the whole with head, checkpoints, tiles, streams and receipts."""

    def __init__(self, recorder: AuditedRecorder, vkeys: Sequence[VerifierKey]) -> None:
        self.recorder = recorder
        self._vkeys = vkeys
        self._findings = Findings()
        # In this order: who signs meanwhile signs what the head has.
        self._checkpoints = self._read_checkpoints()
        self.head = self._read_head()
        self._size = 0 if self.head is None else self.head.size
        self._receipts = _Receipts()
        self._tree: _Tree | None = _Tree(RightEdge.empty(), TileEdge.empty())
        self._streams: dict[str, list[int]] = {}
        self._stored_streams: list[StreamHead] | None = None
        self._last, self._at = GENESIS_PREV, ""
        self._changed_last: int | None = None  # index of the last entry, where it alone is not what the head says
        self._edge_before_last = RightEdge.empty()
        self._root: bytes | None = None

    def run(self, walk: Walk, processes: int, progress: Progress | None) -> None:
        """Walk all ranges and compare."""
        results = walk(self._tasks(processes))
        compare_clock(self._findings, self.recorder)
        # Read while other processes are at work.
        try:
            self._receipts.read(self.recorder, self._size)
            self._stored_streams = list(self.recorder.streams(""))
        except LedgerDamaged as error:
            self._damaged(error)
        self._check_size(RightEdge.empty())
        for result in results:
            self._join(result)
            if progress is not None:
                progress(result.task.stop, self._size)
        self._receipts.check_rest(self._findings, self._size)
        self._check_ends()
        self._check_streams()
        compare_claims(self._findings, self.recorder, self._size)

    def report(self) -> AuditReport:
        """Say what was found."""
        unchecked = []
        if self._checkpoints and not self._vkeys:
            unchecked.append("signatures: no keys were given")
        if self._tree is None:
            unchecked.append("tree, tiles and checkpoints beyond the first entry that could not be read")
        return AuditReport(
            self.recorder.origin,
            self._size,
            self._root,
            len(self._checkpoints),
            tuple(self._findings.kept),
            self._findings.count,
            tuple(unchecked),
        )

    def _read_head(self) -> Head | None:
        try:
            return self.recorder.head()
        except LedgerDamaged as error:
            self._damaged(error)
            return None

    def _read_checkpoints(self) -> dict[int, SignedCheckpoint]:
        """Read all kept checkpoints, by size."""
        found: dict[int, SignedCheckpoint] = {}
        try:
            kept = self.recorder.checkpoint()
            while kept is not None:
                found[kept.size] = kept
                kept = self.recorder.checkpoint(at_most=kept.size - 1) if kept.size else None
        except LedgerDamaged as error:
            self._damaged(error)
        return found

    def _damaged(self, error: LedgerDamaged) -> None:
        self._findings.add(error.code, error.index, "a readable store", str(error))

    def _tasks(self, processes: int) -> list[RangeTask]:
        width = RANGE_ENTRIES_MAX
        while width > TILE_WIDTH and width * processes * _RANGES_PER_PROCESS > self._size:
            width //= 2
        sizes = sorted({*self._checkpoints, self._size - 1, self._size})
        kept_size = min(max(self._checkpoints, default=0), self._size)
        tasks = []
        for start in range(0, self._size, width):
            stop = min(start + width, self._size)
            wanted = tuple(sizes[bisect_right(sizes, start) : bisect_right(sizes, stop)])
            tasks.append(RangeTask(start, stop, kept_size, wanted))
        return tasks

    def _join(self, result: RangeResult) -> None:
        self._findings.merge(result.findings)
        self._join_streams(result)
        self._receipts.check(self._findings, self.recorder, result)
        if self._tree is not None:
            self._tree = self._grow(self._tree, result) if result.complete else None
        self._last, self._at = result.last, result.at

    def _grow(self, tree: _Tree, result: RangeResult) -> _Tree:
        """Grow the tree of tile roots to each wanted size, compare there, and then to the end of the range."""
        first = result.task.start // TILE_WIDTH
        roots = [result.tile_roots[i : i + HASH_SIZE] for i in range(0, len(result.tile_roots), HASH_SIZE)]
        edge = tree.edge
        for size in result.task.sizes:
            edge = edge.extend(roots[edge.size - first : size // TILE_WIDTH - first])
            self._check_size(RightEdge(size, edge.hashes + result.edges[size]))
        edge = edge.extend(roots[edge.size - first :])
        kept = result.task.kept
        tiles, full = grow_tiles(tree.tiles, roots)
        for path, tile in full:
            level = path.level + 1  # the leaves of this tree are the roots of tiles
            hashes = [tile[i : i + HASH_SIZE] for i in range(0, len(tile), HASH_SIZE)]
            needed = (path.index + 1) << 8 * (level + 1) <= kept
            compare_tile(self._findings, self.recorder, level, path.index, hashes, needed=needed)
        return _Tree(edge, tiles)

    def _check_size(self, edge: RightEdge) -> None:
        """Compare checkpoint and head with the tree of their size."""
        if edge.size == self._size - 1:
            self._edge_before_last = edge
        if edge.size == self._size:
            self._root = edge.root()
            if self.head is not None and self.head.edge != edge:
                if self._size and self._edge_before_last.extend([self.head.last]) == self.head.edge:
                    self._changed_last = self._size - 1
                right = f"right edge of root {edge.root().hex()}"
                self._findings.add("head_differs", self._changed_last, right, "another")
        if edge.size in self._checkpoints:
            self._check_checkpoint(self._checkpoints[edge.size], edge)

    def _check_checkpoint(self, kept: SignedCheckpoint, edge: RightEdge) -> None:
        where = f"checkpoint of size {kept.size}"
        try:
            root = (
                check_checkpoint(kept, self.recorder.origin, self._vkeys)
                if self._vkeys
                else parse_checkpoint(parse_note(kept.note).text).root
            )
        except LedgerDamaged as error:
            self._findings.add(error.code, None, f"a {where} that holds", str(error))
            return
        except WireError as error:
            self._findings.add("checkpoint_not_ours", None, f"a {where} that holds", str(error))
            return
        if root != edge.root() or kept.edge != edge:
            self._findings.add("checkpoint_differs", None, f"{where}: root {edge.root().hex()}", root.hex())

    def _check_ends(self) -> None:
        """Compare where the entries end with the head, and with what was signed."""
        head = self.head
        if head is not None and self._tree is not None and (head.last, head.at) != (self._last, self._at):
            right = f"{self._last.hex()} {self._at}"
            self._findings.add("head_differs", self._changed_last, right, f"{head.last.hex()} {head.at}")
        for size in self._checkpoints:
            if size > self._size:
                self._findings.add("log_shrunk", self._size, f"{size} entries, which were signed", str(self._size))

    def _join_streams(self, result: RangeResult) -> None:
        for stream, (first_version, last_version, first_index, last_index) in result.streams.items():
            known = self._streams.get(stream)
            expected = 1 if known is None else known[1] + 1
            if first_version != expected:
                self._findings.add(
                    "version_gap", first_index, f"version {expected} of {stream}", f"version {first_version}"
                )
            if known is None:
                self._streams[stream] = [first_version, last_version, first_index, last_index]
            else:
                known[1], known[3] = last_version, last_index

    def _check_streams(self) -> None:
        """Compare what the store says of its streams with what the entries say."""
        if self._stored_streams is None:
            return  # they could not be read, which was noted
        for found in self._stored_streams:
            if found.first_index >= self._size:
                continue  # begun after the audit was
            known = self._streams.pop(found.stream, None)
            told = (found.last_version, found.first_index, found.last_index)
            if known is None or (told != (known[1], known[2], known[3]) and found.last_index < self._size):
                right = "none" if known is None else f"{known[1]} {known[2]} {known[3]}"
                self._findings.add("stream_differs", found.first_index, f"{found.stream}: {right}", repr(told))
        for stream, known in self._streams.items():
            self._findings.add("stream_differs", known[2], stream, "no such stream")


class _Receipts:
    """All receipts, some 110 bytes each. Compared with the runs of entries range by range, as one hash each."""

    def __init__(self) -> None:
        self._firsts = array("q")
        self._counts = array("q")
        self._commands: list[str] = []
        self._next = 0

    def read(self, recorder: AuditedRecorder, size: int) -> None:
        """Read the receipts of the first `size` entries."""
        for first, count, command in recorder.receipts():
            if first < size and count:
                self._firsts.append(first)
                self._counts.append(count)
                self._commands.append(command)

    def check(self, findings: Findings, recorder: LogRecorder, result: RangeResult) -> None:
        """Compare a range; where it differs, find the first run that does."""
        if not result.complete:
            return
        start, stop = result.task.start, result.task.stop
        expected = self._clipped(start, stop)
        digest = sha256(b"".join(format_run(*run) for run in expected)).digest()
        if digest == result.runs_digest:
            return
        runs = runs_of(recorder.entries(start, stop), start)
        for run, receipt in zip([*runs, None], [*expected, None], strict=False):
            if run != receipt:
                index = min(item[1] for item in (run, receipt) if item is not None)
                findings.add("receipt_differs", index, f"entries {run}", f"receipt {receipt}")
                return

    def check_rest(self, findings: Findings, size: int) -> None:
        """Find receipts that reach beyond the entries."""
        for place in range(len(self._firsts)):
            if self._firsts[place] + self._counts[place] > size:
                findings.add("receipt_differs", self._firsts[place], f"{size} entries", self._commands[place])
                return

    def _clipped(self, start: int, stop: int) -> list[tuple[str, int, int]]:
        """Give the receipts of a range, cut at its ends."""
        place = max(bisect_right(self._firsts, start) - 1, 0)
        clipped = []
        while place < len(self._firsts) and self._firsts[place] < stop:
            first = max(self._firsts[place], start)
            end = min(self._firsts[place] + self._counts[place], stop)
            if end > first:
                clipped.append((self._commands[place], first, end - first))
            place += 1
        return clipped


@contextmanager
def _opened_anew(recorder: LogRecorder, environment: Mapping[str, str] | None) -> Iterator[AuditedRecorder]:
    """Give a recorder on connections of its own, where there are settings to open them with."""
    if environment is None:
        yield cast("AuditedRecorder", recorder)
        return
    factory = InfrastructureFactory.construct(Environment("Audit", _reading(environment)))
    try:
        yield cast("AuditedRecorder", factory.application_recorder())
    finally:
        factory.close()


def _reading(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the settings that open the same log for reading."""
    settings = {key: value for key, value in environment.items() if key != "LETOPIS_CREATE"}
    return settings | {"LETOPIS_READ_ONLY": "y", "LETOPIS_POSTGRES_POOL_MAX": "1"}
