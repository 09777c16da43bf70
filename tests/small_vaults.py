"""Small real vaults for tests, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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


def person(number: int) -> str:
    return f"6f1c0000-0000-4000-8000-{number:012x}"


def names(number: int, random: Callable[[int], bytes] | None = None) -> list[Disclosure]:
    values = {"family_name": f"Иванов{number}", "given_name": "Пётр", "patronymic": "Сергеевич"}
    return [make_disclosure(name, value, *([random] if random else [])) for name, value in values.items()]
