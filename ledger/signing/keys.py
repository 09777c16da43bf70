"""Ed25519 keys: one file per key, notes signed with it, signatures verified (C2SP signed-note v1.0.0).

A private key is a PKCS#8 PEM file of mode 0600, under a passphrase if there is one; `openssl pkey` reads it. Beside it
lies `<stem>.vkey`, the one line that readers pin. Nothing here ever puts key material into an error or a repr.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ledger.durable import FileRefused, create_file, read_secret
from ledger.errors import LetopisError
from ledger.wire.checkpoint import cosigned_message, parse_cosignature
from ledger.wire.errors import WireError
from ledger.wire.note import ED25519, Note, Signature, VerifierKey, format_vkey, parse_vkey

_KEY_FILE_BYTES_MAX: Final = 16_384
_VKEY_MODE: Final = 0o644
_VKEY_SUFFIX: Final = ".vkey"


class KeyRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A signing key cannot be made or used; the message says why, without any of the key."""


class SignatureRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A note is not signed as it has to be."""


class Signer:
    """A log's private key under the log's name.

    Attributes:
        name: the key's name, which is the log's origin.
        verifier_key: the public half.
    """

    __slots__ = ("_private_key", "name", "verifier_key")

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self.name = name
        self.verifier_key = VerifierKey(name, ED25519, _public_bytes(private_key))
        self._private_key = private_key

    def __repr__(self) -> str:
        return f"Signer({self.name!r}, key id {self.verifier_key.key_id.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("a signer is not pickled")

    @property
    def vkey(self) -> str:
        """The verifier key as text: what readers pin."""
        return format_vkey(self.verifier_key)

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        return Signature(self.name, self.verifier_key.key_id, self._private_key.sign(text.encode()))

    def sign_note(self, text: str) -> Note:
        """Make the note with this text and this key's signature, verified before it is handed out."""
        note = Note(text, (self.sign(text),))
        verify_note(note, (self.verifier_key,))
        return note


def vkey_path(path: Path) -> Path:
    """Give the place of the public half of the key in file `path`: ``school.pem`` has ``school.vkey``."""
    return path.with_suffix(_VKEY_SUFFIX)


def create_key(path: Path, origin: str, passphrase: bytes | None = None, *, algorithm: int = ED25519) -> str:
    """Create a key for the log `origin`, or with the other algorithm for a witness of that name; returns its vkey.

    Durable when it returns.

    Raises:
        KeyRefused: the origin cannot name a key, or the passphrase is empty.
        FileRefused: one of the two files exists, or cannot be written. No key is left behind.
    """
    if path.suffix == _VKEY_SUFFIX:
        raise KeyRefused(f"{path}: {_VKEY_SUFFIX} is the suffix of the public half; name the private key otherwise")
    if vkey_path(path).exists():
        raise FileRefused(f"{vkey_path(path)}: exists already and is never overwritten")
    private_key = Ed25519PrivateKey.generate()
    try:
        vkey = format_vkey(VerifierKey(origin, algorithm, _public_bytes(private_key)))
    except WireError as error:
        raise KeyRefused(f"the origin cannot name a key: {error}") from None
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))
    create_file(path, pem)
    try:
        create_file(vkey_path(path), f"{vkey}\n".encode(), mode=_VKEY_MODE)
    except BaseException:
        path.unlink()  # just made, and nothing was signed with it
        raise
    return vkey


def load_signer(path: Path, origin: str, passphrase: bytes | None = None) -> Signer:
    """Load the key in `path` to sign for the log `origin`.

    Raises:
        FileRefused: others may read the file.
        KeyRefused: no such file, a wrong passphrase, no Ed25519 key, a bad origin, or another's vkey beside it.
    """
    return Signer(origin, load_private_key(path, origin, passphrase))


def load_private_key(
    path: Path, name: str, passphrase: bytes | None = None, *, algorithm: int = ED25519
) -> Ed25519PrivateKey:
    """Load the key in `path` that signs under a name; see `load_signer`.

    Raises:
        FileRefused, KeyRefused: as there.
    """
    try:
        pem = read_secret(path, limit_bytes=_KEY_FILE_BYTES_MAX)
    except FileNotFoundError:
        raise KeyRefused(f"{path}: no such key file") from None
    private_key = _parse_private_key(path, pem, passphrase)
    try:
        vkey = format_vkey(VerifierKey(name, algorithm, _public_bytes(private_key)))
    except WireError as error:
        raise KeyRefused(f"{path}: the origin cannot name a key: {error}") from None
    _check_vkey_beside(path, vkey)
    return private_key


def read_vkey(path: Path) -> VerifierKey:
    """Read a `.vkey` file: one line.

    Raises:
        KeyRefused: there is none, or it holds no verifier key.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_KEY_FILE_BYTES_MAX)
        return parse_vkey(raw.decode().removesuffix("\n"))
    except (OSError, UnicodeDecodeError, WireError) as error:
        raise KeyRefused(f"{path}: holds no verifier key ({error})") from None


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Verify the signatures of the given keys under a note; returns the keys that did sign, in the note's order.

    Signatures of other keys are ignored, as signed-note asks. A cosignature covers the checkpoint and its own time.

    Raises:
        SignatureRefused: a signature under one of these keys' name and id is wrong, or there is none.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not _is_right(note.text, signature.signature, key):
            raise SignatureRefused(f"the signature of {key.name} (key id {key.key_id.hex()}) is wrong")
        signed.append(key)
    if not signed:
        raise SignatureRefused("no signature of a known key")
    return tuple(signed)


def _is_right(text: str, signature: bytes, key: VerifierKey) -> bool:
    try:
        message = text.encode()
        if key.algorithm != ED25519:
            time_seconds, signature = parse_cosignature(signature)
            message = cosigned_message(text, time_seconds)
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, WireError):
        return False
    return True


def _encryption(passphrase: bytes | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    if not passphrase:
        raise KeyRefused("an empty passphrase protects nothing: give one, or none at all")
    return BestAvailableEncryption(passphrase)


def _parse_private_key(path: Path, pem: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    # `from None` everywhere: a chained error of the parser might quote what it could not parse.
    try:
        private_key = load_pem_private_key(pem, passphrase)
    except TypeError:
        needed = "is protected by a passphrase, and none was given" if passphrase is None else "has no passphrase"
        raise KeyRefused(f"{path}: the key {needed}") from None
    except Exception:  # noqa: BLE001 - the parser's errors are of many classes
        raise KeyRefused(f"{path}: a wrong passphrase, or not a PKCS#8 PEM private key") from None
    if not isinstance(private_key, Ed25519PrivateKey):
        raise KeyRefused(f"{path}: not an Ed25519 key")
    return private_key


def _check_vkey_beside(path: Path, vkey: str) -> None:
    """Refuse a key file that was mixed up with another's vkey; a missing one is no matter, it follows from the key."""
    beside = vkey_path(path)
    if beside.exists() and format_vkey(read_vkey(beside)) != vkey:
        raise KeyRefused(f"{beside}: is not the public half of {path} under this origin")


def _public_bytes(private_key: Ed25519PrivateKey) -> bytes:
    return private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
