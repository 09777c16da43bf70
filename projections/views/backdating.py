"""What of the set-up was recorded late, by whom, and what two people did inside closed periods (1.2, 1.7, 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from ledger.journal.backdating_events import (
    ClassBackdatingRefused,
    ClassBackdatingRequested,
    CourseBackdatingRefused,
    CourseBackdatingRequested,
    SetupBackdatingRefused,
    SetupBackdatingRequested,
)
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from ledger.journal.events import (
    ClassTeacherAssigned,
    RegulationAdopted,
    ResponsibleAppointed,
    StudentEnrolled,
    StudentLeft,
    SubgroupJoined,
    SubgroupLeft,
    TeacherAssigned,
)
from ledger.journal.timetable_events import (
    BellScheduleSet,
    CalendarEntryRevoked,
    DaysOffDeclared,
    SchoolDayDeclared,
    TimetableSet,
)
from ledger.wire.entry import parse_at
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, RequestStatus, command_join, command_of, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.lookups import school_zone

Place: TypeAlias = Literal["class", "course", "school"]


class BackdatingRequestRow(NamedTuple):
    """Somebody asked for an act inside a closed period; `what`: the type of the act's event.

    `scope`: the class or course, of the school's own orders the class of a timetable or nothing; `person`: or nothing.
    """

    entry: int
    place: str
    scope: str
    what: str
    person: str
    day: str
    basis: str
    to_position: int = OPEN


class BackdatingAnswerRow(NamedTuple):
    """A request was ``approved``, by the act itself, or ``refused``; `basis`: of a refusal."""

    entry: int
    request: int
    decision: str
    basis: str | None
    to_position: int = OPEN


REQUESTS: Final = Table("backdating_requests", BackdatingRequestRow)
ANSWERS: Final = Table("backdating_answers", BackdatingAnswerRow, (("request",),))

_Act: TypeAlias = (
    StudentEnrolled
    | StudentLeft
    | SubgroupJoined
    | SubgroupLeft
    | TeacherAssigned
    | ClassTeacherAssigned
    | DutyAssigned
    | DutyEnded
    | RegulationAdopted
    | ResponsibleAppointed
    | TimetableSet
    | BellScheduleSet
    | DaysOffDeclared
    | SchoolDayDeclared
    | CalendarEntryRevoked
)


def _class_requested(event: ClassBackdatingRequested, entry: Entry) -> Operations:
    terms = (event.what, event.teacher or event.student or "", event.day, event.basis)
    return (BackdatingRequestRow(entry.index, "class", entry.stream_id, *terms),)


def _course_requested(event: CourseBackdatingRequested, entry: Entry) -> Operations:
    terms = (event.what, event.teacher or event.student or "", event.day, event.basis)
    return (BackdatingRequestRow(entry.index, "course", entry.stream_id, *terms),)


def _setup_requested(event: SetupBackdatingRequested, entry: Entry) -> Operations:
    terms = (event.class_group or "", event.what, event.person or "", event.day, event.basis)
    return (BackdatingRequestRow(entry.index, "school", *terms),)


def _refused(
    event: ClassBackdatingRefused | CourseBackdatingRefused | SetupBackdatingRefused, entry: Entry
) -> Operations:
    return (BackdatingAnswerRow(entry.index, event.request, "refused", event.basis),)


def _done(event: _Act, entry: Entry) -> Operations:
    return () if event.request is None else (BackdatingAnswerRow(entry.index, event.request, "approved", None),)


VIEW: Final = View(
    (REQUESTS, ANSWERS),
    {
        ClassBackdatingRequested: _class_requested,
        CourseBackdatingRequested: _course_requested,
        ClassBackdatingRefused: _refused,
        SetupBackdatingRequested: _setup_requested,
        CourseBackdatingRefused: _refused,
        SetupBackdatingRefused: _refused,
        StudentEnrolled: _done,
        StudentLeft: _done,
        SubgroupJoined: _done,
        SubgroupLeft: _done,
        TeacherAssigned: _done,
        ClassTeacherAssigned: _done,
        DutyAssigned: _done,
        DutyEnded: _done,
        RegulationAdopted: _done,
        ResponsibleAppointed: _done,
        TimetableSet: _done,
        BellScheduleSet: _done,
        DaysOffDeclared: _done,
        SchoolDayDeclared: _done,
        CalendarEntryRevoked: _done,
    },
)


@dataclass(frozen=True, slots=True)
class BackdatingRequest:
    """A request to act inside a closed period.

    Attributes:
        entry: its index; `at`, `actor`, `role`, `on_behalf_of`: when and who asked.
        place, scope: ``class`` or ``course``, and its id; ``school``, and the class of a timetable or nothing.
        what, person, day: the event's type, whom it is about or nothing, and its first day, of an end the last.
        basis: the document.
        status: ``open`` while it waits.
        answered_by: the entry that did it or refused; `answered_at`, `answerer`, `answer_basis`: when, who, document.
    """

    entry: int
    place: Place
    scope: str
    what: str
    person: str
    day: str
    basis: str
    status: RequestStatus
    answered_by: int | None
    answer_basis: str | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    answered_at: str | None
    answerer: str | None


_REQUESTS: Final = f"""
    SELECT q.entry, q.place, q.scope, q.what, q.person, q.day, q.basis, coalesce(a.decision, 'open'), a.entry, a.basis,
      m.at, m.actor, m.role, m.on_behalf_of, n.at, n.actor
    FROM {{backdating_requests}} q
    LEFT JOIN {{backdating_answers}} a ON a.request = q.entry AND {stands("a")}
    {command_join("q.entry")}
    LEFT JOIN {{commands}} n ON n.entry = {command_of("a.entry")}
    WHERE {stands("q")} ORDER BY q.entry"""


def backdating_requests(
    views: Reader, *, status: RequestStatus | None = None, at: AsOf = None
) -> Answer[BackdatingRequest]:
    """Requests to act inside closed periods with their answers, in the order of the entries; of one status if asked."""
    position = resolve(views, at)
    rows = (BackdatingRequest(*row) for row in views.select(_REQUESTS, {"at": position}))
    return Answer(position, tuple(row for row in rows if status is None or row.status == status))


@dataclass(frozen=True, slots=True)
class Backdated:
    """An act of set-up that changes days before the one on which it was recorded.

    Attributes:
        entry: its index; `at`, `actor`, `role`, `on_behalf_of`: when and who recorded it.
        what: type of the event, without its version.
        scope: id of the course, class or (of duties) nothing; `person`: whom it is about, or nothing.
        day: the first day that it changes: of a leaving, the one behind the last.
        recorded_on: the school's day of `at`; `days`: how many days after `day` that is, 1 or more.
        request: the entry that asked for it; None: one person did it.
        requested_by: who asked.
    """

    entry: int
    what: str
    scope: str | None
    person: str | None
    day: str
    recorded_on: str
    days: int
    request: int | None
    requested_by: str | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None


# Table -> what it says: the event's type, its scope, its person and its day; days of `_LAST_DAYS` are last ones.
_ACTS: Final = (
    ("assignments", "teacher_assigned", "course", "teacher", "starts_on"),
    ("class_teachers", "class_teacher_assigned", "class_group", "teacher", "starts_on"),
    ("enrollments", "student_enrolled", "class_group", "student", "starts_on"),
    ("leavings", "student_left", "class_group", "student", "ends_on"),
    ("joinings", "subgroup_joined", "course", "student", "starts_on"),
    ("departures", "subgroup_left", "course", "student", "ends_on"),
    ("duties", "duty_assigned", "NULL", "person", "starts_on"),
    ("duty_ends", "duty_ended", "NULL", "person", "ends_on"),
    ("appointments", "responsible_appointed", "NULL", "person", "starts_on"),
    ("regulations", "regulation_adopted", "NULL", "NULL", "effective_from"),
    ("timetables", "timetable_set", "class_group", "NULL", "effective_from"),
    ("bells", "bell_schedule_set", "NULL", "NULL", "effective_from"),
    ("calendar", "days_off_declared", "NULL", "NULL", "starts_on"),
    ("calendar", "school_day_declared", "NULL", "NULL", "starts_on"),
    ("calendar", "calendar_entry_revoked", "NULL", "NULL", "starts_on"),
)
# Of a calendar one row is a declaration, and behind a revocation another one, which stands in its place.
_DECLARED: Final = "t.entry = t.fact AND t.entry < :at AND t.as_weekday IS"
_WHERE: Final = {
    "days_off_declared": f"{_DECLARED} NULL",
    "school_day_declared": f"{_DECLARED} NOT NULL",
    "calendar_entry_revoked": f"t.entry <> t.fact AND {stands('t')}",
}
_LAST_DAYS: Final = frozenset({"student_left", "subgroup_left", "duty_ended"})


def _column(name: str) -> str:
    return "CAST(NULL AS text)" if name == "NULL" else f"t.{name}"


_BACKDATED: Final = f"""
    SELECT u.entry, u.what, u.scope, u.person, u.day, a.request, w.actor, m.at, m.actor, m.role, m.on_behalf_of
    FROM ({
    " UNION ALL ".join(
        f"SELECT t.entry, '{what}' AS what, {_column(scope)} AS scope, {_column(person)} AS person, t.{day} AS day"
        f" FROM {{{table}}} t WHERE {_WHERE.get(what, stands('t'))}"
        for table, what, scope, person, day in _ACTS
    )
}) u
    {command_join("u.entry")}
    LEFT JOIN {{backdating_answers}} a ON a.entry = u.entry
    LEFT JOIN {{commands}} w ON w.entry = {command_of("a.request")}
    WHERE u.day <= substr(m.at, 1, 10)
    ORDER BY u.entry"""
# A day of the school's is at most one behind or before that of `at`: the rest is told by its clock, below.


def backdated(views: Reader, *, at: AsOf = None) -> Answer[Backdated]:
    """Acts of set-up that were recorded after the first day that they change, in the order of the entries."""
    position = resolve(views, at)
    zone = school_zone(views, at=position)
    found = []
    for entry, what, scope, person, day, request, requested_by, at_, *who in views.select(_BACKDATED, {"at": position}):
        first = date.fromisoformat(day) + timedelta(days=what in _LAST_DAYS)
        recorded_on = parse_at(at_).astimezone(zone).date()
        if first < recorded_on:
            days = (recorded_on - first).days
            found.append(
                Backdated(
                    entry,
                    what,
                    scope,
                    person,
                    first.isoformat(),
                    recorded_on.isoformat(),
                    days,
                    request,
                    requested_by,
                    at_,
                    *who,
                )
            )
    return Answer(position, tuple(found))
