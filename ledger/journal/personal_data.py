"""Notices that data changed, the changes themselves, and the yearly refresh (regulation 1.7). Values are in the vault.

A notice is answered once: by the change that it led to, or by a confirmation that what is recorded is right. So is the
refresh of a year, once by each person. A late answer is recorded all the same: the deadline is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import ChangePersonalData, ConfirmPersonalData, OpenAnnualRefresh, ReceiveDataNotice
from ledger.journal.context import Context
from ledger.journal.erasures import check_not_erased
from ledger.journal.people import Person
from ledger.journal.people_events import (
    AnnualRefreshOpened,
    DataChangeNoticeReceived,
    PersonalDataChanged,
    PersonalDataConfirmed,
)
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.regulation import Regulation
from ledger.journal.vocabulary import DATA_FIELDS, NOTICE_FORMS
from ledger.journal.year import SchoolYear


class AnnualRefresh(Aggregate, frozen=True, kw_only=True):
    """A year's refresh of data; its stream has the year's own id, so a year has one at most. Days are inclusive."""

    opens_on: str
    until: str


def evolve_refresh(state: AnnualRefresh | None, events: Iterable[Recorded]) -> AnnualRefresh | None:
    """Apply the one event of a refresh's stream."""
    for event in events:
        data = event.data
        if type(data) is not AnnualRefreshOpened:
            raise TypeError(f"{type(data).__name__} is no event of a refresh")
        state = AnnualRefresh(
            stream=event.originator_id, version=event.originator_version, opens_on=data.opens_on, until=data.until
        )
    return state


def open_annual_refresh(command: OpenAnnualRefresh, context: Context) -> list[Planned]:
    """Open a year's refresh; its last day is the regulation's, where the command does not say another (1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_date(command.opens_on, "opens_on")
    context.settled(SchoolYear, "year", command.year, "year")
    until = command.until if command.until is not None else _until(context, command.opens_on)
    rules.check_date(until, "until")
    if until < command.opens_on:
        raise Refused("empty_range", "the last day is before the first", clause=LOG, where="until")
    stream = f"refresh/{command.year}"
    context.check_new(stream, "year")
    return [Planned(stream, 1, AnnualRefreshOpened(opens_on=command.opens_on, until=until))]


def receive_data_notice(command: ReceiveDataNotice, context: Context) -> list[Planned]:
    """Record that a notice came, on the day it came or later (regulation 1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_past_day(command.received_on, context.now, context.books.zone, "received_on")
    rules.check_code(command.how, NOTICE_FORMS, "how")
    _check_fields(command.about, "about")
    person = context.find(Person, "person", command.person, "person")
    if command.given_by is not None:
        context.settled(Person, "person", command.given_by, "given_by")
    event = DataChangeNoticeReceived(
        received_on=command.received_on,
        how=command.how,
        given_by=command.given_by,
        about=tuple(sorted(command.about)),
    )
    return [Planned(person.stream, person.version + 1, event)]


def change_personal_data(command: ChangePersonalData, context: Context) -> list[Planned]:
    """Let other values stand for a person, or none; digests go in sorted, so that their order tells nothing (1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    _check_fields(command.fields, "fields")
    if not command.fields:
        raise Refused("nothing_changes", "no field changes", clause=LOG, where="fields")
    if len(command.sd) > len(command.fields):
        raise Refused("too_many_digests", "at most one disclosure for each field", clause=LOG, where="sd")
    rules.check_digests(command.sd, "sd")
    person = context.find(Person, "person", command.person, "person")
    _check_answers(command, person, context)
    if command.sd:
        check_not_erased(command.person, context)
    event = PersonalDataChanged(
        fields=tuple(sorted(command.fields)),
        sd=tuple(sorted(command.sd)),
        notice=command.notice,
        refresh=command.refresh,
    )
    return [Planned(person.stream, person.version + 1, event)]


def confirm_personal_data(command: ConfirmPersonalData, context: Context) -> list[Planned]:
    """Record that the data were confirmed to be right (regulation 1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_past_day(command.confirmed_on, context.now, context.books.zone, "confirmed_on")
    if command.notice is None and command.refresh is None:
        raise Refused("answers_nothing", "it answers a notice, a refresh, or both", clause="1.7", where="refresh")
    person = context.find(Person, "person", command.person, "person")
    refresh = _check_answers(command, person, context)
    if refresh is not None and command.confirmed_on < refresh.opens_on:
        raise Refused("before_the_refresh", "the refresh opens after this day", clause="1.7", where="confirmed_on")
    event = PersonalDataConfirmed(confirmed_on=command.confirmed_on, notice=command.notice, refresh=command.refresh)
    return [Planned(person.stream, person.version + 1, event)]


def _check_answers(
    command: ChangePersonalData | ConfirmPersonalData, person: Person, context: Context
) -> AnnualRefresh | None:
    """Refuse an answer to what was not asked, or was answered (1.7); return the refresh that is answered."""
    if command.notice is not None:
        if command.notice not in person.notices:
            raise Refused("not_a_notice", "this person has no notice at that index", clause=LOG, where="notice")
        if person.notices[command.notice]:
            raise Refused("notice_answered", "this notice was answered already", clause="1.7", where="notice")
    if command.refresh is None:
        return None
    refresh = context.settled(AnnualRefresh, "refresh", command.refresh, "refresh")
    if command.refresh in person.refreshed:
        raise Refused("refresh_answered", "this person's data were refreshed already", clause="1.7", where="refresh")
    return refresh


def _until(context: Context, opens_on: str) -> str:
    """Return the last day that the regulation in force on a day names: in that day's calendar year (1.7)."""
    stream = f"regulation/{context.books.school}"
    known = context.books.find(stream)
    version = known.regulation_on(opens_on) if isinstance(known, Regulation) else None
    if known is None or version is None:
        raise Refused(
            "no_regulation", "no regulation is in force on that day: say the last day", clause=LOCAL_ACT, where="until"
        )
    context.reads[stream] = known.version
    return f"{opens_on[:4]}-{version.parameters.annual_refresh_until}"


def _check_fields(fields: tuple[str, ...], where: str) -> None:
    """Refuse names that the vault has no values of, and the second of two (events.md)."""
    for position, name in enumerate(fields):
        rules.check_code(name, DATA_FIELDS, f"{where}[{position}]")
    rules.check_distinct(fields, where, "name")
