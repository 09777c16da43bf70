"""People's data: guardians, notices and changes, the yearly refresh, consents to delivery and refusals.

Those who set the school up record all of it, and those who oversee the journal read the registers. A guardian consents
and takes a consent back in the system, and reads the own ones (2.3.4).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import bodies
from api.access import answer_recorded, note, reads
from api.auth import Right
from api.letters import NoRefusalError, letter_of
from api.openapi import describe
from api.problems import Problem
from api.queries import At, From, Id, To
from api.reach import Named
from api.requests import authorize_now, path_id, path_index
from api.routes.setup import check_birth_date
from api.routes.views import answer_view, check_overseer
from api.school_facts import SchoolFacts
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from ledger.journal.vocabulary import DATA_FIELDS
from projections.reading import Answer, Reader
from projections.views import people_registers as registers

router = APIRouter(tags=["people"])
overseen = APIRouter(tags=["people"], dependencies=[Depends(check_overseer)])


def check_consenter(request: Request) -> None:
    """Refuse who may not see a guardian's consents, before anything else of the request is judged."""
    authorize_now(request, Right.CONSENT)


consented = APIRouter(tags=["people"], dependencies=[Depends(check_consenter)])

Pending = Annotated[Literal["pending"] | None, Query(description="those that still wait; left out: all")]
Standing = Annotated[Literal["standing"] | None, Query(description="those that stand; left out: all")]


def _person(asked: Asked[Any]) -> str:
    return path_id(asked.request, "person")


def _link(asked: Asked[bodies.NewGuardian]) -> jc.LinkGuardian:
    return jc.LinkGuardian(**fields(asked.body, person=_person(asked)))


def _unlink(asked: Asked[bodies.NoGuardian]) -> jc.UnlinkGuardian:
    guardian = path_id(asked.request, "guardian")
    return jc.UnlinkGuardian(**fields(asked.body, person=_person(asked), guardian=guardian))


def _notice(asked: Asked[bodies.NewDataNotice]) -> jc.ReceiveDataNotice:
    return jc.ReceiveDataNotice(**fields(asked.body, person=_person(asked)))


def _change(asked: Asked[bodies.NewData]) -> jc.ChangePersonalData:
    """A name that is both given and removed stands in the command twice, which its rule refuses."""
    body, person = asked.body, _person(asked)
    check_birth_date(body.birth_date)
    values = {name: value for name in sorted(DATA_FIELDS) if (value := getattr(body, name)) is not None}
    digests = asked.disclose(person, values)
    return jc.ChangePersonalData(
        person=person,
        fields=(*values, *body.removed),  # type: ignore[arg-type]
        sd=tuple(digests),
        notice=body.notice,
        refresh=body.refresh,
    )


def _confirm(asked: Asked[bodies.NewConfirmation]) -> jc.ConfirmPersonalData:
    return jc.ConfirmPersonalData(**fields(asked.body, person=_person(asked)))


def _open_refresh(asked: Asked[bodies.NewRefresh]) -> jc.OpenAnnualRefresh:
    return jc.OpenAnnualRefresh(**fields(asked.body))


def _guardian(asked: Asked[Any]) -> str:
    return path_id(asked.request, "guardian")


def _consent(asked: Asked[bodies.NewConsent]) -> jc.GiveDeliveryConsent:
    person = _guardian(asked)
    given = fields(asked.body, person=person)
    contact = given.pop("contact")
    digests = asked.disclose(person, {"contact": contact}) if contact is not None else []
    return jc.GiveDeliveryConsent(**given, sd=tuple(digests))


def _withdraw(asked: Asked[bodies.NewConsentWithdrawal]) -> jc.WithdrawDeliveryConsent:
    consent = path_index(asked.request, "consent")
    return jc.WithdrawDeliveryConsent(**fields(asked.body, person=_guardian(asked), consent=consent))


def _refuse(asked: Asked[bodies.NewInformationRefusal]) -> jc.RefuseInformation:
    return jc.RefuseInformation(**fields(asked.body, person=_person(asked)))


