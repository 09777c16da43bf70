"""Registers of people's data: guardians, notices, the yearly refresh, consents to delivery, refusals (1.7, 2.3.4).

Each answer is as of a position; each row cites the entries that began and ended it. A notice's deadline is judged in
`office_deadlines`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import orjson

from projections.reading import Answer, AsOf, Reader, listed, resolve, stands

_AT_OF: Final = "(SELECT m.at FROM {{commands}} m WHERE m.entry <= {} ORDER BY m.entry DESC LIMIT 1)"
_NAME_PARTS: Final = ("family_name", "given_name", "patronymic")


@dataclass(frozen=True, slots=True)
class Link:
    """A student's guardian; `ended_by`: the entry that ended the link, None while it stands."""

    entry: int
    at: str
    student: str
    guardian: str
    relation: str
    basis: str | None
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice and what answered it: `answer` ``changed`` or ``confirmed``; None while nothing did."""

    entry: int
    at: str
    person: str
    received_on: str
    how: str
    given_by: str | None
    about: tuple[str, ...]
    answer: str | None
    answered_by: int | None
    answered_at: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """Data were changed (`what` ``changed``: of which names) or confirmed, in answer to a notice or a refresh."""

    entry: int
    at: str
    person: str
    what: str
    fields: tuple[str, ...]
    notice: int | None
    refresh: str | None
    confirmed_on: str | None


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """How far a class is: `students` there on the refresh's last day, how many answered, and who did not yet."""

    class_group: str
    name: str
    students: int
    answered: int
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refresh:
    """A year's refresh with its progress by class."""

    entry: int
    at: str
    year: str
    opens_on: str
    until: str
    classes: tuple[ClassProgress, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent; `ended_by`: the withdrawal, or the entry that unlinked the guardian, whichever came first."""

    entry: int
    at: str
    guardian: str
    student: str
    channel: str
    method: str
    application_number: str | None
    application_date: str | None
    has_contact: bool
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal; `ended_by`: the guardian's consent that took it back; the rest: what the authority was told."""

    entry: int
    at: str
    guardian: str
    student: str
    refused_on: str
    basis: str
    ended_by: int | None
    notified_by: int | None
    out_number: str | None
    sent_on: str | None
    approved_by: str | None

    @property
    def is_pending(self) -> bool:
        """Whether it stands and the authority was not told."""
        return self.ended_by is None and self.notified_by is None


def guardians(views: Reader, *, student: str | None = None, at: AsOf = None) -> Answer[Link]:
    """Guardians of all students, or of one, with the links that were ended."""
    position = resolve(views, at)
    sql = f"""SELECT g.entry, {_AT_OF.format("g.entry")}, g.student, g.guardian, g.relation, g.basis,
        (SELECT min(u.entry) FROM {{guardian_unlinks}} u WHERE u.student = g.student AND u.guardian = g.guardian
          AND u.entry > g.entry AND {stands("u")})
        FROM {{guardian_links}} g
        WHERE {stands("g")}{" AND g.student = :student" if student else ""} ORDER BY g.entry"""
    rows = views.select(sql, {"at": position, **({"student": student} if student else {})})
    return Answer(position, tuple(Link(*row) for row in rows))


def data_notices(
    views: Reader, *, from_date: str | None = None, to_date: str | None = None, pending: bool = False, at: AsOf = None
) -> Answer[Notice]:
    """Notices received on these days (inclusive), all of them or those that nothing answered yet."""
    position = resolve(views, at)
    sql = f"""SELECT n.entry, {_AT_OF.format("n.entry")}, n.person, n.received_on, n.how, n.given_by, n.about,
        u.what, u.entry, {_AT_OF.format("u.entry")}
        FROM {{data_notices}} n
        LEFT JOIN {{data_updates}} u ON u.person = n.person AND u.notice = n.entry AND {stands("u")}
        WHERE {stands("n")} AND n.received_on >= :from AND n.received_on <= :to ORDER BY n.entry"""
    rows = views.select(sql, {"at": position, "from": from_date or "0001-01-01", "to": to_date or "9999-12-31"})
    notices = (
        Notice(entry, moment, person, day, how, by, tuple(orjson.loads(about)), answer, answered_by, answered_at)
        for entry, moment, person, day, how, by, about, answer, answered_by, answered_at in rows
    )
    return Answer(position, tuple(notice for notice in notices if not pending or notice.answered_by is None))


def data_updates(views: Reader, *, at: AsOf = None) -> Answer[Update]:
    """Changes and confirmations, in order."""
    position = resolve(views, at)
    sql = f"""SELECT u.entry, {_AT_OF.format("u.entry")}, u.person, u.what, u.fields, u.notice, u.refresh,
        u.confirmed_on FROM {{data_updates}} u WHERE {stands("u")} ORDER BY u.entry"""
    rows = views.select(sql, {"at": position})
    return Answer(
        position,
        tuple(
            Update(entry, moment, person, what, tuple(orjson.loads(fields)), notice, refresh, confirmed_on)
            for entry, moment, person, what, fields, notice, refresh, confirmed_on in rows
        ),
    )


def refreshes(views: Reader, *, at: AsOf = None) -> Answer[Refresh]:
    """The yearly refreshes, each with its progress by class: who is there on its last day, and who did not answer."""
    position = resolve(views, at)
    sql = f"""SELECT r.entry, {_AT_OF.format("r.entry")}, r.year, r.opens_on, r.until
        FROM {{refreshes}} r WHERE {stands("r")} ORDER BY r.entry"""
    rows = views.select(sql, {"at": position})
    return Answer(
        position,
        tuple(
            Refresh(entry, moment, year, opens_on, until, _progress(views, position, year, until))
            for entry, moment, year, opens_on, until in rows
        ),
    )


def _progress(views: Reader, position: int, year: str, until: str) -> tuple[ClassProgress, ...]:
    sql = f"""SELECT c.class_group, c.grade, c.letter, e.student,
        (SELECT count(*) FROM {{data_updates}} u
          WHERE u.person = e.student AND u.refresh = :year AND {stands("u")})
        FROM {{classes}} c JOIN {{enrollments}} e ON e.class_group = c.class_group AND {stands("e")}
        WHERE c.year = :year AND {stands("c")} AND e.starts_on <= :until AND NOT EXISTS
          (SELECT 1 FROM {{leavings}} l WHERE l.class_group = e.class_group AND l.student = e.student
            AND l.entry > e.entry AND l.ends_on < :until AND {stands("l")})
        ORDER BY c.grade, c.letter, e.entry"""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    for class_group, grade, letter, student, answers in views.select(
        sql, {"at": position, "year": year, "until": until}
    ):
        found.setdefault((class_group, f"{grade}{letter}"), {})[student] = bool(answers)
    return tuple(
        ClassProgress(
            class_group=class_group,
            name=name,
            students=len(students),
            answered=sum(students.values()),
            unconfirmed=tuple(student for student, answered in students.items() if not answered),
        )
        for (class_group, name), students in found.items()
    )


def consents(views: Reader, *, standing: bool = False, guardian: str | None = None, at: AsOf = None) -> Answer[Consent]:
    """Consents to delivery, of everybody or one guardian, all of them or those that stand."""
    position = resolve(views, at)
    chosen = "" if guardian is None else "AND c.guardian = :guardian"
    given = {} if guardian is None else {"guardian": guardian}
    sql = f"""SELECT c.entry, {_AT_OF.format("c.entry")}, c.guardian, c.student, c.channel, c.method,
        c.application_number, c.application_date, c.has_contact,
        (SELECT min(w.entry) FROM {{consent_withdrawals}} w WHERE w.consent = c.entry AND {stands("w")}),
        (SELECT min(u.entry) FROM {{guardian_unlinks}} u WHERE u.student = c.student AND u.guardian = c.guardian
          AND u.entry > c.entry AND {stands("u")})
        FROM {{delivery_consents}} c WHERE {stands("c")} {chosen} ORDER BY c.entry"""
    found = []
    for *row, has_contact, withdrawn_by, unlinked_by in views.select(sql, {"at": position, **given}):
        entry, moment, guardian, student, channel, method, number, day = row
        ended = min((one for one in (withdrawn_by, unlinked_by) if one is not None), default=None)
        consent = Consent(entry, moment, guardian, student, channel, method, number, day, bool(has_contact), ended)
        found.append(consent)
    return Answer(position, tuple(row for row in found if not standing or row.ended_by is None))


def refusals(views: Reader, *, pending: bool = False, at: AsOf = None) -> Answer[Refusal]:
    """Refusals to be informed, all of them or those of which the guardianship authority has yet to be told."""
    position = resolve(views, at)
    sql = f"""SELECT r.entry, {_AT_OF.format("r.entry")}, r.guardian, r.student, r.refused_on, r.basis,
        (SELECT min(c.entry) FROM {{delivery_consents}} c WHERE c.student = r.student AND c.guardian = r.guardian
          AND c.entry > r.entry AND {stands("c")}),
        n.entry, n.out_number, n.sent_on, n.approved_by
        FROM {{information_refusals}} r
        LEFT JOIN {{guardianship_notifications}} n ON n.refusal = r.entry AND {stands("n")}
        WHERE {stands("r")} ORDER BY r.entry"""
    rows = (Refusal(*row) for row in views.select(sql, {"at": position}))
    return Answer(position, tuple(row for row in rows if not pending or row.is_pending))


# Which disclosures stand ----------------------------------------------------------------------------------------------


class Disclosed(NamedTuple):
    """What an entry discloses of a person: of these names, whatever stood before stands no more (None: of all)."""

    entry: int
    fields: tuple[str, ...] | None
    digests: tuple[str, ...]


def disclosed(views: Reader, *, people: Sequence[str] | None = None, at: AsOf = None) -> dict[str, list[Disclosed]]:
    """What entries disclose of everybody, or of some people, in order: registration first, then every change."""
    position = resolve(views, at)
    found: dict[str, list[Disclosed]] = {person: [] for person in people or ()}
    chosen: Iterable[tuple[str, dict[str, object]]] = (("", {}),)
    if people is not None:
        chosen = [(f" AND p.person IN {names}", parameters) for names, parameters in listed(found)]
    for table, fields in (("persons", "'null'"), ("data_updates", "p.fields")):
        changed = " AND p.what = 'changed'" if table == "data_updates" else ""
        sql = f"SELECT p.person, p.entry, {fields}, p.digests FROM {{{table}}} p WHERE {stands('p')}{changed}"
        for condition, parameters in chosen:
            rows = views.select(f"{sql}{condition} ORDER BY p.entry", {"at": position, **parameters})
            for person, entry, names, digests in rows:
                fields_ = orjson.loads(names)
                row = Disclosed(entry, None if fields_ is None else tuple(fields_), tuple(orjson.loads(digests)))
                found.setdefault(person, []).append(row)
    return {person: rows for person, rows in found.items() if rows}


def names_changed(views: Reader, *, since: int) -> bool:
    """Whether anybody's name was changed at or after a position: then another one stood before."""
    sql = "SELECT u.fields FROM {data_updates} u WHERE u.what = 'changed' AND u.entry >= :since"
    return any(not {*_NAME_PARTS}.isdisjoint(orjson.loads(fields)) for (fields,) in views.select(sql, {"since": since}))


def digests_of(history: Mapping[str, Iterable[Disclosed]]) -> list[str]:
    """All digests of what was disclosed, to be opened at one go."""
    return [digest for rows in history.values() for row in rows for digest in row.digests]


class Named:
    """The names of one person, by entry: what stood at each."""

    def __init__(self, history: Iterable[Disclosed], opened: Mapping[str, tuple[str, str]]) -> None:
        """`opened`: digest -> (name, value) of what may be read."""
        parts: dict[str, str] = {}
        self._entries: list[int] = []
        self._names: list[str] = []
        for row in history:
            gone = row.fields
            parts = {name: value for name, value in parts.items() if gone is not None and name not in gone}
            parts |= dict(opened[digest] for digest in row.digests if digest in opened)
            self._entries.append(row.entry)
            self._names.append(" ".join(parts[part] for part in _NAME_PARTS if part in parts))

    def at(self, entry: int | None = None) -> str:
        """The name that stood at an entry, that entry included (None: now); empty where nothing of it is read."""
        place = len(self._entries) if entry is None else bisect_right(self._entries, entry)
        return self._names[place - 1] if place else ""
