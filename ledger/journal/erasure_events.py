"""Events of keeping and erasing personal values (`verify/spec/events.md`, Keeping and erasing)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import CountedFrom, ErasureGround, HoldScope, KeptBy, PersonKind, RetentionClass


class RetentionRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long one class of values is kept: whole `years` from a day of the kind `counted_from`.

    `kind`: of persons of this kind alone; `kept_by`: whether a law asks for it, or only a consent allows it.
    """

    retention: RetentionClass
    years: int
    counted_from: CountedFrom
    kept_by: KeptBy
    citation: str
    kind: PersonKind | None = None


class RetentionScheduleAdopted(Event, frozen=True, kw_only=True):
    """`retention/<school>`: how long values are kept, from a day on until the next schedule; `basis`: by what order."""

    effective_from: str
    basis: str
    rows: tuple[RetentionRow, ...]


class LegalHoldPlaced(Event, frozen=True, kw_only=True):
    """`hold/<school>`: nothing of these people is erased while it stands: of all, of one, or of who was in a class."""

    hold: str
    whose: HoldScope
    basis: str
    person: str | None = None
    class_group: str | None = None


class LegalHoldLifted(Event, frozen=True, kw_only=True):
    """`hold/<school>`: the hold stands no more."""

    hold: str
    basis: str


class ErasureProposed(Event, frozen=True, kw_only=True):
    """`erasure/<school>`: a person's values of these retention classes are to be erased.

    `counted_from` is the day from which the schedule's years count.
    """

    erasure: str
    person: str
    retention: tuple[RetentionClass, ...]
    ground: ErasureGround
    basis: str
    counted_from: str | None = None


class ErasureApproved(Event, frozen=True, kw_only=True):
    """`erasure/<school>`: a second person approved it."""

    erasure: str
    basis: str


class ErasureRefused(Event, frozen=True, kw_only=True):
    """`erasure/<school>`: a second person refused it; `basis` says why."""

    erasure: str
    basis: str


class PersonalDataErased(Event, frozen=True, kw_only=True):
    """`erasure/<school>`: keys and disclosures are gone.

    `disclosures` is how many were in the vault, `destroyed_at` the moment, in UTC, by which the keys were destroyed;
    `sheets` are the numbers of the printed forms whose keys went with them; where an entry has no room for them,
    `sheets_to` says that of every form up to this number the key is gone, with this erasure or before.
    """

    erasure: str
    person: str
    retention: tuple[RetentionClass, ...]
    disclosures: int
    destroyed_at: str
    sheets: tuple[int, ...] = ()
    sheets_to: int | None = None

    def numbers(self) -> Sequence[int]:
        """Return the numbers of all forms whose keys are gone by this."""
        return self.sheets if self.sheets_to is None else range(1, self.sheets_to + 1)


ERASURE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "retention_schedule_adopted/1": RetentionScheduleAdopted,
    "legal_hold_placed/1": LegalHoldPlaced,
    "legal_hold_lifted/1": LegalHoldLifted,
    "erasure_proposed/1": ErasureProposed,
    "erasure_approved/1": ErasureApproved,
    "erasure_refused/1": ErasureRefused,
    "personal_data_erased/1": PersonalDataErased,
}
