"""The letter to the guardianship authority, of a school that is open (2.3.4): for the route and the command alike."""

from __future__ import annotations

from api.schools import OpenSchool
from exports.guardianship import guardianship_letter
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
