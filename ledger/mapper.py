"""Between the event-sourcing library's stored events and the journal's own.

    MAPPER_TOPIC=ledger.mapper:JournalMapper

Topic and state of a stored event are the entry's type and `data`; nothing else is stored, and no class path is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, cast

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent

from ledger.errors import LedgerDamaged
from ledger.journal.codec import CODEC, CodecError
from ledger.journal.recorded import Planned, Recorded
from ledger.log import RecordedEvent
from ledger.wire.entry import Actor

_ACTOR_PREFIX: Final = b'{"actor":'
_AFTER_ACTOR: Final = b',"at":"'
_AT_LENGTH: Final = 27
_COMMAND_OFFSET: Final = len(_AFTER_ACTOR) + _AT_LENGTH + len(b'","command":"')
_ID_LENGTH: Final = 36


class JournalEvent(Recorded, frozen=True):
    """An event read from the log, with what its entry says of its recording.

    Attributes:
        at: the clock when it was recorded, as the entry writes it.
        command: id of the command that caused it.
    """

    at: str
    command: str


class JournalMapper(Mapper[str]):
    """Maps `Planned` events to stored ones, and those to `JournalEvent`s, or to `Planned` where there is no entry."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Encode an event.

        Raises:
            CodecError: its class has no entry type.
        """
        planned = cast("Planned", domain_event)
        type_, data = CODEC.encode(planned.data)
        return StoredEvent(planned.originator_id, planned.originator_version, type_, data)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Decode an event; old versions come out as the present ones.

        Raises:
            MapperDeserialisationError: an unknown type, or `data` that is none of this type.
            LedgerDamaged: entry bytes that do not begin as entries do.
        """
        stream, version = cast("str", stored_event.originator_id), stored_event.originator_version
        try:
            data = CODEC.decode(stored_event.topic, stored_event.state)
        except CodecError as error:
            raise MapperDeserialisationError(f"{stream} version {version}: {error}") from error
        event: Any
        if isinstance(stored_event, RecordedEvent):
            actor, at, command = recording(stored_event.entry, stored_event.index)
            event = JournalEvent(stream, version, data, stored_event.index, actor, at, command)
        else:
            event = Planned(stream, version, data)
        return cast("DomainEventProtocol[str]", event)


def recording(entry: bytes, index: int) -> tuple[Actor, str, str]:
    """Cut actor, `at` and command out of an entry, without parsing `data` a second time.

    The actor's object holds texts only, in which quotes are escaped, so the first ``},"at":"`` ends it; `at` and
    command have fixed lengths (log-format.md, section 2).

    Raises:
        LedgerDamaged: the entry does not begin so.
    """
    end = entry.find(b"}" + _AFTER_ACTOR) + 1
    if end == 0 or not entry.startswith(_ACTOR_PREFIX):
        raise LedgerDamaged("entry_malformed", f"entry {index} does not begin as an entry does", index=index)
    try:
        actor = _actor(entry[len(_ACTOR_PREFIX) : end])
    except msgspec.MsgspecError:
        raise LedgerDamaged("entry_malformed", f"entry {index} has no actor", index=index) from None
    at = end + len(_AFTER_ACTOR)
    command = end + _COMMAND_OFFSET
    return (
        actor,
        entry[at : at + _AT_LENGTH].decode("ascii", "replace"),
        entry[command : command + _ID_LENGTH].decode("ascii", "replace"),
    )


@lru_cache(maxsize=1_024)
def _actor(raw: bytes) -> Actor:
    """Read an actor; the same few hundred act all day."""
    return msgspec.json.decode(raw, type=Actor)
