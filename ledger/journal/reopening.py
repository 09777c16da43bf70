"""Opening a closed period or a class's closed journal again takes two people (regulation 3.2, 3.3).

Somebody of the school asks, saying why; another, who directs, approves or refuses. One request of each waits at a time.
"""

from __future__ import annotations

from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import reopening_commands as cmd, rules
from ledger.journal.closing import closed_period
from ledger.journal.context import Context
from ledger.journal.facts import check_second_person
from ledger.journal.journals import closed_journal
from ledger.journal.recorded import Planned
from ledger.journal.reopening_events import (
    JournalReopeningApproved,
    JournalReopeningRefused,
    JournalReopeningRequested,
    PeriodReopeningApproved,
    PeriodReopeningRefused,
    PeriodReopeningRequested,
)
from ledger.journal.vocabulary import REASONS_WITH_NOTE, REOPENING_REASONS
from ledger.journal.year import ReopeningAsked

ASKERS: Final = (*rules.TEACHER, *rules.LEADERSHIP)
"""Who may ask for it; who directs answers."""
REOPENINGS_MAX: Final = 9
"""What bounds how often a verifier must look at every lesson of a period (events.md, Closing)."""


def request_period_reopening(command: cmd.RequestPeriodReopening, context: Context) -> list[Planned]:
    """Ask that a closed period be opened again (regulation 3.3)."""
    rules.check_role(context.actor, ASKERS, "3.3")
    period = closed_period(command.period, context)
    note = _grounds(command, "3.3")
    _check_none_waits(period.asked, "period")
    if period.reopenings >= REOPENINGS_MAX:
        raise Refused(
            "reopened_too_often",
            "a period is reopened at most {reopenings_max} times",
            clause=LOG,
            where="period",
            reopenings_max=REOPENINGS_MAX,
        )
    event = PeriodReopeningRequested(reason=command.reason, basis=command.basis, sd=note)
    return [Planned(period.stream, period.version + 1, event)]


def approve_period_reopening(command: cmd.ApprovePeriodReopening, context: Context) -> list[Planned]:
    """Open the period again, as a second person who directs (regulation 3.3)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    period = closed_period(command.period, context)
    _check_answer(period.asked, command, context, "3.3")
    event = PeriodReopeningApproved(request=command.request, basis=command.basis)
    return [Planned(period.stream, period.version + 1, event)]


def refuse_period_reopening(command: cmd.RefusePeriodReopening, context: Context) -> list[Planned]:
    """Leave the period closed, as a second person who directs (regulation 3.3)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.3")
    period = closed_period(command.period, context)
    _check_answer(period.asked, command, context, "3.3")
    event = PeriodReopeningRefused(request=command.request, basis=command.basis)
    return [Planned(period.stream, period.version + 1, event)]


def request_journal_reopening(command: cmd.RequestJournalReopening, context: Context) -> list[Planned]:
    """Ask that a class's closed journal be opened again (regulation 3.2)."""
    rules.check_role(context.actor, ASKERS, "3.2")
    group = closed_journal(command.class_group, context)
    note = _grounds(command, "3.2")
    _check_none_waits(group.reopening_asked, "class_group")
    if group.journal_reopenings >= REOPENINGS_MAX:
        raise Refused(
            "reopened_too_often",
            "a journal is reopened at most {reopenings_max} times",
            clause=LOG,
            where="class_group",
            reopenings_max=REOPENINGS_MAX,
        )
    event = JournalReopeningRequested(reason=command.reason, basis=command.basis, sd=note)
    return [Planned(group.stream, group.version + 1, event)]


def approve_journal_reopening(command: cmd.ApproveJournalReopening, context: Context) -> list[Planned]:
    """Open the journal again, as a second person who directs (regulation 3.2)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.2")
    group = closed_journal(command.class_group, context)
    _check_answer(group.reopening_asked, command, context, "3.2")
    event = JournalReopeningApproved(request=command.request, basis=command.basis)
    return [Planned(group.stream, group.version + 1, event)]


def refuse_journal_reopening(command: cmd.RefuseJournalReopening, context: Context) -> list[Planned]:
    """Leave the journal closed, as a second person who directs (regulation 3.2)."""
    rules.check_role(context.actor, rules.DIRECTION, "3.2")
    group = closed_journal(command.class_group, context)
    _check_answer(group.reopening_asked, command, context, "3.2")
    event = JournalReopeningRefused(request=command.request, basis=command.basis)
    return [Planned(group.stream, group.version + 1, event)]


def _grounds(command: cmd.RequestPeriodReopening | cmd.RequestJournalReopening, clause: str) -> tuple[str, ...]:
    """Judge why something is to be opened again; return what `_sd` holds of the note."""
    rules.check_code(command.reason, REOPENING_REASONS, "reason")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    if command.note is None and command.reason in REASONS_WITH_NOTE:
        raise Refused("note_missing", "this reason asks for a text", clause=clause, where="note")
    return rules.noted(command.note)


def _check_none_waits(asked: ReopeningAsked | None, where: str) -> None:
    """Refuse a second request beside one that waits."""
    if asked is not None:
        raise Refused(
            "reopening_waits",
            "a request to open it again waits for its answer: {request}",
            clause=LOCAL_ACT,
            where=where,
            request=asked.entry,
        )


def _check_answer(
    asked: ReopeningAsked | None,
    command: (
        cmd.ApprovePeriodReopening
        | cmd.RefusePeriodReopening
        | cmd.ApproveJournalReopening
        | cmd.RefuseJournalReopening
    ),
    context: Context,
    clause: str,
) -> None:
    """Refuse an answer to what does not wait, without a document, or by who asked."""
    if asked is None or asked.entry != command.request:
        raise Refused("not_a_request", "no request here has this index and waits", clause=LOG, where="request")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    check_second_person(asked.people, context.actor, clause)
