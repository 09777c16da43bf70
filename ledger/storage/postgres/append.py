"""The call of `letopis.append_entries`: its parameters as the protocol carries them, and what its answer means.

This is the hot path, so it goes to libpq's prepared execution with parameters encoded here: for one event that took a
fifth off the whole append, most of which is round trip and commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.rows import tuple_row

from ledger.errors import AlreadyRecorded, LedgerDamaged, LetopisError
from ledger.log import Command, Receipt
from ledger.storage.appending import (
    Drafts,
    claimed_meanwhile,
    moved_log,
    moved_stream,
    receipt_key,
    repeated_command,
)
from ledger.storage.postgres.datastore import LogConnection
from ledger.wire.errors import WireError

_STATEMENT: Final = b"letopis_append"
_QUERY: Final = (
    b"SELECT letopis.append_entries($1::int, $2::text, $3::uuid, $4::bytea, $5::bytea, $6::bigint, $7::timestamptz,"
    b" $8::text[], $9::bigint[], $10::bytea, $11::bytea[], $12::bytea[], $13::text[], $14::bigint[], $15::text[])"
)
RECEIPTS: Final = (
    "SELECT first_index, count, command::text FROM letopis.commands WHERE school = %s ORDER BY first_index"
)
CLAIMS: Final = "SELECT place, number, stream FROM letopis_derived.claims WHERE school = %s"
_CLAIMING_STATEMENT: Final = b"letopis_append_claiming"
_CLAIMING_QUERY: Final = (
    _QUERY.replace(b"append_entries", b"append_claiming")[:-1] + b", $16::text[], $17::bigint[], $18::text[])"
)
_BINARY: Final = 1
_PLAIN_COUNT: Final = 15
_BYTEA_OID, _INT8_OID, _TEXT_OID = 17, 20, 25
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_MICROSECOND: Final = timedelta(microseconds=1)

# Answers of the function, where they are not the first index.
_RECEIPT: Final = -1
_SIZE: Final = -2
_CLOCK: Final = -3
_NO_LOG: Final = -4
_CLAIMED: Final = -5
_CHECKS: Final = -10

Checks = list[tuple[str, int]]


def needed_versions(drafts: Drafts, command: Command) -> Checks:
    """The streams that must be at a version for the append to hold: those read, and those written.

    Raises:
        Conflict: the drafts of one stream do not follow one another.
    """
    checks: Checks = list(command.reads.items())
    last: dict[str, int] = {}
    for stream, version in zip(drafts.streams, drafts.versions, strict=True):
        before = last.get(stream)
        if before is None:
            checks.append((stream, version - 1))
        elif version != before + 1:
            raise moved_stream(stream, version - 1, before)
        last[stream] = version
    return checks


def encode_append(school: int, drafts: Drafts, command: Command, checks: Checks) -> list[bytes | None]:
    """The function's parameters in PostgreSQL's binary format; three more where places are claimed."""
    values = [
        school.to_bytes(4),
        receipt_key(command).encode("utf-8", "surrogatepass"),
        bytes.fromhex(command.id.replace("-", "")),
        command.digest,
        command.answer,
        None if command.expected_size is None else _int8(command.expected_size),
        None if command.at is None else _int8((command.at - _EPOCH) // _MICROSECOND),
        encode_array(_TEXT_OID, [stream.encode("utf-8", "surrogatepass") for stream, _ in checks]),
        encode_array(_INT8_OID, [_int8(version) for _, version in checks]),
        drafts.cut.before_at,
        encode_array(_BYTEA_OID, drafts.cut.before_index),
        encode_array(_BYTEA_OID, drafts.cut.after_prev),
        encode_array(_TEXT_OID, [stream.encode() for stream in drafts.streams]),
        encode_array(_INT8_OID, [_int8(version) for version in drafts.versions]),
        encode_array(_TEXT_OID, [type_.encode() for type_ in drafts.types]),
    ]
    if not command.claims:
        return values
    places, before, streams = zip(*command.claims, strict=True)
    return [
        *values,
        encode_array(_TEXT_OID, [place.encode() for place in places]),
        encode_array(_INT8_OID, [_int8(count) for count in before]),
        encode_array(_TEXT_OID, [stream.encode() for stream in streams]),
    ]


def encode_array(oid: int, items: Sequence[bytes]) -> bytes:
    """A one-dimensional array of this element type from 1, in PostgreSQL's binary format."""
    if not items:
        return bytes(8) + oid.to_bytes(4)
    parts = [b"\0\0\0\1\0\0\0\0", oid.to_bytes(4), len(items).to_bytes(4), b"\0\0\0\1"]
    for item in items:
        parts.append(len(item).to_bytes(4))
        parts.append(item)
    return b"".join(parts)


