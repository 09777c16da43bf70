"""Corrections of results: the author's own until they are settled, by request and a second person's consent after.

A result is settled by its publication, and by the period's close behind it (verify/spec/events.md, Results): else one
that nobody said was shown would stay its author's for ever.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.commands import (
    ApproveResultCorrection,
    CorrectResult,
    RefuseResultCorrection,
    RequestResultCorrection,
)
from ledger.journal.context import Context
from ledger.journal.corrections import check_grounds, check_not_pending, open_request, standing_fact
from ledger.journal.events import Event
from ledger.journal.facts import FactState
from ledger.journal.recorded import Planned
from ledger.journal.result_events import (
    ResultAnnulled,
    ResultCorrected,
    ResultCorrectionRefused,
    ResultCorrectionRequested,
)
from ledger.journal.results import SheetPlace, check_result, find_sheet
from ledger.journal.sheet import ResultSheet
from ledger.journal.teaching import today
from ledger.journal.year import Period

_CLAUSE: Final = "3.3"


def correct_result(command: CorrectResult, context: Context) -> list[Planned]:
    """Correct or annul a result that is not settled."""
    sheet, place = find_sheet(context, command)
    fact = standing_fact(sheet, command.corrects)
    if sheet.is_published(fact):
        raise Refused("result_published", "the result is published: ask for a correction instead", clause=_CLAUSE)
    if _is_behind_close(sheet, fact, context):
        raise Refused("period_closed", "the reporting period is closed: ask for a correction instead", clause=_CLAUSE)
    rules.check_role(context.actor, rules.ADMINISTRATION if fact.what == "exam_result" else rules.TEACHER, _CLAUSE)
    _check_author(fact, place, context)
    sd = check_grounds(command)
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    _check_change(sheet, fact, command.new)
    return _one(sheet, _correction(fact, command.new, reason=command.reason, sd=sd, basis=command.basis))


def request_result_correction(command: RequestResultCorrection, context: Context) -> list[Planned]:
    """Ask for a correction of a settled result: its author, the course's teacher or the administration."""
    sheet, place = find_sheet(context, command)
    fact = standing_fact(sheet, command.corrects)
    if not sheet.is_published(fact) and not _is_behind_close(sheet, fact, context):
        raise Refused("result_not_published", "the result is not published: correct it directly", clause=_CLAUSE)
    rules.check_role(context.actor, (*rules.TEACHER, *rules.ADMINISTRATION), _CLAUSE)
    _check_author(fact, place, context)
    sd = check_grounds(command)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    check_not_pending(sheet, command.corrects)
    _check_change(sheet, fact, command.new)
    event = ResultCorrectionRequested(
        corrects=fact.standing, old=fact.value, new=command.new, reason=command.reason, basis=command.basis, sd=sd
    )
    return _one(sheet, event)


def approve_result_correction(command: ApproveResultCorrection, context: Context) -> list[Planned]:
    """Make the correction that was asked for, in the approver's name; it must still be possible."""
    sheet, _ = find_sheet(context, command)
    request = open_request(sheet, command.request, context)
    fact = standing_fact(sheet, request.corrects)
    _check_change(sheet, fact, request.new)
    grounds = {"reason": request.reason, "sd": request.sd, "basis": request.basis, "request": request.index}
    return _one(sheet, _correction(fact, request.new, **grounds))


def refuse_result_correction(command: RefuseResultCorrection, context: Context) -> list[Planned]:
    """Answer a request with no."""
    sheet, _ = find_sheet(context, command)
    request = open_request(sheet, command.request, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    return _one(sheet, ResultCorrectionRefused(request=request.index, basis=command.basis))


def _is_behind_close(sheet: ResultSheet, fact: FactState, context: Context) -> bool:
    """Tell whether a result was recorded before its period was closed, and the period is closed still."""
    period = context.find(Period, "period", sheet.period, "sheet")
    return period.closed and period.closing is not None and fact.first < period.closing


def _check_author(fact: FactState, place: SheetPlace, context: Context) -> None:
    """Refuse a teacher who neither recorded the result nor has the course today."""
    if context.actor.role in rules.TEACHER and context.actor.id not in (
        fact.author,
        place.course.teacher_on(today(context)),
    ):
        raise Refused("not_the_author", "only who recorded it or the course's teacher may do this", clause=_CLAUSE)


def _check_change(sheet: ResultSheet, fact: FactState, new: object) -> None:
    """Refuse a value that a result may not have, that changes nothing, or that would stand beside another."""
    if new == fact.value:
        raise Refused("nothing_changes", "this value stands already", clause=_CLAUSE, where="new")
    if new is None:
        return
    check_result(new, "new")
    if fact.value is None and fact.slot in sheet.slots:
        raise Refused("result_stands", "the student has this result: correct it instead", clause=_CLAUSE, where="new")


def _correction(fact: FactState, new: str | None, **grounds: Any) -> Event:
    cls: Any = ResultAnnulled if new is None else ResultCorrected
    event: Event = cls(corrects=fact.standing, old=fact.value, new=new, **grounds)
    return event


def _one(sheet: ResultSheet, event: Event) -> list[Planned]:
    return [Planned(sheet.stream, sheet.version + 1, event)]
