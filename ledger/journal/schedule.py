"""The schedule of works of a course: planned for a day, moved, cancelled with the reason.

All of a course are entries of one stream, `schedule/<id of the course>`. Whether a plan keeps the limits of load,
`load` judges: nothing is refused for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import CancelScheduledWork, MoveScheduledWork, ScheduleWork
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.plans import check_planner
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.schedule_events import ScheduledWorkCancelled, ScheduledWorkMoved, WorkScheduled
from ledger.journal.standing import Standing, find_standing
from ledger.journal.vocabulary import RESCHEDULE_REASONS, WORK_KINDS
from ledger.journal.year import SchoolYear

MINUTES_MAX: Final = 300


class Slot(NamedTuple):
    """For when a work is planned."""

    scheduled: str
    planned_on: str
    number: int | None


class Schedule(Standing[Slot], frozen=True, kw_only=True):
    """A course's works that stand in its schedule, by the entry that says for when; `ids`: cancelled ones too."""

    ids: frozenset[str]

    def has(self, scheduled: str) -> bool:
        """Tell whether a work is in the schedule and not cancelled."""
        return any(slot.scheduled == scheduled for slot in self.standing.values())


def evolve_schedule(state: Schedule | None, events: Iterable[Recorded]) -> Schedule | None:
    """Apply events of a course's schedule."""
    standing = dict(state.standing) if state else {}
    ids = set(state.ids) if state else set()
    for event in events:
        data = event.data
        if type(data) is WorkScheduled:
            standing[event.index] = Slot(data.scheduled, data.planned_on, data.number)
            ids.add(data.scheduled)
        elif type(data) is ScheduledWorkMoved and data.corrects in standing:
            standing[event.index] = Slot(standing.pop(data.corrects).scheduled, data.planned_on, data.number)
        elif type(data) is ScheduledWorkCancelled and data.corrects in standing:
            del standing[data.corrects]
        else:
            raise TypeError(f"{type(data).__name__} is no event of this schedule")
        stream, version = event.originator_id, event.originator_version
        state = Schedule(stream=stream, version=version, standing=standing, ids=frozenset(ids))
    return state


def schedule_work(command: ScheduleWork, context: Context) -> list[Planned]:
    """Plan a work for a day of the year, by the course's teacher or the administration."""
    _find_course(command.course, context, command.planned_on, command.number)
    rules.check_id(command.scheduled, "scheduled")
    rules.check_code(command.kind, WORK_KINDS, "kind")
    rules.check_integer(command.minutes, 1, MINUTES_MAX, "minutes")
    stream = f"schedule/{command.course}"
    known = context.find_if_any(Schedule, stream)
    if known is not None and command.scheduled in known.ids:
        raise Refused("scheduled_exists", "the schedule has a work with this id", clause=LOG, where="scheduled")
    event = WorkScheduled(
        scheduled=command.scheduled,
        planned_on=command.planned_on,
        kind=command.kind,
        minutes=command.minutes,
        number=command.number,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def move_scheduled_work(command: MoveScheduledWork, context: Context) -> list[Planned]:
    """Plan a work for another day, or place in it, and say why."""
    _find_course(command.course, context, command.planned_on, command.number)
    known, slot = _standing(command.course, command.corrects, context)
    _check_reason(command)
    if (slot.planned_on, slot.number) == (command.planned_on, command.number):
        raise Refused("nothing_changes", "the work is planned for then already", clause="3.3", where="planned_on")
    event = ScheduledWorkMoved(
        corrects=command.corrects,
        planned_on=command.planned_on,
        reason=command.reason,
        number=command.number,
        basis=command.basis,
    )
    return [Planned(known.stream, known.version + 1, event)]


def cancel_scheduled_work(command: CancelScheduledWork, context: Context) -> list[Planned]:
    """Take a work out of the schedule, and say why."""
    _open_course(command.course, context)
    known, _ = _standing(command.course, command.corrects, context)
    _check_reason(command)
    event = ScheduledWorkCancelled(corrects=command.corrects, reason=command.reason, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def check_scheduled(context: Context, course: str, scheduled: str, where: str) -> None:
    """Refuse the id of a work that is not in the course's schedule, or was cancelled."""
    rules.check_id(scheduled, where)
    known = context.find_if_any(Schedule, f"schedule/{course}")
    if known is None or not known.has(scheduled):
        raise Refused("not_scheduled", "the course's schedule has no such work", clause=LOG, where=where)


def _open_course(id_: str, context: Context) -> Course:
    """Return a course for whose works this actor may plan, while its class's journal is open."""
    course = context.find(Course, "course", id_, "course")
    check_planner(course, context)
    check_journal_open(context.find(ClassGroup, "class", course.class_group, "course"))
    return course


def _find_course(id_: str, context: Context, planned_on: object, number: object) -> None:
    """Judge who plans for which course, and when."""
    course = _open_course(id_, context)
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_date(planned_on, "planned_on")
    rules.check_within(str(planned_on), year.starts_on, year.ends_on, "planned_on")
    if number is not None:
        rules.check_integer(number, 0, rules.LESSON_NUMBER_MAX, "number")


def _standing(course: str, corrects: int, context: Context) -> tuple[Schedule, Slot]:
    no_such = Refused(
        "not_a_scheduled_work",
        "this index is not of a work of this course's schedule that stands",
        clause="3.3",
        where="corrects",
    )
    return find_standing(Schedule, f"schedule/{course}", corrects, context, refusal=no_such)


def _check_reason(command: MoveScheduledWork | CancelScheduledWork) -> None:
    rules.check_code(command.reason, RESCHEDULE_REASONS, "reason")
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