def call_append(connection: LogConnection, values: list[bytes | None]) -> int:
    """Run the append; gives the first index, or a negative answer.

    Raises:
        psycopg.Error: the server refused, or the connection was lost.
    """
    pgconn = connection.pgconn
    if not connection.append_prepared:
        for name, query in ((_STATEMENT, _QUERY), (_CLAIMING_STATEMENT, _CLAIMING_QUERY)):
            prepared = pgconn.prepare(name, query)
            if prepared.status != ExecStatus.COMMAND_OK:
                raise error_from_result(prepared)
        connection.append_prepared = True
    statement = _STATEMENT if len(values) == _PLAIN_COUNT else _CLAIMING_STATEMENT
    # psycopg's stub leaves NULL out of what a parameter may be; its code does not.
    result = pgconn.exec_prepared(statement, values, [_BINARY] * len(values), _BINARY)  # type: ignore[arg-type]
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    answer = result.get_value(0, 0)
    if answer is None:
        raise psycopg.InternalError("letopis.append_entries gave NULL")
    return int.from_bytes(answer, signed=True)


def find_receipt(connection: psycopg.Connection[object], school: int, key: str) -> Receipt | None:
    """The receipt under a key."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT command::text, first_index, count, digest, answer FROM letopis.commands"
            " WHERE school = %s AND key = %s",
            (school, key),
            prepare=True,
            binary=True,
        ).fetchone()
    return None if row is None else Receipt(*row)


def why_refused(
    connection: psycopg.Connection[object], school: int, answer: int, command: Command, checks: Checks
) -> Exception:
    """The error that a negative answer stands for."""
    if answer == _RECEIPT:
        receipt = find_receipt(connection, school, receipt_key(command))
        if receipt is None:
            return LedgerDamaged("receipt_missing", "a receipt that stopped an append cannot be read")
        return AlreadyRecorded(repeated_command(receipt, command.digest))
    if answer == _CLOCK:
        return WireError("append", "command.at", "this ledger is on the server's clock")
    if answer == _NO_LOG:
        return LetopisError(f"there is no log with the number {school} in this database")
    if answer == _CLAIMED:
        return claimed_meanwhile("" if len(command.claims) > 1 else command.claims[0][0])
    with connection.cursor(row_factory=tuple_row) as cursor:
        if answer == _SIZE:
            cursor.execute("SELECT size FROM letopis.heads WHERE school = %s", (school,))
            (size,) = cursor.fetchone() or (0,)
            return moved_log(command.expected_size or 0, size)
        stream, expected = checks[_CHECKS - answer - 1]
        cursor.execute(
            "SELECT max(version) FROM letopis.entries WHERE school = %s AND stream = %s",
            (school, stream),
        )
        (found,) = cursor.fetchone() or (None,)
    return moved_stream(stream, expected, found or 0)


def notification_ids(first_index: int, count: int) -> list[int]:
    """Leaf index + 1, for each entry."""
    return list(range(first_index + 1, first_index + count + 1))


def _int8(value: int) -> bytes:
    return value.to_bytes(8, signed=True)
