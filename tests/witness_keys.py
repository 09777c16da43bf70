"""Witnesses' keys for tests, always the same for one seed, and cosignatures made by hand from the specification."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def _private(seed: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"test witness %d" % seed).digest())


@lru_cache(maxsize=4_096)
def _signed(seed: int, text: str) -> bytes:
    """What a key signs is the same each time (RFC 8032), and a thousand archives hold the same cosignatures."""
    return _private(seed).sign(text.encode())


@dataclass(frozen=True)
class WitnessKey:
    """A witness's key; `id` is its stream's."""

    name: str
    seed: int

    @property
    def private(self) -> Ed25519PrivateKey:
        return _private(self.seed)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def vkey(self) -> str:
        key_id = hashlib.sha256(self.name.encode() + b"\n\x04" + self.public).digest()[:4].hex()
        typed = base64.b64encode(b"\x04" + self.public).decode()
        return f"{self.name}+{key_id}+{typed}"

    @property
    def id(self) -> str:
        text = hashlib.sha256(self.public).hexdigest()[:32]
        variant = "89ab"[int(text[16], 16) % 4]
        return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def cosign(self, origin: str, size: int, root: bytes, time: int) -> str:
        """The 64 bytes of a cosignature in base64."""
        text = f"cosignature/v1\ntime {time}\n{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        return base64.b64encode(_signed(self.seed, text)).decode()


WITNESSES: Final = (WitnessKey("witness.example/region", 1), WitnessKey("foreign.example/w1", 2))
