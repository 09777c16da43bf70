"""Shapes of bodies about incidents and excuses."""

from __future__ import annotations

from api.bodies.base import Body, Id, Note
from ledger.journal.vocabulary import ExcuseReason, IncidentKind, LessonRule, NeverAnExcuse


class NewIncident(Body, frozen=True, kw_only=True):
    """From `began_at` on, a minute of the school's clock, the journal could not be used; a `note` goes to the vault."""

    kind: IncidentKind
    began_at: str
    note: Note | None = None
    incident: Id | None = None


class NewIncidentClosing(Body, frozen=True, kw_only=True):
    """From `ended_at` on, a minute by the school's clock, it could be used again; the `note` goes to the vault."""

    ended_at: str
    note: Note | None = None


class NewExcuse(Body, frozen=True, kw_only=True):
    """Why what a teacher had to record of a `lesson` is late, or of a `course` and the day of a lesson nobody recorded.

    ``outage`` names its incident, every other reason the document `basis`, which stands in the entry in clear, for
    ever: no names of people, no diagnosis. The `note` goes to the vault. What regulation 2.4.1 never accepts
    (``computer_skills``, ``no_computer_at_home``, ``no_computer_at_work``) is refused with that clause.
    """

    teacher: Id
    rules: tuple[LessonRule, ...]
    reason: ExcuseReason | NeverAnExcuse
    lesson: Id | None = None
    course: Id | None = None
    held_on: str | None = None
    incident: Id | None = None
    basis: str | None = None
    note: Note | None = None
    excuse: Id | None = None


class NewExcuseWithdrawal(Body, frozen=True, kw_only=True):
    """Why it is no excuse after all, in clear and for ever: no names."""

    basis: str
