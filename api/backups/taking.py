"""Taking a backup: the log first, then the vault and the access log; or the keys, by themselves.

**Why the log first.** A value is kept in the vault before the entry that commits to it is appended. So a vault that is
copied behind the log has every value that an entry of the copied log names; the other way round it could lack those of
the moments between. What the vault has more is named by no entry, harms nobody and is swept away
(`ledger.vault.sweeping`). Keys are made before what they seal, so a backup of keys that is taken behind one of the
databases opens all of it.
"""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from api.backups import postgres
from api.backups.folder import ACCESS, DUMP, IDENTITY, KEYS, LEDGER, VAULT, Backup, Manifest, files_of, making, seal
from api.settings import Layout, SchoolFile, SettingsError, UnavailableError, ledger_environment
from ledger.application import School
from ledger.database.sqlite import error_name
from ledger.journal.vocabulary import BackupPart
from ledger.tree.edge import RightEdge
from ledger.vault.changing import use_keys

_BUSY_SECONDS: Final = 10.0


def take_databases(layout: Layout, school: SchoolFile, out: Path) -> Backup:
    """Back up log, vault, access log and sign-ins into the new folder `out`; a server may run meanwhile.

    Raises:
        SettingsError: `out` is there already, or a setting or program is missing.
        UnavailableError: a database cannot be read.
        LetopisError: the copied log cannot be opened.
    """
    taken_at = _now()
    with making(out) as aside:
        if school.database == "sqlite":
            copy_sqlite(layout.ledger_file, aside / LEDGER)
            copy_sqlite(layout.vault_file, aside / VAULT)
            for name, source in ((ACCESS, layout.access_file), (IDENTITY, layout.identity_file)):
                if source.exists():
                    copy_sqlite(source, aside / name)
            edge = _edge_of_copy(school, aside / LEDGER)
        else:
            owner_dsn = ledger_environment(layout, school, create=True).get("LETOPIS_POSTGRES_OWNER_DSN", "")
            edge = postgres.dump(owner_dsn, school.origin, aside / DUMP)
        return _seal(aside, out, school, ("ledger", "vault"), edge, taken_at)


def take_keys(layout: Layout, school: SchoolFile, out: Path) -> Backup:
    """Back up keys into the new folder `out`; a server may run meanwhile.

    Raises:
        SettingsError: `out` is there already.
        LetopisError: the log or a key cannot be read.
    """
    # Moment and size are read first: every key that was needed by then was made before.
    taken_at = _now()
    with closing(School(ledger_environment(layout, school, read_only=school.database == "sqlite"))) as app:
        edge = app.ledger.head().edge
    # The keys of one key-encryption key: it is not changed meanwhile.
    with closing(use_keys(layout.vault_keys)), making(out) as aside:
        with tarfile.open(aside / KEYS, "x") as archive:
            for path in _key_files(layout):
                archive.add(path, path.relative_to(layout.var).as_posix(), recursive=False)
        return _seal(aside, out, school, ("keys",), edge, taken_at)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that others may be writing, as it is at one moment, by SQLite's own backup.

    One step reads all of it in one transaction of the write-ahead log: no writer waits, and none begins it anew. The
    copy is one file, without a write-ahead log beside it.

    Raises:
        UnavailableError: it cannot be read, or not be written.
    """
    uri = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as read,
            closing(sqlite3.connect(target, isolation_level=None)) as written,
        ):
            read.backup(written, pages=-1)
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise UnavailableError(f"{source}: не скопировать / cannot be copied ({error_name(error)})") from None


def _edge_of_copy(school: SchoolFile, file: Path) -> RightEdge:
    """Where the log ends in the copy; it is the copy's own word, which a drill verifies."""
    environment = {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_ORIGIN": school.origin,
        "LETOPIS_CLOCK": school.clock,
        "LETOPIS_SQLITE_FILE": str(file),
        "LETOPIS_READ_ONLY": "y",
    }
    with closing(School(environment)) as app:
        return app.ledger.head().edge


def _key_files(layout: Layout) -> list[Path]:
    """Files of keys, and the marks of those that were destroyed; not what is still being written."""
    found = sorted(path for path in layout.keys.rglob("*") if path.is_file() and not path.name.startswith("."))
    kept = [path for path in found if path.name != "lock"]
    if not kept:
        raise SettingsError(f"{layout.keys}: здесь нет ключей / there are no keys here")
    return kept


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _seal(
    aside: Path, out: Path, school: SchoolFile, what: tuple[BackupPart, ...], edge: RightEdge, taken_at: str
) -> Backup:
    manifest = Manifest(
        backup=str(uuid4()),
        what=what,
        origin=school.origin,
        code=school.code,
        database=school.database,
        clock=school.clock,
        taken_at=taken_at,
        size=edge.size,
        root=edge.root().hex(),
        files=files_of(aside),
    )
    return seal(aside, out, manifest)
