"""An audit's entries, each judged by itself and against its neighbours; pure.

The rule for an entry is `wire.entry.parse_entry`. Nearly all entries are recognised as right by a quicker reading that
says only yes or don't know: the tail is rendered from the row's columns and compared, the head is the last one's or
matches a pattern, and what stands between them is of a shape that the rule has seen (`ledger.wire.shapes`). Whoever
gets a don't-know is judged by the rule, and that alone makes findings.

That reading is made of whole blocks first, in calls that take a block each; a block in which one entry is not
recognised is read again entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from ledger.audit.range import Findings, RangeResult, RangeTask, format_run
from ledger.errors import LedgerDamaged
from ledger.log import Columns, Run
from ledger.tree.hashing import leaf_hash
from ledger.wire.canonical import LIMIT_DEPTH, parse_canonical
from ledger.wire.entry import ENTRY_BYTES_MAX, GENESIS_PREV, Entry, parse_entry
from ledger.wire.errors import WireError
from ledger.wire.shapes import Shapes

_KNOWN_MAX: Final = 10_000

_UUID: Final = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SNAKE: Final = rb"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_HEAD = re.compile(
    rb'\{"actor":\{"id":"%b","role":"(%b)"\},"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}'
    rb'\.[0-9]{6}Z)","command":"(%b)","data":' % (_UUID, _SNAKE, _UUID)
)
_STREAM = re.compile(f"{_SNAKE.decode()}/{_UUID.decode()}", re.ASCII)
_TYPE = re.compile(f"{_SNAKE.decode()}/[1-9][0-9]{{0,5}}", re.ASCII)
_NAME_LENGTH_MAX: Final = 64


class EntryWalker:
    """Walks along entries and remembers what the next one must fit to."""

    def __init__(self, result: RangeResult, task: RangeTask, shapes: Shapes) -> None:
        self._result = result
        self._findings = result.findings
        self._streams = result.streams
        self._prev = GENESIS_PREV
        self._prev_hex = GENESIS_PREV.hex()
        self._at = ""
        self._head = b"\x00"  # no entry starts with it
        self._command = ""
        self._run_first = task.start
        self._runs = sha256()
        self._next = task.start
        self._types: set[str] = set()
        self._odd: set[str] = set()  # streams whose names break the rule
        self._shapes = shapes
        self._block: Sequence[bytes] = ()
        self._block_first = task.start
        # `data` of entries that are right but for that: judged together, before anything is found of a later entry.
        self._data: list[bytes] = []
        self._data_first = task.start

    def begin_after(self, previous: bytes) -> None:
        """Start behind an entry that another range judges."""
        self._prev = leaf_hash(previous)
        self._prev_hex = self._prev.hex()
        try:
            self._at = parse_entry(previous).at
        except WireError:
            self._at = ""

    def take(self, columns: Columns, first: int, stop: int) -> list[bytes]:
        """Judge the entries `first` up to but not including `stop`; returns their leaf hashes.

        Raises:
            LedgerDamaged: an entry is missing; those before it were judged.
        """
        entries = columns.entries
        leaves = [sha256(b"\x00" + raw).digest() for raw in entries]
        prevs = [self._prev_hex, *map(bytes.hex, leaves)]
        if entries and not self._take_together(columns, first, prevs):
            self._take_each(columns, first, prevs)
        if len(entries) < stop - first:
            missing = first + len(entries)
            raise LedgerDamaged("entry_missing", f"there is no entry {missing}", index=missing)
        self._prev_hex = prevs[-1]
        self._next = stop
        self._result.last, self._result.at = leaves[-1], self._at
        return leaves

    def _take_together(self, columns: Columns, first: int, prevs: Sequence[str]) -> bool:
        """Judge a block of which every entry is recognised as right; False, and nothing noted, where one is not.

        Half of an audit's time is spent here, and nearly all of it in calls that take the whole block.
        """
        entries, types = columns.entries, columns.types
        streams = self._continued(columns.runs, first)
        if streams is None or not self._know_types(types) or self._odd:
            return False
        tails = _tails(columns, first, prevs)
        if not all(map(bytes.endswith, entries, tails)) or max(map(len, entries)) > ENTRY_BYTES_MAX:
            return False
        heads = self._heads(entries)
        if heads is None:
            return False
        starts, lengths = heads
        data = [raw[start : -len(tail)] for raw, start, tail in zip(entries, lengths, tails, strict=True)]
        if not all(self._is_canonical(data[place]) for place in self._shapes.unknown(data)):
            return False
        self._streams.update(streams)
        for place, head in starts:
            self._begin_run(head[3].decode(), first + place)
        self._head = starts[-1][1][0]
        self._at = starts[-1][1][2].decode()
        return True

    def _continued(self, runs: Sequence[Run], first: int) -> dict[str, list[int]] | None:
        """Give the streams of a block as they stand behind it; None where one does not go on where it ended."""
        streams: dict[str, list[int]] = {}
        for stream, version, count in runs:
            known = streams.get(stream) or self._streams.get(stream)
            last_version, last_index = version + count - 1, first + count - 1
            if known is None:
                if version < 1 or _STREAM.fullmatch(stream) is None:
                    return None
                streams[stream] = [version, last_version, first, last_index]
            elif known[1] + 1 == version:
                streams[stream] = [known[0], last_version, known[2], last_index]
            else:
                return None
            first += count
        return streams

    def _know_types(self, types: Sequence[str]) -> bool:
        """Whether these names of types are right."""
        for type_ in set(types) - self._types:
            if _TYPE.fullmatch(type_) is None or len(self._types) >= _KNOWN_MAX:
                return False
            self._types.add(type_)
        return True

    def _heads(self, entries: Sequence[bytes]) -> tuple[list[tuple[int, re.Match[bytes]]], list[int]] | None:
        """Read the head of the first entry and of each that has another than the one before.

        Gives them with their places, and every entry's length of head; None where one is not ordinary or its time
        goes back.
        """
        starts: list[tuple[int, re.Match[bytes]]] = []
        lengths: list[int] = []
        head, at = b"\x00", self._at.encode()
        for place, raw in enumerate(entries):
            if not raw.startswith(head):
                match = _HEAD.match(raw)
                if match is None or len(match[1]) > _NAME_LENGTH_MAX or match[2] < at:
                    return None
                if match[2] != at:
                    at = match[2]
                    try:
                        datetime.fromisoformat(at.decode())
                    except ValueError:
                        return None
                head = match[0]
                starts.append((place, match))
            lengths.append(len(head))
        return starts, lengths

    def _take_each(self, columns: Columns, first: int, prevs: Sequence[str]) -> None:
        """Judge a block entry by entry, and say of each what is wrong with it."""
        self._block = columns.entries
        self._block_first = self._data_first = first
        streams, types, odd, judge_together = self._streams, self._types, self._odd, self._data.append
        head, index = self._head, first - 1
        at_stream, known, last_version = "", [0, 0, 0, 0], 0
        rows = zip(_each_version(columns.runs), columns.types, columns.entries, prevs, strict=False)
        for (stream, version), type_, raw, prev_hex in rows:
            index += 1
            tail = (
                f',"index":{index},"prev":"{prev_hex}","stream":"{stream}","type":"{type_}","version":{version}}}'
            ).encode()
            right = raw.endswith(tail)
            if stream != at_stream or version != last_version + 1 or type_ not in types or odd:
                known[1], known[3] = last_version, index - 1
                right = self._note_row(index, stream, version, type_) and right
                at_stream, known = stream, streams[stream]
            last_version = version
            if right and not raw.startswith(head):
                head = self._take_head(raw, index)
            if right and head and len(raw) <= ENTRY_BYTES_MAX:
                judge_together(raw[len(head) : -len(tail)])
            else:
                self._take_slowly(index, stream, version, type_, raw, prev_hex)
                head = self._head
        known[1], known[3] = last_version, index
        self._settle()

    def _settle(self) -> None:
        """Judge `data` that is still to be judged."""
        data = self._data
        if not data:
            return
        for place in self._shapes.unknown(data):
            if not self._is_canonical(data[place]):
                index = self._data_first + place
                self._parse(index, self._block[index - self._block_first])
        self._data_first += len(data)
        data.clear()

    def finish(self) -> bytes:
        """Close the last run; returns the digest over the runs."""
        self._end_run(self._next)
        return self._runs.digest()

    def _take_head(self, raw: bytes, index: int) -> bytes:
        """Read an ordinary head that is not the last one's; empty: it is not ordinary."""
        match = _HEAD.match(raw)
        if match is None or len(match[1]) > _NAME_LENGTH_MAX:
            return b""
        at = match[2].decode()
        if at != self._at:
            try:
                datetime.fromisoformat(at)
            except ValueError:
                return b""
            if at < self._at:
                return b""
            self._at = at
        self._head = match[0]
        self._begin_run(match[3].decode(), index)
        return match[0]

    def _begin_run(self, command: str, index: int) -> None:
        if command != self._command:
            self._end_run(index)
            self._command, self._run_first = command, index

    def _end_run(self, index: int) -> None:
        if index > self._run_first:
            self._runs.update(format_run(self._command, self._run_first, index - self._run_first))

    def _is_canonical(self, data: bytes) -> bool:
        """Whether this is `data` in canonical form, by the rule; its shape is known from then on."""
        try:
            value = parse_canonical(data, limit_depth=LIMIT_DEPTH - 1)
        except WireError:
            return False
        self._shapes.learn(value)
        return True

    def _parse(self, index: int, raw: bytes) -> Entry | None:
        """Read an entry by the rule, and say what is wrong with it, if it cannot be."""
        try:
            return parse_entry(raw)
        except WireError as error:
            self._findings.add("entry_malformed", index, "an entry as the log format says", str(error))
            return None

    def _note_row(self, index: int, stream: str, version: int, type_: str) -> bool:
        """Judge a row that starts a stream or a type, or does not continue its stream; whether its names are right."""
        if type_ not in self._types and _TYPE.fullmatch(type_) is not None and len(self._types) < _KNOWN_MAX:
            self._types.add(type_)
        known = self._streams.get(stream)
        if known is None:
            self._streams[stream] = [version, version, index, index]
            if _STREAM.fullmatch(stream) is None or version < 1:
                self._odd.add(stream)
        else:
            if known[1] + 1 != version:
                self._settle()
                self._findings.add("version_gap", index, f"version {known[1] + 1} of {stream}", f"version {version}")
            known[1], known[3] = version, index
        return type_ in self._types and stream not in self._odd

    def _take_slowly(self, index: int, stream: str, version: int, type_: str, raw: bytes, prev_hex: str) -> None:
        """Judge an entry by the rule, and say what is wrong with it, if anything is."""
        self._settle()
        self._data_first = index + 1
        self._head = b"\x00"
        entry = self._parse(index, raw)
        if entry is None:
            return  # which command it is of is unknown: taken for the last one's
        _compare(self._findings, index, entry, (stream, version, type_), prev_hex)
        if entry.at < self._at:
            self._findings.add("time_backwards", index, f"not before {self._at}", entry.at)
        self._at = max(self._at, entry.at)
        self._begin_run(entry.command, index)


