"""A witness's key: Ed25519, and signatures that state when they were made (C2SP tlog-cosignature v1.0.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.signing.keys import SignatureRefused, verify_note
from ledger.wire.checkpoint import cosigned_message, format_cosignature, parse_cosignature
from ledger.wire.note import ED25519_COSIGNATURE, Note, Signature, VerifierKey, format_vkey


class Cosigned(NamedTuple):
    """A cosignature that holds: when it says that it was made (POSIX seconds), and its 64 bytes."""

    time_seconds: int
    signature: bytes


class Cosigner:
    """A witness's private key under the witness's name.

    Attributes:
        name: the key's name, which is the witness's.
        verifier_key: the public half.
    """

    __slots__ = ("_private_key", "name", "verifier_key")

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name = name
        self.verifier_key = VerifierKey(name, ED25519_COSIGNATURE, public)
        self._private_key = private_key

    def __repr__(self) -> str:
        return f"Cosigner({self.name!r}, key id {self.verifier_key.key_id.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("a cosigner is not pickled")

    @property
    def vkey(self) -> str:
        """The verifier key as text: what readers pin."""
        return format_vkey(self.verifier_key)

    def cosign(self, text: str, time_seconds: int) -> Signature:
        """Cosign a checkpoint's text at a POSIX time; verified before it is handed out.

        Raises:
            WireError: the text is no checkpoint, or the time is outside 0..2^63-1.
        """
        raw = self._private_key.sign(cosigned_message(text, time_seconds))
        signature = Signature(self.name, self.verifier_key.key_id, format_cosignature(time_seconds, raw))
        find_cosignature(text, (signature,), self.verifier_key)
        return signature


def find_cosignature(text: str, signatures: Iterable[Signature], key: VerifierKey) -> Cosigned:
    """Find and verify the cosignature of one key over a checkpoint's text; those of other keys say nothing.

    Raises:
        SignatureRefused: there is none, or it does not hold.
    """
    own = [one for one in signatures if (one.name, one.key_id) == (key.name, key.key_id)]
    if not own:
        raise SignatureRefused(f"no cosignature of {key.name}")
    verify_note(Note(text, tuple(own)), (key,))
    return Cosigned(*parse_cosignature(own[0].signature))
