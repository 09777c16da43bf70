"""Signed notes and verifier keys (C2SP signed-note v1.0.0).

letopis.example/school/1534
5
jI3NDHC1WGWO2hBzpPGPcHcU9CYR4lkyrgpLq5hCIPA=

— letopis.example/school/1534 Az3grlgtzPICa5OS8npVmf1M…
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from ledger.wire import point
from ledger.wire.errors import WireError
from ledger.wire.text import check_text, format_base64, parse_base64, parse_text

ED25519: Final = 1
"""Signature type of an Ed25519 signature over the note's text."""
ED25519_COSIGNATURE: Final = 4
"""Signature type of a timestamped Ed25519 cosignature (tlog-cosignature)."""

NOTE_BYTES_MAX: Final = 1_048_576
SIGNATURES_MAX: Final = 64

_WHAT: Final = "note"
_WHAT_KEY: Final = "verifier key"
_KEY_ID_SIZE: Final = 4
_KEY_NAME_LENGTH_MAX: Final = 255
_VKEY_LENGTH_MAX: Final = 4_096
_KEY_ID_HEX = re.compile("[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose (`name`, 4-byte `key_id`) and the signature's bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text ending in LF, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name: what a reader pins."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that mark this key's signatures."""
        return key_id(self.name, self.algorithm, self.public_key)


def key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    """Compute SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key)[:4] (signed-note, "Signatures")."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((algorithm,)) + public_key).digest()[:_KEY_ID_SIZE]


def format_note(note: Note) -> bytes:
    """Render a note.

    Raises:
        WireError: a text without LF at its end or with control characters, a name, key id or count against the format.
    """
    _check_note_text(note.text)
    if not 1 <= len(note.signatures) <= SIGNATURES_MAX:
        raise WireError(_WHAT, "signatures", f"{len(note.signatures)} where 1..{SIGNATURES_MAX} are allowed")
    raw = (note.text + "\n" + "".join(map(format_signature, note.signatures))).encode()
    if len(raw) > NOTE_BYTES_MAX:
        raise WireError(_WHAT, "byte 0", f"{len(raw)} bytes where {NOTE_BYTES_MAX} are allowed")
    return raw


def parse_note(raw: bytes) -> Note:
    """Read a note; its signatures are not verified here, and unknown ones are kept.

    Raises:
        WireError: not a note, or not spelled as `format_note` spells it.
    """
    text = parse_text(raw, _WHAT, limit_bytes=NOTE_BYTES_MAX)
    body, blank, lines = text.rpartition("\n\n")
    if not blank:
        raise WireError(_WHAT, "text", "no blank line between text and signatures")
    if not lines.endswith("\n"):
        raise WireError(_WHAT, "signatures", "none, or no LF at the end")
    signature_lines = lines[:-1].split("\n")
    if len(signature_lines) > SIGNATURES_MAX:
        raise WireError(_WHAT, "signatures", f"{len(signature_lines)} where 1..{SIGNATURES_MAX} are allowed")
    first_line = body.count("\n") + 3
    note = Note(
        body + "\n",
        tuple(parse_signature(line, f"line {first_line + i}") for i, line in enumerate(signature_lines)),
    )
    if format_note(note) != raw:
        raise WireError(_WHAT, "text", "not in canonical form")
    return note


def format_vkey(vkey: VerifierKey) -> str:
    """Render a verifier key as `name+hex(key id)+base64(algorithm ‖ public key)`.

    Raises:
        WireError: a bad name, an unknown algorithm, or a public key that `parse_vkey` would refuse.
    """
    _check_vkey(vkey)
    return f"{vkey.name}+{vkey.key_id.hex()}+{format_base64(bytes((vkey.algorithm,)) + vkey.public_key)}"


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key.

    Raises:
        WireError: not a vkey, a key id that is not of this key, an unknown algorithm, or an Ed25519 key that is
            not canonical or of small order.
    """
    if len(text) > _VKEY_LENGTH_MAX:
        raise WireError(_WHAT_KEY, "length", f"{len(text)} characters where {_VKEY_LENGTH_MAX} are allowed")
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise WireError(_WHAT_KEY, "text", "not name+id+key")
    name, id_hex, key_text = parts
    if _KEY_ID_HEX.fullmatch(id_hex) is None:
        raise WireError(_WHAT_KEY, "key id", "not 8 lower-case hex digits")
    key = parse_base64(key_text, _WHAT_KEY, "key")
    if not key:
        raise WireError(_WHAT_KEY, "key", "empty")
    vkey = VerifierKey(name, key[0], key[1:])
    _check_vkey(vkey)
    if vkey.key_id.hex() != id_hex:
        raise WireError(_WHAT_KEY, "key id", "not the id of this key")
    return vkey


def format_signature(signature: Signature) -> str:
    """Render one signature line, LF at its end.

    Raises:
        WireError: a name that no key has, a key id that is not 4 bytes, or no signature.
    """
    check_key_name(signature.name, _WHAT, "signature name")
    if len(signature.key_id) != _KEY_ID_SIZE or not signature.signature:
        raise WireError(_WHAT, "signature", "a key id that is not 4 bytes, or no signature after it")
    return f"\u2014 {signature.name} {format_base64(signature.key_id + signature.signature)}\n"


def parse_signature(line: str, where: str) -> Signature:
    """Read one signature line without its LF; `where` names it in errors.

    Raises:
        WireError: not a signature line.
    """
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014":
        raise WireError(_WHAT, where, "not a signature line")
    _, name, blob = parts
    check_key_name(name, _WHAT, where)
    raw = parse_base64(blob, _WHAT, where)
    if len(raw) <= _KEY_ID_SIZE:
        raise WireError(_WHAT, where, "a signature shorter than its key id")
    return Signature(name, raw[:_KEY_ID_SIZE], raw[_KEY_ID_SIZE:])


def check_key_name(name: str, what: str, where: str) -> None:
    """Refuse a key name that is empty, too long, or holds spaces, plus signs or control characters.

    Raises:
        WireError: the name breaks the rule (signed-note, "Format").
    """
    if not 0 < len(name) <= _KEY_NAME_LENGTH_MAX:
        raise WireError(what, where, f"a name of {len(name)} characters where 1..{_KEY_NAME_LENGTH_MAX} are allowed")
    check_text(name, what)
    if "+" in name or any(map(str.isspace, name)):
        raise WireError(what, where, "a name with a space or a plus sign")


def _check_note_text(text: str) -> None:
    if not text.endswith("\n"):
        raise WireError(_WHAT, "text", "no LF at the end")
    check_text(text, _WHAT)


def _check_vkey(vkey: VerifierKey) -> None:
    check_key_name(vkey.name, _WHAT_KEY, "name")
    if vkey.algorithm not in {ED25519, ED25519_COSIGNATURE}:
        raise WireError(_WHAT_KEY, "algorithm", "not one that this log knows")
    reason = point.reject_reason(vkey.public_key)
    if reason is not None:
        raise WireError(_WHAT_KEY, "key", reason)