def _each_version(runs: Sequence[Run]) -> Iterator[tuple[str, int]]:
    """Stream and version of each entry of the runs."""
    for stream, first_version, count in runs:
        for version in range(first_version, first_version + count):
            yield stream, version


def _tails(columns: Columns, first: int, prevs: Sequence[str]) -> list[bytes]:
    """Render what must stand behind `data` in each entry, the first of them at index `first`."""
    names = [name for run in columns.runs for name in [f'","stream":"{run.stream}","type":"'] * run.length]
    versions = [number for _, version, length in columns.runs for number in range(version, version + length)]
    # One flat loop: in a loop over runs, which are short, this takes more than twice as long.
    return [
        f',"index":{index},"prev":"{prev}{name}{type_}","version":{version}}}'.encode()
        for index, (prev, name, type_, version) in enumerate(
            zip(prevs, names, columns.types, versions, strict=False), start=first
        )
    ]


def _compare(findings: Findings, index: int, entry: Entry, row: tuple[str, int, str], prev_hex: str) -> None:
    if entry.index != index:
        findings.add("index_wrong", index, str(index), str(entry.index))
    if entry.prev.hex() != prev_hex:
        findings.add("chain_broken", index, prev_hex, entry.prev.hex())
    if (entry.stream, entry.version, entry.type) != row:
        told = f"{entry.stream} {entry.version} {entry.type}"
        findings.add("columns_differ", index, told, f"{row[0]} {row[1]} {row[2]}")
