"""Commands about incidents and excuses; fields as in `excuse_events`."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import ExcuseReason, IncidentKind, LessonRule, NeverAnExcuse


class OpenIncident(JournalCommand, frozen=True, kw_only=True):
    """The journal could not be used; `note`: digest of a text about it."""

    incident: str
    kind: IncidentKind
    began_at: str
    note: str | None = None


class CloseIncident(JournalCommand, frozen=True, kw_only=True):
    """It could be used again; `note`: digest of a text about it."""

    incident: str
    ended_at: str
    note: str | None = None


class AcceptExcuse(JournalCommand, frozen=True, kw_only=True):
    """Why things of a lesson are late; `reason` may be one that is always refused, with the clause that says so."""

    excuse: str
    teacher: str
    rules: tuple[LessonRule, ...]
    reason: ExcuseReason | NeverAnExcuse
    lesson: str | None = None
    course: str | None = None
    held_on: str | None = None
    incident: str | None = None
    basis: str | None = None
    note: str | None = None


class WithdrawExcuse(JournalCommand, frozen=True, kw_only=True):
    """It is no excuse after all; `basis` says why."""

    excuse: str
    basis: str
