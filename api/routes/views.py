"""Views: what people look at, now and as of any past moment.

Every answer carries the position that it was given at and, where one exists, the signed checkpoint that covers it;
every row cites the entries that it rests on. Names are joined from the vault at the last moment, in ``people``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, reads, reads_nobody
from api.auth import Identity, Right
from api.paging import ROWS_AT_ONCE, BoundedLimit, Cursor, Page, page_of
from api.problems import NotOwn
from api.queries import FIRST_DAY, LAST_DAY, At, From, Id, On, Text, To, read_as_of
from api.requests import authorize_now, path_id
from api.schools import OpenSchool
from projections.engine import Views
from projections.reading import Answer, RequestStatus, resolve
from projections.views import (
    cell_history,
    class_page,
    conformity as conformity_view,
    correction_register,
    flagged_marks,
    lookups,
    obligations as obligations_view,
    regulation as regulation_view,
    student_page,
    unassigned_homework,
)
from projections.views.duties import staffing
from projections.views.subgroups import subgroup_members


def check_reader(request: Request) -> None:
    """Refuse who may not read what is named, before anything else of the request is judged."""
    authorize_now(request, Right.READ_VIEWS)


def check_setup_reader(request: Request) -> None:
    """Refuse who may not see how the school is set up and what it plans."""
    authorize_now(request, Right.READ_SETUP)


def check_work_reader(request: Request) -> None:
    """Refuse who may not read of employees' work; the routes show a teacher the own one alone."""
    authorize_now(request, Right.READ_WORK)


def check_overseer(request: Request) -> None:
    """Refuse who may not see how the journal is kept, before anything else of the request is judged."""
    authorize_now(request, Right.OVERSEE)


def check_controller(request: Request) -> None:
    """Refuse who may not see how others keep the journal, before anything else of the request is judged."""
    authorize_now(request, Right.READ_STAFF)


def whose(identity: Identity, asked: str | None, detail: tuple[str, str]) -> str | None:
    """Whose records are read: anybody's who is asked about with the right to, else one's own.

    Raises:
        NotOwn: with `detail`, in Russian and in English, where another employee is asked about without the right.
    """
    if identity.may(Right.READ_STAFF):
        return asked
    if asked not in (None, identity.actor):
        raise NotOwn(detail)
    return identity.actor


router = APIRouter(tags=["views"], dependencies=[Depends(check_reader)])
set_up = APIRouter(tags=["views"], dependencies=[Depends(check_setup_reader)])
overseen = APIRouter(tags=["views"], dependencies=[Depends(check_overseer)])


async def answer_view(
    request: Request,
    at: str | None,
    ask: Callable[[Views, int], Any],
    people: Callable[[Any], Iterable[str]],
    page: Page | None = None,
    *,
    are_asked: bool = False,
    entry_of: Callable[[Any], int] | None = None,
    is_long: bool = False,
) -> Response:
    """Ask a view at one position and dress the answer, or a page of it, of whose rows alone it may ask (`Page.cut`).

    Of an answer that `is_long`, `people` are found in the view's own: plain values of it would take as long to make.
    """
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment if page is None or page.position is None else page.position)
        found = ask(views, position)
        if is_long:
            return school.json(dress(school, position, found, people(found)))
        # Through bytes once: dataclasses become the plain values that `people` and the answer are made of.
        plain = orjson.loads(orjson.dumps(found))
        headers: dict[str, str] = {}
        if page is not None:
            plain["rows"], headers = page.cut(plain["rows"], position, are_asked=are_asked, entry_of=entry_of)
        return school.json(dress(school, position, plain, people(plain)), headers=headers)

    return await answer_recorded(request, work)


def dress(school: OpenSchool, position: int, found: Any, people: Iterable[str]) -> dict[str, Any]:
    """A view's answer with its position, the checkpoint that covers it, and the names of its people.

    `found`: a dataclass, the plain values of one, or the rows alone.
    """
    signed = school.recorder.checkpoint()
    covered = signed is not None and signed.size >= position
    content = {field.name: getattr(found, field.name) for field in fields(found)} if is_dataclass(found) else found
    content = content if isinstance(content, dict) else {"rows": content}
    return {
        **content,
        "position": position,
        "checkpoint": {"size": signed.size} if signed is not None and covered else None,
        "people": school.names(people),
    }


