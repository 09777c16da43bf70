"""One record's proof as a file (c2sp.org/tlog-proof@v1).

    c2sp.org/tlog-proof@v1
    extra cmVjZWlwdA==
    index 3
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

    letopis.example/school/1534
    5
    …

The `extra` line stands only where there is something in it. The hashes run from the leaf's sibling up.
"""

from dataclasses import dataclass
from typing import Final

from ledger.wire.checkpoint import parse_checkpoint
from ledger.wire.errors import WireError
from ledger.wire.note import NOTE_BYTES_MAX, Note, format_note, parse_note
from ledger.wire.text import (
    check_hash,
    check_size,
    format_base64,
    parse_base64,
    parse_base64_hash,
    parse_decimal,
    parse_text,
)

HASHES_MAX: Final = 63
"""A tree of at most 2^63-1 leaves is 63 levels high."""

_WHAT: Final = "tlog-proof"
_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_EXTRA_BYTES_MAX: Final = 65_535
_HEAD_BYTES_MAX: Final = 2 * _EXTRA_BYTES_MAX


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where an entry is, the inclusion proof of it, and the signed checkpoint that the proof leads to.

    Attributes:
        index: leaf index of the entry.
        hashes: the inclusion proof, 32 bytes each, leaf side first.
        checkpoint: the signed note over the tree.
        extra: what the application adds; not authenticated by anything.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None


def format_proof(proof: TlogProof) -> bytes:
    """Render a tlog-proof.

    Raises:
        WireError: a value that the format cannot carry.
    """
    check_size(proof.index, _WHAT, "index")
    if len(proof.hashes) > HASHES_MAX:
        raise WireError(_WHAT, "hashes", f"{len(proof.hashes)} where {HASHES_MAX} are allowed")
    lines = [_FIRST_LINE]
    if proof.extra is not None:
        if not 0 < len(proof.extra) <= _EXTRA_BYTES_MAX:
            raise WireError(_WHAT, "extra", f"{len(proof.extra)} bytes where 1..{_EXTRA_BYTES_MAX} are allowed")
        lines.append(f"extra {format_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    for position, node in enumerate(proof.hashes):
        check_hash(node, _WHAT, f"hash {position}")
        lines.append(format_base64(node))
    parse_checkpoint(proof.checkpoint.text)
    return "\n".join(lines).encode() + b"\n\n" + format_note(proof.checkpoint)


def parse_proof(raw: bytes) -> TlogProof:
    """Read a tlog-proof. Neither the proof nor the signatures are verified here.

    Raises:
        WireError: not a tlog-proof, or not spelled as `format_proof` spells it.
    """
    head, blank, note = raw.partition(b"\n\n")
    if not blank:
        raise WireError(_WHAT, "text", "no blank line before the checkpoint")
    if len(note) > NOTE_BYTES_MAX:
        raise WireError(_WHAT, "checkpoint", "too long")
    lines = parse_text(head, _WHAT, limit_bytes=_HEAD_BYTES_MAX).split("\n")
    if lines[0] != _FIRST_LINE:
        raise WireError(_WHAT, "line 1", f"not {_FIRST_LINE}")
    extra, at = None, 1
    if len(lines) > 1 and lines[1].startswith("extra "):
        extra, at = parse_base64(lines[1].removeprefix("extra "), _WHAT, "line 2"), 2
    if len(lines) <= at or not lines[at].startswith("index "):
        raise WireError(_WHAT, f"line {at + 1}", "not an index line")
    index = parse_decimal(lines[at].removeprefix("index "), _WHAT, f"line {at + 1}")
    hashes = tuple(parse_base64_hash(line, _WHAT, f"line {at + 2 + i}") for i, line in enumerate(lines[at + 1 :]))
    proof = TlogProof(index, hashes, parse_note(note), extra)
    if format_proof(proof) != raw:
        raise WireError(_WHAT, "text", "not in canonical form")
    return proof
