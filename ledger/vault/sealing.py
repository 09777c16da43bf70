"""Authenticated encryption for the vault: AES-256-GCM-SIV, or AES-256-GCM where the OpenSSL at hand has no SIV.

A sealed blob is nonce ‖ ciphertext ‖ tag. The number of the algorithm is kept beside it, so that a vault can be read
on another machine and sealed anew one day.
"""

from __future__ import annotations

import os
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from ledger.errors import LetopisError

AES_256_GCM_SIV: Final = 1
"""RFC 8452: a nonce used twice shows only that two plaintexts are equal."""
AES_256_GCM: Final = 2
KEY_BYTES: Final = 32

_NONCE_BYTES: Final = 12


class SealBroken(LetopisError):  # noqa: N818 - reads as what it says
    """What was sealed does not open: another key, another owner, or changed bytes."""


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Sealer:
    """Seals and opens under one key.

    Args:
        key: 32 bytes.
        algorithm: what to seal with; None: the best at hand. Opening goes by the number beside what is opened.
    """

    __slots__ = ("_ciphers", "_key", "algorithm")

    def __init__(self, key: bytes, algorithm: int | None = None) -> None:
        self._key = key
        self._ciphers: dict[int, _Cipher] = {}
        self.algorithm = best_algorithm() if algorithm is None else algorithm

    def __repr__(self) -> str:
        return f"Sealer(algorithm={self.algorithm})"

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        """Encrypt under a random nonce, bound to `bound`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher(self.algorithm).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes, algorithm: int) -> bytes:
        """Decrypt what was sealed by `algorithm` and bound to `bound`.

        Raises:
            SealBroken: it does not open.
        """
        try:
            return self._cipher(algorithm).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise SealBroken("it does not open under its key") from None

    def _cipher(self, algorithm: int) -> _Cipher:
        cipher = self._ciphers.get(algorithm)
        if cipher is None:
            cipher = self._ciphers[algorithm] = _make_cipher(algorithm, self._key)
        return cipher


def best_algorithm() -> int:
    """Give the number of the best algorithm at hand."""
    return AES_256_GCM_SIV if _has_siv() else AES_256_GCM


def bind(*texts: str) -> bytes:
    """Join texts into associated data, unambiguously: none of them holds a line break.

    Raises:
        ValueError: one does.
    """
    if any("\n" in text for text in texts):
        raise ValueError("a text with a line break cannot be bound")
    return "\n".join(texts).encode()


def _make_cipher(algorithm: int, key: bytes) -> _Cipher:
    if algorithm == AES_256_GCM_SIV:
        try:
            return AESGCMSIV(key)
        except UnsupportedAlgorithm:
            raise SealBroken("sealed with AES-256-GCM-SIV, which this machine's OpenSSL does not have") from None
    if algorithm == AES_256_GCM:
        return AESGCM(key)
    raise SealBroken(f"sealed by algorithm {algorithm}, which this program does not know")


def _has_siv() -> bool:
    try:
        AESGCMSIV(bytes(KEY_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True
