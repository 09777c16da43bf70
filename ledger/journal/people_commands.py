"""Commands on people's data, on delivery, and on the control of a class's journal."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import (
    Channel,
    ConsentMethod,
    DataField,
    NoticeForm,
    Relation,
    RemarkAbout,
    RemarkClosing,
)


class LinkGuardian(JournalCommand, frozen=True, kw_only=True):
    """A guardian of a student, `person`; `basis` names a document."""

    person: str
    guardian: str
    relation: Relation
    basis: str | None = None


class UnlinkGuardian(JournalCommand, frozen=True, kw_only=True):
    """No guardian of this student, `person`, any more."""

    person: str
    guardian: str
    basis: str | None = None


class ReceiveDataNotice(JournalCommand, frozen=True, kw_only=True):
    """A notice that data of this person changed: when it came, in which form, from whom, about which values."""

    person: str
    received_on: str
    how: NoticeForm
    given_by: str | None = None
    about: tuple[DataField, ...] = ()


class ChangePersonalData(JournalCommand, frozen=True, kw_only=True):
    """Other values of these names, or none; `sd` are digests of the new disclosures, kept in the vault already.

    It may answer a notice (index of its entry) and a year's refresh (the year's id).
    """

    person: str
    fields: tuple[DataField, ...]
    sd: tuple[str, ...] = ()
    notice: int | None = None
    refresh: str | None = None


class ConfirmPersonalData(JournalCommand, frozen=True, kw_only=True):
    """The recorded data are right: answers a notice, a year's refresh, or both."""

    person: str
    confirmed_on: str
    notice: int | None = None
    refresh: str | None = None


class OpenAnnualRefresh(JournalCommand, frozen=True, kw_only=True):
    """The yearly refresh of data; `until` None: the day that the regulation in force on `opens_on` names."""

    year: str
    opens_on: str
    until: str | None = None


class GiveDeliveryConsent(JournalCommand, frozen=True, kw_only=True):
    """A guardian, `person`, asks for delivery about a student; `sd` is the digest of the contact, but ``in_system``."""

    person: str
    student: str
    channel: Channel
    method: ConsentMethod
    application_number: str | None = None
    application_date: str | None = None
    sd: tuple[str, ...] = ()


class WithdrawDeliveryConsent(JournalCommand, frozen=True, kw_only=True):
    """A guardian, `person`, takes back the consent at index `consent`."""

    person: str
    consent: int
    method: ConsentMethod
    application_number: str | None = None
    application_date: str | None = None


class RefuseInformation(JournalCommand, frozen=True, kw_only=True):
    """A guardian, `person`, refuses by a signed paper, `basis`, to be informed about a student."""

    person: str
    student: str
    refused_on: str
    basis: str


class NotifyGuardianship(JournalCommand, frozen=True, kw_only=True):
    """The guardianship authority was told of the refusal at index `refusal`, with an employee's approval."""

    person: str
    refusal: int
    out_number: str
    sent_on: str
    approved_by: str


class RecordControlCheck(JournalCommand, frozen=True, kw_only=True):
    """The journal of a class was looked through, these days of it; `note`: digest of a text about it."""

    class_group: str
    held_on: str
    from_date: str
    to_date: str
    note: str | None = None


class RaiseRemark(JournalCommand, frozen=True, kw_only=True):
    """A teacher of the class is told that something lacks or is wrong; `note`: digest of the text."""

    remark: str
    class_group: str
    to: str
    about: RemarkAbout
    course: str | None = None
    lesson: str | None = None
    held_on: str | None = None
    check: int | None = None
    note: str | None = None


class CloseRemark(JournalCommand, frozen=True, kw_only=True):
    """A person closes a remark; `note`: digest of the answer's text."""

    remark: str
    how: RemarkClosing
    note: str | None = None
