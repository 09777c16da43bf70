"""A restore drill: a backup is restored into a place of its own, opened, verified and removed again.

What it shows, it shows of these bytes on this day. It says ``verified`` where everything that it tried held,
``finding`` where something did not, ``incomplete`` where it could not try all: without the school's keys no signature
and no value.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from eventsourcing.persistence import PersistenceError

from api.backups import postgres
from api.backups.folder import Backup, BackupRefused, check_files
from api.backups.restoring import Place, audit_restored, read_vkeys, restore_keys, school_of, unpack_databases
from api.scratch import DRILLS, scratch_folder, sweep_scratch
from api.settings import Layout, SchoolFile, kek_secrets, ledger_environment, passphrase
from api.vaults import open_keys, open_sealed_rows
from ledger.application import School
from ledger.audit import AuditReport
from ledger.errors import LetopisError
from ledger.journal.vocabulary import DrillStep, Verdict
from ledger.signing.keys import load_signer
from ledger.vault.kek import KekRefused
from ledger.vault.keys import KeyStore
from ledger.vault.postgres import install as install_vault
from ledger.vault.vault import SealedRows, Vault

SAMPLE_MAX: Final = 400
"""Values that are opened, evenly taken from all."""


@dataclass(slots=True)
class Drill:
    """What a drill found.

    Attributes:
        steps: what was tried, and held.
        findings: what did not.
        lacking: what could not be tried, and why.
        size, root: of the log that was found; None where none could be read.
        values: how many personal values were opened, and how many the vault has.
    """

    steps: list[DrillStep] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    size: int | None = None
    root: str | None = None
    values: tuple[int, int] = (0, 0)

    @property
    def verdict(self) -> Verdict:
        """The verdict over all steps."""
        if self.findings:
            return "finding"
        return "incomplete" if self.lacking else "verified"


def drill(backup: Backup, keys: Layout | None, *, processes: int = 1) -> Drill:
    """Restore a backup on trial.

    Args:
        backup: what to restore.
        keys: the school's own folder, whose keys sign and open; None: neither is tried.
        processes: for the audit.

    Raises:
        UnavailableError, SettingsError: there is no place to restore it into: that is no finding about the backup.
    """
    found = Drill()
    try:
        check_files(backup)
    except BackupRefused as error:
        found.findings.append(str(error))
        return found
    temporary = Path(tempfile.gettempdir())
    sweep_scratch(DRILLS, temporary)
    with scratch_folder(DRILLS, temporary) as folder:
        layout = Layout(folder)
        if backup.manifest.holds_keys:
            _drill_keys(backup, layout, keys, found)
        else:
            with _place(layout, school_of(backup), keys) as place:
                _drill_databases(backup, place, found, processes)
    return found


@contextmanager
def _place(layout: Layout, school: SchoolFile, keys: Layout | None) -> Iterator[Place]:
    """Where to restore on trial: a temporary folder and, on PostgreSQL, a database that is dropped again."""
    with ExitStack() as stack:
        environ = None
        if school.database == "postgresql":
            given = ledger_environment(layout, school, create=True)
            name = stack.enter_context(postgres.scratch_database(given["LETOPIS_POSTGRES_OWNER_DSN"]))
            environ = {
                role: postgres.in_database(given[role], name)
                for role in ("LETOPIS_POSTGRES_DSN", "LETOPIS_POSTGRES_OWNER_DSN")
            }
        vkeys = () if keys is None else read_vkeys(keys)
        yield Place(layout, school, environ, None if keys is None else keys.vault_keys, vkeys)


def _drill_databases(backup: Backup, place: Place, found: Drill, processes: int) -> None:
    try:
        unpack_databases(backup, place)
        found.steps.append("restore")
        report = audit_restored(place, processes=processes)
    except (LetopisError, PersistenceError) as error:
        found.findings.append(f"не восстановить / cannot be restored: {error}")
        return
    _judge_audit(backup, place, report, found)
    if place.school.database == "postgresql":
        _compare_guards(place, found)
    if place.keys is None:
        found.lacking.append("нет ключей: подписи и сведения не проверены / no keys: no signature, no value was tried")
        return
    try:
        keys = KeyStore(place.keys, place.school.origin, kek_secrets())
    except KekRefused as error:
        found.lacking.append(f"сведения не проверены / no value was tried: {error}")
        return
    with (
        closing(keys),
        closing(open_sealed_rows(place.layout, place.school, as_owner=False, environ=place.environ)) as rows,
    ):
        _open_values(rows, keys, found, younger_seconds=-1)


def _judge_audit(backup: Backup, place: Place, report: AuditReport, found: Drill) -> None:
    found.findings += [f"{one.code}: {one.expected} ≠ {one.found}" for one in report.findings]
    found.size, found.root = report.size, report.root.hex() if report.root is not None else None
    if found.root is None:
        found.size = None
    if not report.passed:
        return
    expected = (backup.manifest.size, backup.manifest.root)
    if (found.size, found.root) != expected:
        found.findings.append(f"root: {expected} ≠ {(found.size, found.root)}")
        return
    found.steps.append("audit")
    if place.vkeys and report.checkpoints_count:
        found.steps.append("checkpoint")
    elif place.vkeys:
        found.lacking.append("в журнале нет подписанных точек / the log has no signed checkpoint")


def _compare_guards(place: Place, found: Drill) -> None:
    """Compare what guards the restored log with what a new database of this version of the program has."""
    owner_dsn = place.settings(owner=True)["LETOPIS_POSTGRES_OWNER_DSN"]
    with postgres.scratch_database(owner_dsn) as name:
        new = postgres.in_database(owner_dsn, name)
        environ = {"LETOPIS_POSTGRES_OWNER_DSN": new, "LETOPIS_POSTGRES_DSN": new}
        School(ledger_environment(place.layout, place.school, create=True, environ=environ)).close()
        install_vault(new)
        expected = postgres.shape(new)
    restored = postgres.shape(owner_dsn)
    found.findings += [f"нет / missing: {line}" for line in sorted(expected - restored)]
    found.findings += [f"лишнее / not ours: {line}" for line in sorted(restored - expected)]


def _open_values(rows: SealedRows, keys: KeyStore, found: Drill, *, younger_seconds: float) -> None:
    """Open some of the values, evenly taken from all but younger ones; who was erased is gone, and no finding."""
    digests = sorted(row.digest for row in rows.survey() if row.age_seconds > younger_seconds)
    step = max(1, len(digests) // SAMPLE_MAX)
    sample = digests[::step][:SAMPLE_MAX]
    try:
        opened = Vault(rows, keys).read(sample)
    except LetopisError as error:
        found.findings.append(f"сведения не открыть / a value does not open: {error}")
        return
    found.values = (len(opened), len(digests))
    if opened or not digests:
        found.steps.append("values")
    else:
        found.lacking.append("открыть было нечего / there was no value to open")


def _drill_keys(backup: Backup, layout: Layout, current: Layout | None, found: Drill) -> None:
    """Restore keys, and try them on the current vault: they sign as the log's key, and open what it has."""
    try:
        restore_keys(backup, layout)
        signer = load_signer(layout.signing_key, backup.manifest.origin, passphrase())
        keys = open_keys(layout, backup.manifest.origin)
        found.steps.append("restore")
    except KekRefused as error:
        # The files are as they were; what wraps the keys is in no backup.
        found.lacking.append(f"ключи не примерены / the keys were not tried: {error}")
        return
    except LetopisError as error:
        found.findings.append(f"не восстановить / cannot be restored: {error}")
        return
    if current is None:
        found.lacking.append("нет папки школы: ключи не примерены / no school's folder: the keys were tried on nothing")
        return
    if signer.verifier_key not in read_vkeys(current):
        found.findings.append("ключ подписи другой / another signing key")
    with closing(open_sealed_rows(current, school_of(backup), as_owner=False)) as rows:
        # What was kept later may be under a key that was made later; both clocks may be of whole seconds.
        taken = datetime.fromisoformat(backup.manifest.taken_at)
        age = (datetime.now(UTC) - taken).total_seconds()
        _open_values(rows, keys, found, younger_seconds=age + 1)
