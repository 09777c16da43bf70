"""Checkpoints (C2SP tlog-checkpoint v1.0.0) and the message of a cosignature (tlog-cosignature).

The text of the note has three lines and no more: origin, tree size, root hash.

    letopis.example/school/1534
    5
    jI3NDHC1WGWO2hBzpPGPcHcU9CYR4lkyrgpLq5hCIPA=
"""

from dataclasses import dataclass
from typing import Final

from ledger.wire.errors import WireError
from ledger.wire.note import check_key_name
from ledger.wire.text import check_hash, check_size, format_base64, parse_base64_hash, parse_decimal

_WHAT: Final = "checkpoint"
_WHAT_COSIGNATURE: Final = "cosignature"
_TIME_SIZE: Final = 8
_ED25519_SIGNATURE_SIZE: Final = 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, how many entries, and the 32-byte root hash over them."""

    origin: str
    size: int
    root: bytes


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Render the text that the log signs.

    Raises:
        WireError: an origin that cannot name a key, a size outside 0..2^63-1, or a root that is not 32 bytes.
    """
    check_key_name(checkpoint.origin, _WHAT, "origin")
    check_size(checkpoint.size, _WHAT, "size")
    check_hash(checkpoint.root, _WHAT, "root")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{format_base64(checkpoint.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint.

    Raises:
        WireError: not exactly three lines (extension lines are refused: log format §4), or a line against its rule.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise WireError(_WHAT, f"line {min(len(lines), 4)}", "not exactly three lines")
    origin, size, root, _ = lines
    check_key_name(origin, _WHAT, "line 1")
    checkpoint = Checkpoint(origin, parse_decimal(size, _WHAT, "line 2"), parse_base64_hash(root, _WHAT, "line 3"))
    if format_checkpoint(checkpoint) != text:
        raise WireError(_WHAT, "text", "not in canonical form")
    return checkpoint


def cosigned_message(text: str, time_seconds: int) -> bytes:
    """Build what a witness signs: a header, the POSIX time, and the checkpoint's text.

    Raises:
        WireError: the text is no checkpoint, or the time is outside 0..2^63-1.
    """
    parse_checkpoint(text)
    check_size(time_seconds, _WHAT_COSIGNATURE, "time")
    return f"cosignature/v1\ntime {time_seconds}\n{text}".encode()


def format_cosignature(time_seconds: int, signature: bytes) -> bytes:
    """Join time and Ed25519 signature into the bytes that follow the key id in a witness's signature line.

    Raises:
        WireError: a time outside 0..2^63-1, or a signature that is not 64 bytes.
    """
    check_size(time_seconds, _WHAT_COSIGNATURE, "time")
    if len(signature) != _ED25519_SIGNATURE_SIZE:
        raise WireError(_WHAT_COSIGNATURE, "signature", "not 64 bytes")
    return time_seconds.to_bytes(_TIME_SIZE, "big") + signature


def parse_cosignature(raw: bytes) -> tuple[int, bytes]:
    """Split a cosignature into its POSIX time and its Ed25519 signature.

    Raises:
        WireError: not 72 bytes, or a time beyond 2^63-1.
    """
    if len(raw) != _TIME_SIZE + _ED25519_SIGNATURE_SIZE:
        raise WireError(_WHAT_COSIGNATURE, "byte 0", f"{len(raw)} bytes where 72 are expected")
    time_seconds = int.from_bytes(raw[:_TIME_SIZE], "big")
    check_size(time_seconds, _WHAT_COSIGNATURE, "time")
    return time_seconds, raw[_TIME_SIZE:]
