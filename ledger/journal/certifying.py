"""Recording and annulling certificates, and what that does to the absences of their days (regulation 2.2.4, R24)."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.certificate_events import CertificateAnnulled, CertificateRecorded
from ledger.journal.certificates import Certificates
from ledger.journal.commands import AnnulCertificate, RecordCertificate
from ledger.journal.context import Context
from ledger.journal.events import AbsenceReasonSet
from ledger.journal.lesson import Lesson
from ledger.journal.recorded import Planned
from ledger.journal.roster import ClassGroup
from ledger.journal.teaching import place_of, today
from ledger.journal.vocabulary import CERTIFICATE_CODES
from ledger.journal.year import SchoolYear

DAYS_MAX: Final = 200
"""A longer one is recorded in parts; so long, one command changes a thousand lessons at most."""


def record_certificate(command: RecordCertificate, context: Context) -> list[Planned]:
    """Record a certificate, and set the reason of every absence of its days that has none, where the period is open.

    What lies in a closed period stays as it is: it takes a request, and the view of certificates names it.
    """
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    _check_keeper(group, context)
    year = context.settled(SchoolYear, "year", group.year, "class_group")
    _check_certificate(command, year)
    # Who is in a class is a student; of anybody else a class teacher is told no more than that.
    if not group.has_between(command.student, command.starts_on, command.ends_on):
        raise Refused(
            "not_enrolled", "the student is not in this class on these days", clause=LOCAL_ACT, where="student"
        )
    event = CertificateRecorded(
        certificate=command.certificate,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        code=command.code,
        basis=command.basis,
    )
    known = context.find_if_any(Certificates, f"certificate/{command.student}")
    if known is not None:
        _check_new(event, known)
    stream = f"certificate/{command.student}"
    planned = [Planned(stream, known.version + 1 if known else 1, event)]
    lessons = context.books.absences(command.student, command.starts_on, command.ends_on)
    context.expected_size = context.books.size
    for lesson in lessons:
        planned += _plan_reason(context, lesson.partition("/")[2], command.student, event)
    return planned


def annul_certificate(command: AnnulCertificate, context: Context) -> list[Planned]:
    """Annul a certificate that was entered wrongly: it covers no absence that is recorded from now on."""
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    _check_keeper(group, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    certificates = context.find_if_any(Certificates, f"certificate/{command.student}")
    found = certificates.standing.get(command.corrects) if certificates is not None else None
    if certificates is None or found is None:
        raise Refused(
            "not_a_certificate",
            "this index is not of a certificate of this student that stands",
            clause="3.3",
            where="corrects",
        )
    if not group.has_between(command.student, found.starts_on, found.ends_on):
        raise Refused(
            "not_enrolled", "the student was not in this class on these days", clause=LOCAL_ACT, where="student"
        )
    event = CertificateAnnulled(corrects=command.corrects, basis=command.basis)
    return [Planned(certificates.stream, certificates.version + 1, event)]


def _check_keeper(group: ClassGroup, context: Context) -> None:
    """Refuse anyone but the class teacher and the administration, to whom such documents are brought."""
    rules.check_role(context.actor, (*rules.TEACHER, *rules.ADMINISTRATION), "2.2.4")
    if context.actor.role in rules.TEACHER and context.actor.id != group.class_teacher_on(today(context)):
        raise Refused("not_the_class_teacher", "only the class teacher may do this", clause="2.2.4", where="actor.id")


def _check_certificate(command: RecordCertificate, year: SchoolYear) -> None:
    """Judge what a certificate says; both days are in the class's school year."""
    rules.check_id(command.certificate, "certificate")
    rules.check_dates(command.starts_on, command.ends_on)
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    rules.check_within(command.ends_on, year.starts_on, year.ends_on, "ends_on")
    if rules.days_between(command.starts_on, command.ends_on) >= DAYS_MAX:
        raise Refused(
            "certificate_too_long",
            "at most {days_max} days: record the rest separately",
            clause=LOG,
            where="ends_on",
            days_max=DAYS_MAX,
        )
    rules.check_code(command.code, CERTIFICATE_CODES, "code")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")


def _check_new(event: CertificateRecorded, known: Certificates) -> None:
    """Refuse an id of this student's other certificate, and a certificate that says what another one does."""
    if event.certificate in known.ids:
        raise Refused(
            "certificate_exists", "a certificate with this id exists already", clause=LOG, where="certificate"
        )
    if any(event == msgspec.structs.replace(one, certificate=event.certificate) for one in known.standing.values()):
        raise Refused("same_certificate", "this certificate is recorded already", clause="2.2.4")


def _plan_reason(context: Context, id_: str, student: str, certificate: CertificateRecorded) -> list[Planned]:
    """Return the reason to set in one lesson, if the student's absence stands there without one in an open period."""
    lesson = context.find(Lesson, "lesson", id_, "student")
    first = lesson.slots.get(("absence", student, ""))
    if first is None or lesson.facts[first].value != "absent":
        return []
    place = place_of(context, lesson)
    if place.closed or place.group.journal_closed:
        return []
    event = AbsenceReasonSet(
        absence=lesson.facts[first].standing,
        code=certificate.code,
        basis=certificate.basis,
        certificate=certificate.certificate,
    )
    return [Planned(lesson.stream, lesson.version + 1, event)]
