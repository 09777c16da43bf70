"""Messages between a log and its witnesses (C2SP tlog-witness v1.0.0).

A request is the size that the witness is thought to have, a consistency proof from there, an empty line, and the signed
checkpoint; an answer is signature lines, or, with status 409, the size that the witness has:

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

    letopis.example/school/1534
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — letopis.example/school/1534 Az3grlgtzPICa5OS8npVmf1M…
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.wire.errors import WireError
from ledger.wire.note import NOTE_BYTES_MAX, SIGNATURES_MAX, Signature, format_signature, parse_note, parse_signature
from ledger.wire.text import check_hash, check_size, format_base64, parse_base64_hash, parse_decimal, parse_text

PROOF_LINES_MAX: Final = 63
REQUEST_BYTES_MAX: Final = 65_536
"""What a request may have: a checkpoint of ours is a few hundred bytes, and a proof at most 2,835."""
ANSWER_BYTES_MAX: Final = 65_536

_WHAT: Final = "add-checkpoint"
_WHAT_ANSWER: Final = "witness's answer"
_OLD: Final = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to cosign: `note` is the signed checkpoint's bytes, `proof` leads from `old_size` to its size."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes


def format_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Render a request.

    Raises:
        WireError: a size outside 0..2^63-1, hashes that are not 32 bytes or too many, or a note that is none.
    """
    check_size(request.old_size, _WHAT, "old size")
    if len(request.proof) > PROOF_LINES_MAX:
        raise WireError(_WHAT, "proof", f"{len(request.proof)} hashes where {PROOF_LINES_MAX} are allowed")
    for number, one in enumerate(request.proof, start=1):
        check_hash(one, _WHAT, f"proof hash {number}")
    parse_note(request.note)
    lines = [f"{_OLD}{request.old_size}", *map(format_base64, request.proof), "", ""]
    raw = "\n".join(lines).encode() + request.note
    _check_length(raw)
    return raw


def parse_add_checkpoint(raw: bytes) -> AddCheckpoint:
    """Read a request; neither its signatures nor its proof are verified here.

    Raises:
        WireError: not a request, or not spelled as `format_add_checkpoint` spells it.
    """
    _check_length(raw)
    head, blank, note = raw.partition(b"\n\n")
    if not blank:
        raise WireError(_WHAT, "text", "no empty line before the checkpoint")
    first, *hashes = parse_text(head + b"\n", _WHAT, limit_bytes=NOTE_BYTES_MAX)[:-1].split("\n")
    if not first.startswith(_OLD):
        raise WireError(_WHAT, "line 1", "not 'old' and a size")
    if len(hashes) > PROOF_LINES_MAX:
        raise WireError(_WHAT, "proof", f"{len(hashes)} hashes where {PROOF_LINES_MAX} are allowed")
    parse_note(note)
    return AddCheckpoint(
        old_size=parse_decimal(first.removeprefix(_OLD), _WHAT, "line 1"),
        proof=tuple(parse_base64_hash(line, _WHAT, f"line {number}") for number, line in enumerate(hashes, start=2)),
        note=note,
    )


def format_signatures(signatures: Iterable[Signature]) -> bytes:
    """Render signature lines as a witness answers with them.

    Raises:
        WireError: as `format_signature`.
    """
    return "".join(map(format_signature, signatures)).encode()


def parse_signatures(raw: bytes) -> tuple[Signature, ...]:
    """Read the signature lines of an answer.

    Raises:
        WireError: nothing but 1 to 64 signature lines is one.
    """
    text = parse_text(raw, _WHAT_ANSWER, limit_bytes=ANSWER_BYTES_MAX)
    if not text.endswith("\n"):
        raise WireError(_WHAT_ANSWER, "text", "empty, or no LF at the end")
    lines = text[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise WireError(_WHAT_ANSWER, "signatures", f"{len(lines)} where 1..{SIGNATURES_MAX} are allowed")
    return tuple(parse_signature(line, f"line {number}") for number, line in enumerate(lines, start=1))


def format_known_size(size: int) -> bytes:
    """Render the size that a witness has, as it answers with status 409.

    Raises:
        WireError: a size outside 0..2^63-1.
    """
    check_size(size, _WHAT_ANSWER, "size")
    return b"%d\n" % size


def parse_known_size(raw: bytes) -> int:
    """Read the size of an answer with status 409.

    Raises:
        WireError: not one decimal number and LF.
    """
    text = parse_text(raw, _WHAT_ANSWER, limit_bytes=ANSWER_BYTES_MAX)
    if not text.endswith("\n"):
        raise WireError(_WHAT_ANSWER, "text", "empty, or no LF at the end")
    return parse_decimal(text[:-1], _WHAT_ANSWER, "line 1")


def _check_length(raw: bytes) -> None:
    if len(raw) > REQUEST_BYTES_MAX:
        raise WireError(_WHAT, "byte 0", f"{len(raw)} bytes where {REQUEST_BYTES_MAX} are allowed")
