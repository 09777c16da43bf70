"""Re-derives a whole log from its SQLite file: slow, and with nothing of the ledger's own code.

Plain `sqlite3`, `hashlib` and `json`; the tree straight from RFC 6962 §2.1. Whatever a test did to a ledger, what is left
in the file must be a log, and `check_file` says so or raises AssertionError with the place.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIELDS = ["actor", "at", "command", "data", "index", "prev", "stream", "type", "version"]
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(frozen=True)
class Log:
    """What the file says: entries as parsed, and the receipts by key."""

    entries: list[dict[str, Any]]
    receipts: dict[str, tuple[str, bytes, int, int, bytes]]

    @property
    def keys(self) -> set[str]:
        return set(self.receipts)


def check_file(path: Path) -> Log:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        entries, leaves = _check_entries(connection)
        _check_head(connection, entries, leaves)
        receipts = _check_receipts(connection, entries)
        _check_checkpoints(connection, leaves)
        return Log(entries, receipts)
    finally:
        connection.close()


def _check_entries(connection: sqlite3.Connection) -> tuple[list[dict[str, Any]], list[bytes]]:
    entries: list[dict[str, Any]] = []
    leaves: list[bytes] = []
    versions: dict[str, int] = {}
    rows = connection.execute("SELECT idx, stream, version, type, entry FROM entries ORDER BY idx")
    for position, (idx, stream, version, type_, raw) in enumerate(_named(rows.fetchall())):
        entry = json.loads(raw)
        where = f"entry {position}"
        assert idx == position == entry["index"], where
        assert list(entry) == FIELDS, where
        assert json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() == raw, where
        assert (entry["stream"], entry["version"], entry["type"]) == (stream, version, type_), where
        assert entry["prev"] == (leaves[-1].hex() if leaves else "0" * 64), where
        assert AT.fullmatch(entry["at"]), where
        assert not entries or entry["at"] >= entries[-1]["at"], f"{where}: time goes back"
        assert version == versions[stream] + 1 if stream in versions else version in {0, 1}, where
        versions[stream] = version
        entries.append(entry)
        leaves.append(hashlib.sha256(b"\x00" + raw).digest())
    return entries, leaves


def _named(rows: list[tuple[int, str | None, int | None, str, bytes]]) -> list[tuple[int, str, int, str, bytes]]:
    """Stream and version of every row: they stand in the last one of each run (migration 0002)."""
    named: list[tuple[int, str, int, str, bytes]] = []
    run, behind = None, 0
    for idx, stream, version, type_, raw in reversed(rows):
        run, behind = (run, behind - 1) if stream is None or version is None else (stream, version)
        assert run is not None, f"entry {idx}: a run without an end"
        named.append((idx, run, behind, type_, raw))
    return named[::-1]


def _check_head(connection: sqlite3.Connection, entries: list[dict[str, Any]], leaves: list[bytes]) -> None:
    [(size, last, edge, at)] = connection.execute("SELECT size, last, edge, at FROM head").fetchall()
    assert size == len(entries)
    assert last == (leaves[-1] if leaves else bytes(32))
    assert at == (entries[-1]["at"] if entries else "")
    assert edge == _edge(leaves)


def _check_receipts(
    connection: sqlite3.Connection, entries: list[dict[str, Any]]
) -> dict[str, tuple[str, bytes, int, int, bytes]]:
    """Every entry is one receipt's, and every receipt's entries are there."""
    rows = connection.execute(
        "SELECT key, command, digest, first_index, count, answer FROM commands ORDER BY first_index"
    ).fetchall()
    following = 0
    for key, command, _digest, first, count, _answer in rows:
        assert first == following, f"receipt {key}: begins at {first}, expected {following}"
        assert {entry["command"] for entry in entries[first : first + count]} == {command}
        following += count
    assert following == len(entries)
    return {key: (command, digest, first, count, answer) for key, command, digest, first, count, answer in rows}


def _check_checkpoints(connection: sqlite3.Connection, leaves: list[bytes]) -> None:
    for size, edge in connection.execute("SELECT size, edge FROM checkpoints"):
        assert size <= len(leaves)
        assert edge == _edge(leaves[:size])
    for level, index, hashes in connection.execute("SELECT level, idx, hashes FROM tiles"):
        width = 256**level
        for i in range(256):
            first = (index * 256 + i) * width
            assert hashes[32 * i : 32 * i + 32] == tree_root(leaves[first : first + width]), f"tile {level}/{index}"


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1 over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


def _edge(leaves: Sequence[bytes]) -> bytes:
    """The roots of the complete subtrees that the leaves fall into, largest first."""
    parts = []
    first = 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            parts.append(tree_root(leaves[first : first + (1 << bit)]))
            first += 1 << bit
    return b"".join(parts)
