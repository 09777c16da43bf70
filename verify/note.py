"""Notes, verifier keys, checkpoints (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0; log-format.md section 4).

    letopis.example/school/1534
    536000
    3q2+7w…                                      (root, standard base64, 44 characters)

    — letopis.example/school/1534 Az3f…          (U+2014, key name, base64 of key id and signature)

Everything is read, written again and compared: there is one spelling of a note, and nothing lenient reads it.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from verify import ed25519

NOTE_MAX_BYTES: Final = 65_536
SIGNATURES_MAX: Final = 64
ED25519: Final = 1
COSIGNATURE: Final = 4
_NAME = r"[^\s+\x00-\x1f\x7f]{1,255}"
_SIGNATURE = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_VKEY = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})")
_ORIGIN = re.compile(_NAME)
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class NoteError(ValueError):
    """Bytes are not a note, verifier key or checkpoint; the text says why."""


def strict_base64(text: str) -> bytes:
    """Decode standard base64 that has one spelling only.

    Raises:
        NoteError: not base64, or stray bits or padding.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NoteError("base64 with stray bits")
    return raw


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under."""

    name: str
    key_id: bytes
    public_key: bytes


def parse_vkey(text: str, algorithm: int = ED25519) -> VerifierKey:
    """Read `name+hex(key id)+base64(type || public key)`; a witness's key is of the other type.

    Raises:
        NoteError: malformed, not Ed25519, an id that does not belong to the key, or a key that must be refused.
    """
    match = _VKEY.fullmatch(text)
    if match is None:
        raise NoteError("a verifier key is name+hash+key")
    raw = strict_base64(match[3])
    if len(raw) != 33 or raw[0] != algorithm:
        raise NoteError(f"the key is not Ed25519 of type {algorithm:02} (32 bytes)")
    key_id = sha256(match[1].encode() + b"\n" + raw).digest()[:4]
    if key_id.hex() != match[2]:
        raise NoteError("the key's hash does not belong to its name and bytes")
    if not ed25519.is_acceptable_public_key(raw[1:]):
        raise NoteError("the public key is of small order or not canonical")
    return VerifierKey(match[1], key_id, raw[1:])


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signs, the first four bytes of the key's hash, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's statement: at this size its tree had this root. `text` is what was signed."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[Signature, ...]


def parse_checkpoint(raw: bytes) -> Checkpoint:
    """Read a signed checkpoint without extension lines.

    Raises:
        NoteError: anything but the one spelling.
    """
    if len(raw) > NOTE_MAX_BYTES:
        raise NoteError("longer than a note may be")
    try:
        note = raw.decode()
    except UnicodeDecodeError:
        raise NoteError("bytes that are not UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f]", note):
        raise NoteError("control characters")
    # The last blank line separates text and signatures (signed-note, "Format").
    text, blank, signed = note.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise NoteError("no signature lines after a blank line")
    signatures = tuple(_parse_signature(line) for line in signed[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise NoteError("more signatures than a note may have")
    lines = text.split("\n")
    if len(lines) != 3 or not _ORIGIN.fullmatch(lines[0]):
        raise NoteError("a checkpoint is origin, size and root, with no more lines")
    if not _SIZE.fullmatch(lines[1]):
        raise NoteError("the size is not a decimal number without leading zeros")
    root = strict_base64(lines[2])
    if len(root) != 32:
        raise NoteError("the root is not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root, text + "\n", signatures)


def _parse_signature(line: str) -> Signature:
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise NoteError("a signature line is not '— name base64'")
    raw = strict_base64(match[2])
    if len(raw) < 5:
        raise NoteError("a signature without bytes")
    return Signature(match[1], raw[:4], raw[4:])


def check_signature(checkpoint: Checkpoint, key: VerifierKey) -> str | None:
    """Return None where the pinned key signed the checkpoint, else why not. Other keys' signatures say nothing."""
    own = [s for s in checkpoint.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
    if not own:
        return "no signature by the pinned key"
    for signature in own:
        reason = ed25519.verify(key.public_key, checkpoint.text.encode(), signature.signature)
        if reason is not None:
            return reason
    return None
