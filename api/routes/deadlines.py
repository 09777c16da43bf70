"""What was recorded late or lacks (regulation 2.1–2.2.4, 2.4.2), for those who watch over it (1.6) and each teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, reads
from api.auth import Identity, Right
from api.paging import Cursor, Page, PageLimit, page_of
from api.problems import NotOwn, Problem
from api.queries import At, From, Id, Month, To, Week, days_of, read_as_of, week_days
from api.reach import Named, class_of, leads
from api.requests import path_id
from api.routes.views import check_controller, check_work_reader, dress
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from ledger.journal.deadlines.verdict import WORST_FIRST, Rule, Status
from projections.reading import AsOf
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadlines import RULES, TO_ATTEND_TO, Asked, deadline_register, lesson_deadlines
from projections.views.office_deadlines import OFFICE_RULES, OfficeAsked, office_counts, office_deadlines
from projections.views.reminders import WITHIN_DAYS_MAX, due_within
from projections.views.worklist import worklist

DAYS_MAX: Final = 31
"""The longest range of days whose rows are given for a whole school at once; counts have no such limit."""

Rules = Annotated[Rule | None, Query(description="one rule; left out: all")]
Statuses = Annotated[
    Status | Literal["all"] | None, Query(description="one status, or all; left out: late and missing")
]
OfficeRules = Annotated[
    Literal["result", "notice", "refresh"] | None, Query(description="one rule of the office; left out: all")
]
Within = Annotated[int, Query(ge=0, le=WITHIN_DAYS_MAX, description="days after today")]
Open = Annotated[Literal["open"] | None, Query(description="those that still wait; left out: all")]
By = Annotated[
    Literal["", "teacher", "class_group", "week", "teacher,week", "class_group,week", "teacher,class_group,week"],
    Query(description="what to count apart"),
]


router = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])
office = APIRouter(tags=["views"], dependencies=[Depends(check_controller)])


@router.get("/deadlines")
@reads("names", "work")
async def read_deadlines(
    request: Request,
    teacher: Id = None,
    class_group: Id = None,
    student: Id = None,
    month: Month = None,
    week: Week = None,
    from_date: From = None,
    to_date: To = None,
    rule: Rules = None,
    status: Statuses = None,
    at: At = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response:
    """What was recorded late or lacks; a teacher reads the own lessons, a class teacher those of the class too."""
    first, last = _days(month, week, from_date, to_date)
    if (teacher, class_group, student) == (None, None, None) and request.state.identity.may(Right.READ_STAFF):
        _check_span(first, last)
    asked = Asked(
        teacher=teacher,
        class_group=class_group,
        student=student,
        from_date=first,
        to_date=last,
        rules=RULES if rule is None else (rule,),
        statuses=_statuses(status),
    )
    return await _answer(
        request,
        at,
        asked,
        lambda views, of, now, moment: deadline_register(views, of, now=now, at=moment),
        page_of(request, limit, cursor),
    )


@router.get("/deadlines/counts")
@reads("names", "work")
async def read_deadline_counts(
    request: Request,
    teacher: Id = None,
    class_group: Id = None,
    month: Month = None,
    week: Week = None,
    from_date: From = None,
    to_date: To = None,
    rule: Rules = None,
    by: By = "teacher,week",
    at: At = None,
) -> Response:
    """How much was recorded in time, late or not at all, by rule and what else is asked."""
    first, last = _days(month, week, from_date, to_date)
    rules = RULES if rule is None else (rule,)
    asked = Asked(teacher=teacher, class_group=class_group, from_date=first, to_date=last, rules=rules)
    apart: Any = [name for name in by.split(",") if name]
    return await _answer(
        request,
        at,
        asked,
        lambda views, of, now, moment: deadline_counts(views, of, now=now, by=apart, at=moment),
    )


@router.get("/worklist")
@reads("names", "work")
async def read_worklist(
    request: Request,
    teacher: Id = None,
    class_group: Id = None,
    month: Month = None,
    week: Week = None,
    from_date: From = None,
    to_date: To = None,
    only: Open = None,
    at: At = None,
) -> Response:
    """Remarks by persons and by rule, open or closed and by which entry: of a class, a teacher, or all (1.6)."""
    first, last = _days(month, week, from_date, to_date)
    if (teacher, class_group) == (None, None) and request.state.identity.may(Right.READ_STAFF):
        _check_span(first, last)
    asked = Asked(teacher=teacher, class_group=class_group, from_date=first, to_date=last)
    return await _answer(
        request,
        at,
        asked,
        lambda views, of, now, moment: worklist(views, of, now=now, only_open=only is not None, at=moment),
    )


@office.get("/deadlines/office")
@reads("contacts", "names", "results", "work")
async def read_office_deadlines(
    request: Request,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    rule: OfficeRules = None,
    status: Statuses = None,
    at: At = None,
) -> Response:
    """Results not shown within the day, notices not answered, data not confirmed: late or missing; for overseers."""
    return await _of_office(request, at, _office(month, from_date, to_date, rule, status), office_deadlines)


@office.get("/deadlines/office/counts")
@reads("contacts", "results", "work")
async def read_office_counts(
    request: Request,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    rule: OfficeRules = None,
    at: At = None,
) -> Response:
    """How many results, notices and confirmations were in time, late or not there at all; for overseers."""
    return await _of_office(request, at, _office(month, from_date, to_date, rule, None), office_counts)


@office.get("/deadlines/due")
@reads("names", "work")
async def read_due(
    request: Request,
    within: Within = 3,
    class_group: Id = None,
    teacher: Id = None,
    at: At = None,
) -> Response:
    """What falls due until the end of today and so many days more, and is not recorded yet; for overseers."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        now = datetime.now(UTC)
        found = due_within(views, within, now=now, class_group=class_group, teacher=teacher, at=moment)
        people = _people(found.lessons) | {row.person for row in found.office if row.person}
        return school.json(dress(school, found.position, found, people))

    return await answer_recorded(request, work)


