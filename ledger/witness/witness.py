"""A witness's judgement of one request (C2SP tlog-witness v1.0.0, "add-checkpoint"), in the specification's order.

    400  not a request, or an old size larger than the checkpoint's
    404  the log is not one that is watched
    403  no key of the log that is trusted signed the checkpoint
    409  the old size is not the one cosigned last: the body says which is; or the same size has another root
    422  the proof does not lead from the one to the other
    503  the clock stands before the last cosignature, or the memory failed
    200  a cosignature

Judging and remembering are one transaction, and the answer leaves when it is on disk. A checkpoint that the log signed
and that contradicts the one before is kept: two of them prove a fork to anybody.
"""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

from ledger.signing.keys import SignatureRefused, verify_note
from ledger.tree.hashing import EMPTY_ROOT
from ledger.tree.proofs import ProofError, verify_consistency
from ledger.wire.checkpoint import Checkpoint, parse_checkpoint
from ledger.wire.errors import WireError
from ledger.wire.note import Note, format_note, parse_note
from ledger.wire.witness import AddCheckpoint, format_known_size, format_signatures, parse_add_checkpoint
from ledger.witness.cosigner import Cosigner
from ledger.witness.store import Known, StoreFailedError, WitnessStore

TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"

_logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = TEXT


class Witness:
    """Cosigns what continues what it cosigned. Any thread may use it."""

    def __init__(self, store: WitnessStore, cosigner: Cosigner) -> None:
        self.store = store
        self.cosigner = cosigner

    def add_checkpoint(self, raw: bytes, now_seconds: int) -> Answer:
        """Answer a request at a POSIX time."""
        try:
            request = parse_add_checkpoint(raw)
            note = parse_note(request.note)
            checkpoint = parse_checkpoint(note.text)
        except WireError as error:
            return Answer(400, f"{error}\n".encode())
        try:
            with self.store.transaction():
                keys = self.store.keys(checkpoint.origin)
                if not keys:
                    return Answer(404, b"this log is not watched here\n")
                try:
                    verify_note(note, keys)
                except SignatureRefused as error:
                    return Answer(403, f"{error}\n".encode())
                return self._judge(raw, request, checkpoint, now_seconds)
        except StoreFailedError as error:
            _logger.error("%s", error)  # noqa: TRY400 - its text says all that is known
            return Answer(503, b"the witness cannot remember now; try later\n")

    def latest(self, origin: str) -> bytes | None:
        """The last cosigned checkpoint of a log as a note, with a cosignature of then; None where there is none.

        Raises:
            StoreFailedError: the memory failed.
        """
        known = self.store.known(origin)
        if known is None:
            return None
        note = parse_note(known.note)
        cosignature = self.cosigner.cosign(note.text, known.cosigned_at)
        own = [one for one in note.signatures if one.name == origin]
        return format_note(Note(note.text, (*own, cosignature)))

    def _judge(self, raw: bytes, request: AddCheckpoint, checkpoint: Checkpoint, now_seconds: int) -> Answer:
        origin = checkpoint.origin
        if request.old_size > checkpoint.size:
            return Answer(400, b"the old size is larger than the checkpoint's\n")
        known = self.store.known(origin)
        size, root = (0, EMPTY_ROOT) if known is None else (known.size, known.root)
        same_size = known is not None and known.size == checkpoint.size
        if known is not None and same_size and known.root != checkpoint.root:
            self.store.keep_conflict(origin, now_seconds, "another root of the same size", known.note, raw)
            _logger.critical("%s: signed two roots of size %d", origin, size)
            return Answer(409, format_known_size(size), SIZE)
        if request.old_size != size:
            return Answer(409, format_known_size(size), SIZE)
        try:
            verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
        except ProofError as error:
            if known is not None:
                # Whoever signed it may have sent a wrong proof alone; the two notes are worth keeping either way.
                self.store.keep_conflict(origin, now_seconds, str(error), known.note, raw)
            return Answer(422, f"{error}\n".encode())
        if known is not None and now_seconds < known.cosigned_at:
            return Answer(503, b"the witness's clock stands before its last cosignature\n")
        cosignature = self.cosigner.cosign(parse_note(request.note).text, now_seconds)
        self.store.remember(origin, Known(checkpoint.size, checkpoint.root, request.note, now_seconds))
        return Answer(200, format_signatures((cosignature,)))
