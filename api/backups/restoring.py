"""Restoring a backup: all of it into a place that has none of it, audited before it is a school, or nothing."""

from __future__ import annotations

import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.backups import postgres
from api.backups.folder import (
    ACCESS,
    DUMP,
    IDENTITY,
    KEYS,
    LEDGER,
    VAULT,
    Backup,
    BackupRefused,
    check_files,
    copy_file,
    names_of,
)
from api.identity.leaving import Where, end_bearers, forget_people, sign_ins_of
from api.retention import PERSON
from api.settings import (
    Layout,
    SchoolFile,
    SettingsError,
    kek_secrets,
    ledger_environment,
    read_school_file,
    write_school_file,
)
from api.vaults import open_sealed_rows
from ledger.application import School
from ledger.audit import AuditReport, audit
from ledger.database.migrations import MigrationError
from ledger.durable import SECRET_MODE, FileRefused, secret_folder, sync_file, sync_folder
from ledger.signing.keys import vkey_path
from ledger.vault.keys import KeyErased, KeyLost, KeyStore
from ledger.wire.note import VerifierKey, parse_vkey

_VKEY_BYTES_MAX: Final = 1_024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup is restored: a school's folder, and on PostgreSQL the connection strings of an empty database.

    Attributes:
        environ: with the connection strings; None: the process's own.
        keys: the folder of vault keys, which is the current one and in no backup of databases; None: there is none.
        vkeys: the log's public keys, to check signatures with.
    """

    layout: Layout
    school: SchoolFile
    environ: Mapping[str, str] | None = None
    keys: Path | None = None
    vkeys: tuple[VerifierKey, ...] = ()

    def settings(self, *, owner: bool = False) -> dict[str, str]:
        """Settings that open the restored log for reading; `owner`: with the owner's connection string."""
        reading = self.school.database == "sqlite"
        return ledger_environment(
            self.layout, self.school, create=owner and not reading, read_only=reading, environ=self.environ
        )

    def sign_ins(self) -> Where:
        """Where the restored sign-ins are."""
        return sign_ins_of(self.layout, self.school, self.environ)


def school_of(backup: Backup) -> SchoolFile:
    """What `school.json` of the restored school says."""
    manifest = backup.manifest
    return SchoolFile(manifest.origin, manifest.code, manifest.database, manifest.clock)


def restore_databases(backup: Backup, layout: Layout, *, processes: int = 1) -> AuditReport:
    """Restore log, vault and access log into a folder without, and make a school of it if the whole log verifies.

    Keys are not in it: `keys/` is to be there already, the current one, or comes from the keys' own backup. On
    PostgreSQL the environment names an empty database.

    Raises:
        SettingsError: something is there already.
        BackupRefused: the backup is not what its manifest says.
        LetopisError: the restored log cannot be opened.
    """
    check_files(backup)
    keys = layout.vault_keys if layout.vault_keys.exists() else None
    place = Place(layout, school_of(backup), keys=keys, vkeys=read_vkeys(layout))
    with _undone(
        layout, [layout.ledger_file, layout.vault_file, layout.access_file, layout.identity_file, layout.school_file]
    ):
        unpack_databases(backup, place)
        report = audit_restored(place, processes=processes)
        if report.entries_hold:
            write_school_file(layout, place.school)
    return report


def unpack_databases(backup: Backup, place: Place) -> int:
    """Put the databases where they belong, without what was erased since; returns how many such values there were.

    Nor does any session, token or invitation of the backup let anybody in.

    Raises:
        SettingsError: one is there already.
        UnavailableError: PostgreSQL refused.
    """
    if place.school.database == "sqlite":
        for name, target in ((LEDGER, place.layout.ledger_file), (VAULT, place.layout.vault_file)):
            copy_file(backup.folder / name, target)
        for name, target in ((ACCESS, place.layout.access_file), (IDENTITY, place.layout.identity_file)):
            if name in names_of(backup.manifest):
                copy_file(backup.folder / name, target)
                target.chmod(SECRET_MODE)
        sync_folder(place.layout.var)
    else:
        postgres.restore(place.settings(owner=True)["LETOPIS_POSTGRES_OWNER_DSN"], backup.folder / DUMP)
    end_bearers(place.sign_ins())
    return replay_erasures(place)


