"""How long paper is kept, and what stops its destruction: the schedule in force, and holds (regulation 3.1, R39)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.context import Context
from ledger.journal.erasure_events import LegalHoldPlaced, RetentionRow
from ledger.journal.paper_commands import StorePaper
from ledger.journal.paper_events import PaperStored
from ledger.journal.people import Person
from ledger.journal.retention import Holds, Schedule, due_day, find_row
from ledger.journal.roster import ClassGroup
from ledger.journal.teaching import today
from ledger.journal.vocabulary import PaperKind, RetentionClass
from ledger.journal.year import SchoolYear

YEARS_AHEAD: Final = 2
"""How many calendar years after that of the entry a term may begin: a school year ends in the next one."""
_CLASSES: Final[dict[PaperKind, RetentionClass]] = {"class_journal": "journal", "summary_sheet": "sheet"}


def retention_of(kind: PaperKind) -> RetentionClass:
    """Return the class of the retention schedule that paper of a kind is in."""
    return _CLASSES.get(kind, "print")


def term(command: StorePaper, context: Context) -> tuple[str, str, int]:
    """Return first and last day of a paper's term, and the index of the schedule in force that says so.

    Raises:
        Refused: no schedule in force speaks of it, or the day it counts from lacks or is before the end of its year.
    """
    row, schedule = _row(command.kind, context)
    counted_from = command.counted_from
    ends_on = None
    if row.counted_from == "year_end" and command.year is not None:
        ends_on = context.settled(SchoolYear, "year", command.year, "year").ends_on
    if counted_from is None:
        counted_from = ends_on
    if counted_from is None:
        raise Refused("term_counts_from_nothing", "from which day its term counts", clause="3.1", where="counted_from")
    rules.check_date(counted_from, "counted_from")
    if int(counted_from[:4]) > int(today(context)[:4]) + YEARS_AHEAD:
        raise Refused("counted_too_late", "this day is years away", clause=LOG, where="counted_from")
    if ends_on is not None and counted_from < ends_on:
        raise Refused(
            "counted_too_early", "it is counted from a later day than this", clause="3.1", where="counted_from"
        )
    return counted_from, last_day(counted_from, row.years), schedule


def last_day(counted_from: str, years: int) -> str:
    """Return the last day of a term of whole years."""
    return (date.fromisoformat(due_day(counted_from, years)) - timedelta(days=1)).isoformat()


def check_due(paper: PaperStored, context: Context) -> None:
    """Refuse to destroy paper whose term, by the schedule in force today, is not over (regulation 3.1)."""
    row, _ = _row(paper.kind, context)
    if today(context) < due_day(paper.counted_from, row.years):
        raise Refused("paper_not_due", "by the retention schedule it is kept longer", clause="3.1", where="papers")


def check_no_hold(paper: PaperStored, context: Context) -> None:
    """Refuse to destroy paper of which a legal hold stands (regulation 3.1; 1.5)."""
    known = context.find_if_any(Holds, f"hold/{context.books.school}")
    for hold in known.standing.values() if known is not None else ():
        if _is_held(hold, paper.class_group, context):
            raise Refused("hold_stands", "a legal hold stands: nothing is erased until it is lifted", clause="1.5")


def _is_held(hold: LegalHoldPlaced, class_group: str | None, context: Context) -> bool:
    """Tell whether a hold is of paper of a class; of paper without one every hold is."""
    if hold.whose == "all" or class_group is None:
        return True
    if hold.person is None:
        return hold.class_group == class_group
    if context.settled(Person, "person", hold.person, "papers").kind != "student":
        return True
    return hold.person in context.find(ClassGroup, "class", class_group, "papers").roster


def _row(kind: PaperKind, context: Context) -> tuple[RetentionRow, int]:
    """Return what the schedule in force today says of paper of a kind, and the schedule's index."""
    known = context.find_if_any(Schedule, f"retention/{context.books.school}")
    version = known.on(today(context)) if known is not None else None
    row = find_row(version.event.rows, retention_of(kind), "") if version is not None else None
    if version is None or row is None:
        raise Refused(
            "no_paper_term",
            "no retention schedule is in force that speaks of this paper",
            clause=LOCAL_ACT,
            where="kind",
        )
    return row, version.entry
