"""Calendars, bells and timetables: set by the administrator; shown beside what was recorded to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, reads, reads_nobody
from api.auth import Identity, Right
from api.openapi import describe
from api.problems import NotOwn, Problem
from api.queries import At, From, Id, Month, To, days_of, read_as_of
from api.requests import path_id
from api.routes.views import check_setup_reader, check_work_reader, dress
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.clock import utc_now
from ledger.journal import commands as jc
from projections.engine import Views
from projections.reading import AsOf
from projections.views import timetable_entries, timetable_pages

_DAYS_MAX: Final = 400
"""A school year, at most: what one request for a class's days or for gaps may ask."""


router = APIRouter(tags=["set-up"])
shown = APIRouter(tags=["views"], dependencies=[Depends(check_setup_reader)])
worked = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])


def _declare_days_off(asked: Asked[bodies.NewDaysOff]) -> jc.DeclareDaysOff:
    return jc.DeclareDaysOff(**fields(asked.body, year=path_id(asked.request, "year")))


def _declare_school_day(asked: Asked[bodies.NewSchoolDay]) -> jc.DeclareSchoolDay:
    return jc.DeclareSchoolDay(**fields(asked.body, year=path_id(asked.request, "year")))


def _revoke(asked: Asked[bodies.NewRevocation]) -> jc.RevokeCalendarEntry:
    return jc.RevokeCalendarEntry(**fields(asked.body, year=path_id(asked.request, "year")))


def _set_bells(asked: Asked[bodies.NewBells]) -> jc.SetBellSchedule:
    return jc.SetBellSchedule(**fields(asked.body, bells=asked.body.bells or new_id()))


def _set_timetable(asked: Asked[bodies.NewTimetable]) -> jc.SetTimetable:
    return jc.SetTimetable(**fields(asked.body, class_group=path_id(asked.request, "class_group")))


DAYS_OFF: Final = Write(Right.SET_UP, bodies.NewDaysOff, _declare_days_off)
SCHOOL_DAY: Final = Write(Right.SET_UP, bodies.NewSchoolDay, _declare_school_day)
REVOCATION: Final = Write(Right.SET_UP, bodies.NewRevocation, _revoke)
BELLS: Final = Write(Right.SET_UP, bodies.NewBells, _set_bells)
TIMETABLE: Final = Write(Right.SET_UP, bodies.NewTimetable, _set_timetable)


@router.post("/years/{year}/days-off", status_code=201, openapi_extra=describe(DAYS_OFF))
async def declare_days_off(request: Request) -> Response:
    """Declare days without lessons for some grades: holidays, a quarantine."""
    return await perform(request, DAYS_OFF)


@router.post("/years/{year}/school-days", status_code=201, openapi_extra=describe(SCHOOL_DAY))
async def declare_school_day(request: Request) -> Response:
    """Declare a day that is taught as some weekday, such as a Saturday as a Monday."""
    return await perform(request, SCHOOL_DAY)


@router.post("/years/{year}/calendar-revocations", status_code=201, openapi_extra=describe(REVOCATION))
async def revoke_calendar_entry(request: Request) -> Response:
    """Revoke a declaration that was wrong; it stays in the log."""
    return await perform(request, REVOCATION)


@router.post("/bells", status_code=201, openapi_extra=describe(BELLS))
async def set_bells(request: Request) -> Response:
    """Set a bell schedule, or with its id the next version of one, from a day on."""
    return await perform(request, BELLS)


@router.post("/classes/{class_group}/timetables", status_code=201, openapi_extra=describe(TIMETABLE))
async def set_timetable(request: Request) -> Response:
    """Set a class's week from a day on, in place of the one before."""
    return await perform(request, TIMETABLE)


