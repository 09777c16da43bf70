"""Making a school's folder: all of it, or nothing that stays in the way of another try."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final, cast

from api.access_opening import make_access_log
from api.auth import Identity
from api.identity.opening import make_secrets
from api.retention import PERSON
from api.settings import (
    Layout,
    SchoolFile,
    SettingsError,
    kek_secrets,
    ledger_environment,
    passphrase,
    write_school_file,
)
from api.vaults import make_vault
from ledger.application import School
from ledger.durable import create_file, secret_folder
from ledger.journal.account_vocabulary import AccountKind, Role
from ledger.journal.commands import (
    AcknowledgeConfidentiality,
    FoundAccounts,
    GrantRole,
    OpenAccount,
    OpenSchool,
)
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import create_key, load_signer
from ledger.vault.disclosure import make_disclosure
from ledger.vault.keys import create_key_store
from ledger.vault.vault import Vault
from ledger.wire.entry import Actor

REQUEST_KEY_BYTES: Final = 32
BASIS: Final = "заведение журнала"
"""The document of roles that were granted when the journal was made."""
_INSPECTION_DAYS: Final = 365
_KINDS: Final[dict[str, AccountKind]] = {"inspector": "inspector", "export_job": "program"}


def init_school(
    layout: Layout, school: SchoolFile, identities: Sequence[Identity], opening: OpenSchool | None = None
) -> tuple[str, dict[str, Identity]]:
    """Make a school's folder: keys, ledger, vault, and its first sign-ins. Nothing that exists is overwritten.

    ``school.json`` is written last: a folder without it is no school, and what a failed try made is removed. An empty
    log that it made on PostgreSQL stays, and the next try takes it.

    Args:
        layout: where.
        school: what it is; goes to ``school.json``.
        identities: who gets a token, and where the log is opened here an account; the first founds them.
        opening: the log's first entry, in the first identity's name; None: entries are left to the caller.

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
        create_key_store(layout.vault_keys, kek_secrets().passphrase())
        with closing(make_secrets(layout, school)) as store:
            now = int(time.time())
            tokens = {store.make_token(one.actor, one.role, one.label, now): one for one in identities}
        make_access_log(layout, school)
        with closing(make_vault(layout, school)) as vault, closing(School(environment)) as app:
            if app.ledger.head().size:
                raise SettingsError(
                    f"{school.origin}: в этом журнале уже есть записи, он от другой папки / "
                    "this log holds entries already; it belongs to another folder"
                )
            if opening is not None:
                app.execute(opening, actor=Actor(identities[0].actor, identities[0].role))
                open_accounts(app, vault, identities)
                Checkpointer(app.ledger, load_signer(layout.signing_key, school.origin, passphrase())).sign()
        write_school_file(layout, school)
    return vkey, tokens


def open_accounts(app: School, vault: Vault, identities: Sequence[Identity], text: str | None = None) -> None:
    """Give people accounts and their roles, from today on; those who have one keep it. The first founds the accounts.

    Args:
        app: the log.
        vault: keeps the names of those who are not registered: their labels.
        identities: who; an inspector's role ends after a year.
        text: SHA-256 of a text of confidentiality that they all acknowledge; None: they do so themselves.

    Raises:
        Refused: a rule of the journal forbids it.
    """
    first = Actor(identities[0].actor, "administrator")
    today = app.today()
    school = app.look(lambda context: context.books.school)
    for one in identities:
        if app.aggregate(f"account/{one.actor}")[0] is not None:
            continue
        name = None
        if app.aggregate(f"person/{one.actor}")[0] is None:
            disclosure = make_disclosure("account_name", one.label)
            vault.keep(one.actor, PERSON, [disclosure.text])
            name = disclosure.digest
        if one.actor == first.id and app.aggregate(f"accounts/{school}")[0] is None:
            app.execute(FoundAccounts(account=one.actor, basis=BASIS, name=name), actor=first)
        else:
            kind = _KINDS.get(one.role, "employee")
            app.execute(OpenAccount(account=one.actor, kind=kind, name=name), actor=first)
            app.execute(_grant(one, today), actor=first)
        if text is not None:
            read = AcknowledgeConfidentiality(account=one.actor, sha256=text)
            app.execute(read, actor=Actor(one.actor, one.role))


def _grant(one: Identity, today: date) -> GrantRole:
    inspection = one.role == "inspector"
    return GrantRole(
        account=one.actor,
        role=cast("Role", one.role),
        starts_on=today.isoformat(),
        basis=BASIS,
        ends_on=(today + timedelta(days=_INSPECTION_DAYS)).isoformat() if inspection else None,
        purpose="ознакомление с журналом" if inspection else None,
    )


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
