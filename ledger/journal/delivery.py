"""Consents to delivery, by channel and how they were given, and refusals to be informed (regulation 2.3.4).

All of a guardian's are in the guardian's stream. A consent stands until it is withdrawn or its guardian is unlinked
from the student. A refusal is an explicit signed one: who has not consented has refused nothing. It stands until the
same guardian consents to a delivery about the same student.
"""

from __future__ import annotations

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import (
    GiveDeliveryConsent,
    NotifyGuardianship,
    RefuseInformation,
    WithdrawDeliveryConsent,
)
from ledger.journal.context import Context
from ledger.journal.erasures import check_not_erased
from ledger.journal.guardians import BASIS_LENGTH_MAX, check_linked
from ledger.journal.people import Person, Refusal, check_kind, check_person
from ledger.journal.people_events import (
    DeliveryConsentGiven,
    DeliveryConsentWithdrawn,
    GuardianshipNotified,
    InformationRefused,
)
from ledger.journal.recorded import Planned
from ledger.journal.vocabulary import CHANNELS, CONSENT_METHODS


def give_consent(command: GiveDeliveryConsent, context: Context) -> list[Planned]:
    """Consent to delivery over a channel: by the own request and to the contact that the guardian gave (2.3.4)."""
    rules.check_code(command.channel, CHANNELS, "channel")
    _check_method(command, context)
    _check_contact(command)
    guardian, student = _both(context, command.person, command.student)
    check_linked(student, command.person, "student")
    if any(guardian.consents[index].channel == command.channel for index in standing_consents(guardian, student)):
        raise Refused("consent_stands", "this consent stands already", clause="2.3.4", where="channel")
    if command.sd:
        check_not_erased(command.person, context)
    event = DeliveryConsentGiven(
        student=command.student,
        channel=command.channel,
        method=command.method,
        application_number=command.application_number,
        application_date=command.application_date,
        sd=command.sd,
    )
    return [Planned(guardian.stream, guardian.version + 1, event)]


def withdraw_consent(command: WithdrawDeliveryConsent, context: Context) -> list[Planned]:
    """Withdraw a standing consent, in the same ways as one is given (2.3.4)."""
    _check_method(command, context)
    guardian = _guardian(context, command.person)
    consent = guardian.consents.get(command.consent) if type(command.consent) is int else None
    if consent is None:
        raise Refused("not_a_consent", "this guardian gave no consent at that index", clause=LOG, where="consent")
    student = context.find(Person, "person", consent.student, "consent")
    if command.consent not in standing_consents(guardian, student):
        raise Refused("consent_ended", "this consent stands no more", clause="2.3.4", where="consent")
    event = DeliveryConsentWithdrawn(
        consent=command.consent,
        method=command.method,
        application_number=command.application_number,
        application_date=command.application_date,
    )
    return [Planned(guardian.stream, guardian.version + 1, event)]


def refuse_information(command: RefuseInformation, context: Context) -> list[Planned]:
    """Record a signed refusal of who is not to be sent anything about the student now (2.3.4)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.4")
    rules.check_past_day(command.refused_on, context.now, context.books.zone, "refused_on")
    rules.check_line(command.basis, BASIS_LENGTH_MAX, "basis")
    guardian, student = _both(context, command.person, command.student)
    check_linked(student, command.person, "student")
    if standing_consents(guardian, student):
        raise Refused(
            "consent_stands", "first record the withdrawal of the standing consents", clause="2.3.4", where="student"
        )
    if any(one.student == command.student and not one.is_ended for one in guardian.refusals.values()):
        raise Refused("refusal_stands", "this refusal is recorded already", clause="2.3.4", where="student")
    event = InformationRefused(student=command.student, refused_on=command.refused_on, basis=command.basis)
    return [Planned(guardian.stream, guardian.version + 1, event)]


def notify_guardianship(command: NotifyGuardianship, context: Context) -> list[Planned]:
    """Record that the authority was told of a standing refusal, once, as a second person had approved (2.3.4)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.4")
    rules.check_line(command.out_number, rules.ORDER_NUMBER_LENGTH_MAX, "out_number")
    rules.check_past_day(command.sent_on, context.now, context.books.zone, "sent_on")
    guardian = _guardian(context, command.person)
    refusal = guardian.refusals.get(command.refusal) if type(command.refusal) is int else None
    if refusal is None:
        raise Refused("not_a_refusal", "this guardian refused nothing at that index", clause=LOG, where="refusal")
    _check_waits(refusal)
    if command.sent_on < refusal.refused_on:
        raise Refused("empty_range", "the letter is older than the refusal", clause=LOG, where="sent_on")
    check_person(context, command.approved_by, "staff", "approved_by")
    _check_approval(command, context)
    event = GuardianshipNotified(
        refusal=command.refusal,
        out_number=command.out_number,
        sent_on=command.sent_on,
        approved_by=command.approved_by,
    )
    return [Planned(guardian.stream, guardian.version + 1, event)]


