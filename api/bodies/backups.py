"""Shapes of bodies about backups."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import BackupPart, DrillStep, Verdict


class NewBackup(Body, frozen=True, kw_only=True):
    """A backup that was taken: what `letopis backup --json` says, and where it is kept: a place, never a person."""

    backup: Id
    what: tuple[BackupPart, ...]
    size: int
    root: str
    bytes: int
    sha256: str
    place: str


class NewBackupCheck(Body, frozen=True, kw_only=True):
    """What a restore on trial found, as `letopis restore-check --json` says it; `restored_at`: local minute."""

    restored_at: str
    verdict: Verdict
    how: tuple[DrillStep, ...]
    size: int | None = None
    root: str | None = None
