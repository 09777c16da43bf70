"""Numbered, forward-only schema changes: files `NNNN_name.sql` beside a backend, applied in order, never edited.

The SHA-256 of every applied file is recorded in the database. A ledger whose record and files disagree is not opened:
an edited migration would mean that two ledgers with the same numbers have different tables. No migration rewrites an
entry.

Reading and comparing is here; running the SQL with the record of it is in `ledger.database.sqlite` and
`ledger.database.postgres`, inside a transaction of the caller's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from ledger.errors import LetopisError

_FILE_NAME = re.compile(r"([0-9]{4})_([a-z0-9_]+)\.sql")


class MigrationError(LetopisError):
    """The migrations in the program and those recorded in the database do not fit together."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One schema change: its number from 1, its name, its SQL and the SHA-256 of the file's bytes in hex."""

    number: int
    name: str
    sql: str
    digest: str

    @property
    def title(self) -> str:
        """What messages call it: ``0001_log``."""
        return f"{self.number:04}_{self.name}"


@dataclass(frozen=True, slots=True)
class Applied:
    """What the database remembers of an applied migration."""

    number: int
    name: str
    digest: str


def parse_migrations(files: Iterable[tuple[str, bytes]]) -> tuple[Migration, ...]:
    """Migrations from (file name, bytes), in order of number.

    Raises:
        MigrationError: a name that is not ``NNNN_name.sql``, bytes that are not UTF-8, or numbers that do not run
            1, 2, 3 …
    """
    found = []
    for file_name, raw in files:
        match = _FILE_NAME.fullmatch(file_name)
        if match is None:
            raise MigrationError(f"migration {file_name}: the name must be NNNN_name.sql")
        try:
            sql = raw.decode()
        except UnicodeDecodeError:
            raise MigrationError(f"migration {file_name}: not UTF-8") from None
        found.append(Migration(int(match[1]), match[2], sql, hashlib.sha256(raw).hexdigest()))
    found.sort(key=lambda migration: migration.number)
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationError(
                f"migration {migration.title}: expected number {expected:04} here; "
                "numbers run from 0001 without gap or repetition"
            )
    return tuple(found)


def read_migrations(package: str) -> tuple[Migration, ...]:
    """The migrations in the folder `migrations` of `package`.

    Raises:
        MigrationError: as in `parse_migrations`.
    """
    folder = resources.files(package) / "migrations"
    return parse_migrations((item.name, item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".sql"))


def pending_migrations(migrations: Iterable[Migration], applied: Iterable[Applied]) -> tuple[Migration, ...]:
    """What is still to be applied, in order.

    Raises:
        MigrationError: an applied migration is unknown here (the database is newer than the program), was renamed, or
            its file has changed since.
    """
    known = {migration.number: migration for migration in migrations}
    last = 0
    for record in sorted(applied, key=lambda record: record.number):
        last += 1
        where = f"migration {record.number:04}_{record.name}"
        migration = known.get(record.number)
        if record.number != last:
            raise MigrationError(f"{where}: applied to this database, but number {last:04} before it was not")
        if migration is None:
            raise MigrationError(
                f"{where}: applied to this database, but not part of this program; the program is too old"
            )
        if (migration.name, migration.digest) != (record.name, record.digest):
            raise MigrationError(
                f"{where}: changed after it was applied (recorded SHA-256 {record.digest}, "
                f"the file's is {migration.digest}); a schema change needs a new file"
            )
    return tuple(migration for number, migration in sorted(known.items()) if number > last)
