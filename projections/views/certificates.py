"""Certificates of students, and what became of the absences of their days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.journal.certificate_events import CertificateAnnulled, CertificateRecorded
from ledger.journal.events import AbsenceReasonSet, AbsenceRecorded
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, filters, resolve, stands
from projections.rows import OPEN, Operations, Revise, Table
from projections.views.lookups import Period, periods


class CertificateRow(NamedTuple):
    """A certificate; `fact`: the entry that recorded it; `annulled_basis`: why it was annulled, or None."""

    entry: int
    fact: int
    certificate: str
    student: str
    starts_on: str
    ends_on: str
    code: str
    basis: str
    annulled_basis: str | None
    to_position: int = OPEN


class CitationRow(NamedTuple):
    """An absence's entry that has its code from a certificate."""

    entry: int
    lesson: str
    certificate: str
    to_position: int = OPEN


CERTIFICATES: Final = Table("certificates", CertificateRow, (("student",),))
CITATIONS: Final = Table("citations", CitationRow)


def _certificate_recorded(event: CertificateRecorded, entry: Entry) -> Operations:
    row = CertificateRow(
        entry=entry.index,
        fact=entry.index,
        certificate=event.certificate,
        student=entry.stream_id,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        code=event.code,
        basis=event.basis,
        annulled_basis=None,
    )
    return (row,)


def _certificate_annulled(event: CertificateAnnulled, entry: Entry) -> Operations:
    return (Revise(CERTIFICATES, event.corrects, entry.index, {"annulled_basis": event.basis}),)


def _absence(event: AbsenceRecorded | AbsenceReasonSet, entry: Entry) -> Operations:
    if event.certificate is None:
        return ()
    return (CitationRow(entry.index, entry.stream_id, event.certificate),)


VIEW: Final = View(
    (CERTIFICATES, CITATIONS),
    {
        CertificateRecorded: _certificate_recorded,
        CertificateAnnulled: _certificate_annulled,
        AbsenceRecorded: _absence,
        AbsenceReasonSet: _absence,
    },
)


@dataclass(frozen=True, slots=True)
class CoveredAbsence:
    """An absence that stands on a day of a certificate.

    Attributes:
        entry: what stands.
        lesson, held_on, class_group, subject: which lesson.
        code: what stands.
        by_certificate: whether this very certificate gave the code.
        needs_request: whether it has no reason and lies in a closed period: a correction is to be asked for.
    """

    entry: int
    lesson: str
    held_on: str
    class_group: str
    subject: str
    code: str
    by_certificate: bool
    needs_request: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with the absences of its days; `annulled_by`, `annulled_basis`: None while it stands."""

    entry: int
    certificate: str
    student: str
    starts_on: str
    ends_on: str
    code: str
    basis: str
    annulled_by: int | None
    annulled_basis: str | None
    absences: tuple[CoveredAbsence, ...]


def certificates(
    views: Reader,
    *,
    student: str | None = None,
    class_group: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[Certificate]:
    """Certificates with a day from one date to another: of the school, of a student, or of who was ever in a class.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    condition, parameters = filters(("c.student", student))
    parameters |= {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    if class_group is not None:
        parameters["class_group"] = class_group
        condition += f""" AND c.student IN
            (SELECT e.student FROM {{enrollments}} e WHERE e.class_group = :class_group AND {stands("e")})"""
    sql = f"""SELECT c.entry, c.fact, c.certificate, c.student, c.starts_on, c.ends_on, c.code, c.basis,
          c.annulled_basis
        FROM {{certificates}} c WHERE {stands("c")} AND c.starts_on <= :last AND c.ends_on >= :first{condition}
        ORDER BY c.starts_on, c.fact"""
    rows = views.select(sql, parameters)
    closed = _closed(views, position) if rows else {}
    return Answer(position, tuple(_certificate(views, row, closed, position) for row in rows))


def _certificate(
    views: Reader, row: tuple[Any, ...], closed: dict[tuple[str, int], list[Period]], position: int
) -> Certificate:
    entry, fact, id_, student, starts_on, ends_on, code, basis, annulled = row
    found = views.select(_ABSENCES, {"at": position, "student": student, "first": starts_on, "last": ends_on})
    absences = []
    for standing, lesson, held_on, group, subject, value, cited, year, grade in found:
        is_closed = any(one.starts_on <= held_on <= one.ends_on for one in closed.get((year, grade), ()))
        needs_request = annulled is None and value == "absent" and is_closed
        absences.append(CoveredAbsence(standing, lesson, held_on, group, subject, value, cited == id_, needs_request))
    by = None if annulled is None else entry
    return Certificate(fact, id_, student, starts_on, ends_on, code, basis, by, annulled, tuple(absences))


_ABSENCES: Final = f"""
    SELECT a.entry, a.lesson, l.held_on, o.class_group, o.subject, a.value,
      (SELECT x.certificate FROM {{citations}} x WHERE x.entry = a.entry), g.year, g.grade
    FROM {{cells}} a
    JOIN {{lessons}} l ON l.lesson = a.lesson AND {stands("l")}
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    WHERE a.student = :student AND a.what = 'absence' AND a.value IS NOT NULL AND {stands("a")}
      AND l.held_on BETWEEN :first AND :last
    ORDER BY l.held_on, l.number, a.fact"""


def _closed(views: Reader, position: int) -> dict[tuple[str, int], list[Period]]:
    """The closed periods of each year and grade."""
    found: defaultdict[tuple[str, int], list[Period]] = defaultdict(list)
    for period in periods(views, at=position).rows:
        if period.closed_by is not None:
            for grade in period.grades:
                found[period.year, grade].append(period)
    return found
