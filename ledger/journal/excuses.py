"""Excuses for what was recorded late (R34; regulation 2.4.1): from a closed list, accepted by the administration.

Each is a stream of its own, `excuse/<uuid>`: accepted once, withdrawn once at most. It is never an erasure: what was
late stays late, and `deadlines` says beside it what excuses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AcceptExcuse, WithdrawExcuse
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.deadlines import excuses as pure
from ledger.journal.deadlines.verdict import School, Version
from ledger.journal.excuse_events import ExcuseAccepted, ExcuseWithdrawn
from ledger.journal.incidents import Incident
from ledger.journal.lesson import Lesson
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.regulation import Regulation
from ledger.journal.vocabulary import EXCUSE_REASONS, LESSON_RULES, NEVER_AN_EXCUSE
from ledger.journal.year import SchoolYear


class Excuse(Aggregate, frozen=True, kw_only=True):
    """An excuse, and whether it was withdrawn."""

    is_withdrawn: bool = False


def evolve_excuse(state: Excuse | None, events: Iterable[Recorded]) -> Excuse | None:
    """Apply events of an excuse's stream."""
    for event in events:
        if type(event.data) is ExcuseAccepted and state is None:
            state = Excuse(stream=event.originator_id, version=event.originator_version)
        elif type(event.data) is ExcuseWithdrawn and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version, is_withdrawn=True)
        else:
            raise TypeError(f"{type(event.data).__name__} is no event of this excuse")
    return state


def accept_excuse(command: AcceptExcuse, context: Context) -> list[Planned]:
    """Accept why a teacher's records of a lesson are late, or will be."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.excuse, "excuse")
    _check_reason(command)
    _check_rules(command)
    check_person(context, command.teacher, "teacher", "teacher")
    _check_other_person(command, context)
    held_on, starts_at = _place(command, context)
    if command.reason == "outage":
        _check_outage(command, held_on, starts_at, context)
    stream = f"excuse/{command.excuse}"
    context.check_new(stream, "excuse")
    event = ExcuseAccepted(
        teacher=command.teacher,
        rules=tuple(sorted(command.rules)),
        reason=command.reason,  # type: ignore[arg-type]  # `_check_reason` left those that are accepted
        lesson=command.lesson,
        course=command.course,
        held_on=command.held_on,
        incident=command.incident,
        basis=command.basis,
        sd=rules.noted(command.note),
    )
    return [Planned(stream, 1, event)]


def withdraw_excuse(command: WithdrawExcuse, context: Context) -> list[Planned]:
    """Say that it is no excuse after all, and why; once."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    excuse = context.find(Excuse, "excuse", command.excuse, "excuse")
    if excuse.is_withdrawn:
        raise Refused("excuse_withdrawn", "this excuse was withdrawn already", clause=LOG, where="excuse")
    return [Planned(excuse.stream, excuse.version + 1, ExcuseWithdrawn(basis=command.basis))]


def _check_reason(command: AcceptExcuse) -> None:
    """Refuse what 2.4.1 never accepts and what is not listed; an outage has its incident, the others a document."""
    if command.reason in NEVER_AN_EXCUSE:
        raise Refused(
            "never_an_excuse",
            "not knowing how to use a computer, or having none at home or at work, is no excuse for late records",
            clause="2.4.1",
            where="reason",
        )
    rules.check_code(command.reason, EXCUSE_REASONS, "reason")
    if command.reason == "outage":
        if command.basis is not None:
            raise Refused("basis_not_needed", "an outage is shown by its incident", clause="2.4.1", where="basis")
        if command.incident is None:
            raise Refused(
                "incident_missing", "an outage excuses where its incident is recorded", clause="2.4.1", where="incident"
            )
        return
    if command.incident is not None:
        raise Refused("incident_not_needed", "an incident is that of an outage", clause="2.4.1", where="incident")
    if command.basis is None:
        raise Refused("basis_missing", "say which document shows it", clause="2.4.1", where="basis")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")


def _check_rules(command: AcceptExcuse) -> None:
    """Refuse an excuse for nothing, or for what has no deadline of a lesson."""
    if not command.rules:
        raise Refused("excuses_nothing", "say what it excuses", clause="2.4.1", where="rules")
    for position, rule in enumerate(command.rules):
        rules.check_code(rule, LESSON_RULES, f"rules[{position}]")
    rules.check_distinct(command.rules, "rules", "rule")


def _check_other_person(command: AcceptExcuse, context: Context) -> None:
    """Refuse who accepts an excuse of the own: who has to record does not judge why it is late."""
    if command.teacher in {context.actor.id, context.actor.on_behalf_of}:
        raise Refused("own_excuse", "another person accepts this excuse", clause=LOCAL_ACT, where="teacher")


def _place(command: AcceptExcuse, context: Context) -> tuple[str, str]:
    """Return day and time from which the lesson's terms run: its beginning, or of its day where nobody recorded it."""
    if command.lesson is not None:
        if command.course is not None or command.held_on is not None:
            raise Refused("lesson_named_twice", "a lesson, or a course and a day", clause=LOG, where="course")
        lesson = context.find(Lesson, "lesson", command.lesson, "lesson")
        header = lesson.header
        if header is None:
            raise Refused("lesson_annulled", "this lesson was annulled", clause="2.4.1", where="lesson")
        if lesson.teacher != command.teacher:
            raise Refused(
                "another_teachers_lesson",
                "another teacher gave this lesson",
                clause="2.1",
                where="teacher",
            )
        return lesson.held_on, header.starts_at
    if command.course is None or command.held_on is None:
        raise Refused("lesson_not_named", "a lesson, or a course and a day", clause=LOG, where="lesson")
    course = context.settled(Course, "course", command.course, "course")
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_past_day(command.held_on, context.now, context.books.zone, "held_on")
    rules.check_within(command.held_on, year.starts_on, year.ends_on, "held_on")
    return command.held_on, "00:00"


def _check_outage(command: AcceptExcuse, held_on: str, starts_at: str, context: Context) -> None:
    """Refuse an outage that kept nobody from recording: before the lesson, or after the end of a term (2.4.1)."""
    incident = context.find(Incident, "incident", str(command.incident), "incident")
    stream = f"regulation/{context.books.school}"
    known = context.find_if_any(Regulation, stream)
    found = known.on(held_on) if known is not None else None
    zone = context.books.zone
    if found is None or zone is None:
        raise Refused(
            "no_regulation_then",
            "no regulation is in force on that day: nothing is late",
            clause="1.1",
            where="rules",
        )
    version = Version(found.entry, date.fromisoformat(found.from_day), found.event.parameters)
    school = School(zone, (version,))
    of = pure.Incident(
        incident.entry,
        pure.local_moment(incident.began_at, zone),
        pure.local_moment(incident.ended_at, zone) if incident.ended_at else None,
    )
    starts = pure.local_moment(f"{held_on}T{starts_at}", zone)
    for position, rule in enumerate(command.rules):
        due = pure.term_of(rule, date.fromisoformat(held_on), version, school).due
        if not pure.overlaps(of, starts, due, context.now):
            raise Refused(
                "incident_elsewhen",
                "the incident was before the lesson began or after the end of the term",
                clause="2.4.1",
                where=f"rules[{position}]",
            )
