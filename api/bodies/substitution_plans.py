"""Bodies of requests about planned substitutions."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import SubstitutionReason


class NewSubstitutionPlan(Body, frozen=True, kw_only=True):
    """A teacher is to give the lesson there for the responsible one; `replaces`: the index of the plan it replaces.

    `basis` names the document and stands in the entry in clear, for ever: no names of people. `coefficient` in
    hundredths of an ordinary lesson's pay.
    """

    held_on: str
    number: int
    substitute: Id
    reason: SubstitutionReason
    basis: str
    same_subject: bool = True
    coefficient: int = 100
    replaces: int | None = None


class NewSubstitutionPlanWithdrawal(Body, frozen=True, kw_only=True):
    """Why a planned substitution holds no more, in clear and for ever: no names; `corrects` is its entry's index."""

    corrects: int
    basis: str
