"""From stored events and a command to entries, and back: the pure part of an append, shared by every database.

Before the log's lock is held, each event is cut into the pieces of its entry (`draft_entries`); under the lock only
`at`, index and previous hash are filled in and hashed (`chain_entries`, or the same in SQL).

A log has one of two rules for the states that it takes (`LETOPIS_STATES`):

- ``canonical``: the state is the entry's `data`, a canonical JSON object; every append has its command. Our own logs.
- ``any``: foreign applications of the eventsourcing library. Any bytes, carried as
  ``"data":{"state":"<base64url without padding>"}``; stream and type are the application's own names.
"""

from __future__ import annotations

import base64
import re
from binascii import hexlify
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal, cast
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from ledger.errors import Conflict, KeyReused, LedgerDamaged
from ledger.log import Command, Head, Receipt, RecordedEvent
from ledger.wire.canonical import INTEGER_MAX, LIMIT_DEPTH, parse_canonical
from ledger.wire.entry import ENTRY_BYTES_MAX, Actor, CutEntries, cut_entries, entry_data, format_actor, read_tail
from ledger.wire.errors import WireError
from ledger.wire.shapes import Shapes

States = Literal["canonical", "any"]

EVENTS_MAX: Final = 10_000
"""Events in one append."""
ANSWER_BYTES_MAX: Final = 65_535
KEY_LENGTH_MAX: Final = 512
READS_MAX: Final = 10_000
FOREIGN_ACTOR: Final = Actor(id="00000000-0000-0000-0000-000000000000", role="system")
"""Who acts where a foreign application names nobody."""

_WHAT: Final = "append"
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SNAKE: Final = "[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_ID = re.compile(_UUID, re.ASCII)
_STREAM = re.compile(f"{_SNAKE}/{_UUID}", re.ASCII)
_TYPE = re.compile(f"{_SNAKE}/[1-9][0-9]{{0,5}}", re.ASCII)
# What the lock's holder adds: `at`, an index of at most 16 digits (2^53-1), `,"prev":"` and 64 hex digits.
_FILLED_IN_BYTES: Final = 27 + 16 + 9 + 64
_BESIDE_BYTES: Final = 512  # of an entry: all but its `data`, its columns, its place in the index of streams
_STREAM_RULE: Final = "not <kind>/<lower-case UUID>"
_TYPE_RULE: Final = "not <snake_case>/<version from 1>"
_STATE_PREFIX: Final = b'{"state":"'
_STATE_SUFFIX: Final = b'"}'

_TEXTS: Final = frozenset((str,))

_shapes: Final = Shapes()  # what is canonical is so in every log


@dataclass(frozen=True, slots=True)
class Drafts:
    """The entries of one append that wait for `at`, index and previous hash, and their columns.

    Column by column and not entry by entry: what is done for each of thirty marks is most of an append's time here, and
    both databases take columns.
    """

    streams: Sequence[str]
    versions: Sequence[int]
    types: Sequence[str]
    cut: CutEntries

    def __len__(self) -> int:
        return len(self.streams)

    @property
    def size_bytes(self) -> int:
        """About what they take in a database, with their index."""
        return sum(map(len, self.cut.before_index)) + len(self) * _BESIDE_BYTES


NO_DRAFTS: Final = Drafts((), (), (), CutEntries(b"", [], []))
"""Of an append that carries no event."""


def read_states(value: str) -> States:
    """Read the setting.

    Raises:
        ValueError: neither ``canonical`` nor ``any``.
    """
    if value == "canonical":
        return "canonical"
    if value == "any":
        return "any"
    raise ValueError(f"LETOPIS_STATES: expected canonical or any, found {value!r}")


def foreign_command() -> Command:
    """Make the command of an append that came without one (states ``any`` only)."""
    return Command(id=str(uuid4()), actor=FOREIGN_ACTOR)


