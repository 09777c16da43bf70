"""Commands of the register of paper archives; fields as in `paper_events`."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import PaperKind, StrikeReason


class StorePaper(JournalCommand, frozen=True, kw_only=True):
    """Paper is put away; `counted_from` may be left out where the schedule counts from the end of its year."""

    paper: str
    kind: PaperKind
    title: str
    pages: int
    place: str
    basis: str
    year: str | None = None
    class_group: str | None = None
    sheets: tuple[str, ...] = ()
    printout: str | None = None
    counted_from: str | None = None


class MovePaper(JournalCommand, frozen=True, kw_only=True):
    """It lies elsewhere in the school now."""

    paper: str
    place: str
    basis: str


class HandOverPaper(JournalCommand, frozen=True, kw_only=True):
    """An archive took these papers over."""

    papers: tuple[str, ...]
    to: str
    act: str
    handed_on: str


class StrikeOffPaper(JournalCommand, frozen=True, kw_only=True):
    """It is lost or damaged beyond use, or never was as it was entered."""

    paper: str
    reason: StrikeReason
    basis: str
    requested_by: str


class ProposePaperDestruction(JournalCommand, frozen=True, kw_only=True):
    """These papers are to be destroyed."""

    destruction: str
    papers: tuple[str, ...]
    basis: str


class ApprovePaperDestruction(JournalCommand, frozen=True, kw_only=True):
    """A second person approves it."""

    destruction: str
    basis: str


class RefusePaperDestruction(JournalCommand, frozen=True, kw_only=True):
    """A second person refuses it, or calls an approved one off."""

    destruction: str
    basis: str


class RecordPaperDestruction(JournalCommand, frozen=True, kw_only=True):
    """The papers of an approved destruction are destroyed."""

    destruction: str
    act: str
    destroyed_on: str
