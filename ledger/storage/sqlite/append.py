"""What happens inside an append's transaction, in the order that `ledger.log` states, and the other durable steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ledger.errors import AlreadyRecorded, Conflict, LedgerDamaged
from ledger.log import Command, Receipt, SignedCheckpoint
from ledger.storage.appending import (
    Drafts,
    chain_entries,
    claimed_meanwhile,
    moved_log,
    moved_stream,
    receipt_key,
    repeated_command,
)
from ledger.storage.sqlite.writer import Transaction
from ledger.tree.edge import RightEdge
from ledger.wire.entry import format_at

# OR FAIL: see the migration's word on triggers.
_INSERT_COMMAND: Final = (
    "INSERT OR FAIL INTO commands (key, command, digest, first_index, count, answer) VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_ENTRY: Final = "INSERT OR FAIL INTO entries (idx, type, stream, version, entry) VALUES (?, ?, ?, ?, ?)"
_INSERT_CLAIM: Final = "INSERT OR FAIL INTO claims (place, number, stream) VALUES (?, ?, ?)"
_LAST_VERSION: Final = "SELECT max(version) FROM entries WHERE stream = ?"


def append(transaction: Transaction, drafts: Drafts, command: Command, clock: Callable[[], datetime]) -> list[int]:
    """Append one command's entries and its receipt; give their notification ids.

    The insert of the receipt is also the question whether there is one.

    Raises:
        AlreadyRecorded, KeyReused, Conflict: as in `ledger.log`.
        LedgerDamaged: the entries do not continue the log although every stream does.
    """
    connection, head = transaction.connection, transaction.head
    key = receipt_key(command)
    try:
        connection.execute(_INSERT_COMMAND, (key, command.id, command.digest, head.size, len(drafts), command.answer))
    except sqlite3.IntegrityError:
        receipt = find_receipt(connection, key)
        if receipt is None:
            raise
        raise AlreadyRecorded(repeated_command(receipt, command.digest)) from None
    if command.expected_size is not None and command.expected_size != head.size:
        raise moved_log(command.expected_size, head.size)
    _check_reads(connection, command.reads)
    _check_written(connection, drafts)
    _claim_places(connection, command.claims)
    at = max(format_at(command.at or clock()), head.at)
    entries, new = chain_entries(head, drafts, at)
    rows = zip(range(head.size, new.size), drafts.types, *_run_ends(drafts), entries, strict=True)
    try:
        connection.executemany(_INSERT_ENTRY, rows)
    except sqlite3.IntegrityError:
        # Every stream was found to go on where it ended.
        raise LedgerDamaged(
            "head_disagrees", f"the stored head is of {head.size} entries, which is not where the log ends"
        ) from None
    transaction.head = new
    return list(range(head.size + 1, new.size + 1))


def read_claims(connection: sqlite3.Connection, place: str) -> list[str]:
    """The streams that claimed a place, in the order of their claims."""
    rows = connection.execute("SELECT stream FROM claims WHERE place = ? ORDER BY number", (place,))
    return [stream for (stream,) in rows]


def replace_claims(transaction: Transaction, places: Mapping[str, Sequence[str]], size: int) -> None:
    """Put these streams, in this order, in the place of all claims of each place.

    Raises:
        Conflict: the log has not this many entries.
    """
    if transaction.head.size != size:
        raise moved_log(size, transaction.head.size)
    connection = transaction.connection
    connection.executemany("DELETE FROM claims WHERE place = ?", [(place,) for place in places])
    rows = ((place, number, stream) for place, streams in places.items() for number, stream in enumerate(streams, 1))
    connection.executemany(_INSERT_CLAIM, rows)


def find_receipt(connection: sqlite3.Connection, key: str) -> Receipt | None:
    """The receipt under a key."""
    row = connection.execute(
        "SELECT command, first_index, count, digest, answer FROM commands WHERE key = ?", (key,)
    ).fetchone()
    return None if row is None else Receipt(*row)


def read_checkpoint(connection: sqlite3.Connection, at_most: int) -> SignedCheckpoint | None:
    """The newest kept checkpoint of at most this size.

    Raises:
        LedgerDamaged: its right edge does not fit its size.
    """
    row = connection.execute(
        "SELECT size, note, edge FROM checkpoints WHERE size <= ? ORDER BY size DESC LIMIT 1", (at_most,)
    ).fetchone()
    if row is None:
        return None
    size, note, edge = row
    try:
        return SignedCheckpoint(size, note, RightEdge.from_bytes(size, edge))
    except ValueError as error:
        raise LedgerDamaged("checkpoint_malformed", f"the kept checkpoint of size {size}: {error}") from None


def keep_checkpoint(transaction: Transaction, checkpoint: SignedCheckpoint) -> None:
    """Keep a signed checkpoint; the same one again is nothing new.

    Raises:
        Conflict: one of this size or a larger one is kept and differs, or the log is shorter.
    """
    size = checkpoint.size
    if checkpoint.edge.size != size:
        raise ValueError(f"a checkpoint of size {size} with the right edge of size {checkpoint.edge.size}")
    if size > transaction.head.size:
        raise Conflict("", f"a checkpoint of size {size} over a log of {transaction.head.size} entries")
    newest = transaction.connection.execute("SELECT max(size) FROM checkpoints").fetchone()[0]
    if newest is not None and newest >= size:
        if read_checkpoint(transaction.connection, size) == checkpoint:
            return
        raise Conflict("", f"a checkpoint of size {size} where one of size {newest} is kept already")
    transaction.connection.execute(
        "INSERT INTO checkpoints (size, note, edge) VALUES (?, ?, ?)",
        (size, checkpoint.note, checkpoint.edge.to_bytes()),
    )


def keep_tiles(transaction: Transaction, tiles: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep full tiles; one that is kept already must be the same.

    Raises:
        LedgerDamaged: a kept tile differs.
    """
    for level, index, hashes in tiles:
        kept = read_tile(transaction.connection, level, index)
        if kept is None:
            transaction.connection.execute(
                "INSERT INTO tiles (level, idx, hashes) VALUES (?, ?, ?)", (level, index, hashes)
            )
        elif kept != hashes:
            raise LedgerDamaged("tile_differs", f"the kept tile {level}/{index} is not the one that the entries give")


