"""Letters of a school that is open: to the guardianship authority (2.3.4), to the archive (3.2)."""

from __future__ import annotations

from api.schools import OpenSchool
from exports.guardianship import guardianship_letter
from exports.sheet_notice import sheet_notice
from projections.reading import resolve
from projections.views.people_registers import Refusal, refusals


class NoRefusalError(LookupError):
    """No refusal that waits for its letter was recorded by this entry."""


def letter_of(school: OpenSchool, entry: int, guardian: str | None = None) -> tuple[str, Refusal]:
    """The letter of the refusal that entry `entry` recorded, of this guardian where one is named.

    Raises:
        NoRefusalError: there is none, it was taken back, or the authority was told.
    """
    views = school.read_views()
    position = resolve(views, None)
    waiting = (row for row in refusals(views, pending=True, at=position).rows if row.entry == entry)
    refusal = next((row for row in waiting if guardian in (None, row.guardian)), None)
    if refusal is None:
        raise NoRefusalError(entry)
    names = school.names([refusal.student])
    return guardianship_letter(views, refusal, school.school_name(), names, position), refusal


def notice_of(school: OpenSchool, class_group: str) -> tuple[str, tuple[str, ...]] | None:
    """The notice to the archive that a sheet changed behind its transfer, and whom it names; None: it did not."""
    views = school.read_views()
    return sheet_notice(views, class_group, school.school_name(), school.names, resolve(views, None))
