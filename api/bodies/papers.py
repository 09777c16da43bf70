"""Shapes of bodies about the register of paper. Every text stands in the entry in clear, for ever: no names."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import PaperKind, StrikeReason


class NewPaper(Body, frozen=True, kw_only=True):
    """Paper is put away: what it is, how many pages, where; `sheets` and `printout` are what lies in it.

    `counted_from`: the day from which its term counts; left out: the end of its year, where the schedule says so.
    """

    kind: PaperKind
    title: str
    pages: int
    place: str
    basis: str
    year: Id | None = None
    class_group: Id | None = None
    sheets: tuple[Id, ...] = ()
    printout: Id | None = None
    counted_from: str | None = None
    paper: Id | None = None


class NewPaperMove(Body, frozen=True, kw_only=True):
    """It lies elsewhere in the school now."""

    place: str
    basis: str


class NewPaperHandOver(Body, frozen=True, kw_only=True):
    """An archive took papers over, by an act."""

    papers: list[Id]
    to: str
    act: str
    handed_on: str


class NewPaperStriking(Body, frozen=True, kw_only=True):
    """It is lost, damaged beyond use, or never was as it was entered; who asked for this."""

    reason: StrikeReason
    basis: str
    requested_by: Id


class NewPaperDestruction(Body, frozen=True, kw_only=True):
    """Papers whose term is over are to be destroyed."""

    papers: list[Id]
    basis: str
    destruction: Id | None = None


class NewPaperDestructionAct(Body, frozen=True, kw_only=True):
    """They are destroyed, by an act."""

    act: str
    destroyed_on: str