def read_tile(connection: sqlite3.Connection, level: int, index: int) -> bytes | None:
    """A kept full tile."""
    row = connection.execute("SELECT hashes FROM tiles WHERE level = ? AND idx = ?", (level, index)).fetchone()
    return None if row is None else row[0]


def _check_reads(connection: sqlite3.Connection, reads: Mapping[str, int]) -> None:
    for stream, expected in reads.items():
        found = _last_version(connection, stream) or 0
        if found != expected:
            raise moved_stream(stream, expected, found)


def _check_written(connection: sqlite3.Connection, drafts: Drafts) -> None:
    """Each stream goes on where it ended."""
    following: dict[str, int] = {}
    for stream, version in zip(drafts.streams, drafts.versions, strict=True):
        expected = following.get(stream)
        if expected is None:
            last = _last_version(connection, stream)
            # Streams of foreign applications may begin with 0.
            expected = min(version, 1) if last is None else last + 1
        if version != expected:
            raise moved_stream(stream, version - 1, expected - 1)
        following[stream] = version + 1


def _claim_places(connection: sqlite3.Connection, claims: Sequence[tuple[str, int, str]]) -> None:
    """Count each place's claims up; the insert is also the question whether another did meanwhile."""
    for place, before, stream in claims:
        try:
            connection.execute(_INSERT_CLAIM, (place, before + 1, stream))
        except sqlite3.IntegrityError:
            raise claimed_meanwhile(place) from None


def _run_ends(drafts: Drafts) -> tuple[list[str | None], list[int | None]]:
    """Give the columns stream and version as the table keeps them: told where a run ends (migration 0002)."""
    streams, versions = drafts.streams, drafts.versions
    ends = [
        stream != following or version == 0
        for stream, following, version in zip(streams, (*streams[1:], None), versions, strict=True)
    ]
    return (
        [stream if end else None for stream, end in zip(streams, ends, strict=True)],
        [version if end else None for version, end in zip(versions, ends, strict=True)],
    )


def _last_version(connection: sqlite3.Connection, stream: str) -> int | None:
    last: int | None = connection.execute(_LAST_VERSION, (stream,)).fetchone()[0]
    return last
