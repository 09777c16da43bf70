"""Setting a school up: people, year, periods, classes, courses."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from api import bodies
from api.access import answer_recorded, reads, reads_nobody
from api.auth import Right
from api.openapi import describe
from api.problems import Problem
from api.queries import FIRST_DAY
from api.requests import authorize, path_id
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from ledger.journal.people import Person

router = APIRouter(tags=["set-up"])


def _register_person(asked: Asked[bodies.NewPerson]) -> jc.RegisterPerson:
    body = asked.body
    person = body.person or new_id()
    check_birth_date(body.birth_date)
    values = {
        "family_name": body.family_name,
        "given_name": body.given_name,
        "patronymic": body.patronymic,
        "birth_date": body.birth_date,
    }
    digests = asked.disclose(person, {name: value for name, value in values.items() if value})
    return jc.RegisterPerson(person=person, kind=body.kind, sd=tuple(sorted(digests)))


def check_birth_date(text: str | None) -> None:
    """No rule of the journal ever sees it, so it is judged here."""
    try:
        date.fromisoformat(text or FIRST_DAY)
    except ValueError:
        detail = ("такой даты нет", "there is no such date")
        raise Problem("unprocessable", 422, detail, more={"where": "birth_date"}) from None


def _open_year(asked: Asked[bodies.NewYear]) -> jc.OpenSchoolYear:
    return jc.OpenSchoolYear(**fields(asked.body, year=asked.body.year or new_id()))


def _define_period(asked: Asked[bodies.NewPeriod]) -> jc.DefinePeriod:
    return jc.DefinePeriod(**fields(asked.body, period=asked.body.period or new_id()))


def _open_class(asked: Asked[bodies.NewClassGroup]) -> jc.OpenClassGroup:
    return jc.OpenClassGroup(**fields(asked.body, class_group=asked.body.class_group or new_id()))


def _assign_class_teacher(asked: Asked[bodies.NewClassTeacher]) -> jc.AssignClassTeacher:
    return jc.AssignClassTeacher(**fields(asked.body, class_group=path_id(asked.request, "class_group")))


def _enroll(asked: Asked[bodies.NewEnrollment]) -> jc.EnrollStudent:
    return jc.EnrollStudent(**fields(asked.body, class_group=path_id(asked.request, "class_group")))


def _withdraw(asked: Asked[bodies.NewWithdrawal]) -> jc.WithdrawStudent:
    return jc.WithdrawStudent(**fields(asked.body, class_group=path_id(asked.request, "class_group")))


def _open_course(asked: Asked[bodies.NewCourse]) -> jc.OpenCourse:
    return jc.OpenCourse(**fields(asked.body, course=asked.body.course or new_id()))


def _join_subgroup(asked: Asked[bodies.NewSubgroupMember]) -> jc.JoinSubgroup:
    return jc.JoinSubgroup(**fields(asked.body, course=path_id(asked.request, "course")))


def _leave_subgroup(asked: Asked[bodies.NewSubgroupLeaver]) -> jc.LeaveSubgroup:
    return jc.LeaveSubgroup(**fields(asked.body, course=path_id(asked.request, "course")))


def _assign_teacher(asked: Asked[bodies.NewTeacher]) -> jc.AssignTeacher:
    return jc.AssignTeacher(**fields(asked.body, course=path_id(asked.request, "course")))


def _adopt_regulation(asked: Asked[bodies.NewRegulation]) -> jc.AdoptRegulation:
    return jc.AdoptRegulation(**fields(asked.body))


def _appoint_responsible(asked: Asked[bodies.NewResponsible]) -> jc.AppointResponsible:
    return jc.AppointResponsible(**fields(asked.body))


def _attest_period(asked: Asked[bodies.NewAttestation]) -> jc.AttestPeriod:
    return jc.AttestPeriod(**fields(asked.body, period=path_id(asked.request, "period")))


def _register_printout(asked: Asked[bodies.NewPrintout]) -> jc.RegisterPrintout:
    return jc.RegisterPrintout(**fields(asked.body, printout=asked.body.printout or new_id()))


def _assign_duty(asked: Asked[bodies.NewDuty]) -> jc.AssignDuty:
    return jc.AssignDuty(**fields(asked.body))


def _end_duty(asked: Asked[bodies.NewDutyEnd]) -> jc.EndDuty:
    return jc.EndDuty(**fields(asked.body))


def _close_period(asked: Asked[bodies.Nothing]) -> jc.ClosePeriod:
    return jc.ClosePeriod(period=path_id(asked.request, "period"))


PERSON: Final = Write(Right.SET_UP, bodies.NewPerson, _register_person, location="person=people")
YEAR: Final = Write(Right.SET_UP, bodies.NewYear, _open_year, location="year=years")
PERIOD: Final = Write(Right.SET_UP, bodies.NewPeriod, _define_period, location="period=periods")
CLASS: Final = Write(Right.SET_UP, bodies.NewClassGroup, _open_class, location="class=classes")
CLASS_TEACHER: Final = Write(Right.SET_UP, bodies.NewClassTeacher, _assign_class_teacher)
ENROLLMENT: Final = Write(Right.SET_UP, bodies.NewEnrollment, _enroll)
WITHDRAWAL: Final = Write(Right.SET_UP, bodies.NewWithdrawal, _withdraw)
COURSE: Final = Write(Right.SET_UP, bodies.NewCourse, _open_course, location="course=courses")
MEMBER: Final = Write(Right.SET_UP, bodies.NewSubgroupMember, _join_subgroup)
LEAVER: Final = Write(Right.SET_UP, bodies.NewSubgroupLeaver, _leave_subgroup)
TEACHER: Final = Write(Right.SET_UP, bodies.NewTeacher, _assign_teacher)
REGULATION: Final = Write(Right.SET_UP, bodies.NewRegulation, _adopt_regulation)
RESPONSIBLE: Final = Write(Right.SET_UP, bodies.NewResponsible, _appoint_responsible)
DUTY: Final = Write(Right.SET_UP, bodies.NewDuty, _assign_duty)
DUTY_END: Final = Write(Right.SET_UP, bodies.NewDutyEnd, _end_duty)
CLOSING: Final = Write(Right.CLOSE, bodies.Nothing, _close_period)
PRINTOUT: Final = Write(Right.REGISTER_PAPER, bodies.NewPrintout, _register_printout)
ATTESTATION: Final = Write(Right.DIRECT, bodies.NewAttestation, _attest_period)


@router.post("/people", status_code=201, openapi_extra=describe(PERSON))
async def register_person(request: Request) -> Response:
    """Register a student, a guardian, a teacher or another employee. Names go to the vault, digests into the log."""
    return await perform(request, PERSON)


@router.post("/years", status_code=201, openapi_extra=describe(YEAR))
async def open_year(request: Request) -> Response:
    """Open a school year."""
    return await perform(request, YEAR)


@router.post("/periods", status_code=201, openapi_extra=describe(PERIOD))
async def define_period(request: Request) -> Response:
    """Define a reporting period of some grades."""
    return await perform(request, PERIOD)


@router.post("/periods/{period}/close", status_code=201, openapi_extra=describe(CLOSING))
async def close_period(request: Request) -> Response:
    """Close a period: what is in it changes only by approved correction, and a checkpoint is signed."""
    answer = await perform(request, CLOSING)
    request.app.state.registry.sign_soon(request.path_params["school"])
    return answer


@router.post("/periods/{period}/attest", status_code=201, openapi_extra=describe(ATTESTATION))
async def attest_period(request: Request) -> Response:
    """Attest a closed period as it stood at a position after its close."""
    return await perform(request, ATTESTATION)


@router.post("/printouts", status_code=201, openapi_extra=describe(PRINTOUT))
async def register_printout(request: Request) -> Response:
    """Register paper that was printed under regulation 3.3: it meets the obligation for what it shows."""
    return await perform(request, PRINTOUT)


@router.post("/classes", status_code=201, openapi_extra=describe(CLASS))
async def open_class(request: Request) -> Response:
    """Open a class group."""
    return await perform(request, CLASS)


@router.post("/classes/{class_group}/teachers", status_code=201, openapi_extra=describe(CLASS_TEACHER))
async def assign_class_teacher(request: Request) -> Response:
    """Hand the class over to another class teacher from a day on."""
    return await perform(request, CLASS_TEACHER)


@router.post("/classes/{class_group}/enrollments", status_code=201, openapi_extra=describe(ENROLLMENT))
async def enroll_student(request: Request) -> Response:
    """Enrol a student."""
    return await perform(request, ENROLLMENT)


@router.post("/classes/{class_group}/withdrawals", status_code=201, openapi_extra=describe(WITHDRAWAL))
async def withdraw_student(request: Request) -> Response:
    """Record a student's last day in the class."""
    return await perform(request, WITHDRAWAL)