def _notify(asked: Asked[bodies.NewGuardianshipNotice]) -> jc.NotifyGuardianship:
    refusal = path_index(asked.request, "refusal")
    return jc.NotifyGuardianship(**fields(asked.body, person=_person(asked), refusal=refusal))


LINK: Final = Write(Right.SET_UP, bodies.NewGuardian, _link)
UNLINK: Final = Write(Right.SET_UP, bodies.NoGuardian, _unlink)
NOTICE: Final = Write(Right.SET_UP, bodies.NewDataNotice, _notice)
CHANGE: Final = Write(Right.SET_UP, bodies.NewData, _change)
CONFIRM: Final = Write(Right.SET_UP, bodies.NewConfirmation, _confirm)
REFRESH: Final = Write(Right.SET_UP, bodies.NewRefresh, _open_refresh)
CONSENT: Final = Write(
    Right.CONSENT,
    bodies.NewConsent,
    _consent,
    about=lambda asked: Named(guardian=_guardian(asked), student=asked.body.student),
)
WITHDRAW: Final = Write(
    Right.CONSENT, bodies.NewConsentWithdrawal, _withdraw, about=lambda asked: Named(guardian=_guardian(asked))
)
REFUSE: Final = Write(Right.SET_UP, bodies.NewInformationRefusal, _refuse)
NOTIFY: Final = Write(Right.SET_UP, bodies.NewGuardianshipNotice, _notify)


@router.post("/people/{person}/guardians", status_code=201, openapi_extra=describe(LINK))
async def link_guardian(request: Request) -> Response:
    """Link a guardian to a student."""
    return await perform(request, LINK)


@router.post("/people/{person}/guardians/{guardian}/end", status_code=201, openapi_extra=describe(UNLINK))
async def unlink_guardian(request: Request) -> Response:
    """End a link; the guardian's consents about this student fall with it."""
    return await perform(request, UNLINK)


@router.post("/people/{person}/notices", status_code=201, openapi_extra=describe(NOTICE))
async def receive_notice(request: Request) -> Response:
    """Record a notice that data of this person changed."""
    return await perform(request, NOTICE)


@router.post("/people/{person}/data", status_code=201, openapi_extra=describe(CHANGE))
async def change_data(request: Request) -> Response:
    """Change personal values. They go to the vault, digests into the log."""
    return await perform(request, CHANGE)


@router.post("/people/{person}/confirmations", status_code=201, openapi_extra=describe(CONFIRM))
async def confirm_data(request: Request) -> Response:
    """Record that the data of this person were confirmed to be right."""
    return await perform(request, CONFIRM)


@router.post("/refreshes", status_code=201, openapi_extra=describe(REFRESH))
async def open_refresh(request: Request) -> Response:
    """Open the yearly refresh of a school year's data."""
    return await perform(request, REFRESH)


@router.post("/people/{guardian}/consents", status_code=201, openapi_extra=describe(CONSENT))
async def give_consent(request: Request) -> Response:
    """Record a guardian's consent to delivery. The contact goes to the vault, a digest into the log.

    ``written`` by the administration, by an application; ``self_service`` by the guardian alone, about the own child.
    """
    return await perform(request, CONSENT)


@router.post("/people/{guardian}/consents/{consent}/withdrawal", status_code=201, openapi_extra=describe(WITHDRAW))
async def withdraw_consent(request: Request) -> Response:
    """Record that a consent was taken back; `consent` is the index of its entry."""
    return await perform(request, WITHDRAW)


@router.post("/people/{person}/refusals", status_code=201, openapi_extra=describe(REFUSE))
async def refuse_information(request: Request) -> Response:
    """Record a guardian's signed refusal to be informed about a student."""
    return await perform(request, REFUSE)


@router.post("/people/{person}/refusals/{refusal}/notification", status_code=201, openapi_extra=describe(NOTIFY))
async def notify_guardianship(request: Request) -> Response:
    """Record the letter to the guardianship authority; `refusal` is the index of the refusal's entry."""
    return await perform(request, NOTIFY)


