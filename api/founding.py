"""Making a school's folder: all of it, or nothing that stays in the way of another try."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from api.auth import Identity, make_tokens
from api.schools import make_access_log, make_vault
from api.settings import Layout, SchoolFile, SettingsError, ledger_environment, passphrase, write_school_file
from ledger.application import School
from ledger.durable import create_file, secret_folder
from ledger.journal.commands import OpenSchool
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import create_key, load_signer
from ledger.vault.keys import create_key_store
from ledger.wire.entry import Actor

REQUEST_KEY_BYTES: Final = 32


def init_school(
    layout: Layout, school: SchoolFile, identities: Sequence[Identity], opening: OpenSchool | None = None
) -> tuple[str, dict[str, Identity]]:
    """Make a school's folder: keys, tokens, ledger and vault. Nothing that exists is overwritten.

    ``school.json`` is written last: a folder without it is no school, and what a failed try made is removed. An empty
    log that it made on PostgreSQL stays, and the next try takes it.

    Args:
        layout: where.
        school: what it is; goes to ``school.json``.
        identities: who gets a token.
        opening: the log's first entry, in the first identity's name; None: left to the caller.

    Returns:
        The vkey, and the tokens to be shown once.

    Raises:
        SettingsError: a school is there already, or its log holds entries.
        LetopisError: something cannot be made.
    """
    environment = ledger_environment(layout, school, create=True)
    if layout.school_file.exists():
        raise SettingsError(
            f"{layout.var}: здесь уже есть школа, ничего не изменено / there is a school already; nothing was changed"
        )
    layout.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _removed_on_failure(layout):
        secret_folder(layout.keys, create=True)
        vkey = create_key(layout.signing_key, school.origin, passphrase())
        create_file(layout.request_key, secrets.token_bytes(REQUEST_KEY_BYTES))
        create_key_store(layout.vault_keys)
        tokens = make_tokens(layout.tokens_file, identities)
        make_vault(layout, school).close()
        make_access_log(layout, school)
        with closing(School(environment)) as app:
            if app.ledger.head().size:
                raise SettingsError(
                    f"{school.origin}: в этом журнале уже есть записи, он от другой папки / "
                    "this log holds entries already; it belongs to another folder"
                )
            if opening is not None:
                app.execute(opening, actor=Actor(identities[0].actor, identities[0].role))
                Checkpointer(app.ledger, load_signer(layout.signing_key, school.origin, passphrase())).sign()
        write_school_file(layout, school)
    return vkey, tokens


@contextmanager
def _removed_on_failure(layout: Layout) -> Iterator[None]:
    """Take away, when it fails, what was not there before. No reader was ever told of it."""
    before = set(layout.var.iterdir())
    try:
        yield
    except BaseException:
        for path in set(layout.var.iterdir()) - before:
            _remove(path)
        raise


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