async def _answer(request: Request, at: str | None, ask: Callable[[Views, AsOf, datetime], Any]) -> Response:
    """Ask a view as of a moment and by the clock, and dress the answer with the names of its teachers."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        found = ask(school.read_views(), moment, utc_now())
        plain = orjson.loads(orjson.dumps(found))
        return school.json(dress(school, plain["position"], plain, _people(plain)))

    return await answer_recorded(request, work)


def _people(plain: dict[str, Any]) -> set[str]:
    rows = [row for name in ("rows", "unrecorded", "unplanned") for row in plain.get(name, ())]
    return {row[who] for row in rows for who in ("teacher", "given_by", "expected") if row.get(who)}


@shown.get("/years/{year}/calendar")
@reads_nobody("days of the school year")
async def read_calendar(request: Request, at: At = None) -> Response:
    """A year's calendar: every declaration, and what revoked it."""
    year = path_id(request, "year")
    return await _answer(request, at, lambda views, moment, _: timetable_entries.calendar(views, year=year, at=moment))


@shown.get("/bells")
@reads_nobody("bell schedules")
async def read_bells(request: Request, at: At = None) -> Response:
    """All bell schedules with their versions."""
    return await _answer(request, at, lambda views, moment, _: timetable_entries.bell_schedules(views, at=moment))


@shown.get("/classes/{class_group}/timetables")
@reads("names", "work")
async def read_timetables(request: Request, at: At = None) -> Response:
    """A class's timetables as they were set."""
    group = path_id(request, "class_group")
    return await _answer(
        request, at, lambda views, moment, _: timetable_entries.timetables(views, class_group=group, at=moment)
    )


@shown.get("/classes/{class_group}/days")
@reads("names", "work")
async def read_class_days(
    request: Request, from_date: From = None, to_date: To = None, month: Month = None, at: At = None
) -> Response:
    """Planned and recorded lessons of a class side by side, on a day, a week, a month."""
    group = path_id(request, "class_group")
    first, last = _span(month, from_date, to_date)
    return await _answer(
        request,
        at,
        lambda views, moment, now: timetable_pages.class_timetable(views, group, first, last, at=moment, now=now),
    )


@worked.get("/teacher-day")
@reads("names", "work")
async def read_teacher_day(request: Request, teacher: Id = None, from_date: From = None, at: At = None) -> Response:
    """A teacher's lessons of the day `from` (or today), and what is missing of each; the own where none is named."""
    whose = request.state.identity.actor if teacher is None else teacher
    if not _may_read(request.state.identity, whose):
        raise NotOwn(("учитель видит только свой день", "a teacher reads the own day only"))
    today: str = request.state.school.app.today().isoformat()
    day, _ = _span(None, from_date or today, from_date or today)
    return await _answer(
        request, at, lambda views, moment, now: timetable_pages.teacher_day(views, whose, day, at=moment, now=now)
    )


@worked.get("/gaps")
@reads("names", "work")
async def read_gaps(
    request: Request,
    class_group: Id = None,
    teacher: Id = None,
    from_date: From = None,
    to_date: To = None,
    month: Month = None,
    at: At = None,
) -> Response:
    """Lessons planned and not recorded, recorded and not planned; a teacher reads those of the own courses."""
    identity: Identity = request.state.identity
    if teacher is not None and not _may_read(identity, teacher):
        raise NotOwn(("учитель видит только свои уроки", "a teacher reads the own lessons only"))
    whose = teacher if identity.may(Right.READ_STAFF) else identity.actor
    first, last = _span(month, from_date, to_date)
    return await _answer(
        request,
        at,
        lambda views, moment, now: timetable_pages.gaps(
            views, first, last, class_group=class_group, teacher=whose, at=moment, now=now
        ),
    )


def _may_read(identity: Identity, teacher: str) -> bool:
    return identity.may(Right.READ_STAFF) or identity.actor == teacher


def _span(month: str | None, from_date: str | None, to_date: str | None) -> tuple[str, str]:
    """The days that are asked about, both mandatory and at most a school year.

    Raises:
        Problem: 400 where a day is left out, or there are too many.
    """
    first, last = days_of(month, from_date, to_date)
    if first is None or last is None:
        where = "from" if first is None else "to"
        raise Problem("bad_request", 400, ("нужны дни", "days are needed"), more={"where": where})
    if (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days > _DAYS_MAX:
        detail = (f"не больше {_DAYS_MAX} дней", f"at most {_DAYS_MAX} days")
        raise Problem("bad_request", 400, detail, more={"where": "to"})
    return first, last
