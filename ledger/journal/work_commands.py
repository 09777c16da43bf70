"""Works as commands name them (verify/spec/events.md, A lesson)."""

from __future__ import annotations

import msgspec

from ledger.journal.vocabulary import WorkKind


class NewWork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An assessed work; `ends_on`: its last day, where a written one goes on after the lesson's day."""

    work: str
    kind: WorkKind
    written: bool
    weight: int = 100
    ends_on: str | None = None


class NewMakeUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A student's own day for a work of the same lesson, recorded before or in the same command."""

    student: str
    work: str
    made_up_on: str
