"""What lacks in a class's journal of the year before it is closed (regulation 3.2; events.md, "A class's journal").

Pure: worked out from the states of all streams of the class. What lacks stays so for ever once the journal is closed,
so whatever is not settled then is excused by name of the course, with a reason and a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal.calendar import Calendar
from ledger.journal.cancellations import Cancellations
from ledger.journal.context import Context
from ledger.journal.control import Remark
from ledger.journal.council import Council
from ledger.journal.course import Course
from ledger.journal.events import WorkHeader
from ledger.journal.lesson import Lesson
from ledger.journal.planned_lessons import grade_calendar, planned_lessons
from ledger.journal.roster import ClassGroup
from ledger.journal.sheet import ResultSheet
from ledger.journal.timetable import Timetable
from ledger.journal.vocabulary import Lacking, Unsettled
from ledger.journal.year import Period, SchoolYear

CLASS_MAX: Final = 200
SETTLING_DECISIONS: Final = frozenset({"promoted", "promoted_conditionally", "retained", "graduated"})
"""What the council decides of every student at the end of a year; admission to examinations is not the end of it."""


class Lack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that lacks, and where; ids, days and places that do not apply are None.

    `request` is the index of a request for a correction that nobody answered.
    """

    what: Lacking | Unsettled
    course: str | None = None
    lesson: str | None = None
    held_on: str | None = None
    number: int | None = None
    work: str | None = None
    student: str | None = None
    period: str | None = None
    sheet: str | None = None
    remark: str | None = None
    request: int | None = None


class ClassJournal(NamedTuple):
    """Everything of a class that a closing looks at; courses, lessons and sheets in the order in which they came."""

    group: ClassGroup
    year: SchoolYear
    periods: tuple[Period, ...]
    courses: tuple[Course, ...]
    lessons: tuple[Lesson, ...]
    sheets: tuple[ResultSheet, ...]
    remarks: tuple[Remark, ...]


def read_journal(group: ClassGroup, context: Context) -> ClassJournal:
    """Read all streams of a class, which must still be all and the same at the append.

    Raises:
        Refused: the class is larger than a verifier looks at as a whole (events.md).
    """
    year = context.find(SchoolYear, "year", group.year, "class_group")
    found = [context.find_if_any(Period, f"period/{id_}") for id_ in year.periods]
    periods = tuple(period for period in found if period is not None and group.grade in period.grades)
    courses, lessons, sheets, remarks = [], [], [], []
    for stream in context.books.class_streams(group.id):
        match context.books.find(stream):
            case Course() as course:
                courses.append(course)
                context.reads[stream] = course.version
            case Lesson() as lesson:
                lessons.append(lesson)
                context.reads[stream] = lesson.version
            case ResultSheet() as sheet:
                sheets.append(sheet)
                context.reads[stream] = sheet.version
            case Remark() as remark:
                remarks.append(remark)
                context.reads[stream] = remark.version
    if len(group.roster) > CLASS_MAX or len(courses) > CLASS_MAX:
        raise Refused(
            "class_too_large",
            "a class has at most {class_max} students and as many courses",
            clause=LOG,
            where="class_group",
            class_max=CLASS_MAX,
        )
    context.expected_size = context.books.size
    return ClassJournal(group, year, periods, tuple(courses), tuple(lessons), tuple(sheets), tuple(remarks))


def what_lacks(journal: ClassJournal, context: Context) -> list[Lack]:
    """Return all that lacks, first what no closing excuses: open periods and requests that wait."""
    return [
        *_open_periods(journal),
        *_open_requests(journal),
        *_unrecorded_lessons(journal, context),
        *_attendance(journal),
        *_marks(journal),
        *_results(journal),
        *(Lack(what="remark", remark=remark.id) for remark in journal.remarks if not remark.is_closed),
        *_council(journal, context),
    ]


def counted(lacks: Sequence[Lack]) -> Counter[tuple[str, str]]:
    """Count by kind and course, an empty text for none: what a closing's excuses must come to."""
    return Counter((lack.what, _place(lack)) for lack in lacks)


def _place(lack: Lack) -> str:
    return lack.course or "" if lack.what not in ("remark", "council") else ""


def _open_periods(journal: ClassJournal) -> Iterator[Lack]:
    for period in journal.periods:
        if not period.closed:
            yield Lack(what="period", period=period.id)
    if not journal.periods:
        yield Lack(what="period")


def _open_requests(journal: ClassJournal) -> Iterator[Lack]:
    for lesson in journal.lessons:
        for request in lesson.requests.values():
            if not request.answered:
                yield Lack(what="request", course=lesson.course, lesson=lesson.id, request=request.index)
    for sheet in journal.sheets:
        for request in sheet.requests.values():
            if not request.answered:
                yield Lack(what="request", course=sheet.course, sheet=sheet.id, request=request.index)


