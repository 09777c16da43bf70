"""The school itself: entry 0 of its log, and no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import OpenSchool
from ledger.journal.context import Context
from ledger.journal.events import Event, SchoolOpened
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import ClockKind

_CLOCKS: Final = get_args(ClockKind)


class School(Aggregate, frozen=True, kw_only=True):
    """A school: whose clock its entries are stamped by and where its days begin."""

    clock: ClockKind
    name: str
    origin: str
    time_zone: str


def evolve_school(state: School | None, events: Iterable[Recorded]) -> School | None:
    """Apply events of a school's stream."""
    for event in events:
        data = event.data
        if type(data) is not SchoolOpened:
            raise TypeError(f"{type(data).__name__} is no event of a school")
        state = School(
            stream=event.originator_id,
            version=event.originator_version,
            clock=data.clock,
            name=data.name,
            origin=data.origin,
            time_zone=data.time_zone,
        )
    return state


def open_school(command: OpenSchool, context: Context) -> list[Planned]:
    """Open the school: only in an empty log, which must still be empty then (events.md, school_opened)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    if context.books.zone is not None:
        raise Refused("school_exists", "this log belongs to a school already", clause=LOG, where="school")
    rules.check_id(command.school, "school")
    rules.check_line(command.name, rules.TITLE_LENGTH_MAX, "name")
    rules.check_line(command.origin, rules.TITLE_LENGTH_MAX, "origin")
    rules.check_code(command.clock, _CLOCKS, "clock")
    if type(command.time_zone) is not str or not context.books.has_zone(command.time_zone):
        raise Refused("unknown_time_zone", "not a time zone of the IANA database", clause=LOG, where="time_zone")
    context.expected_size = 0
    event: Event = SchoolOpened(
        clock=command.clock, name=command.name, origin=command.origin, time_zone=command.time_zone
    )
    return [Planned(f"school/{command.school}", 1, event)]
