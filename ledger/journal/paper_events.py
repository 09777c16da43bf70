"""Events of the register of paper archives (`verify/spec/events.md`, Paper)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import PaperKind, StrikeReason


class PaperStored(Event, frozen=True, kw_only=True):
    """`paper/<school>`: paper lies at the school, under the next number; all ids of what is in it (R39).

    `year` and `class_group`: of what it is; no year: from before the log. `sheets`: printed forms in it, sorted;
    `printout`: the registered printout that it is. `counted_from`, `keep_until`: first and last day of its term;
    `schedule`: leaf index of the retention schedule that says so.
    """

    paper: str
    number: int
    kind: PaperKind
    title: str
    pages: int
    place: str
    basis: str
    counted_from: str
    keep_until: str
    schedule: int
    year: str | None = None
    class_group: str | None = None
    sheets: tuple[str, ...] = ()
    printout: str | None = None


class PaperMoved(Event, frozen=True, kw_only=True):
    """`paper/<school>`: it lies elsewhere in the school now."""

    paper: str
    place: str
    basis: str


class PaperHandedOver(Event, frozen=True, kw_only=True):
    """`paper/<school>`: an archive took these papers over, by an act; ids sorted."""

    papers: tuple[str, ...]
    to: str
    act: str
    handed_on: str


class PaperStruckOff(Event, frozen=True, kw_only=True):
    """`paper/<school>`: it is lost or damaged beyond use, or never was as it was entered; who asked for this."""

    paper: str
    reason: StrikeReason
    basis: str
    requested_by: str


class PaperDestructionProposed(Event, frozen=True, kw_only=True):
    """`paper/<school>`: these papers, whose term is over, are to be destroyed; ids sorted."""

    destruction: str
    papers: tuple[str, ...]
    basis: str


class PaperDestructionApproved(Event, frozen=True, kw_only=True):
    """`paper/<school>`: a second person approved it."""

    destruction: str
    basis: str


class PaperDestructionRefused(Event, frozen=True, kw_only=True):
    """`paper/<school>`: a second person refused it, or called an approved one off."""

    destruction: str
    basis: str


class PaperDestroyed(Event, frozen=True, kw_only=True):
    """`paper/<school>`: the papers of an approved destruction are destroyed, by an act."""

    destruction: str
    act: str
    destroyed_on: str


PAPER_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "paper_stored/1": PaperStored,
    "paper_moved/1": PaperMoved,
    "paper_handed_over/1": PaperHandedOver,
    "paper_struck_off/1": PaperStruckOff,
    "paper_destruction_proposed/1": PaperDestructionProposed,
    "paper_destruction_approved/1": PaperDestructionApproved,
    "paper_destruction_refused/1": PaperDestructionRefused,
    "paper_destroyed/1": PaperDestroyed,
}