def _check_waits(refusal: Refusal) -> None:
    """Refuse to tell of what was taken back, or was told of (2.3.4)."""
    if refusal.is_ended or refusal.is_notified:
        raise Refused(
            "refusal_settled",
            "this refusal was taken back by a consent, or the authority was told",
            clause="2.3.4",
            where="refusal",
        )


def _check_approval(command: NotifyGuardianship, context: Context) -> None:
    """Refuse a letter that nobody but who records it approved: a refusal goes to an authority by two people (2.3.4)."""
    if command.approved_by in (context.actor.id, context.actor.on_behalf_of):
        raise Refused(
            "approval_by_another", "another person approves than who records", clause="2.3.4", where="approved_by"
        )


def standing_consents(guardian: Person, student: Person) -> list[int]:
    """Return the indexes of a guardian's standing consents about a student: not withdrawn, and given while linked."""
    link = student.guardians.get(guardian.id)
    if link is None:
        return []
    return [
        index
        for index, consent in guardian.consents.items()
        if consent.student == student.id and not consent.is_withdrawn and link < index
    ]


def _both(context: Context, guardian: str, student: str) -> tuple[Person, Person]:
    found = context.find(Person, "person", student, "student")
    check_kind(found, "student", "student")
    return _guardian(context, guardian), found


def _guardian(context: Context, id_: str) -> Person:
    guardian = context.find(Person, "person", id_, "person")
    check_kind(guardian, "guardian", "person")
    return guardian


def _check_method(command: GiveDeliveryConsent | WithdrawDeliveryConsent, context: Context) -> None:
    """Refuse a written one without its application, and a self-service one that is not the guardian's own (2.3.4)."""
    rules.check_code(command.method, CONSENT_METHODS, "method")
    if command.method == "self_service":
        if context.actor.id != command.person or context.actor.on_behalf_of is not None:
            raise Refused(
                "not_the_guardian", "the guardian alone does this in the system", clause="2.3.4", where="method"
            )
        if command.application_number is not None or command.application_date is not None:
            raise Refused(
                "application_not_needed",
                "an application is a paper: the method is written",
                clause="2.3.4",
                where="application_number",
            )
        return
    rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.4")
    rules.check_line(command.application_number, rules.ORDER_NUMBER_LENGTH_MAX, "application_number")
    rules.check_past_day(command.application_date, context.now, context.books.zone, "application_date")


def _check_contact(command: GiveDeliveryConsent) -> None:
    """Refuse a channel without the contact that the guardian gave, or one that needs none (2.3.4)."""
    rules.check_digests(command.sd, "sd")
    needed = 0 if command.channel == "in_system" else 1
    if len(command.sd) < needed:
        raise Refused("contact_missing", "this channel needs the contact", clause="2.3.4", where="contact")
    if len(command.sd) > needed:
        raise Refused("contact_not_needed", "this channel has no such contact", clause="2.3.4", where="contact")
