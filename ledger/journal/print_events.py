"""Events of the register of printed forms (`verify/spec/events.md`, Printed forms)."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import PrintKind, VoidReason


class SheetIssued(Event, frozen=True, kw_only=True):
    """`prints/<school>`: a form was made of what the log said at `position`, to be printed (R04, R38).

    `number` is its place in the register; one scope goes with each kind (`prints.SCOPES`). `sd` (``_sd``) commits to
    the disclosure ``content``, the SHA-256 of what the form says: its salt is on the paper and in the vault.
    """

    sheet: str
    number: int
    kind: PrintKind
    position: int
    pages: int
    sd: tuple[str, ...] = msgspec.field(name="_sd")
    course: str | None = None
    period: str | None = None
    class_group: str | None = None
    month: str | None = None
    student: str | None = None


class SheetCertified(Event, frozen=True, kw_only=True):
    """`prints/<school>`: the paper of `sheet` was certified by a person who holds `office`; `seal`: with the seal."""

    sheet: str
    certified_by: str
    office: str
    certified_on: str
    seal: bool


class SheetVoided(Event, frozen=True, kw_only=True):
    """`prints/<school>`: the paper of `sheet` counts no more."""

    sheet: str
    reason: VoidReason
    basis: str


PRINT_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "sheet_issued/1": SheetIssued,
    "sheet_certified/1": SheetCertified,
    "sheet_voided/1": SheetVoided,
}
