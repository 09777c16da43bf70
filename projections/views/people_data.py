"""What is recorded of people's data: guardians, notices and their answers, the yearly refresh, consents and refusals.

Rows hold names of values and digests, never values. What ends or answers what is found when it is asked for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson

from ledger.journal import people_events as ev
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Table


class LinkRow(NamedTuple):
    """A guardian is linked to a student."""

    entry: int
    student: str
    guardian: str
    relation: str
    basis: str | None
    to_position: int = OPEN


class UnlinkRow(NamedTuple):
    """A guardian is linked to a student no more."""

    entry: int
    student: str
    guardian: str
    to_position: int = OPEN


class NoticeRow(NamedTuple):
    """A notice that data of a person changed; `about`: JSON array of names."""

    entry: int
    person: str
    received_on: str
    how: str
    given_by: str | None
    about: str
    to_position: int = OPEN


class UpdateRow(NamedTuple):
    """A person's data were changed (`what` ``changed``) or confirmed; `fields`, `digests`: JSON arrays."""

    entry: int
    person: str
    what: str
    fields: str
    digests: str
    notice: int | None
    refresh: str | None
    confirmed_on: str | None
    to_position: int = OPEN


class RefreshRow(NamedTuple):
    """The yearly refresh of a school year's data, both days inclusive."""

    entry: int
    year: str
    opens_on: str
    until: str
    to_position: int = OPEN


class ConsentRow(NamedTuple):
    """A guardian consents to delivery about a student; `has_contact`: whether the vault was given one."""

    entry: int
    guardian: str
    student: str
    channel: str
    method: str
    application_number: str | None
    application_date: str | None
    has_contact: int
    to_position: int = OPEN


class WithdrawalRow(NamedTuple):
    """A consent is withdrawn."""

    entry: int
    consent: int
    method: str
    application_number: str | None
    application_date: str | None
    to_position: int = OPEN


class RefusalRow(NamedTuple):
    """A guardian refuses to be informed about a student."""

    entry: int
    guardian: str
    student: str
    refused_on: str
    basis: str
    to_position: int = OPEN


class NotificationRow(NamedTuple):
    """The guardianship authority was told of a refusal."""

    entry: int
    refusal: int
    out_number: str
    sent_on: str
    approved_by: str
    to_position: int = OPEN


LINKS: Final = Table("guardian_links", LinkRow, (("student",), ("guardian",)))
UNLINKS: Final = Table("guardian_unlinks", UnlinkRow, (("student",),))
NOTICES: Final = Table("data_notices", NoticeRow, (("person",),))
UPDATES: Final = Table("data_updates", UpdateRow, (("person",),))
REFRESHES: Final = Table("refreshes", RefreshRow)
CONSENTS: Final = Table("delivery_consents", ConsentRow, (("guardian",),))
WITHDRAWALS: Final = Table("consent_withdrawals", WithdrawalRow)
REFUSALS: Final = Table("information_refusals", RefusalRow)
NOTIFICATIONS: Final = Table("guardianship_notifications", NotificationRow)


def _linked(event: ev.GuardianLinked, entry: Entry) -> Operations:
    return (LinkRow(entry.index, entry.stream_id, event.guardian, event.relation, event.basis),)


def _unlinked(event: ev.GuardianUnlinked, entry: Entry) -> Operations:
    return (UnlinkRow(entry.index, entry.stream_id, event.guardian),)


def _noticed(event: ev.DataChangeNoticeReceived, entry: Entry) -> Operations:
    about = orjson.dumps(event.about).decode()
    return (NoticeRow(entry.index, entry.stream_id, event.received_on, event.how, event.given_by, about),)


def _changed(event: ev.PersonalDataChanged, entry: Entry) -> Operations:
    fields, digests = (orjson.dumps(texts).decode() for texts in (event.fields, event.sd))
    row = UpdateRow(
        entry.index, entry.stream_id, "changed", fields, digests, event.notice, event.refresh, confirmed_on=None
    )
    return (row,)


def _confirmed(event: ev.PersonalDataConfirmed, entry: Entry) -> Operations:
    row = UpdateRow(
        entry.index, entry.stream_id, "confirmed", "[]", "[]", event.notice, event.refresh, event.confirmed_on
    )
    return (row,)


def _refresh_opened(event: ev.AnnualRefreshOpened, entry: Entry) -> Operations:
    return (RefreshRow(entry.index, entry.stream_id, event.opens_on, event.until),)


def _consented(event: ev.DeliveryConsentGiven, entry: Entry) -> Operations:
    row = ConsentRow(
        entry=entry.index,
        guardian=entry.stream_id,
        student=event.student,
        channel=event.channel,
        method=event.method,
        application_number=event.application_number,
        application_date=event.application_date,
        has_contact=len(event.sd),
    )
    return (row,)


def _withdrawn(event: ev.DeliveryConsentWithdrawn, entry: Entry) -> Operations:
    row = WithdrawalRow(entry.index, event.consent, event.method, event.application_number, event.application_date)
    return (row,)


def _refused(event: ev.InformationRefused, entry: Entry) -> Operations:
    return (RefusalRow(entry.index, entry.stream_id, event.student, event.refused_on, event.basis),)


def _notified(event: ev.GuardianshipNotified, entry: Entry) -> Operations:
    return (NotificationRow(entry.index, event.refusal, event.out_number, event.sent_on, event.approved_by),)


VIEW: Final = View(
    (LINKS, UNLINKS, NOTICES, UPDATES, REFRESHES, CONSENTS, WITHDRAWALS, REFUSALS, NOTIFICATIONS),
    {
        ev.GuardianLinked: _linked,
        ev.GuardianUnlinked: _unlinked,
        ev.DataChangeNoticeReceived: _noticed,
        ev.PersonalDataChanged: _changed,
        ev.PersonalDataConfirmed: _confirmed,
        ev.AnnualRefreshOpened: _refresh_opened,
        ev.DeliveryConsentGiven: _consented,
        ev.DeliveryConsentWithdrawn: _withdrawn,
        ev.InformationRefused: _refused,
        ev.GuardianshipNotified: _notified,
    },
)