@router.post("/courses", status_code=201, openapi_extra=describe(COURSE))
async def open_course(request: Request) -> Response:
    """Open a course of a class, or of a subgroup of it, with its responsible teacher."""
    return await perform(request, COURSE)


@router.post("/courses/{course}/members", status_code=201, openapi_extra=describe(MEMBER))
async def join_subgroup(request: Request) -> Response:
    """Put a student into the course's subgroup from a day on."""
    return await perform(request, MEMBER)


@router.post("/courses/{course}/withdrawals", status_code=201, openapi_extra=describe(LEAVER))
async def leave_subgroup(request: Request) -> Response:
    """Record a student's last day in the course's subgroup."""
    return await perform(request, LEAVER)


@router.post("/courses/{course}/teachers", status_code=201, openapi_extra=describe(TEACHER))
async def assign_teacher(request: Request) -> Response:
    """Name another responsible teacher from a day on."""
    return await perform(request, TEACHER)


@router.post("/regulations", status_code=201, openapi_extra=describe(REGULATION))
async def adopt_regulation(request: Request) -> Response:
    """Adopt a version of the regulation by an order. Deadlines are judged by its parameters."""
    return await perform(request, REGULATION)


@router.post("/responsible", status_code=201, openapi_extra=describe(RESPONSIBLE))
async def appoint_responsible(request: Request) -> Response:
    """Appoint an employee who answers for the journal from a day on, until another is appointed."""
    return await perform(request, RESPONSIBLE)


