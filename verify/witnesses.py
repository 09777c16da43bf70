"""Who outside the school cosigned the log (events.md, "Witnesses"; C2SP tlog-cosignature v1.0.1).

A cosignature costs a few milliseconds, and a hostile archive could hold any number: so many are verified, no more.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from verify import ed25519
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.note import COSIGNATURE, NoteError, VerifierKey, parse_vkey
from verify.roots import WINDOW
from verify.state import Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

VERIFIED_MAX: Final = 4_096
TIME_MAX: Final = 253_402_300_799
_ACTIONS: Final = {"appointed": "назначен".encode(), "dismissed": "снят".encode(), "cosigned": "заверил".encode()}


@dataclass(slots=True)
class Witness:
    """A witness as appointed last; the largest size and time that it cosigned; `verified`: the last that holds."""

    key: VerifierKey | None = None
    vkey: bytes = b""
    stands: bool = False
    size: int = 0
    time: int = 0
    verified: int = 0


class Witnesses:
    """The witnesses that the school appointed, and their cosignatures."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._known: dict[bytes, Witness] = {}
        self._tried = 0
        self.pinned: tuple[VerifierKey, ...] = ()

    def witness_appointed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a witness, and hold its id against its key."""
        basis, held_by, link, spelt = groups[DATA]
        vkey = unescape(spelt)
        self._row(
            "appointed", stream, index, groups, vkey=cell(vkey), held_by=cell(unescape(held_by)), link=cell(link),
            basis=cell(unescape(basis)),
        )  # fmt: skip
        known = self._known.setdefault(stream.id, Witness())
        if known.stands:
            self._find("witness", "a witness that is none yet", stream.key)
        known.stands, known.vkey = True, vkey
        try:
            known.key = parse_vkey(vkey.decode(), COSIGNATURE)
        except NoteError as error:
            known.key = None
            self._find("witness-key", "a witness's verifier key", error, field_name="data.vkey")
            return
        if witness_id(known.key) != stream.id:
            self._find("witness-key", witness_id(known.key), stream.id, field_name="data.vkey")

    def witness_dismissed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a witness off."""
        (basis,) = groups[DATA]
        self._row("dismissed", stream, index, groups, basis=cell(unescape(basis)))
        if (known := self._standing(stream)) is not None:
            known.stands = False

    def checkpoint_cosigned(self, stream: Stream, index: int, groups: Groups) -> None:
        """Derive the root, make the message, and verify the signature."""
        root, signature, spelt, seconds = groups[DATA]
        size, time = int(spelt), int(seconds)
        if time > TIME_MAX:
            self._find("data-field", f"up to {TIME_MAX}", time, field_name="data.time")
        self._row(
            "cosigned", stream, index, groups, size=spelt, root=root, time=_moment(min(time, TIME_MAX)),
            signature=cell(signature),
        )  # fmt: skip
        known = self._standing(stream)
        if not max(1, index - WINDOW) <= size <= index:
            self._find("evidence-size", f"from {max(1, index - WINDOW)} to {index}", size, field_name="data.size")
            return
        if known is None:
            return
        if size <= known.size or time < known.time:
            self._find(
                "witness", f"more than {known.size} entries, at {known.time} or later", f"{size} entries at {time}"
            )
        known.size, known.time = max(size, known.size), max(time, known.time)
        self._verify(known, size, time, root, base64.b64decode(signature))

    def _verify(self, known: Witness, size: int, time: int, root: bytes, signature: bytes) -> None:
        derived = self._replay.evidence.root_at(size)
        if derived is None:  # before a range that begins later, of which the report says so
            return
        self._replay.report.checked["evidence_roots"] += 1
        if derived.hex().encode() != root:
            self._find("evidence-root", derived.hex(), root, field_name="data.root")
            return
        if known.key is None:
            return
        self._tried += 1
        if self._tried > VERIFIED_MAX:
            self._replay.report.skip("cosignatures-beyond", f"more than {VERIFIED_MAX}")
            return
        # A range that begins later has not the school's first entry: then the checkpoint gives the name.
        origin = self._replay.origin or str(self._replay.report.facts.get("origin", ""))
        message = cosigned_message(origin, size, derived, time)
        reason = ed25519.verify(known.key.public_key, message, signature)
        if reason is not None:
            self._find("cosignature", f"a cosignature of {known.key.name}", reason, field_name="data.signature")
            return
        self._replay.report.checked["cosignatures"] += 1
        known.verified = size

    def finish(self) -> None:
        """Say how many cosigned how much, and which of the witnesses that the reader pinned did not."""
        facts = self._replay.report.facts
        held = {one.key: one for one in self._known.values() if one.verified and one.key is not None}
        if held:
            facts["witnesses"] = len(held)
            facts["witnessed"] = max(one.verified for one in held.values())
        if own := [held[key] for key in self.pinned if key in held]:
            facts["witnessed_pinned"] = min(one.verified for one in own)
        if missing := [key.name for key in self.pinned if key not in held]:
            self._replay.report.skip("witness-missing", ", ".join(missing))

    def _standing(self, stream: Stream) -> Witness | None:
        """Return a witness that stands; in a range that begins later it may have been appointed before."""
        known = self._known.get(stream.id)
        if known is None and stream.is_partial:
            self._replay.report.skip("before-range", f"the appointment of {stream.key.decode()}")
            return None
        if known is None or not known.stands:
            self._find("witness", "a witness that stands", stream.key)
        return known

    def _row(self, action: str, stream: Stream, index: int, groups: Groups, **cells: bytes) -> None:
        names = ("vkey", "held_by", "link", "size", "root", "time", "signature", "basis")
        row = [groups[AT], stream.id, _ACTIONS[action], *(cells.get(name, b"") for name in names), groups[ACTOR]]
        self._replay.tables.plain("witnesses", index, row)


def witness_id(key: VerifierKey) -> bytes:
    """Return the id of a witness: 16 bytes of the hash of its public key, as a UUID of version 8 (RFC 9562, 5.8)."""
    raw = bytearray(sha256(key.public_key).digest()[:16])
    raw[6], raw[8] = raw[6] & 0x0F | 0x80, raw[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(raw))).encode()


def cosigned_message(origin: str, size: int, root: bytes, time: int) -> bytes:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {time}\n{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def _moment(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z").encode()
