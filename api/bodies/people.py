"""Bodies of requests on people's data and on the control of a class's journal."""

from __future__ import annotations

from api.bodies.base import Body, Contact, Day, Id, Name, Note
from ledger.journal.vocabulary import (
    Channel,
    ConsentMethod,
    DataField,
    NoticeForm,
    Relation,
    RemarkAbout,
    RemarkClosing,
)


class NewGuardian(Body, frozen=True, kw_only=True):
    """A parent or other legal representative of the student; `basis` names a document, in clear: no names of people."""

    guardian: Id
    relation: Relation
    basis: str | None = None


class NoGuardian(Body, frozen=True, kw_only=True):
    """Why somebody is a guardian of the student no more; `basis` names a document, in clear: no names of people."""

    basis: str | None = None


class NewDataNotice(Body, frozen=True, kw_only=True):
    """A notice that data of this person changed: when it came, how, from whom, about which of them. No values."""

    received_on: str
    how: NoticeForm
    given_by: Id | None = None
    about: tuple[DataField, ...] = ()


class NewData(Body, frozen=True, kw_only=True):
    """Values that changed, which go to the vault and never into an entry; `removed` names those that are no more.

    `notice` is the index of the notice that this answers, `refresh` the id of the year whose refresh it answers.
    """

    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    birth_date: Day | None = None
    address: Contact | None = None
    phone: Contact | None = None
    email: Contact | None = None
    removed: tuple[DataField, ...] = ()
    notice: int | None = None
    refresh: Id | None = None


class NewConfirmation(Body, frozen=True, kw_only=True):
    """The recorded data of this person are right: in answer to a notice, to a year's refresh, or to both."""

    confirmed_on: str
    notice: int | None = None
    refresh: Id | None = None


class NewRefresh(Body, frozen=True, kw_only=True):
    """The yearly refresh of a school year's data; `until` left out is what the regulation in force says."""

    year: Id
    opens_on: str
    until: str | None = None


class NewConsent(Body, frozen=True, kw_only=True):
    """The guardian asks for delivery about a student; the `contact` goes to the vault, and ``in_system`` has none.

    ``written`` needs the application's number and date, in clear: no names of people. ``self_service`` is the
    guardian's own.
    """

    student: Id
    channel: Channel
    method: ConsentMethod
    contact: Contact | None = None
    application_number: str | None = None
    application_date: str | None = None


class NewConsentWithdrawal(Body, frozen=True, kw_only=True):
    """The consent is taken back, in the same ways as one is given."""

    method: ConsentMethod
    application_number: str | None = None
    application_date: str | None = None


class NewInformationRefusal(Body, frozen=True, kw_only=True):
    """A signed refusal to be informed about a student; `basis` names the paper, in clear: no names of people."""

    student: Id
    refused_on: str
    basis: str


class NewGuardianshipNotice(Body, frozen=True, kw_only=True):
    """The letter to the guardianship authority; `approved_by` is an employee, another than who records."""

    out_number: str
    sent_on: str
    approved_by: Id


class NewCheck(Body, frozen=True, kw_only=True):
    """The journal of the class was looked through, these days of it; the `note` goes to the vault."""

    held_on: str
    from_date: str
    to_date: str
    note: Note | None = None


class NewRemark(Body, frozen=True, kw_only=True):
    """A remark to a teacher of the class; the `note` goes to the vault, and ``other`` needs one.

    A `lesson` comes with its course; `held_on` is the day of a course's lesson that nobody recorded; `check` is the
    index of the check that brought it up.
    """

    class_group: Id
    to: Id
    about: RemarkAbout
    course: Id | None = None
    lesson: Id | None = None
    held_on: str | None = None
    check: int | None = None
    note: Note | None = None
    remark: Id | None = None


class NewRemarkClosing(Body, frozen=True, kw_only=True):
    """Who was told answers, who raised it withdraws; the `note` is the answer's text and goes to the vault."""

    how: RemarkClosing
    note: Note | None = None