@router.get("/lessons/{lesson}/deadlines")
@reads("names", "work")
async def read_lesson_deadlines(request: Request, at: At = None) -> Response:
    """All verdicts on one lesson, and how complete its record was on the day."""
    lesson, moment = path_id(request, "lesson"), read_as_of(at)
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity

    def work() -> Response:
        views = school.read_views()
        found = lesson_deadlines(views, lesson, now=datetime.now(UTC), at=moment)
        if not identity.may(Right.READ_STAFF) and not _is_own(school, identity, lesson, found.rows):
            raise NotOwn  # like a lesson that is not there
        return school.json(dress(school, found.position, found, _people(found.rows)))

    return await answer_recorded(request, work)


def _office(
    month: str | None, from_date: str | None, to_date: str | None, rule: Rule | None, status: str | None
) -> OfficeAsked:
    first, last = days_of(month, from_date, to_date)
    return OfficeAsked(first, last, OFFICE_RULES if rule is None else (rule,), _statuses(status))


def _statuses(status: Any) -> Any:
    return TO_ATTEND_TO if status is None else WORST_FIRST if status == "all" else (status,)


async def _of_office(request: Request, at: str | None, asked: OfficeAsked, ask: Any) -> Response:
    """Ask for verdicts on the office, and dress the answer."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        found = ask(school.read_views(), asked, now=datetime.now(UTC), at=moment)
        people = {row.person for row in found.rows if getattr(row, "person", None)}
        return school.json(dress(school, found.position, found, people))

    return await answer_recorded(request, work)


async def _answer(request: Request, at: str | None, asked: Asked, ask: Any, page: Page | None = None) -> Response:
    """Ask a view, as far as this person may ask it, and dress the answer, or a page of it."""
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity
    page = page or page_of(request, None, None)
    moment: AsOf = read_as_of(at) if page.position is None else page.position

    def work() -> Response:
        views = school.read_views()
        allowed = _allowed(school, identity, asked)
        found = ask(views, allowed, page.now, moment)
        rows, headers = page.cut(found.rows, found.position)
        return school.json(dress(school, found.position, replace(found, rows=rows), _people(rows)), headers=headers)

    return await answer_recorded(request, work)


def _allowed(school: OpenSchool, identity: Identity, asked: Asked) -> Asked:
    """What is asked, cut to what this person may read.

    Raises:
        NotOwn: another teacher's lessons are asked about without the right.
    """
    if _watches(school, identity, asked.class_group) or asked.teacher == identity.actor:
        return asked
    if asked.teacher is not None:
        raise _not_own()
    return Asked(
        identity.actor,
        asked.class_group,
        asked.student,
        asked.from_date,
        asked.to_date,
        asked.rules,
        asked.statuses,
    )


def _is_own(school: OpenSchool, identity: Identity, lesson: str, rows: Sequence[DeadlineRow]) -> bool:
    """Whether a lesson is of whom its verdicts judge, or who gave it, or of a class that somebody leads now."""
    who, facts = identity.actor, SchoolFacts(school)
    known = facts.lesson(lesson)
    return (
        any(row.teacher == who for row in rows[:1])
        or (known is not None and known.teacher == who)
        or leads(who, class_of(Named(lesson=lesson), facts), facts)
    )


def _watches(school: OpenSchool, identity: Identity, class_group: str | None) -> bool:
    """Whether somebody watches over a class's journal: who may read all staff, and the class teacher now (1.6)."""
    return identity.may(Right.READ_STAFF) or leads(identity.actor, class_group, SchoolFacts(school))


def _not_own() -> NotOwn:
    detail = (
        "учитель видит свои уроки, классный руководитель и все уроки своего класса",
        "a teacher reads the own lessons, a class teacher all of the class too",
    )
    return NotOwn(detail)


def _days(
    month: str | None, week: str | None, from_date: str | None, to_date: str | None
) -> tuple[str | None, str | None]:
    if week is None:
        return days_of(month, from_date, to_date)
    if (month, from_date, to_date) != (None, None, None):
        raise Problem(
            "bad_request", 400, ("неделя, месяц или даты", "a week, a month, or days"), more={"where": "week"}
        )
    return week_days(week)


def _check_span(first: str | None, last: str | None) -> None:
    if first and last and (date.fromisoformat(last) - date.fromisoformat(first)).days < DAYS_MAX:
        return
    detail = (
        f"для всей школы — не больше {DAYS_MAX} дней; назовите учителя, класс или ученика, или спросите counts",
        f"for the whole school at most {DAYS_MAX} days; name a teacher, a class or a student, or ask for counts",
    )
    raise Problem("bad_request", 400, detail, more={"where": "from"})


def _people(rows: Any) -> set[str]:
    """Teachers and students who are named."""
    named = ("teacher", "student", "to", "actor")
    found = {person for row in rows for name in named if (person := getattr(row, name, None))}
    return found | {student for row in rows for student in getattr(row, "without_mark", ())}
