"""Commands about planned substitutions, parsed by `api` and not yet judged; `ledger.journal.commands` has them too."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import SubstitutionReason


class PlanSubstitution(JournalCommand, frozen=True, kw_only=True):
    """A teacher is to give the lesson there for the responsible one; `replaces`: the plan that this one replaces."""

    course: str
    held_on: str
    number: int
    substitute: str
    reason: SubstitutionReason
    basis: str
    same_subject: bool = True
    coefficient: int = 100
    replaces: int | None = None


class WithdrawSubstitutionPlan(JournalCommand, frozen=True, kw_only=True):
    """What entry `corrects` planned holds no more."""

    course: str
    corrects: int
    basis: str