def _unrecorded_lessons(journal: ClassJournal, context: Context) -> Iterator[Lack]:
    """Planned lessons that no recorded one stands for and no cancellation names (regulation 2.2.1)."""
    timetable = context.find_if_any(Timetable, f"timetable/{journal.group.id}")
    calendar = context.find_if_any(Calendar, f"calendar/{journal.year.id}")
    if timetable is None or not journal.periods:
        return
    days = grade_calendar(journal.group.grade, journal.year, journal.periods, calendar)
    recorded: dict[tuple[str, str], list[int]] = {}
    for lesson in journal.lessons:
        if lesson.header is not None:
            recorded.setdefault((lesson.held_on, lesson.course), []).append(lesson.header.number)
    cancelled = {course.id: _cancelled(course, context) for course in journal.courses}
    for day in _days(journal.periods):
        by_course: dict[str, list[int]] = {}
        for planned in planned_lessons(timetable.entries, {}, days, day):
            by_course.setdefault(planned.course, []).append(planned.number)
        for course, numbers in by_course.items():
            places = [number for number in numbers if (day, number) not in cancelled.get(course, ())]
            for number in _left(places, recorded.get((day, course), [])):
                yield Lack(what="lesson", course=course, held_on=day, number=number)


def _cancelled(course: Course, context: Context) -> frozenset[tuple[str, int]]:
    known = context.find_if_any(Cancellations, f"cancellation/{course.id}")
    return frozenset((one.held_on, one.number) for one in known.standing.values()) if known else frozenset()


def _left(planned: Sequence[int], recorded: Sequence[int]) -> list[int]:
    """Return the places that no recorded lesson stands for: of its own number first, then in order (events.md)."""
    others = Counter(recorded)
    left = []
    for number in sorted(planned):
        if others[number]:
            others[number] -= 1
        else:
            left.append(number)
    return left[others.total() :]


def _days(periods: Sequence[Period]) -> Iterator[str]:
    day = date.fromisoformat(min(period.starts_on for period in periods))
    last = date.fromisoformat(max(period.ends_on for period in periods))
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _attendance(journal: ClassJournal) -> Iterator[Lack]:
    """Lessons of which nobody said who was absent (regulation 2.1)."""
    for lesson in journal.lessons:
        if lesson.header is not None and not lesson.attendance_taken:
            yield Lack(what="attendance", course=lesson.course, lesson=lesson.id, held_on=lesson.held_on)


def _marks(journal: ClassJournal) -> Iterator[Lack]:
    """Students who were there and have no mark for a written work (regulation 2.2.4)."""
    courses = {course.id: course for course in journal.courses}
    for lesson in journal.lessons:
        course, day = courses[lesson.course], lesson.held_on
        for fact in lesson.standing():
            if fact.what != "work" or not isinstance(fact.value, WorkHeader) or not fact.value.written:
                continue
            for student in journal.group.roster:
                if (
                    journal.group.is_enrolled(student, day)
                    and course.teaches(student, day)
                    and ("absence", student, "") not in lesson.slots
                    and ("mark", student, fact.work) not in lesson.slots
                ):
                    yield Lack(
                        what="mark",
                        course=lesson.course,
                        lesson=lesson.id,
                        held_on=day,
                        work=fact.work,
                        student=student,
                    )


def _results(journal: ClassJournal) -> Iterator[Lack]:
    """Who was taught by a course on a period's last day and has no mark of the subject for the period."""
    subjects = {course.id: course.subject for course in journal.courses}
    marked = {
        (subjects[sheet.course], sheet.period, fact.student)
        for sheet in journal.sheets
        for fact in sheet.standing()
        if fact.what == "period_mark"
    }
    for course in journal.courses:
        for period in journal.periods:
            for student in journal.group.roster:
                day = period.ends_on
                if (
                    journal.group.is_enrolled(student, day)
                    and course.teaches(student, day)
                    and (course.subject, period.id, student) not in marked
                ):
                    yield Lack(what="result", course=course.id, period=period.id, student=student)


def _council(journal: ClassJournal, context: Context) -> Iterator[Lack]:
    """Who is in the class to the end of the year, and of whom the council did not decide what becomes next."""
    if not journal.periods:
        return
    council = context.find_if_any(Council, f"council/{journal.year.id}")
    decided = {
        student
        for decision in (council.standing.values() if council else ())
        if decision.decision in SETTLING_DECISIONS
        for student in decision.students
    }
    last = max(period.ends_on for period in journal.periods)
    for student in journal.group.roster:
        if journal.group.is_enrolled(student, last) and student not in decided:
            yield Lack(what="council", student=student)
