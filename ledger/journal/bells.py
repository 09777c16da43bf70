"""Bell schedules: when the lessons of a day start and end, each with its versions, such as one for a shift.

All versions of one schedule are in its stream `bells/<uuid>`. A timetable names the schedule and not a version, so that
a shortened day changes the bells alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import SetBellSchedule
from ledger.journal.context import Context
from ledger.journal.in_force import Dated, evolve_dated, follow
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.setup_backdating import check_setup, check_setup_role
from ledger.journal.teaching import LESSON_NUMBER_MAX
from ledger.journal.timetable_events import Bell, BellScheduleSet


class BellSchedule(Dated[BellScheduleSet], frozen=True, kw_only=True):
    """One bell schedule: its versions in order of their days."""


def evolve_bells(state: BellSchedule | None, events: Iterable[Recorded]) -> BellSchedule | None:
    """Apply events of a bell schedule's stream."""
    return evolve_dated(BellSchedule, "effective_from", BellScheduleSet, state, events)


def set_bell_schedule(command: SetBellSchedule, context: Context) -> list[Planned]:
    """Set a bell schedule, or its next version: from a day on, never before an earlier version's.

    A version that was entered wrongly is followed by another one from the same day.
    """
    check_setup_role(command.request, context, "1.3")
    rules.check_id(command.bells, "bells")
    rules.check_line(command.title, rules.TITLE_LENGTH_MAX, "title")
    rules.check_date(command.effective_from, "effective_from")
    _check_bells(command.lessons)
    # The first version of a schedule changes no day: a timetable has to name it first.
    if command.request is not None or context.find_if_any(BellSchedule, f"bells/{command.bells}") is not None:
        check_setup("bell_schedule_set", command.bells, command.effective_from, command.request, context)
    event = BellScheduleSet(
        title=command.title, effective_from=command.effective_from, lessons=command.lessons, request=command.request
    )
    return follow(
        BellSchedule,
        f"bells/{command.bells}",
        event.effective_from,
        event,
        context,
        earlier=Refused(
            "bells_not_later",
            "a version of a bell schedule begins on the day of the one before it, or later",
            clause=LOCAL_ACT,
            where="effective_from",
        ),
        same=Refused("same_bells", "this version is recorded already", clause=LOCAL_ACT),
    )


_BELLS_MAX: Final = LESSON_NUMBER_MAX + 1


def _check_bells(lessons: tuple[Bell, ...]) -> None:
    """Judge numbers and times: rising, and none before the lesson before it has ended."""
    if not 1 <= len(lessons) <= _BELLS_MAX:
        raise Refused("out_of_range", "not 1 to {bells_max} lessons", clause=LOG, where="lessons", bells_max=_BELLS_MAX)
    for position, bell in enumerate(lessons):
        where = f"lessons[{position}]."
        rules.check_integer(bell.number, 0, LESSON_NUMBER_MAX, where + "number")
        rules.check_time(bell.starts_at, where + "starts_at")
        rules.check_time(bell.ends_at, where + "ends_at")
        if bell.starts_at >= bell.ends_at:
            raise Refused("empty_range", "the lesson ends before it starts", clause=LOG, where=where + "ends_at")
        before = lessons[position - 1] if position else None
        if before is not None and (bell.number <= before.number or bell.starts_at < before.ends_at):
            raise Refused(
                "bells_not_in_order",
                "lessons are in order of their numbers, and each starts when the one before it has ended",
                clause=LOG,
                where=where + "starts_at",
            )