def _moment(at: str | None) -> datetime | None:
    """The moment that a view judges by: the clock, or an earlier one that was asked for; a position has its own."""
    moment, clock = read_as_of(at), datetime.now(UTC)
    if isinstance(moment, int):
        return None
    return clock if moment is None else min(moment, clock)


def _none(_: Any) -> Iterable[str]:
    return ()


@set_up.get("/years")
@reads_nobody("school years' days")
async def read_years(request: Request, at: At = None) -> Response:
    """School years by their first day."""
    return await answer_view(request, at, lambda views, position: lookups.years(views, at=position), _none)


@set_up.get("/classes")
@reads("work")
async def read_classes(request: Request, year: Id = None, at: At = None) -> Response:
    """Class groups."""
    return await answer_view(request, at, lambda views, position: lookups.classes(views, year=year, at=position), _none)


@set_up.get("/periods")
@reads("names", "work")
async def read_periods(request: Request, at: At = None) -> Response:
    """Reporting periods, which are closed, and every entry that closed, reopened or attested one."""
    return await answer_view(
        request,
        at,
        lambda views, position: lookups.periods(views, at=position),
        lambda found: {
            turn[who]
            for row in found["rows"]
            for turn in row["history"]
            for who in ("actor", "requested_by")
            if turn[who] is not None
        },
    )


@set_up.get("/courses")
@reads("names", "work")
async def read_courses(request: Request, class_group: Id = None, at: At = None) -> Response:
    """Courses with their teachers."""
    return await answer_view(
        request,
        at,
        lambda views, position: lookups.courses(views, class_group=class_group, at=position),
        lambda found: [row["teacher"] for row in found["rows"] if row.get("teacher")],
    )


@router.get("/courses/{course}/members")
@reads("names")
async def read_members(request: Request, at: At = None) -> Response:
    """Who is and was in a course's subgroup, each with the first and the last day."""
    course = path_id(request, "course")
    return await answer_view(
        request,
        at,
        lambda views, position: subgroup_members(views, course=course, at=position),
        lambda found: [row["student"] for row in found["rows"]],
    )


