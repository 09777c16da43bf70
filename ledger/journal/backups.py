"""Backups, and the proofs that they can be restored (regulation 1.1; R03).

Each backup is a stream of its own, `backup/<uuid>`: its taking, then every trial of restoring it. What a program found
it found where it ran; the root alone can be computed again from the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.backup_events import BackupTaken, BackupVerified
from ledger.journal.commands import RecordBackup, RecordBackupCheck
from ledger.journal.context import Context
from ledger.journal.evidence import AGE_MAX
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import BACKUP_PARTS, DRILL_STEPS, VERDICTS

BYTES_MAX: Final = 10**14


class Backup(Aggregate, frozen=True, kw_only=True):
    """A backup as it was taken; `taken`: index of the entry that says so."""

    taken: int
    what: tuple[str, ...]
    size: int
    root: str


def evolve_backup(state: Backup | None, events: Iterable[Recorded]) -> Backup | None:
    """Apply events of a backup's stream."""
    for event in events:
        data, version = event.data, event.originator_version
        if type(data) is BackupTaken and state is None:
            state = Backup(
                stream=event.originator_id,
                version=version,
                taken=event.index,
                what=data.what,
                size=data.size,
                root=data.root,
            )
        elif type(data) is BackupVerified and state is not None:
            state = msgspec.structs.replace(state, version=version)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this backup")
    return state


def record_backup(command: RecordBackup, context: Context) -> list[Planned]:
    """Record a backup that was taken of the log as it is, or was not long ago (regulation 1.1)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.1")
    rules.check_id(command.backup, "backup")
    _check_codes(command.what, BACKUP_PARTS, "what", "part")
    if "keys" in command.what and len(command.what) > 1:
        raise Refused(
            "keys_beside_what_they_open",
            "keys are backed up by themselves: who holds both could read what was erased",
            clause="1.5",
            where="what",
        )
    size = context.books.size
    rules.check_integer(command.size, max(1, size - AGE_MAX), size, "size")
    rules.check_sha256(command.root, "root")
    rules.check_integer(command.bytes, 1, BYTES_MAX, "bytes")
    rules.check_sha256(command.sha256, "sha256")
    rules.check_line(command.place, rules.TITLE_LENGTH_MAX, "place")
    stream = f"backup/{command.backup}"
    context.check_new(stream, "backup")
    event = BackupTaken(
        what=tuple(sorted(command.what)),
        size=command.size,
        root=command.root,
        bytes=command.bytes,
        sha256=command.sha256,
        place=command.place,
    )
    return [Planned(stream, 1, event)]


def record_backup_check(command: RecordBackupCheck, context: Context) -> list[Planned]:
    """Record what a restore of a backup on trial found (regulation 1.1)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.1")
    backup = context.find(Backup, "backup", command.backup, "backup")
    rules.check_minute(command.restored_at, "restored_at")
    zone = context.books.zone
    if zone is None or command.restored_at > rules.local_minute(context.now, zone):
        raise Refused("restored_later", "this moment is to come", clause=LOG, where="restored_at")
    rules.check_code(command.verdict, VERDICTS, "verdict")
    _check_codes(command.how, DRILL_STEPS, "how", "step")
    if (command.size is None) != (command.root is None):
        raise Refused("size_without_root", "a log has a size and a root", clause=LOG, where="size")
    if command.size is not None:
        rules.check_integer(command.size, 1, context.books.size, "size")
        rules.check_sha256(command.root, "root")
    if command.verdict == "verified":
        _check_restored(command, backup)
    event = BackupVerified(
        taken=backup.taken,
        restored_at=command.restored_at,
        verdict=command.verdict,
        how=tuple(sorted(command.how)),
        size=command.size,
        root=command.root,
    )
    return [Planned(backup.stream, backup.version + 1, event)]


def _check_restored(command: RecordBackupCheck, backup: Backup) -> None:
    """Refuse a good verdict of what was not restored, or gave another log than was backed up (regulation 1.1)."""
    needed = ("restore", "audit") if "ledger" in backup.what else ("restore",)
    for step in needed:
        if step not in command.how:
            raise Refused(
                "not_restored", "a backup is verified by {step} at least", clause="1.1", where="how", step=step
            )
    if "ledger" in backup.what and (command.size, command.root) != (backup.size, backup.root):
        raise Refused(
            "another_log_restored", "what was restored is not the log of the backup", clause="1.1", where="root"
        )


def _check_codes(values: tuple[str, ...], codes: frozenset[str], field: str, name: str) -> None:
    if not values:
        raise Refused("nothing_named", "at least one is named", clause=LOG, where=field)
    for position, value in enumerate(values):
        rules.check_code(value, codes, f"{field}[{position}]")
    rules.check_distinct(values, field, name)
