"""Witnesses: who is not the school and cosigns its checkpoints (regulation 3.3, example 1; R44).

Each is a stream of its own, `witness/<uuid>`, whose id follows from its public key, so that one key is one witness.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AppointWitness, DismissWitness, RecordCosignature
from ledger.journal.context import Context
from ledger.journal.event import Event
from ledger.journal.evidence import AGE_MAX
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.witness_events import CheckpointCosigned, WitnessAppointed, WitnessDismissed
from ledger.wire.errors import WireError
from ledger.wire.note import ED25519_COSIGNATURE, VerifierKey, parse_vkey

TIME_MAX: Final = 253_402_300_799
"""The last second of the year 9999."""
_SIGNATURE: Final = re.compile("[A-Za-z0-9+/]{85}[AQgw]==")
_UUID_BYTES: Final = 16


class Witness(Aggregate, frozen=True, kw_only=True):
    """A witness: its key, or None after its dismissal; `size` and `time` of its last cosignature, 0: none."""

    vkey: str | None
    size: int = 0
    time: int = 0


def witness_id(key: VerifierKey) -> str:
    """Give a witness's id: 16 bytes of the SHA-256 of its public key as a UUID of version 8 (RFC 9562, section 5.8)."""
    raw = bytearray(hashlib.sha256(key.public_key).digest()[:_UUID_BYTES])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def evolve_witness(state: Witness | None, events: Iterable[Recorded]) -> Witness | None:
    """Apply events of a witness's stream."""
    for event in events:
        data, version = event.data, event.originator_version
        if type(data) is WitnessAppointed:
            before = (0, 0) if state is None else (state.size, state.time)
            state = Witness(stream=event.originator_id, version=version, vkey=data.vkey, size=before[0], time=before[1])
        elif type(data) is WitnessDismissed and state is not None:
            state = msgspec.structs.replace(state, version=version, vkey=None)
        elif type(data) is CheckpointCosigned and state is not None:
            state = msgspec.structs.replace(state, version=version, size=data.size, time=data.time)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this witness")
    return state


def appoint_witness(command: AppointWitness, context: Context) -> list[Planned]:
    """Appoint a witness, or appoint again one that was dismissed."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    key = _parse_key(command.vkey)
    rules.check_line(command.held_by, rules.TITLE_LENGTH_MAX, "held_by")
    rules.check_link(command.link, "link")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = WitnessAppointed(vkey=command.vkey, held_by=command.held_by, link=command.link, basis=command.basis)
    stream = f"witness/{witness_id(key)}"
    known = context.find_if_any(Witness, stream)
    if known is None:
        return [Planned(stream, 1, event)]
    if known.vkey is not None:
        raise Refused("witness_appointed", "this key is a witness's already", clause=LOG, where="vkey")
    return _next(known, event)


def dismiss_witness(command: DismissWitness, context: Context) -> list[Planned]:
    """Let a witness's cosignatures count no more."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    witness = _standing(command.witness, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    return _next(witness, WitnessDismissed(basis=command.basis))


def record_cosignature(command: RecordCosignature, context: Context) -> list[Planned]:
    """Record what a witness returned: of more entries than before, and not before its last by its own clock."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    witness = _standing(command.witness, context)
    size = context.books.size
    rules.check_integer(command.size, max(1, size - AGE_MAX, witness.size + 1), size, "size")
    rules.check_sha256(command.root, "root")
    rules.check_integer(command.time, max(1, witness.time), TIME_MAX, "time")
    if type(command.signature) is not str or _SIGNATURE.fullmatch(command.signature) is None:
        raise Refused("malformed_signature", "not 64 bytes in base64", clause=LOG, where="signature")
    event = CheckpointCosigned(size=command.size, root=command.root, time=command.time, signature=command.signature)
    return _next(witness, event)


def _parse_key(text: str) -> VerifierKey:
    """Return a witness's key; refuse what is none."""
    try:
        key = parse_vkey(text)
    except WireError:
        raise Refused("malformed_key", "not a verifier key: name+hash+key", clause=LOG, where="vkey") from None
    if key.algorithm != ED25519_COSIGNATURE:
        raise Refused("not_a_witness_key", "this is a log's key, and a witness's is needed", clause=LOG, where="vkey")
    return key


def _standing(id_: str, context: Context) -> Witness:
    witness = context.find(Witness, "witness", id_, "witness")
    if witness.vkey is None:
        raise Refused("witness_dismissed", "this witness was dismissed", clause=LOG, where="witness")
    return witness


def _next(witness: Witness, event: Event) -> list[Planned]:
    return [Planned(witness.stream, witness.version + 1, event)]
