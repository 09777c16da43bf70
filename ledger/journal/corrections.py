"""Corrections and annulments, before a period's close and after it (verify/spec/events.md, Corrections).

The regulation asks for reliable control over corrections (3.3) and says no more: who may correct what, until when and
with whose consent is decided here.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, cast

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import events as ev, rules
from ledger.journal.behalf import check_writer
from ledger.journal.codec import fact_value
from ledger.journal.commands import (
    ApproveCorrection,
    Correct,
    CorrectResult,
    RefuseCorrection,
    RequestCorrection,
    RequestResultCorrection,
)
from ledger.journal.context import Context
from ledger.journal.duties import check_duty
from ledger.journal.facts import Facts, FactState, Request, check_second_person
from ledger.journal.homework import check_homework
from ledger.journal.lesson import Lesson
from ledger.journal.marks import check_free, check_later_day, check_minutes, check_work, may_stand_beside_absence
from ledger.journal.places import take_place
from ledger.journal.plans import check_covered
from ledger.journal.recorded import Planned
from ledger.journal.regulation import takes_marks_for_absent
from ledger.journal.schedule import check_scheduled
from ledger.journal.substitutions import check_substitution
from ledger.journal.teaching import (
    Place,
    check_begun,
    check_open,
    check_times,
    checked_by,
    find_lesson,
    today,
)
from ledger.journal.vocabulary import ABSENCE_CODES, CORRECTION_REASONS, MARKS, REASONS_WITH_NOTE, Fact

_CLAUSE: Final = "3.3"
_EVENTS: Final[dict[str, tuple[type[ev.Correction], type[ev.Correction] | None]]] = {
    "lesson": (ev.LessonCorrected, ev.LessonAnnulled),
    "substitution": (ev.SubstitutionCorrected, None),
    "work": (ev.WorkCorrected, ev.WorkAnnulled),
    "make_up": (ev.MakeUpCorrected, ev.MakeUpAnnulled),
    "mark": (ev.MarkCorrected, ev.MarkAnnulled),
    "absence": (ev.AbsenceCorrected, ev.AbsenceAnnulled),
    "lateness": (ev.LatenessCorrected, ev.LatenessAnnulled),
    "early_leave": (ev.EarlyLeaveCorrected, ev.EarlyLeaveAnnulled),
    "homework": (ev.HomeworkCorrected, ev.HomeworkAnnulled),
}


def correct(command: Correct, context: Context) -> list[Planned]:
    """Correct or annul a fact while its period is open."""
    lesson, place = find_lesson(context, command)
    check_open(place)
    fact = standing_fact(lesson, command.corrects)
    check_writer(context, _CLAUSE)
    _check_author(fact, place, context)
    sd = check_grounds(command)
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    new = _typed_value(fact, command.new)
    check_change(lesson, fact, new, place, context)
    event = _correction(fact, new, reason=command.reason, sd=sd, basis=command.basis)
    return [Planned(lesson.stream, lesson.version + 1, event)]


def request_correction(command: RequestCorrection, context: Context) -> list[Planned]:
    """Ask for a correction after the close: who could have made it before, or the administration; with a document."""
    lesson, place = find_lesson(context, command)
    if not place.closed:
        raise Refused("period_open", "the reporting period is open: correct it directly", clause=_CLAUSE)
    fact = standing_fact(lesson, command.corrects)
    rules.check_role(context.actor, (*rules.TEACHER, *rules.ADMINISTRATION), _CLAUSE)
    if context.actor.role in rules.TEACHER:
        _check_author(fact, place, context)
    sd = check_grounds(command)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    check_not_pending(lesson, command.corrects)
    new = _typed_value(fact, command.new)
    check_change(lesson, fact, new, place, context)
    context.claim = None  # a request puts no lesson anywhere: its approval does
    event = ev.CorrectionRequested(
        what=cast("Fact", fact.what),
        corrects=fact.standing,
        old=fact.value,
        new=new,
        reason=command.reason,
        basis=command.basis,
        sd=sd,
    )
    return [Planned(lesson.stream, lesson.version + 1, event)]


def approve_correction(command: ApproveCorrection, context: Context) -> list[Planned]:
    """Make the correction that was asked for, in the approver's name; it must still be possible."""
    lesson, place = find_lesson(context, command)
    request = open_request(lesson, command.request, context)
    fact = standing_fact(lesson, request.corrects)
    check_change(lesson, fact, request.new, place, context)
    event = _correction(
        fact, request.new, reason=request.reason, sd=request.sd, basis=request.basis, request=request.index
    )
    return [Planned(lesson.stream, lesson.version + 1, event)]


