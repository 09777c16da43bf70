"""Opening a school's vault: the one place where its backends and its keys are chosen."""

from __future__ import annotations

from collections.abc import Mapping

from api.settings import Layout, SchoolFile, kek_secrets, ledger_environment
from ledger.vault.keys import KeyStore
from ledger.vault.vault import SealedRows, Vault


def open_keys(layout: Layout, origin: str) -> KeyStore:
    """Open the keys of a log's people, with what the environment gives for the key that wraps them.

    Raises:
        FileRefused: as `KeyStore`.
        SettingsError: the environment names a file that is not there.
    """
    return KeyStore(layout.vault_keys, origin, kek_secrets())


def make_vault(layout: Layout, school: SchoolFile) -> Vault:
    """Open the vault; its tables are made or brought up to date first.

    Raises:
        LetopisError: its database or its keys cannot be used.
    """
    if school.database == "sqlite":
        from ledger.vault.sqlite import open_vault

        return open_vault(layout.vault_file, open_keys(layout, school.origin), create=True)
    from ledger.vault.postgres import install

    install(ledger_environment(layout, school, create=True)["LETOPIS_POSTGRES_OWNER_DSN"])
    return open_vault_of(layout, school)


def open_sealed_rows(
    layout: Layout, school: SchoolFile, *, as_owner: bool, environ: Mapping[str, str] | None = None
) -> SealedRows:
    """Open the vault's rows without its keys; on PostgreSQL in the owner's role, which alone may remove rows, or not.

    Raises:
        SettingsError: the environment has not the role's connection string.
        LetopisError: there is no vault, or its tables are not up to date.
    """
    if school.database == "sqlite":
        from ledger.vault.sqlite import SQLiteRows

        return SQLiteRows(layout.vault_file, school.origin)
    from ledger.vault.postgres import PostgresRows

    role = "LETOPIS_POSTGRES_OWNER_DSN" if as_owner else "LETOPIS_POSTGRES_DSN"
    return PostgresRows(ledger_environment(layout, school, create=as_owner, environ=environ)[role], school.origin)


def open_vault_of(layout: Layout, school: SchoolFile) -> Vault:
    """Open the vault as it is.

    Raises:
        LetopisError: there is none, its tables are not up to date, or its keys cannot be used.
    """
    if school.database == "sqlite":
        from ledger.vault.sqlite import open_vault as open_file

        return open_file(layout.vault_file, open_keys(layout, school.origin))
    from ledger.vault.postgres import open_vault

    dsn = ledger_environment(layout, school)["LETOPIS_POSTGRES_DSN"]
    return open_vault(dsn, open_keys(layout, school.origin))
