"""`backup`, `restore`, `restore-check`, `backups`: taking backups, restoring them, showing that it can be done."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from api.backups.drill import Drill, drill
from api.backups.folder import Backup, read_backup
from api.backups.restoring import restore_databases, restore_keys
from api.backups.taking import take_databases, take_keys
from api.cli.auditing import audit_lines
from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.cli.looking import look
from api.cli.replaying import read_moment
from api.schools import OpenSchool, open_school
from api.settings import Layout, SettingsError, UnavailableError, read_school_file
from ledger.journal.commands import RecordBackup, RecordBackupCheck
from ledger.journal.rules import local_minute
from ledger.journal.vocabulary import BACKUP_WORDS, DRILL_WORDS, VERDICT_WORDS
from ledger.signing.proofs import EntryHashes
from ledger.tree.proofs import root_of
from projections.reading import AsOf
from projections.views.backups import Backup as Recorded, backups
from projections.views.lookups import school as lookup_school


class Asked(NamedTuple):
    """What `backups` is asked for; how old a backup may be, and one that was proved: the regulation gives no number."""

    at: str | None
    position: int | None
    backup_days: int
    proof_days: int


def run_backup(console: Console, var: Path, out: Path, *, keys: bool, place: str, record: bool) -> int:
    """Take a backup of the databases, or of the keys; beside a running server too, unless it is to be recorded.

    Raises:
        SettingsError: `out` is there already, or no place is named where one is recorded.
        LetopisError: something cannot be read, or nothing can be recorded now.
    """
    layout = Layout(var)
    school = read_school_file(layout)
    if record and not place:
        raise SettingsError("--place: где копия хранится, для --record / where the backup is kept, for --record")
    if record:
        _check_recording(var)
    backup = (take_keys if keys else take_databases)(layout, school, out)
    manifest = backup.manifest
    content: dict[str, object] = {
        "backup": manifest.backup,
        "what": list(manifest.what),
        "size": manifest.size,
        "root": manifest.root,
        "bytes": backup.bytes,
        "sha256": backup.sha256,
        "out": str(out),
    }
    what = ", ".join(BACKUP_WORDS[part] for part in manifest.what)
    lines = [
        f"{out}: {what}; записей / entries {manifest.size}, байт / bytes {backup.bytes}",
        f"id {manifest.backup}, sha256 backup.json {backup.sha256}",
    ]
    if record:
        content["entry"] = entry = record_backup(var, backup, place)
        lines.append(f"Внесено / recorded: запись / entry {entry}")
    console.result(content, "\n".join(lines))
    return Exit.DONE


def record_backup(var: Path, backup: Backup, place: str) -> int:
    """Record a backup that was taken; returns the entry's index.

    Raises:
        UnavailableError: its log is not the one that is recorded in.
        LetopisError: a rule refuses it, or the school cannot be opened.
    """
    with open_school(var, background=False) as school:
        check_root(school, backup.manifest.size, backup.manifest.root)
        entry = school.execute(command_of(backup, place), founder(school)).first_index
        school.checkpointer.sign()
    return entry


def command_of(backup: Backup, place: str) -> RecordBackup:
    """Make the command that records a backup."""
    manifest = backup.manifest
    return RecordBackup(
        backup=manifest.backup,
        what=manifest.what,
        size=manifest.size,
        root=manifest.root,
        bytes=backup.bytes,
        sha256=backup.sha256,
        place=place,
    )


def check_root(school: OpenSchool, size: int, root: str) -> None:
    """Compare a root with the log's own at a size.

    Raises:
        UnavailableError: it is another: the backup is of another log, or of another history of it.
    """
    known = school.recorder.head().size
    if size > known or root_of(size, EntryHashes(school.recorder, size, roots=school.roots)).hex() != root:
        raise UnavailableError(
            f"копия с другого журнала: корня {root} при {size} записях здесь нет / "
            f"the backup is of another log: it had no such root at {size} entries"
        )


def run_restore(console: Console, source: Path, var: Path, processes: int) -> int:
    """Restore a backup of the databases, or of the keys, into a folder that has none.

    Returns:
        0; 1 where the restored log does not verify: then there is no school.

    Raises:
        SettingsError: something is there already.
        BackupRefused: the backup is not what its manifest says.
        LetopisError: something cannot be written or opened.
    """
    backup = read_backup(source)
    layout = Layout(var)
    content: dict[str, object] = {"backup": backup.manifest.backup, "what": list(backup.manifest.what), "var": str(var)}
    if backup.manifest.holds_keys:
        restore_keys(backup, layout)
        console.result(content, f"{layout.keys}: ключи восстановлены / keys are restored")
        return Exit.DONE
    report = restore_databases(backup, layout, processes=processes)
    content |= {"passed": report.passed, "entries": report.size, "root": report.root.hex() if report.root else None}
    lines = [audit_lines(report)]
    if report.entries_hold:
        lines.append(
            "Сессии, ключи программ и приглашения сняты: какие сняли после копии, она не знает. Пароли, вторые факторы "
            "и ключи входа — какими были в день копии. / Sessions, tokens and invitations are ended: the backup knows "
            "of none that was ended after it. Passwords, second factors and passkeys are those of its day."
        )
    if not layout.keys.exists():
        lines.append(
            f"Теперь положите в {layout.keys} нынешние ключи или их копию: без них школу не открыть. / "
            "Now put the current keys there, or restore them from their own backup; without them nothing opens."
        )
    console.result(content, "\n".join(lines))
    return Exit.DONE if report.passed else Exit.FINDING


def run_restore_check(console: Console, source: Path, var: Path | None, processes: int, *, record: bool) -> int:
    """Restore a backup on trial, judge it, and record the verdict if asked to.

    Returns:
        0 where all held, 1 with findings, 3 where something could not be tried.

    Raises:
        SettingsError: `record` without a folder, or PostgreSQL's settings or programs lack.
        LetopisError: nothing can be recorded, or there is no place to restore into.
    """
    if record and var is None:
        raise SettingsError("--record: нужна папка школы, --var / asks for the school's folder, --var")
    if record and var is not None:
        _check_recording(var)
    backup = read_backup(source)
    keys = None if var is None else Layout(var)
    if keys is not None and read_school_file(keys).origin != backup.manifest.origin:
        raise SettingsError(f"{source}: копия другого журнала / is of another log: {backup.manifest.origin}")
    now = datetime.now(UTC)
    found = drill(backup, keys, processes=processes)
    content: dict[str, object] = {
        "backup": backup.manifest.backup,
        "verdict": found.verdict,
        "how": found.steps,
        "findings": found.findings,
        "lacking": found.lacking,
        "size": found.size,
        "root": found.root,
        "values_opened": found.values[0],
        "values": found.values[1],
    }
    text = _drill_text(backup, found)
    if record and var is not None:
        content["entry"] = entry = _record_check(var, backup, found, now)
        text += f"\nВнесено / recorded: запись / entry {entry}"
    console.result(content, text)
    return {"verified": Exit.DONE, "finding": Exit.FINDING, "incomplete": Exit.UNAVAILABLE}[found.verdict]


def run_backups(console: Console, var: Path, asked: Asked) -> int:
    """List backups with their age and last proof.

    Returns:
        0; 1 where the last backup of the log, or the last that was restored on trial, is too old or there is none.
    """
    if asked.at is not None and asked.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    moment: AsOf = asked.position if asked.at is None else read_moment(asked.at)
    now = datetime.now(UTC) if moment is None else None
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        found = backups(school.views, now=now, at=moment)
        look(school, "backups", found)
    late = overdue(found.rows, asked)
    rows: list[dict[str, Any]] = orjson.loads(orjson.dumps(found.rows))
    lines = [_line(row) for row in found.rows]
    console.result({"position": found.position, "rows": rows, "overdue": late}, "\n".join(lines + late))
    return Exit.FINDING if late else Exit.DONE


def overdue(rows: tuple[Recorded, ...], asked: Asked) -> list[str]:
    """What is too old, in words."""
    of_log = [row for row in rows if "ledger" in row.what]
    late = []
    if not any(row.age_days <= asked.backup_days for row in of_log):
        late.append(f"нет копии журнала моложе {asked.backup_days} дн. / no backup of the log within so many days")
    if not any(row.proof_age_days is not None and row.proof_age_days <= asked.proof_days for row in of_log):
        late.append(
            f"нет копии моложе {asked.proof_days} дн., которую восстанавливали на пробу / "
            "no backup within so many days that was restored on trial"
        )
    return late


def _line(row: Recorded) -> str:
    what = ", ".join(BACKUP_WORDS[part] for part in row.what)
    proof = "не восстанавливали / never restored"
    if row.checks:
        last = row.checks[-1]
        proof = f"{last.restored_at} {VERDICT_WORDS[last.verdict]} [{last.entry}]"
    return (
        f"{row.at[:16]}Z  {what}; записей / entries {row.size} (после / since: {row.behind}), "
        f"{row.age_days} дн. / days, {row.place}; {proof} [{row.entry}]"
    )


def _drill_text(backup: Backup, found: Drill) -> str:
    lines = [
        f"{backup.folder}: {VERDICT_WORDS[found.verdict]} / {found.verdict}",
        f"проверено / tried: {', '.join(DRILL_WORDS[step] for step in found.steps) or '—'}",
    ]
    if found.size is not None:
        lines.append(f"записей / entries {found.size}, корень / root {found.root}")
    if found.values[1]:
        lines.append(f"сведений открыто / values opened: {found.values[0]} / {found.values[1]}")
    return "\n".join([*lines, *found.findings, *found.lacking])


def _record_check(var: Path, backup: Backup, found: Drill, now: datetime) -> int:
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        zone = ZoneInfo(lookup_school(school.views).rows[0].time_zone)
        command = RecordBackupCheck(
            backup=backup.manifest.backup,
            restored_at=local_minute(now, zone),
            verdict=found.verdict,
            how=tuple(found.steps or ["restore"]),
            size=found.size,
            root=found.root,
        )
        entry = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    return entry


def _check_recording(var: Path) -> None:
    """Find out, before anything takes long, whether anything can be recorded."""
    with open_school(var, background=False):
        pass
