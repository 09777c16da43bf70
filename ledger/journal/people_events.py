"""Events of people's data (regulation 1.7, 2.3.4): all in `person/`, but the opening of the yearly refresh.

Personal values are in none of them: they are in the vault, and digests of their disclosures stand here.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import Channel, ConsentMethod, DataField, NoticeForm, Relation


class GuardianLinked(Event, frozen=True, kw_only=True):
    """The student's `person/`: the guardian is the student's parent or other legal representative from now on."""

    guardian: str
    relation: Relation
    basis: str | None = None


class GuardianUnlinked(Event, frozen=True, kw_only=True):
    """The student's `person/`: the guardian is that no more."""

    guardian: str
    basis: str | None = None


class DataChangeNoticeReceived(Event, frozen=True, kw_only=True):
    """Somebody told the school that data of this person changed (R12); which ones, as far as said, never what to."""

    received_on: str
    how: NoticeForm
    given_by: str | None = None
    about: tuple[DataField, ...] = ()


class PersonalDataChanged(Event, frozen=True, kw_only=True):
    """Of each name in `fields` stands from now on what `sd` (``_sd``) discloses, and nothing where it does not.

    `notice` is the index of the notice that it answers, `refresh` the year whose refresh it answers.
    """

    fields: tuple[DataField, ...]
    sd: tuple[str, ...] = msgspec.field(name="_sd")
    notice: int | None = None
    refresh: str | None = None


class PersonalDataConfirmed(Event, frozen=True, kw_only=True):
    """The recorded data were confirmed to be right: for a year's refresh, or in answer to a notice, or both."""

    confirmed_on: str
    notice: int | None = None
    refresh: str | None = None


class AnnualRefreshOpened(Event, frozen=True, kw_only=True):
    """`refresh/<year>`: the yearly refresh of data (R11), both days inclusive."""

    opens_on: str
    until: str


class DeliveryConsentGiven(Event, frozen=True, kw_only=True):
    """The guardian's `person/`: asks to be sent what concerns the student over this channel (R30, R31).

    `sd` (``_sd``) commits to the disclosure ``contact``, which every channel but ``in_system`` needs; the application
    is the paper of the method ``written``.
    """

    student: str
    channel: Channel
    method: ConsentMethod
    application_number: str | None = None
    application_date: str | None = None
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class DeliveryConsentWithdrawn(Event, frozen=True, kw_only=True):
    """The guardian's `person/`: the consent at index `consent` stands no more."""

    consent: int
    method: ConsentMethod
    application_number: str | None = None
    application_date: str | None = None


class InformationRefused(Event, frozen=True, kw_only=True):
    """The guardian's `person/`: a signed refusal to be informed about the student (R32); `basis` is the paper."""

    student: str
    refused_on: str
    basis: str


class GuardianshipNotified(Event, frozen=True, kw_only=True):
    """The guardian's `person/`: the guardianship authority was told of the refusal, as `approved_by` had approved."""

    refusal: int
    out_number: str
    sent_on: str
    approved_by: str


PEOPLE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "guardian_linked/1": GuardianLinked,
    "guardian_unlinked/1": GuardianUnlinked,
    "data_change_notice_received/1": DataChangeNoticeReceived,
    "personal_data_changed/1": PersonalDataChanged,
    "personal_data_confirmed/1": PersonalDataConfirmed,
    "annual_refresh_opened/1": AnnualRefreshOpened,
    "delivery_consent_given/1": DeliveryConsentGiven,
    "delivery_consent_withdrawn/1": DeliveryConsentWithdrawn,
    "information_refused/1": InformationRefused,
    "guardianship_notified/1": GuardianshipNotified,
}
"""Entry type -> class, for `ledger.journal.events`."""
