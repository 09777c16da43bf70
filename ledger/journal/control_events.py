"""Events of control over how a class's journal is kept (regulation 1.6): checks in `control/`, remarks in `remark/`."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import RemarkAbout, RemarkClosing


class ControlCheckRecorded(Event, frozen=True, kw_only=True):
    """`control/<class group>`: on `held_on` the records of these days were looked through; `sd` (``_sd``): a note."""

    held_on: str
    from_date: str
    to_date: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class RemarkRaised(Event, frozen=True, kw_only=True):
    """`remark/`: the teacher `to` is told that something lacks or is wrong; `sd` (``_sd``): what, in words.

    `lesson` is of `course`; `held_on` is the day of a lesson that nobody recorded. `check` is the index of the check
    that brought it up.
    """

    class_group: str
    to: str
    about: RemarkAbout
    course: str | None = None
    lesson: str | None = None
    held_on: str | None = None
    check: int | None = None
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class RemarkClosed(Event, frozen=True, kw_only=True):
    """`remark/`: a person closed it; that a gap was filled shows by itself."""

    how: RemarkClosing
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


CONTROL_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "control_check_recorded/1": ControlCheckRecorded,
    "remark_raised/1": RemarkRaised,
    "remark_closed/1": RemarkClosed,
}
"""Entry type -> class, for `ledger.journal.events`."""
