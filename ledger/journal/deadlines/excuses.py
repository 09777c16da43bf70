"""Excuses: why something of a lesson is late or missing, where that is accepted (R34; regulation 2.4.1).

An excuse changes no verdict: late stays late, by as much, and says beside it what excuses it. An outage excuses only
what it kept from being recorded: its incident has a moment in common with the time between the lesson's beginning and
the end of the term.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple

from ledger.journal.deadlines.homework import homework_term
from ledger.journal.deadlines.lesson import attendance_term, lesson_term
from ledger.journal.deadlines.marks import oral_mark_term, written_mark_term
from ledger.journal.deadlines.verdict import Excused, Rule, School, Status, Term, Verdict, Version
from ledger.journal.vocabulary import ExcuseReason

EXCUSABLE: Final[frozenset[Status]] = frozenset({"late", "missing"})


class Incident(NamedTuple):
    """A time in which the journal could not be used.

    Attributes:
        entry: what opened it.
        began_at, ended_at: aware; `ended_at` None while it is open.
        closed_by: the entry that closed it; None while it is open.
    """

    entry: int
    began_at: datetime
    ended_at: datetime | None = None
    closed_by: int | None = None


class Excuse(NamedTuple):
    """An excuse that stands, for some rules of a lesson; `incident`: of the reason ``outage`` alone."""

    entry: int
    reason: ExcuseReason
    rules: frozenset[Rule]
    incident: Incident | None = None


def local_moment(minute: str, zone: tzinfo) -> datetime:
    """Return the moment at which the school's clock shows ``YYYY-MM-DDTHH:MM``; the first of two."""
    # Left in its zone: in UTC, the first day of the calendar would be before it.
    return datetime.fromisoformat(minute).replace(tzinfo=zone)


def term_of(rule: Rule, held_on: date, version: Version, school: School) -> Term:
    """Return the longest term that a rule gives for a lesson of a day: homework has the whole of it (2.2.2, R18).

    Raises:
        KeyError: the rule is not about a lesson.
    """
    if rule == "homework":
        return homework_term(held_on, None, None, version, school)[0]
    return _TERMS[rule](held_on, version, school)


_TERMS: Final = {
    "lesson": lesson_term,
    "attendance": attendance_term,
    "oral_mark": oral_mark_term,
    "written_mark": written_mark_term,
    "written_work": written_mark_term,
}


def overlaps(incident: Incident, starts: datetime, due: datetime, now: datetime) -> bool:
    """Tell whether an incident has a moment in common with the time from the lesson's beginning to the end of a term.

    One that is still open lasts until now.
    """
    ended = now if incident.ended_at is None else incident.ended_at
    return incident.began_at < due and ended >= starts


def excuse_for(
    rule: Rule, excuses: Collection[Excuse], starts: datetime, due: datetime, now: datetime
) -> Excuse | None:
    """Return the first of a lesson's excuses, by its entry, that covers a rule; None where none does.

    Args:
        rule: which.
        excuses: those of the lesson that stand.
        starts: when the lesson began.
        due: the end of the term.
        now: as of when.
    """
    covering = (
        excuse
        for excuse in sorted(excuses, key=lambda one: one.entry)
        if rule in excuse.rules and (excuse.incident is None or overlaps(excuse.incident, starts, due, now))
    )
    return next(covering, None)


def with_excuse(verdict: Verdict, excuses: Collection[Excuse], starts: datetime, now: datetime) -> Verdict:
    """Return a verdict with what excuses it beside it, where it is late or missing and something does."""
    if not excuses or verdict.status not in EXCUSABLE or verdict.due is None:
        return verdict
    found = excuse_for(verdict.rule, excuses, starts, verdict.due, now)
    if found is None:
        return verdict
    cited = {*verdict.basis, found.entry}
    if found.incident is not None:
        cited.add(found.incident.entry)
        if found.incident.closed_by is not None:
            cited.add(found.incident.closed_by)
    excused = Excused(found.reason, found.entry, found.incident.entry if found.incident else None)
    return replace(verdict, excused=excused, basis=tuple(sorted(cited)))