def replay_erasures(place: Place) -> int:
    """Take from a restored vault what was sealed for people whose keys were destroyed since; returns how many rows.

    Their sign-ins go too.

    An older backup of the vault has those rows again. The folder of keys is the current one, so the marks of destroyed
    keys are in it (`ledger.vault.keys`), and nothing would open them; now they are gone too, before the school opens.
    """
    if place.keys is None:
        return 0
    keys = KeyStore(place.keys, place.school.origin, kek_secrets())
    with (
        closing(keys),
        closing(open_sealed_rows(place.layout, place.school, as_owner=True, environ=place.environ)) as rows,
    ):
        kept = Counter(row.owner for row in rows.survey())
        erased = [owner for owner in kept if _is_erased(keys, *owner)]
        if erased:
            rows.erase(erased)
        gone = {owner.person for owner in (*erased, *keys.destroyed()) if owner.retention == PERSON}
    forget_people(place.sign_ins(), place.school.origin, gone)
    return sum(kept[owner] for owner in erased)


def restore_keys(backup: Backup, layout: Layout) -> None:
    """Restore keys into a folder that has none; durable when it returns.

    Raises:
        SettingsError: keys are there already: they are newer, and know what was erased.
        BackupRefused: the backup is not what its manifest says.
    """
    check_files(backup)
    if layout.keys.exists():
        raise SettingsError(
            f"{layout.keys}: ключи здесь уже есть, ничего не изменено: в копии бывают ключи, с тех пор уничтоженные / "
            "keys are here already, nothing was changed: the backup may hold keys that were destroyed since"
        )
    with _undone(layout, [layout.keys]):
        aside = layout.var / ".keys.new"
        shutil.rmtree(aside, ignore_errors=True)
        try:
            _extract(backup.folder / KEYS, aside)
            (aside / "keys").rename(layout.keys)
            sync_folder(layout.var)
            if layout.school_file.exists():
                replay_erasures(Place(layout, read_school_file(layout), keys=layout.vault_keys))
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def audit_restored(place: Place, *, processes: int = 1) -> AuditReport:
    """Verify the whole restored log, as `letopis audit` does."""
    environment = place.settings()
    with closing(_opened(place)) as app:
        return audit(app.ledger, processes=processes, environment=environment, vkeys=place.vkeys, unlatch=False)


def _opened(place: Place) -> School:
    """Open a restored log; one from before a migration is brought up to date first, as `letopis migrate` does."""
    try:
        return School(place.settings())
    except MigrationError:
        School(ledger_environment(place.layout, place.school, create=True, environ=place.environ)).close()
        return School(place.settings())


def read_vkeys(layout: Layout) -> tuple[VerifierKey, ...]:
    """The log's public key, where the folder has one."""
    path = vkey_path(layout.signing_key)
    if not path.exists():
        return ()
    return (parse_vkey(path.read_text(encoding="ascii")[:_VKEY_BYTES_MAX].rstrip("\n")),)


def _is_erased(keys: KeyStore, person: str, retention: str) -> bool:
    try:
        keys.sealer(person, retention)
    except KeyErased:
        return True
    except (KeyLost, FileRefused):
        return False
    return False


def _extract(archive: Path, target: Path) -> None:
    """Take keys out of their archive: ordinary files of the owner's alone, at no other place than where they belong."""
    secret_folder(target, create=True)
    try:
        with tarfile.open(archive) as file:
            for member in file:
                parts = Path(member.name).parts
                if not member.isfile() or ".." in parts or parts[:1] != ("keys",):
                    raise BackupRefused(f"{archive}: {member.name}: не файл ключей / no file of keys")
                path = target / member.name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                content = file.extractfile(member)
                path.write_bytes(content.read() if content is not None else b"")
                path.chmod(0o644 if path.suffix == ".vkey" else 0o600)
                sync_file(path)
    except tarfile.TarError as error:
        raise BackupRefused(f"{archive}: не читается / cannot be read ({type(error).__name__})") from None
    for folder in sorted({path.parent for path in target.rglob("*")}):
        sync_folder(folder)


@contextmanager
def _undone(layout: Layout, targets: list[Path]) -> Iterator[None]:
    """Refuse what is there already; take away again what was made, where it did not end as a school."""
    for target in targets:
        if target.exists():
            raise SettingsError(f"{target}: уже есть, ничего не изменено / is there already; nothing was changed")
    secret_folder(layout.var, create=True)
    try:
        yield
    except BaseException:
        _remove(targets)
        raise
    if layout.school_file in targets and not layout.school_file.exists():
        _remove(targets)


def _remove(targets: list[Path]) -> None:
    for target in targets:
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            for path in target.parent.glob(f"{target.name}*"):
                path.unlink(missing_ok=True)
