"""Opening the key-encryption key of a folder of keys, wherever it is (`ledger.vault.kek`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ledger.durable import read_secret
from ledger.vault.kek import KEK_FILE, NO_SECRETS, PURPOSE, FileKek, KekRefused, KekSecrets, KeyEncryptionKey, derive
from ledger.vault.sealing import SealBroken, Sealer, bind

_FILE_BYTES_MAX: Final = 1_024
_SCRYPT_LOG2_N_MAX: Final = 20
_PLAIN: Final = re.compile(rb"([0-9a-f]{64})\n")
_SEALED: Final = re.compile(rb"letopis-kek-1 scrypt ([1-9][0-9]?) ([0-9a-f]{32}) ([1-9]) ([0-9a-f]{120})\n")
_TOKEN: Final = re.compile(rb"letopis-kek-1 pkcs11 ([0-9a-f]{32}) ([0-9a-f]{120}) ([A-Za-z0-9_.~%-]{1,200})\n")


def open_kek(folder: Path, secrets: KekSecrets = NO_SECRETS) -> KeyEncryptionKey:
    """Open the key-encryption key of a folder of keys.

    Raises:
        KekRefused: its file is missing or malformed, or what it takes to use it is missing or wrong.
        FileRefused: the file is open to others.
    """
    path = folder / KEK_FILE
    try:
        raw = read_secret(path, limit_bytes=_FILE_BYTES_MAX)
    except FileNotFoundError:
        raise KekRefused(f"{path}: no key-encryption key; without it nothing in the vault opens") from None
    if match := _PLAIN.fullmatch(raw):
        return FileKek(bytes.fromhex(match[1].decode()))
    if match := _SEALED.fullmatch(raw):
        return _open_sealed(path, match, secrets)
    if match := _TOKEN.fullmatch(raw):
        from ledger.vault.token import open_token_kek

        key_id, check = (bytes.fromhex(match[place].decode()) for place in (1, 2))
        return open_token_kek(key_id, check, unquote(match[3].decode()), secrets)
    raise KekRefused(f"{path}: not a key-encryption key of this program")


def _open_sealed(path: Path, match: re.Match[bytes], secrets: KekSecrets) -> FileKek:
    passphrase, log2_n = secrets.passphrase(), int(match[1])
    if passphrase is None:
        raise KekRefused(f"{path}: нужна парольная фраза / a passphrase is needed: LETOPIS_KEK_PASSPHRASE(_FILE)")
    if log2_n > _SCRYPT_LOG2_N_MAX:
        raise KekRefused(f"{path}: not a key-encryption key of this program")
    sealer = Sealer(derive(passphrase, bytes.fromhex(match[2].decode()), log2_n))
    try:
        return FileKek(sealer.open(bytes.fromhex(match[4].decode()), bind(PURPOSE), int(match[3])))
    except SealBroken:
        raise KekRefused(f"{path}: другая парольная фраза / another passphrase") from None