@router.post("/duties", status_code=201, openapi_extra=describe(DUTY))
async def assign_duty(request: Request) -> Response:
    """Include something in a teacher's duties from a day on. From the school's first duty on, writers need one."""
    return await perform(request, DUTY)


@router.post("/duties/endings", status_code=201, openapi_extra=describe(DUTY_END))
async def end_duty(request: Request) -> Response:
    """Record the last day of a duty."""
    return await perform(request, DUTY_END)


async def _read(request: Request, kind: str, name: str, right: Right = Right.READ_SETUP) -> Response:
    """What the log says of one thing that was set up."""
    school, _ = await authorize(request, right)
    id_ = path_id(request, name)

    def work() -> Response:
        state, version = school.app.aggregate(f"{kind}/{id_}")
        if state is None:
            raise Problem("not_found", 404)
        shown = ("kind",) if isinstance(state, Person) else state.__struct_fields__
        content = {key: value for key, value in msgspec.to_builtins(state).items() if key in shown and key != "stream"}
        return school.json({**content, name: id_, "version": version})

    return await answer_recorded(request, work)


@router.get("/people/{person}")
@reads("work")
async def read_person(request: Request) -> Response:
    """A person's kind; names come with views, and what is recorded of the data with registers of their own."""
    return await _read(request, "person", "person", Right.READ_VIEWS)


@router.get("/years/{year}")
@reads_nobody("a school year's days")
async def read_year(request: Request) -> Response:
    """A school year."""
    return await _read(request, "year", "year")


@router.get("/periods/{period}")
@reads_nobody("a reporting period's days")
async def read_period(request: Request) -> Response:
    """A reporting period."""
    return await _read(request, "period", "period")


@router.get("/classes/{class_group}")
@reads("work")
async def read_class(request: Request) -> Response:
    """A class group with its roster: student -> stays, each its first and last day."""
    return await _read(request, "class", "class_group", Right.READ_VIEWS)


@router.get("/courses/{course}")
@reads("work")
async def read_course(request: Request) -> Response:
    """A course with its teachers, each with the first day."""
    return await _read(request, "course", "course", Right.READ_VIEWS)
