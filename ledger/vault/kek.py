"""The key-encryption key: what wraps the keys of people (`ledger.vault.keys`). In a file, or inside a token.

    <folder>/kek    which key it is, one line:
        <64 hex digits>                                       the key itself
        letopis-kek-1 scrypt <log2 n> <salt> <alg> <sealed>   the key, sealed under a passphrase
        letopis-kek-1 pkcs11 <key id> <check> <token>         a key that never leaves its token (`ledger.vault.token`)

Hex all of them, but the token's label, which is quoted as in a URL. The check is a known text that the key wrapped:
another key of the same name shows itself before it is used. No passphrase and no PIN ever stands in the folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol
from urllib.parse import quote

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.durable import FileRefused
from ledger.vault.sealing import KEY_BYTES, Sealer, bind

KEK_FILE: Final = "kek"
SCRYPT_LOG2_N: Final = 16
"""With r = 8 and p = 1: 64 MB and some tenths of a second, once for each process."""
_SALT_BYTES: Final = 16
PURPOSE: Final = "letopis vault: key-encryption key"


class KekRefused(FileRefused):
    """The key-encryption key cannot be used: a passphrase, a token or a PIN is missing or wrong. Holds none of them."""


class KeyEncryptionKey(Protocol):
    """Wraps keys and unwraps them. Any thread may call.

    Attributes:
        algorithm: number of what it wraps with, kept beside each wrapped key.
    """

    algorithm: int

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Encrypt a key, bound to whose it is: nonce ‖ ciphertext ‖ tag.

        Raises:
            KekRefused: the token is gone.
        """

    def unwrap(self, wrapped: bytes, bound: bytes, algorithm: int) -> bytes:
        """Decrypt what was wrapped.

        Raises:
            SealBroken: it does not open under this key, or was bound to somebody else.
            KekRefused: the token is gone.
        """


class KekSecrets(NamedTuple):
    """What it takes to use a key-encryption key, each asked for when it is needed; None: not given.

    `module` is the path of the PKCS#11 library: the machine says it and never the folder, for to load it is to run it.
    """

    passphrase: Callable[[], bytes | None] = lambda: None
    pin: Callable[[], str | None] = lambda: None
    module: str | None = None


NO_SECRETS: Final = KekSecrets()


class FileKek:
    """A key-encryption key in this process's memory."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key)
        self.algorithm = self._sealer.algorithm

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Encrypt a key."""
        return self._sealer.seal(key, bound)

    def unwrap(self, wrapped: bytes, bound: bytes, algorithm: int) -> bytes:
        """Decrypt a key."""
        return self._sealer.open(wrapped, bound, algorithm)


def new_file_kek(passphrase: bytes | None) -> tuple[bytes, FileKek]:
    """Draw a key for a file; returns what the file is to hold, and the key."""
    key = os.urandom(KEY_BYTES)
    if passphrase is None:
        return key.hex().encode() + b"\n", FileKek(key)
    salt = os.urandom(_SALT_BYTES)
    sealer = Sealer(derive(passphrase, salt, SCRYPT_LOG2_N))
    sealed = sealer.seal(key, bind(PURPOSE))
    line = f"letopis-kek-1 scrypt {SCRYPT_LOG2_N} {salt.hex()} {sealer.algorithm} {sealed.hex()}\n"
    return line.encode(), FileKek(key)


def token_line(key_id: bytes, check: bytes, label: str) -> bytes:
    """What the file holds of a key that is in a token."""
    return f"letopis-kek-1 pkcs11 {key_id.hex()} {check.hex()} {quote(label, safe='')}\n".encode()


def derive(passphrase: bytes, salt: bytes, log2_n: int) -> bytes:
    """The key that a passphrase gives."""
    return Scrypt(salt=salt, length=KEY_BYTES, n=1 << log2_n, r=8, p=1).derive(passphrase)