def _named(*columns: str) -> Any:
    """What finds the people of an answer's rows."""
    return lambda found: [row[column] for row in found["rows"] for column in columns if row.get(column)]


@overseen.get("/views/guardians")
@reads("guardians", "names")
async def read_guardians(request: Request, student: Id = None, at: At = None) -> Response:
    """Who is whose parent or other legal representative, with links that were ended."""
    return await answer_view(
        request,
        at,
        lambda views, position: registers.guardians(views, student=student, at=position),
        _named("student", "guardian"),
    )


@overseen.get("/views/data-notices")
@reads("contacts", "names")
async def read_notices(
    request: Request, from_date: From = None, to_date: To = None, only: Pending = None, at: At = None
) -> Response:
    """Notices that data changed, by the days they were received on, and what answered each, when."""
    return await answer_view(
        request,
        at,
        lambda views, position: registers.data_notices(
            views, from_date=from_date, to_date=to_date, pending=only is not None, at=position
        ),
        _named("person", "given_by"),
    )


@overseen.get("/views/refreshes")
@reads("contacts", "names")
async def read_refreshes(request: Request, at: At = None) -> Response:
    """Yearly refreshes, each with its progress by class and who has not answered."""
    return await answer_view(
        request,
        at,
        lambda views, position: registers.refreshes(views, at=position),
        lambda found: [
            student for row in found["rows"] for group in row["classes"] for student in group["unconfirmed"]
        ],
    )


@overseen.get("/views/consents")
@reads("consents", "names")
async def read_consents(request: Request, only: Standing = None, at: At = None) -> Response:
    """Consents to delivery; with `only=standing` those that stood at that moment. Contacts stay in the vault."""
    return await answer_view(
        request,
        at,
        lambda views, position: registers.consents(views, standing=only is not None, at=position),
        _named("guardian", "student"),
    )


@consented.get("/people/{guardian}/consents")
@reads("consents", "names")
async def read_own_consents(request: Request, only: Standing = None, at: At = None) -> Response:
    """One guardian's consents to delivery: what a guardian withdraws is named by its `entry`."""
    guardian, identity, facts = path_id(request, "guardian"), request.state.identity, SchoolFacts(request.state.school)

    def found(views: Reader, position: int) -> Answer[registers.Consent]:
        answer = registers.consents(views, standing=only is not None, guardian=guardian, at=position)
        about = {row: Named(guardian=guardian, student=row.student) for row in answer.rows}
        return replace(answer, rows=tuple(row for row in about if identity.reaches(Right.CONSENT, about[row], facts)))

    return await answer_view(request, at, found, _named("guardian", "student"))


@overseen.get("/people/{person}/refusals/{refusal}/letter")
@reads("consents", "names", purpose="export")
async def read_letter(request: Request) -> Response:
    """The letter that tells the guardianship authority of a refusal that waits, in plain text for a letterhead (2.3.4).

    It names the student and the class, not the guardian. What was sent is recorded by ``…/notification``.
    """
    guardian, entry, school = path_id(request, "person"), path_index(request, "refusal"), request.state.school

    def work() -> Response:
        try:
            letter, refusal = letter_of(school, entry, guardian)
        except NoRefusalError:
            detail = ("этого отказа нет, или он не ждёт письма", "no such refusal, or none that waits for a letter")
            raise Problem("not_found", 404, detail) from None
        note(request, people=[refusal.student])
        headers = {"Cache-Control": "private, no-store"}
        return Response(letter, media_type="text/plain; charset=utf-8", headers=headers)

    return await answer_recorded(request, work)


@overseen.get("/views/refusals")
@reads("consents", "names")
async def read_refusals(request: Request, only: Pending = None, at: At = None) -> Response:
    """Refusals to be informed; with `only=pending` those of which the guardianship authority has yet to be told."""
    return await answer_view(
        request,
        at,
        lambda views, position: registers.refusals(views, pending=only is not None, at=position),
        _named("guardian", "student", "approved_by"),
    )
