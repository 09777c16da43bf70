"""Entries: one event of the school's log as canonical JSON (log format §2).

Readers and checkers use `parse_entry` and `format_entry`. Writers do not know `at`, `index` and `prev` until they hold
the log's lock, so they cut the entries around them beforehand: `cut_entries`, then `assemble` (or the same in SQL).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from ledger.wire.canonical import INTEGER_MAX, LIMIT_DEPTH, format_canonical, parse_canonical
from ledger.wire.errors import WireError

ENTRY_BYTES_MAX: Final = 65_535
GENESIS_PREV: Final = bytes(32)
"""What `prev` holds in the entry at index 0."""

_WHAT: Final = "entry"
_FIELDS: Final = frozenset(("actor", "at", "command", "data", "index", "prev", "stream", "type", "version"))
_ACTOR_FIELDS: Final = frozenset(("id", "role", "on_behalf_of", "basis"))

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SNAKE: Final = "[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
# The hour is bounded here because newer Pythons read 24:00 as the next day's midnight: a second spelling.
_AT_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
_ID = re.compile(_UUID, re.ASCII)
_NAME = re.compile(_SNAKE, re.ASCII)
_AT = re.compile(_AT_PATTERN, re.ASCII)
_PREV = re.compile("[0-9a-f]{64}", re.ASCII)
_STREAM = re.compile(f"{_SNAKE}/{_UUID}", re.ASCII)
_TYPE = re.compile(f"{_SNAKE}/[1-9][0-9]{{0,5}}", re.ASCII)
_NAME_LENGTH_MAX: Final = 64
_BASIS_LENGTH_MAX: Final = 200

_AT_LENGTH: Final = len("2026-09-01T08:31:12.123456Z")
_PREV_LENGTH: Final = 64
_BEFORE_AT: Final = b'},"at":"'
_BEFORE_COMMAND: Final = b'","command":"'
_BEFORE_DATA: Final = b'","data":'
_BEFORE_INDEX: Final = b',"index":'
_HEAD = re.compile(
    rf'{{"actor":{{"id":"({_UUID})","role":"({_SNAKE})"}},"at":"({_AT_PATTERN})","command":"({_UUID})","data":',
    re.ASCII,
)
_TAIL = re.compile(
    rf',"index":(0|[1-9][0-9]{{0,15}}),"prev":"([0-9a-f]{{64}})","stream":"({_SNAKE}/{_UUID})"'
    rf',"type":"({_SNAKE}/[1-9][0-9]{{0,5}})","version":([1-9][0-9]{{0,15}})}}',
    re.ASCII,
)
_DATA_OFFSET: Final = len(_BEFORE_AT) + _AT_LENGTH + len(_BEFORE_COMMAND) + 36 + len(_BEFORE_DATA)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a person's random id and the role used; for whom and on what ground, where that is somebody else."""

    id: str
    role: str
    on_behalf_of: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with its fields as the log format §2 names them.

    Attributes:
        actor: who acted.
        at: the server's clock, UTC with microseconds, as `format_at` writes it.
        command: id of the command that caused it.
        data: the event's body.
        index: leaf index in the school's log, from 0.
        prev: leaf hash of the entry before, 32 bytes; `GENESIS_PREV` at index 0.
        stream: `<kind>/<uuid>` of the aggregate.
        type: `<past_tense_name>/<schema version>`.
        version: version of the aggregate, from 1.
    """

    actor: Actor
    at: str
    command: str
    data: dict[str, Any]
    index: int
    prev: bytes
    stream: str
    type: str
    version: int


class EntryPieces(NamedTuple):
    """An entry cut around the three values that only the holder of the log's lock knows.

    `before_at ‖ at ‖ before_index ‖ index ‖ ,"prev":" ‖ prev in hex ‖ after_prev` is the entry.
    """

    before_at: bytes
    before_index: bytes
    after_prev: bytes


class CutEntries(NamedTuple):
    """The entries of one command, each cut as in `EntryPieces`; what stands before `at` is the same in all."""

    before_at: bytes
    before_index: list[bytes]
    after_prev: list[bytes]


def format_entry(entry: Entry) -> bytes:
    """Render an entry.

    Raises:
        WireError: a field breaks its rule, or the whole is longer than 65,535 bytes.
    """
    _check_entry(entry)
    raw = format_canonical(
        {
            "actor": _actor_fields(entry.actor),
            "at": entry.at,
            "command": entry.command,
            "data": entry.data,
            "index": entry.index,
            "prev": entry.prev.hex(),
            "stream": entry.stream,
            "type": entry.type,
            "version": entry.version,
        }
    )
    if len(raw) > ENTRY_BYTES_MAX:
        raise WireError(_WHAT, "byte 0", f"{len(raw)} bytes where {ENTRY_BYTES_MAX} are allowed")
    return raw


def parse_entry(raw: bytes) -> Entry:
    """Read an entry, strictly.

    Raises:
        WireError: not canonical, a field missing, unknown or against its rule.
    """
    return _parse_ordinary(raw) or _parse_any(raw)


def _parse_ordinary(raw: bytes) -> Entry | None:
    """Read an entry whose actor acts for nobody else, at twice the speed of `_parse_any`; None: ask that one.

    Head and tail are matched against the one spelling that they have; between them stands `data`, a JSON object by
    itself. So the three together are canonical exactly when `data` is.
    """
    if len(raw) > ENTRY_BYTES_MAX:
        return None
    try:
        text = raw.decode()
        head = _HEAD.match(text)
        tail_start = text.rfind(',"index":')
        tail = _TAIL.fullmatch(text, max(tail_start, 0))
        if head is None or tail is None:
            return None
        actor_id, role, at, command = head.groups()
        datetime.fromisoformat(at)
        data = parse_canonical(text[head.end() : tail_start].encode(), limit_depth=LIMIT_DEPTH - 1)
    except ValueError:
        return None
    index_digits, prev, stream, type_, version_digits = tail.groups()
    index, version = int(index_digits), int(version_digits)
    if len(role) > _NAME_LENGTH_MAX or index > INTEGER_MAX or version > INTEGER_MAX:
        return None
    return Entry(Actor(actor_id, role), at, command, data, index, bytes.fromhex(prev), stream, type_, version)


def _parse_any(raw: bytes) -> Entry:
    """Read an entry field by field: the definition, and what names the place in a wrong one."""
    try:
        fields = parse_canonical(raw, limit_bytes=ENTRY_BYTES_MAX)
    except WireError as error:
        raise WireError(_WHAT, error.where, error.reason) from None
    if fields.keys() != _FIELDS:
        raise WireError(_WHAT, _first_odd(fields, _FIELDS), "field missing or unknown")
    prev = fields["prev"]
    if type(prev) is not str or _PREV.fullmatch(prev) is None:
        raise WireError(_WHAT, "prev", "not 64 lower-case hex digits")
    fields["prev"] = bytes.fromhex(prev)
    fields["actor"] = _parse_actor(fields["actor"])
    entry = Entry(**fields)
    _check_entry(entry)
    return entry


def format_actor(actor: Actor) -> bytes:
    """Render the `actor` object of an entry.

    Raises:
        WireError: a field breaks its rule.
    """
    _check_actor(actor)
    return format_canonical(_actor_fields(actor))


def format_at(moment: datetime) -> str:
    """Render a moment as an entry's `at`: UTC, always six digits of microseconds.

    Raises:
        WireError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise WireError(_WHAT, "at", "a moment without a time zone")
    # In UTC the text ends in +00:00.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_at(text: str) -> datetime:
    """Read an entry's `at`.

    Raises:
        WireError: not `YYYY-MM-DDTHH:MM:SS.ffffffZ`, or no such instant.
    """
    if _AT.fullmatch(text) is None:
        raise WireError(_WHAT, "at", "not YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise WireError(_WHAT, "at", "no such instant") from None


def cut_entry(
    actor_json: bytes,
    command: str,
    stream: str,
    type: str,  # noqa: A002 - the field's name
    version: int,
    data: bytes,
) -> EntryPieces:
    """Cut an entry around `at`, `index` and `prev`: `cut_entries` for one.

    Raises:
        WireError: as there.
    """
    before_at, (before_index,), (after_prev,) = cut_entries(actor_json, command, [stream], [type], [version], [data])
    return EntryPieces(before_at, before_index, after_prev)


def cut_entries(
    actor_json: bytes,
    command: str,
    streams: Sequence[str],
    types: Sequence[str],
    versions: Sequence[int],
    data: Sequence[bytes],
) -> CutEntries:
    """Cut the entries of one command around `at`, `index` and `prev`; the four sequences are as long as one another.

    `actor_json` and `data` must be canonical already. Stream and type are escaped, not judged: logs of foreign
    applications name theirs as they like, and `parse_entry` judges ours.

    Raises:
        WireError: a stream or type that UTF-8 cannot carry.
    """
    before_data = b"".join((_BEFORE_COMMAND, command.encode(), _BEFORE_DATA))
    names = list(zip(streams, types, strict=True))
    # Most commands write one stream and a few types: each pair is rendered once.
    tails = {
        (stream, type_): b'","stream":%b,"type":%b,"version":' % (_quote(stream, "stream"), _quote(type_, "type"))
        for stream, type_ in set(names)
    }
    return CutEntries(
        b"".join((b'{"actor":', actor_json, b',"at":"')),
        [before_data + one + _BEFORE_INDEX for one in data],
        [b"%b%d}" % (tails[name], version) for name, version in zip(names, versions, strict=True)],
    )


def assemble(pieces: EntryPieces, at: str, index: int, prev_hex: str) -> bytes:
    """Join the pieces around the three values; what SQL writers do with `||`."""
    return b'%b%b%b%d,"prev":"%b%b' % (
        pieces.before_at,
        at.encode(),
        pieces.before_index,
        index,
        prev_hex.encode(),
        pieces.after_prev,
    )


def entry_data(raw: bytes, *, index: int, stream: str, type: str, version: int) -> bytes:  # noqa: A002 - the field's name
    """Slice the bytes of `data` out of a valid entry, if it carries these fields.

    The head: the actor's object is the first thing in the entry and holds texts only. Inside a JSON text a quote
    stands escaped, so `},"at":"` cannot occur in one, and its first occurrence is where the actor ends; `at` and
    `command` have fixed lengths. The tail is rendered and compared.

    Raises:
        ValueError: it does not carry them.
        WireError: a stream or type that UTF-8 cannot carry.
    """
    start = raw.index(_BEFORE_AT) + _DATA_OFFSET
    before_prev = b',"index":%d,"prev":"' % index
    after_prev = b'","stream":%b,"type":%b,"version":%d}' % (_quote(stream, "stream"), _quote(type, "type"), version)
    end = len(raw) - len(after_prev) - _PREV_LENGTH - len(before_prev)
    if not (raw.endswith(after_prev) and raw.startswith(before_prev, end)):
        raise ValueError("an entry with another index, stream, type or version")
    return raw[start:end]


def read_tail(raw: bytes) -> tuple[int, str, int]:
    """Read index, stream and version of a valid entry from its tail alone.

    In a JSON text a quote stands escaped, so the last `,"index":` is the entry's own, whatever `data` and the names
    behind it say.

    Raises:
        ValueError: it does not end as an entry does.
    """
    fields = orjson.loads(b"{" + raw[raw.rindex(_BEFORE_INDEX) + 1 :])
    try:
        return fields["index"], fields["stream"], fields["version"]
    except KeyError:
        raise ValueError("an entry without index, stream or version") from None


def _quote(text: str, where: str) -> bytes:
    try:
        return orjson.dumps(text)
    except TypeError:
        raise WireError(_WHAT, where, "a lone surrogate") from None


def _first_odd(found: dict[str, Any], expected: frozenset[str]) -> str:
    missing = sorted(expected - found.keys())
    return missing[0] if missing else min(found.keys() - expected)


def _actor_fields(actor: Actor) -> dict[str, str]:
    fields = {"id": actor.id, "role": actor.role}
    if actor.on_behalf_of is not None:
        fields["on_behalf_of"] = actor.on_behalf_of
    if actor.basis is not None:
        fields["basis"] = actor.basis
    return fields


def _parse_actor(value: object) -> Actor:
    if type(value) is not dict:
        raise WireError(_WHAT, "actor", "not an object")
    if not (value.keys() <= _ACTOR_FIELDS and "id" in value and "role" in value):
        raise WireError(_WHAT, "actor", "field missing or unknown")
    if None in value.values():
        raise WireError(_WHAT, "actor", "an optional field that is null")
    return Actor(**value)


def _check_actor(actor: Actor) -> None:
    _check_pattern(actor.id, _ID, "actor.id", "not a lower-case UUID")
    _check_name(actor.role, "actor.role")
    if actor.on_behalf_of is not None:
        _check_pattern(actor.on_behalf_of, _ID, "actor.on_behalf_of", "not a lower-case UUID")
    basis = actor.basis
    if actor.on_behalf_of is not None and basis is None:
        raise WireError(_WHAT, "actor.basis", "missing where one acts for another")
    if basis is not None and not (type(basis) is str and 0 < len(basis) <= _BASIS_LENGTH_MAX and basis.isprintable()):
        raise WireError(_WHAT, "actor.basis", f"not a printable text of 1..{_BASIS_LENGTH_MAX} characters")


def _check_entry(entry: Entry) -> None:
    """Judge every field by its row of the table in the log format §2."""
    _check_actor(entry.actor)
    if type(entry.at) is not str:
        raise WireError(_WHAT, "at", "not a text")
    parse_at(entry.at)
    _check_pattern(entry.command, _ID, "command", "not a lower-case UUID")
    if type(entry.data) is not dict:
        raise WireError(_WHAT, "data", "not an object")
    _check_integer(entry.index, 0, "index")
    if len(entry.prev) != 32:
        raise WireError(_WHAT, "prev", "not 32 bytes")
    _check_pattern(entry.stream, _STREAM, "stream", "not <kind>/<lower-case UUID>")
    _check_pattern(entry.type, _TYPE, "type", "not <snake_case>/<version from 1>")
    _check_integer(entry.version, 1, "version")


def _check_pattern(value: object, pattern: re.Pattern[str], where: str, reason: str) -> None:
    if type(value) is not str or pattern.fullmatch(value) is None:
        raise WireError(_WHAT, where, reason)


def _check_name(value: object, where: str) -> None:
    if type(value) is not str or len(value) > _NAME_LENGTH_MAX or _NAME.fullmatch(value) is None:
        raise WireError(_WHAT, where, "not snake_case")


def _check_integer(value: object, least: int, where: str) -> None:
    if type(value) is not int or not least <= value <= INTEGER_MAX:
        raise WireError(_WHAT, where, f"not an integer of {least}..2^53-1")
