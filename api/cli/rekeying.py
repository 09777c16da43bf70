"""`vault rekey`: another key-encryption key, in a file or in a token (1.5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from api.cli.console import Console, Exit
from api.settings import Layout, SettingsError, kek_secrets, read_school_file, secret_text
from ledger.vault.kek import KeyEncryptionKey, new_file_kek
from ledger.vault.rekeying import rekey
from ledger.vault.token import new_token_kek

_NEW: Final = "LETOPIS_NEW_KEK_PASSPHRASE"


def run_rekey(console: Console, var: Path, to: str, token: str | None, *, without_passphrase: bool) -> int:
    """Wrap every key of the vault anew; the server and other commands have to be stopped.

    Raises:
        SettingsError: what is asked for is not said whole.
        FileRefused: keys are in use, or one of the two key-encryption keys cannot be used; nothing was changed.
    """
    layout = Layout(var)
    read_school_file(layout)
    secrets = kek_secrets()
    made: Callable[[], tuple[bytes, KeyEncryptionKey]]
    if to == "token" and token:
        made = partial(new_token_kek, token, secrets)
    elif to == "file" and token is None:
        made = partial(new_file_kek, _passphrase(without_passphrase=without_passphrase))
    else:
        raise SettingsError("--to: file, или token и --token ИМЯ / file, or token with --token LABEL")
    with console.progress("ключи / keys", None) as progress:
        count = rekey(layout.vault_keys, secrets, made, progress=progress)
    place = "в файле / in a file" if token is None else f"в токене / in the token «{token}»"
    console.result(
        {"to": to, "token": token, "keys": count},
        f"Ключ шифрования теперь {place}; перешифровано ключей / keys wrapped anew: {count}\n"
        "Прежние копии ключей открываются прежним ключом: уничтожьте их. / "
        "Older backups of keys open under the key before: destroy them.",
    )
    return Exit.DONE


def _passphrase(*, without_passphrase: bool) -> bytes | None:
    text = secret_text(_NEW)
    if text is None and not without_passphrase:
        raise SettingsError(
            f"нужна новая парольная фраза / a new passphrase is needed: {_NEW}(_FILE); "
            "без неё / without one: --without-passphrase"
        )
    return None if text is None else text.encode()
