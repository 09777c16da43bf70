"""Opening and making the store of a school's secrets."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from api.identity.passwords import Cost
from api.identity.rows import Rows
from api.identity.store import Secrets
from api.settings import Layout, SchoolFile, SettingsError, ledger_environment
from ledger.durable import create_file, read_secret

if TYPE_CHECKING:
    from api.identity.openid.provider import Provider
    from api.identity.webauthn import RelyingParty

KEY_BYTES: Final = 32


def make_secrets(layout: Layout, school: SchoolFile) -> Secrets:
    """Open the store; its key and tables are made or brought up to date first.

    Raises:
        LetopisError: its database or its key cannot be used.
    """
    if not layout.identity_key.exists():
        create_file(layout.identity_key, secrets.token_bytes(KEY_BYTES))
    if school.database == "postgresql":
        from api.identity.postgres import install

        install(ledger_environment(layout, school, create=True)["LETOPIS_POSTGRES_OWNER_DSN"])
    return open_secrets(layout, school, create=school.database == "sqlite")


def open_secrets(layout: Layout, school: SchoolFile, *, create: bool = False, cost: Cost | None = None) -> Secrets:
    """Open the store.

    Raises:
        SettingsError: its key is missing.
        LetopisError: there is no store, or its tables are not up to date.
    """
    try:
        key = read_secret(layout.identity_key, limit_bytes=2 * KEY_BYTES)
    except FileNotFoundError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{layout.identity_key}: нет ключа, его делает / missing; made by: letopis migrate")
    rows: Rows
    if school.database == "sqlite":
        from api.identity.sqlite import SQLiteRows

        rows = SQLiteRows(layout.identity_file, create=create and not os.environ.get("LETOPIS_READ_ONLY"))
    else:
        from api.identity.postgres import PostgresRows

        rows = PostgresRows(ledger_environment(layout, school)["LETOPIS_POSTGRES_DSN"])
    return Secrets(rows, school.origin, key, cost)


def open_sign_ins(layout: Layout, code: str) -> tuple[Provider | None, RelyingParty | None]:
    """The provider that a school's accounts may sign in at and the address of its passkeys; None where it has none.

    Both are imported here: they bring HTTP and cryptography along, a quarter of a second that a command need not wait.

    Raises:
        LetopisError: their settings cannot be used.
    """
    from api.identity.openid.flow import open_provider
    from api.identity.webauthn import read_party

    return open_provider(layout, code), read_party(layout)
