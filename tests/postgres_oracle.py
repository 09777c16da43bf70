"""A slow, independent reading of a school's log: plain SELECTs, hashlib and json, nothing of `ledger`.

`read_log` re-derives everything that the tables state (index, chain, tree, right edge, head, versions, receipts) from the
entries' bytes alone and fails where a table says otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class LogRead:
    """What the oracle found: the entries' bytes, the same parsed, and the receipts by key as (command, first, count)."""

    raw: list[bytes]
    entries: list[dict[str, Any]]
    receipts: dict[str, tuple[str, int, int]]


def root_over(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root_over(leaves[:k]) + root_over(leaves[k:])).digest()


def right_edge(leaves: list[bytes]) -> bytes:
    """The roots of the full subtrees that the leaves fall into, largest first."""
    edge = b""
    start = 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) & (1 << bit):
            edge += root_over(leaves[start : start + (1 << bit)])
            start += 1 << bit
    return edge


def read_log(dsn: str, origin: str) -> LogRead:
    """Read one log and check every statement about it."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        head = connection.execute(
            "SELECT school, size, last, edge, at AT TIME ZONE 'UTC' FROM letopis.heads WHERE origin = %s", (origin,)
        ).fetchone()
        assert head is not None, f"no log {origin}"
        school, size, last, edge, at = head
        rows = connection.execute(
            "SELECT idx, stream, version, type, entry FROM letopis.entries WHERE school = %s ORDER BY idx", (school,)
        ).fetchall()
        commands = connection.execute(
            "SELECT key, command::text, first_index, count FROM letopis.commands WHERE school = %s", (school,)
        ).fetchall()

    prev = bytes(32)
    before = ""
    versions: dict[str, int] = {}
    leaves: list[bytes] = []
    entries: list[dict[str, Any]] = []
    for position, (idx, stream, version, type_, raw) in enumerate(rows):
        assert idx == position, f"gap at {position}"
        entry = json.loads(raw)
        again = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert again == raw, f"entry {position} is not canonical"
        assert (entry["index"], entry["stream"], entry["version"], entry["type"]) == (position, stream, version, type_)
        assert entry["prev"] == prev.hex(), f"chain broken at {position}"
        assert entry["at"] >= before, f"clock went back at {position}"
        first = version in {0, 1} if stream not in versions else version == versions[stream] + 1
        assert first, f"version gap at {position}"
        versions[stream] = version
        before = entry["at"]
        prev = hashlib.sha256(b"\x00" + raw).digest()
        leaves.append(prev)
        entries.append(entry)
    assert size == len(rows)
    assert last == prev
    assert edge == right_edge(leaves)
    assert (at.isoformat(timespec="microseconds") + "Z" if at else "") == before

    receipts = {key: (command, first, count) for key, command, first, count in commands}
    covered = sorted((first, count, command) for command, first, count in receipts.values())
    end = 0
    for first, count, command in covered:
        assert first == end, "a receipt is missing, or two overlap"
        end = first + count
        assert {entry["command"] for entry in entries[first:end]} == {command}
    assert end == size
    return LogRead([row[4] for row in rows], entries, receipts)