def check_command(command: Command) -> None:
    """Judge the envelope.

    Raises:
        WireError: a field breaks its rule.
    """
    if _ID.fullmatch(command.id) is None:
        raise WireError(_WHAT, "command.id", "not a lower-case UUID")
    if len(command.key) > KEY_LENGTH_MAX or not command.key.isprintable():
        raise WireError(_WHAT, "command.key", f"not at most {KEY_LENGTH_MAX} printable characters")
    if len(command.digest) not in {0, 32}:
        raise WireError(_WHAT, "command.digest", "neither empty nor 32 bytes")
    if len(command.answer) > ANSWER_BYTES_MAX:
        raise WireError(_WHAT, "command.answer", f"more than {ANSWER_BYTES_MAX} bytes")
    if len(command.reads) > READS_MAX:
        raise WireError(_WHAT, "command.reads", f"more than {READS_MAX} streams")
    if len(command.claims) > EVENTS_MAX:
        raise WireError(_WHAT, "command.claims", f"more than {EVENTS_MAX} places")


def receipt_key(command: Command) -> str:
    """Give the key that the command's receipt is kept under."""
    return command.key or command.id


def draft_entries(events: Sequence[StoredEvent], command: Command, states: States) -> Drafts:
    """Cut each event's entry; all checks that need no database are made here.

    Raises:
        WireError: an event breaks a rule of the log format; `where` is ``events[N].<field>``.
    """
    if len(events) > EVENTS_MAX:
        raise WireError(_WHAT, "events", f"more than {EVENTS_MAX} in one append")
    check_command(command)
    versions = [event.originator_version for event in events]
    types: Sequence[str] = [event.topic for event in events]
    data = [event.state for event in events]
    if states == "canonical":
        streams = _checked_texts([event.originator_id for event in events], "stream", _is_stream, _STREAM_RULE)
        types = _checked_texts(types, "type", _is_type, _TYPE_RULE)
        _check_versions(versions, 1)
        _check_data(data)
    else:
        streams = [stream_name(event.originator_id) for event in events]
        _check_versions(versions, 0)
        data = [_wrap_state(state) for state in data]
    cut = cut_entries(_format_actor(command.actor), command.id, streams, types, versions, data)
    _check_sizes(cut)
    return Drafts(streams, versions, types, cut)


def stream_name(originator_id: UUID | str) -> str:
    """Give the stream of an originator id; foreign applications have UUIDs there."""
    return originator_id if type(originator_id) is str else str(originator_id)


def chain_entries(head: Head, drafts: Drafts, at: str) -> tuple[list[bytes], Head]:
    """Fill the drafts in behind `head`, hash them, and give the entries with the head after them."""
    if not drafts:
        return [], head
    entries: list[bytes] = []
    leaves: list[bytes] = []
    start = drafts.cut.before_at + at.encode()
    index, prev_hex = head.size, hexlify(head.last)
    for before_index, after_prev in zip(drafts.cut.before_index, drafts.cut.after_prev, strict=True):
        entry = b'%b%b%d,"prev":"%b%b' % (start, before_index, index, prev_hex, after_prev)
        leaf = sha256(b"\x00" + entry).digest()  # `leaf_hash`, without a call for each
        entries.append(entry)
        leaves.append(leaf)
        prev_hex = hexlify(leaf)
        index += 1
    edge = head.edge.append(leaves[0]) if len(leaves) == 1 else head.edge.extend(leaves)
    return entries, Head(index, leaves[-1], edge, at)


def entry_stream(entry: bytes, index: int) -> tuple[str, int]:
    """Give stream and version of a stored entry.

    Raises:
        LedgerDamaged: it does not end as the entry of this index does.
    """
    try:
        found, stream, version = read_tail(entry)
    except ValueError:
        found, stream, version = -1, "", 0
    if found != index:
        raise LedgerDamaged("entry_malformed", f"entry {index} does not end as an entry does", index=index)
    return stream, version


def event_state(entry: bytes, *, index: int, stream: str, type_: str, version: int, states: States) -> bytes:
    """Give the state that was inserted, from the entry that carries it.

    Raises:
        LedgerDamaged: the entry does not carry these fields, or holds no state of this kind.
    """
    try:
        state = entry_data(entry, index=index, stream=stream, type=type_, version=version)
    except ValueError:
        raise LedgerDamaged("entry_malformed", f"entry {index} is not what is stored beside it", index=index) from None
    if states == "canonical":
        return state
    encoded = state[len(_STATE_PREFIX) : -len(_STATE_SUFFIX)]
    try:
        raw = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    except ValueError:
        raw = b""
    if state != _wrap_state(raw):
        raise LedgerDamaged("entry_malformed", f"entry {index} carries no foreign state", index=index)
    return raw