@router.get("/classes/{class_group}/page")
@reads("absences", "corrections", "marks", "names")
async def read_class_page(
    request: Request,
    course: Id = None,
    subject: Text = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """The page of a class: students × lessons with marks, absences, corrections."""
    class_group, moment = path_id(request, "class_group"), _moment(at)
    return await answer_view(
        request,
        at,
        lambda views, position: class_page.class_page(
            views,
            class_group,
            course=course,
            subject=subject,
            from_date=from_date or FIRST_DAY,
            to_date=to_date or LAST_DAY,
            now=moment,
            at=position,
        ),
        lambda found: [line.student for line in found.lines],
        is_long=True,
    )


@router.get("/lessons/{lesson}/cells/{student}/history")
@reads("absences", "corrections", "marks", "names")
async def read_cell_history(request: Request, at: At = None) -> Response:
    """Every entry that touched one cell: value, author, time, reason, basis."""
    lesson, student = path_id(request, "lesson"), path_id(request, "student")
    return await answer_view(
        request,
        at,
        lambda views, position: cell_history.cell_history(views, lesson, student, at=position),
        lambda found: [student, *(row["actor"] for row in found["rows"])],
    )


@router.get("/corrections")
@reads("absences", "corrections", "marks", "names")
async def read_corrections(
    request: Request,
    class_group: Id = None,
    teacher: Id = None,
    student: Id = None,
    from_date: From = None,
    to_date: To = None,
    timing: Annotated[correction_register.Timing | None, Query()] = None,
    at: At = None,
    limit: BoundedLimit = None,
    cursor: Cursor = None,
) -> Response:
    """The register of corrections, told apart by same day, before the close, while open again, and after the close."""
    page = page_of(request, limit, cursor, default=ROWS_AT_ONCE)
    return await answer_view(
        request,
        at,
        lambda views, position: correction_register.correction_register(
            views,
            class_group=class_group,
            teacher=teacher,
            student=student,
            from_date=from_date,
            to_date=to_date,
            timing=timing,
            rows=page.asked,
            at=position,
        ),
        lambda found: [
            row[who] for row in found["rows"] for who in ("actor", "on_behalf_of", "student") if row.get(who)
        ],
        page,
        are_asked=True,
    )


@router.get("/correction-requests")
@reads("corrections", "names", "notes")
async def read_correction_requests(
    request: Request,
    lesson: Id = None,
    status: Annotated[RequestStatus | None, Query()] = None,
    at: At = None,
) -> Response:
    """Requests for corrections of lessons after a close, with their answers; `status=open`: those that still wait."""
    return await answer_view(
        request,
        at,
        lambda views, position: correction_register.correction_requests(
            views, lesson=lesson, status=status, at=position
        ),
        lambda found: {row[who] for row in found["rows"] for who in ("actor", "student") if row[who]},
    )


@router.get("/flagged-marks")
@reads("absences", "marks", "names")
async def read_flagged_marks(
    request: Request,
    class_group: Id = None,
    student: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Marks for who was absent, and bad marks for homework that counts as not assigned, each with what it rests on."""
    moment = _moment(at)

    def ask(views: Views, position: int) -> Answer[flagged_marks.FlaggedMark]:
        asked: dict[str, Any] = {"class_group": class_group, "student": student, "at": position}
        days: dict[str, Any] = {"from_date": from_date, "to_date": to_date}
        absent = flagged_marks.flagged_marks(views, **asked, **days).rows
        homework = unassigned_homework.flagged_homework_marks(views, **asked, **days, now=moment).rows
        return Answer(position, tuple(sorted((*absent, *homework), key=lambda row: (row.held_on, row.fact))))

    return await answer_view(request, at, ask, lambda found: [row["student"] for row in found["rows"]])


@router.get("/students/{student}/page")
@reads("absences", "marks", "names", "results")
async def read_student_page(
    request: Request,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """A student's own page: lessons, marks, absences, homework."""
    student, moment = path_id(request, "student"), _moment(at)
    return await answer_view(
        request,
        at,
        lambda views, position: student_page.student_page(
            views, student, from_date=from_date or FIRST_DAY, to_date=to_date or LAST_DAY, now=moment, at=position
        ),
        lambda _: [student],
    )


@overseen.get("/views/obligations")
@reads_nobody("what must be printed, by periods and classes")
async def read_obligations(request: Request, at: At = None) -> Response:
    """What must be printed under regulation 3.3 of each month, period and year, and what on which evidence not."""
    moment = read_as_of(at)
    now = None if isinstance(moment, int) else moment or datetime.now(UTC)
    return await answer_view(
        request, at, lambda views, position: obligations_view.obligations(views, now=now, at=position), _none
    )


@overseen.get("/views/conformity")
@reads_nobody("clauses of the regulation and what the log shows of each, in numbers")
async def read_conformity(request: Request, at: At = None) -> Response:
    """The regulation clause by clause: what the journal does about each, and what the log shows of it."""
    moment = read_as_of(at)
    now = None if isinstance(moment, int) else moment or datetime.now(UTC)
    return await answer_view(
        request, at, lambda views, position: conformity_view.conformity(views, now=now, at=position), _none
    )


@set_up.get("/views/regulation")
@reads("names", "work")
async def read_regulation(request: Request, at: At = None) -> Response:
    """Versions of the regulation with their days and parameters, and who answered for the journal when."""
    return await answer_view(
        request,
        at,
        lambda views, position: regulation_view.regulation(views, at=position),
        lambda found: [row["person"] for row in found["responsible"] if row["person"]],
    )


@overseen.get("/views/duties")
@reads("names", "work")
async def read_duties(request: Request, on: On = None, at: At = None) -> Response:
    """Duties with their days; of the day `on` (today), courses that nobody answers for and teachers without a duty."""
    day: str = on or request.state.school.app.today().isoformat()
    return await answer_view(
        request,
        at,
        lambda views, position: staffing(views, day, at=position),
        lambda found: [
            row[who] for part, who in (("duties", "person"), ("alerts", "teacher")) for row in found[part] if row[who]
        ],
    )