def refuse_correction(command: RefuseCorrection, context: Context) -> list[Planned]:
    """Answer a request with no."""
    lesson, _ = find_lesson(context, command)
    request = open_request(lesson, command.request, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = ev.CorrectionRefused(request=request.index, basis=command.basis)
    return [Planned(lesson.stream, lesson.version + 1, event)]


def check_change(lesson: Lesson, fact: FactState, new: Any, place: Place, context: Context) -> None:
    """Refuse a value that the fact may not have, or that changes nothing."""
    if new == fact.value:
        message = "this value stands already" if new is not None else "this is annulled already"
        raise Refused("nothing_changes", message, clause=_CLAUSE, where="new")
    if fact.what == "make_up" and fact.value is not None:
        _check_make_up_needed(lesson, fact, new, context)
    if new is None:
        _check_annulment(lesson, fact)
        return
    _check_value(lesson, fact, new, place, context)
    if fact.what == "lesson":
        return
    if lesson.header is None and (fact.value is None or fact.what == "substitution"):
        raise Refused("lesson_annulled", "this lesson was annulled", clause=_CLAUSE, where="lesson")
    if fact.value is None:
        takes_absent = partial(takes_marks_for_absent, context, lesson.held_on)
        beside = may_stand_beside_absence(lesson.make_ups, today(context), takes_absent)
        check_free(fact.slot, lesson.slots, "corrects", beside)


def _check_make_up_needed(lesson: Lesson, fact: FactState, new: str | None, context: Context) -> None:
    """Refuse to take away the day, or to put it off, that lets a mark stand beside the student's absence (R22)."""
    stand = {("absence", fact.student, ""), ("mark", fact.student, fact.work)} <= lesson.slots.keys()
    if not stand or (type(new) is str and new <= today(context)) or takes_marks_for_absent(context, lesson.held_on):
        return
    raise Refused("make_up_needed", "annul the mark or the absence first", clause="2.2.4", where="new")


def _check_annulment(lesson: Lesson, fact: FactState) -> None:
    """A lesson is annulled only when nothing else in it stands, a work only when no mark and no make-up for it stands.

    A substitution falls with its lesson and never alone: it is what lets the lesson's teacher give it (2.1).
    """
    if fact.what == "substitution":
        raise Refused(
            "substitution_stands", "a substitution is annulled with its lesson alone", clause=_CLAUSE, where="new"
        )
    if fact.what == "lesson" and any(slot[0] not in ("lesson", "substitution") for slot in lesson.slots):
        raise Refused("lesson_not_empty", "annul what stands in the lesson first", clause=_CLAUSE, where="new")
    if fact.what == "work" and any(slot[0] == "mark" and slot[2] == fact.work for slot in lesson.slots):
        raise Refused("work_has_marks", "annul the marks for this work first", clause=_CLAUSE, where="new")
    if fact.what == "work" and any(slot[0] == "make_up" and slot[2] == fact.work for slot in lesson.slots):
        raise Refused("work_has_make_ups", "annul the make-up days of this work first", clause=_CLAUSE, where="new")


def _check_value(lesson: Lesson, fact: FactState, new: Any, place: Place, context: Context) -> None:
    """Judge a value by the rules that hold for the fact when it is first recorded."""
    match fact.what:
        case "mark":
            rules.check_code(new, MARKS, "new")
            if (named := lesson.kinds().get(fact.work)) is not None:
                checked_by(lesson, place, context).check_mark(new, *named, "new")
        case "absence":
            rules.check_code(new, ABSENCE_CODES, "new")
        case "lateness" | "early_leave":
            check_minutes(new, "new")
        case "work":
            check_work(new, lesson.held_on, place.year.ends_on, "new.")
            checked_by(lesson, place, context).check_named(new.kind, new.of_lesson, "new.of_lesson")
            if new.scheduled is not None and (fact.value is None or new.scheduled != fact.value.scheduled):
                check_scheduled(context, lesson.course, new.scheduled, "new.scheduled")
        case "make_up":
            check_later_day(new, lesson.held_on, place.year.ends_on, "new")
        case "homework":
            check_homework(new, checked_by(lesson, place, context), place.year.ends_on, "new.")
        case "substitution":
            check_substitution(new.reason, new.basis, new.same_subject, new.coefficient, "new.")
        case "lesson":
            check_times(new.number, new.starts_at, new.ends_at, new.topic, "new.")
            check_begun(context, lesson.held_on, new.starts_at, "new.")
            check_covered(new.plan_items, place.course, context, "new.plan_items")
            if fact.value is None or new.number != fact.value.number:
                take_place(context, lesson.stream, place.course, place.group, lesson.held_on, new.number, "new.number")


def standing_fact(of: Facts, index: int) -> FactState:
    """Return the fact whose standing entry this is; of an entry that was corrected before, name the one that stands."""
    first = of.chain.get(index) if type(index) is int else None
    if first is None:
        raise Refused(
            "not_a_fact", "nothing that can be corrected here has this index", clause=_CLAUSE, where="corrects"
        )
    fact = of.facts[first]
    if fact.standing != index:
        raise Refused(
            "not_standing", "the standing entry is {standing}", clause=_CLAUSE, where="corrects", standing=fact.standing
        )
    return fact


def _check_author(fact: FactState, place: Place, context: Context) -> None:
    """Refuse anyone but who recorded the fact and the one responsible for the course today."""
    if context.author not in (fact.author, place.course.teacher_on(today(context))):
        raise Refused("not_the_author", "only who recorded it or the course's teacher may do this", clause=_CLAUSE)
    check_duty(context, ("journal", "substitute"), today(context))


def check_not_pending(of: Facts, corrects: int) -> None:
    """Refuse a second request for what waits for the answer to a first."""
    if any(other.corrects == corrects and not other.answered for other in of.requests.values()):
        raise Refused(
            "request_pending", "a request to correct this waits for its answer", clause=_CLAUSE, where="corrects"
        )


def check_grounds(command: Correct | RequestCorrection | CorrectResult | RequestResultCorrection) -> tuple[str, ...]:
    """Judge reason and note; return the note's digest as `_sd`."""
    rules.check_code(command.reason, CORRECTION_REASONS, "reason")
    if command.note is None:
        if command.reason in REASONS_WITH_NOTE:
            raise Refused("note_missing", "this reason asks for a text", clause=_CLAUSE, where="note")
        return ()
    rules.check_digest(command.note, "note")
    return (command.note,)


def open_request(of: Facts, index: int, context: Context) -> Request:
    """Return a request that waits for its answer, if this actor may give it: a second person of the administration."""
    rules.check_role(context.actor, rules.ADMINISTRATION, _CLAUSE)
    request = of.requests.get(index) if type(index) is int else None
    if request is None:
        raise Refused("not_a_request", "no request here has this index", clause=_CLAUSE, where="request")
    if request.answered:
        raise Refused("request_answered", "the request was answered already", clause=_CLAUSE, where="request")
    check_second_person(request.people, context.actor, _CLAUSE)
    return request


def _typed_value(fact: FactState, value: object) -> Any:
    """Give a command's `new` the type of the fact's value."""
    try:
        return fact_value(fact.what, value)
    except msgspec.ValidationError:
        raise Refused(
            "malformed_value", "not a value that a {what} can have", clause=LOG, where="new", what=fact.what
        ) from None


def _correction(fact: FactState, new: Any, **grounds: Any) -> ev.Event:
    corrected, annulled = _EVENTS[fact.what]
    cls: Any = annulled if new is None else corrected
    event: ev.Event = cls(corrects=fact.standing, old=fact.value, new=new, **grounds)
    return event
