"""Backups, and the trials that showed whether they can be restored (1.1; R03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from ledger.journal.backup_events import BackupTaken, BackupVerified
from ledger.wire.entry import parse_at
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class BackupRow(NamedTuple):
    """A backup was taken; `what`: its parts, spaces between; `bytes_count`: of all its files."""

    entry: int
    backup: str
    what: str
    size: int
    root: str
    bytes_count: int
    sha256: str
    place: str
    to_position: int = OPEN


class BackupCheckRow(NamedTuple):
    """A backup was restored on trial; `how`: steps, spaces between."""

    entry: int
    backup: str
    restored_at: str
    verdict: str
    how: str
    size: int | None
    root: str | None
    to_position: int = OPEN


BACKUPS: Final = Table("backups", BackupRow)
BACKUP_CHECKS: Final = Table("backup_checks", BackupCheckRow, (("backup",),))


def _taken(event: BackupTaken, entry: Entry) -> Operations:
    row = BackupRow(
        entry=entry.index,
        backup=entry.stream_id,
        what=" ".join(event.what),
        size=event.size,
        root=event.root,
        bytes_count=event.bytes,
        sha256=event.sha256,
        place=event.place,
    )
    return (row,)


def _verified(event: BackupVerified, entry: Entry) -> Operations:
    row = BackupCheckRow(
        entry=entry.index,
        backup=entry.stream_id,
        restored_at=event.restored_at,
        verdict=event.verdict,
        how=" ".join(event.how),
        size=event.size,
        root=event.root,
    )
    return (row,)


VIEW: Final = View((BACKUPS, BACKUP_CHECKS), {BackupTaken: _taken, BackupVerified: _verified})


@dataclass(frozen=True, slots=True)
class BackupCheck:
    """A trial of restoring: entry `entry` of `at` by `actor`; the rest as in `backup_events`."""

    entry: int
    at: str
    actor: str
    restored_at: str
    verdict: str
    how: tuple[str, ...]
    size: int | None
    root: str | None


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: entry `entry` of `at` by `actor`, and what trials of restoring it found, in their order.

    Attributes:
        what, size, root, bytes, sha256, place: as in `backup_events`.
        behind: entries that the log had, where it was asked, beyond those of the backup.
        age_days: whole days since the entry; of the moment that was asked about.
        checks: every trial.
        proved_by: the last entry that says that it was restored without a finding, whole days ago as
            `proof_age_days` says; None: nothing does.
    """

    entry: int
    at: str
    actor: str
    backup: str
    what: tuple[str, ...]
    size: int
    root: str
    bytes: int
    sha256: str
    place: str
    behind: int
    age_days: int
    checks: tuple[BackupCheck, ...]
    proved_by: int | None
    proof_age_days: int | None


def backups(views: Reader, *, now: datetime | None = None, at: AsOf = None) -> Answer[Backup]:
    """Backups, the newest first, with their age and the proofs that they can be restored.

    Args:
        views: whom to ask.
        now: the moment that ages are of; without one, the moment of `at`, or of the last entry before that position.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    moment = now or (at if isinstance(at, datetime) else None) or _last_moment(views, position)
    checks: dict[str, list[BackupCheck]] = {}
    sql = f"""SELECT t.backup, t.entry, m.at, m.actor, t.restored_at, t.verdict, t.how, t.size, t.root
        FROM {{backup_checks}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry"""
    for backup, entry, made_at, actor, restored_at, verdict, how, size, root in views.select(sql, {"at": position}):
        check = BackupCheck(entry, made_at, actor, restored_at, verdict, tuple(how.split()), size, root)
        checks.setdefault(backup, []).append(check)
    sql = f"""SELECT t.entry, m.at, m.actor, t.backup, t.what, t.size, t.root, t.bytes_count, t.sha256, t.place
        FROM {{backups}} t {command_join("t.entry")} WHERE {stands("t")} ORDER BY t.entry DESC"""
    rows = []
    for entry, made_at, actor, backup, what, size, root, bytes_, sha256, place in views.select(sql, {"at": position}):
        of_it = checks.get(backup, [])
        proved = [check for check in of_it if check.verdict == "verified"]
        last = proved[-1] if proved else None
        row = Backup(
            entry=entry,
            at=made_at,
            actor=actor,
            backup=backup,
            what=tuple(what.split()),
            size=size,
            root=root,
            bytes=bytes_,
            sha256=sha256,
            place=place,
            behind=position - size,
            age_days=_days(moment, made_at),
            checks=tuple(of_it),
            proved_by=None if last is None else last.entry,
            proof_age_days=None if last is None else _days(moment, last.at),
        )
        rows.append(row)
    return Answer(position, tuple(rows))


def _days(moment: datetime | None, at: str) -> int:
    return 0 if moment is None else max(0, (moment - parse_at(at)).days)


def _last_moment(views: Reader, position: int) -> datetime | None:
    sql = "SELECT c.at FROM {commands} c WHERE c.entry < :at ORDER BY c.entry DESC LIMIT 1"
    rows = views.select(sql, {"at": position})
    return parse_at(str(rows[0][0])) if rows else None