def recorded_event(entry: bytes, *, index: int, stream: str, type_: str, version: int, states: States) -> RecordedEvent:
    """Make the event that a stored row stands for.

    Raises:
        LedgerDamaged: as in `event_state`.
    """
    state = event_state(entry, index=index, stream=stream, type_=type_, version=version, states=states)
    return RecordedEvent(index, entry, stream, version, type_, state)


def repeated_command(receipt: Receipt, digest: bytes) -> Receipt:
    """Judge a command whose key is taken: the receipt where it is the same command.

    Raises:
        KeyReused: the key stands for a command with another body.
    """
    if receipt.digest != digest:
        raise KeyReused("the idempotency key was used before, with another request body")
    return receipt


def moved_stream(stream: str, expected: int, found: int) -> Conflict:
    """Make the error for a stream that is not at the version that the command was decided on."""
    return Conflict(stream, f"stream {stream} is at version {found}; the command was decided at version {expected}")


def moved_log(expected: int, found: int) -> Conflict:
    """Make the error for a log that is not at `Command.expected_size`."""
    return Conflict("", f"the log has {found} entries; the command was decided at {expected}")


def claimed_meanwhile(place: str) -> Conflict:
    """Make the error for a place that another command claimed since it was looked at; empty: one of several."""
    return Conflict("", f"the place {place} was claimed meanwhile" if place else "a place was claimed meanwhile")


def _checked_texts(values: Sequence[object], field: str, is_right: Callable[[str], bool], rule: str) -> Sequence[str]:
    """Judge each value once, however often it comes; give them as the texts that they are.

    Raises:
        WireError: naming the first that breaks the rule.
    """
    if _TEXTS.issuperset(map(type, values)):
        texts = cast("Sequence[str]", values)
        if all(map(is_right, set(texts))):
            return texts
    for position, value in enumerate(values):
        if type(value) is not str or not is_right(value):
            raise WireError(_WHAT, f"events[{position}].{field}", rule)
    raise RuntimeError("unreachable")


def _check_versions(versions: Sequence[int], least: int) -> None:
    for position, version in enumerate(versions):
        if type(version) is not int or not least <= version <= INTEGER_MAX:
            raise WireError(_WHAT, f"events[{position}].version", f"not an integer of {least}..2^53-1")


def _check_data(data: Sequence[bytes]) -> None:
    """Judge states that are to be entries' `data`: by the shapes of those seen before, and the rest by the rule.

    Raises:
        WireError: naming the first that is not a canonical JSON object.
    """
    for position in _shapes.unknown(data):
        try:
            # One level of the entry's depth is the entry itself.
            _shapes.learn(parse_canonical(data[position], limit_depth=LIMIT_DEPTH - 1))
        except WireError as error:
            raise WireError(_WHAT, f"events[{position}].data, {error.where}", error.reason) from None


def _check_sizes(cut: CutEntries) -> None:
    beside = len(cut.before_at) + _FILLED_IN_BYTES
    for position, (before_index, after_prev) in enumerate(zip(cut.before_index, cut.after_prev, strict=True)):
        size = beside + len(before_index) + len(after_prev)
        if size > ENTRY_BYTES_MAX:
            raise WireError(
                _WHAT, f"events[{position}]", f"an entry of {size} bytes where {ENTRY_BYTES_MAX} are allowed"
            )


def _wrap_state(state: bytes) -> bytes:
    return _STATE_PREFIX + base64.urlsafe_b64encode(state).rstrip(b"=") + _STATE_SUFFIX


@lru_cache(maxsize=4_096)
def _is_stream(text: str) -> bool:
    return _STREAM.fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def _is_type(text: str) -> bool:
    return _TYPE.fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def _format_actor(actor: Actor) -> bytes:
    return format_actor(actor)
