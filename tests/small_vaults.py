"""Small real vaults for tests, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg

from ledger.durable import FileRefused
from ledger.vault import Disclosure, KeyStore, Vault, create_key_store, make_disclosure, postgres, sqlite
from tests.conftest import Database

ORIGIN = "letopis.example/school/1534"
PERSON = "6f1c0000-0000-4000-8000-000000000001"
OTHER = "6f1c0000-0000-4000-8000-000000000002"


def key_store(folder: Path, origin: str = ORIGIN) -> KeyStore:
    with suppress(FileRefused):  # made before
        create_key_store(folder)
    return KeyStore(folder, origin)


@contextmanager
def sqlite_vault(folder: Path, origin: str = ORIGIN) -> Iterator[Vault]:
    vault = sqlite.open_vault(folder / "vault.sqlite3", key_store(folder / "keys", origin), create=True)
    try:
        yield vault
    finally:
        vault.close()


@contextmanager
def postgres_vault(folder: Path, database: Database, origin: str = ORIGIN) -> Iterator[Vault]:
    postgres.install(database.owner_dsn)
    vault = postgres.open_vault(database.app_dsn, key_store(folder / "keys", origin))
    try:
        yield vault
    finally:
        vault.close()


def make_older(folder: Path, seconds: int, database: Database | None = None) -> None:
    """Let time pass for everything that lies in a vault: its rows and its keys' files."""
    if database is None:
        with closing(sqlite3.connect(folder / "vault.sqlite3")) as file:
            file.execute("UPDATE disclosures SET kept_at = kept_at - ?", (seconds,))
            file.commit()
    else:
        with psycopg.connect(database.superuser_dsn) as connection:
            connection.execute("UPDATE vault.disclosures SET kept_at = kept_at - make_interval(secs => %s)", (seconds,))
    for path in (folder / "keys").rglob("*.*"):
        if path.is_file():
            changed = path.stat().st_mtime - seconds
            os.utime(path, (changed, changed))


def person(number: int) -> str:
    return f"6f1c0000-0000-4000-8000-{number:012x}"


def names(number: int, random: Callable[[int], bytes] | None = None) -> list[Disclosure]:
    values = {"family_name": f"Иванов{number}", "given_name": "Пётр", "patronymic": "Сергеевич"}
    return [make_disclosure(name, value, *([random] if random else [])) for name, value in values.items()]
