"""What lacks in a class's journal of the year before it is closed (regulation 3.2; events.md, "A class's journal").

Pure: worked out from the states of all streams of the class, or from a view's rows of them as of any position. What
lacks stays so for ever once the journal is closed, so whatever is not settled then is excused by name of the course,
with a reason and a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
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
from ledger.journal.facts import Facts
from ledger.journal.in_force import InForce
from ledger.journal.lesson import Lesson
from ledger.journal.planned_lessons import GradeCalendar, grade_calendar, planned_lessons
from ledger.journal.roster import ClassGroup
from ledger.journal.sheet import ResultSheet
from ledger.journal.timetable import Timetable
from ledger.journal.timetable_events import TimetableSet
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


class KeptLesson(NamedTuple):
    """A lesson as far as something of it may lack.

    Attributes:
        number: None where the lesson is annulled.
        written: works in writing that stand, as they came.
        absent, marked: of students, and of students with the works that they have marks for; of other works too.
        waiting: requests for a correction that nobody answered.
    """

    lesson: str
    course: str
    held_on: str
    number: int | None
    attendance_taken: bool
    written: Sequence[str]
    absent: AbstractSet[str]
    marked: AbstractSet[tuple[str, str]]
    waiting: Sequence[int]


class KeptSheet(NamedTuple):
    """A result sheet: who has a period's mark in it, and which requests nobody answered."""

    sheet: str
    course: str
    period: str
    marked: Sequence[str]
    waiting: Sequence[int]


class KeptJournal(NamedTuple):
    """What is looked at to say what lacks in a class's journal.

    Attributes:
        periods: of the class's grade, as the year lists them.
        courses, lessons, sheets: in the order in which they came.
        remarks: those that nobody closed.
        timetables: the class's weeks in order of their days.
        cancelled: course -> day and number of the planned lessons that are not held.
        settled: students of whom the council decided what becomes next.
    """

    group: ClassGroup
    periods: Sequence[Period]
    courses: Sequence[Course]
    lessons: Sequence[KeptLesson]
    sheets: Sequence[KeptSheet]
    remarks: Sequence[str]
    timetables: Sequence[InForce[TimetableSet]]
    calendar: GradeCalendar
    cancelled: Mapping[str, AbstractSet[tuple[str, int]]]
    settled: AbstractSet[str]


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
    """Return all that lacks, as the streams have it, which must still be the same at the append."""
    return lacking(_kept(journal, context))


def lacking(journal: KeptJournal) -> list[Lack]:
    """Return all that lacks, first what no closing excuses: open periods and requests that wait."""
    return [
        *_open_periods(journal),
        *_open_requests(journal),
        *_unrecorded_lessons(journal),
        *_attendance(journal),
        *_marks(journal),
        *_results(journal),
        *(Lack(what="remark", remark=remark) for remark in journal.remarks),
        *_council(journal),
    ]


def counted(lacks: Sequence[Lack]) -> Counter[tuple[str, str]]:
    """Count by kind and course, an empty text for none: what a closing's excuses must come to."""
    return Counter((lack.what, _place(lack)) for lack in lacks)


def _place(lack: Lack) -> str:
    return lack.course or "" if lack.what not in ("remark", "council") else ""


def _kept(journal: ClassJournal, context: Context) -> KeptJournal:
    timetable = context.find_if_any(Timetable, f"timetable/{journal.group.id}")
    calendar = context.find_if_any(Calendar, f"calendar/{journal.year.id}")
    council = context.find_if_any(Council, f"council/{journal.year.id}")
    return KeptJournal(
        journal.group,
        journal.periods,
        journal.courses,
        [_kept_lesson(lesson) for lesson in journal.lessons],
        [KeptSheet(sheet.id, sheet.course, sheet.period, _marked(sheet), _waiting(sheet)) for sheet in journal.sheets],
        [remark.id for remark in journal.remarks if not remark.is_closed],
        timetable.entries if timetable is not None else (),
        grade_calendar(journal.group.grade, journal.year, journal.periods, calendar),
        {course.id: _cancelled(course, context) for course in journal.courses} if timetable is not None else {},
        settled((one.decision, one.students) for one in council.standing.values()) if council else frozenset(),
    )


def settled(decisions: Iterable[tuple[str, Iterable[str]]]) -> frozenset[str]:
    """Return of whom the council decided what becomes next; decisions that stand, each with its students."""
    return frozenset(student for code, students in decisions if code in SETTLING_DECISIONS for student in students)


def _kept_lesson(lesson: Lesson) -> KeptLesson:
    works = (fact for fact in lesson.standing() if fact.what == "work" and isinstance(fact.value, WorkHeader))
    return KeptLesson(
        lesson.id,
        lesson.course,
        lesson.held_on,
        lesson.header.number if lesson.header is not None else None,
        lesson.attendance_taken,
        [work.work for work in works if work.value.written],
        {student for what, student, _ in lesson.slots if what == "absence"},
        {(student, work) for what, student, work in lesson.slots if what == "mark"},
        _waiting(lesson),
    )


def _marked(sheet: ResultSheet) -> list[str]:
    return [fact.student for fact in sheet.standing() if fact.what == "period_mark"]


def _waiting(stream: Facts) -> list[int]:
    return [request.index for request in stream.requests.values() if not request.answered]


def _open_periods(journal: KeptJournal) -> Iterator[Lack]:
    for period in journal.periods:
        if not period.closed:
            yield Lack(what="period", period=period.id)
    if not journal.periods:
        yield Lack(what="period")


def _open_requests(journal: KeptJournal) -> Iterator[Lack]:
    for lesson in journal.lessons:
        for request in lesson.waiting:
            yield Lack(what="request", course=lesson.course, lesson=lesson.lesson, request=request)
    for sheet in journal.sheets:
        for request in sheet.waiting:
            yield Lack(what="request", course=sheet.course, sheet=sheet.sheet, request=request)


def _unrecorded_lessons(journal: KeptJournal) -> Iterator[Lack]:
    """Planned lessons that no recorded one stands for and no cancellation names (regulation 2.2.1)."""
    if not journal.timetables or not journal.periods:
        return
    recorded: dict[tuple[str, str], list[int]] = {}
    for lesson in journal.lessons:
        if lesson.number is not None:
            recorded.setdefault((lesson.held_on, lesson.course), []).append(lesson.number)
    for day in _days(journal.periods):
        by_course: dict[str, list[int]] = {}
        for planned in planned_lessons(journal.timetables, {}, journal.calendar, day):
            by_course.setdefault(planned.course, []).append(planned.number)
        for course, numbers in by_course.items():
            places = [number for number in numbers if (day, number) not in journal.cancelled.get(course, ())]
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


def _attendance(journal: KeptJournal) -> Iterator[Lack]:
    """Lessons of which nobody said who was absent (regulation 2.1)."""
    for lesson in journal.lessons:
        if lesson.number is not None and not lesson.attendance_taken:
            yield Lack(what="attendance", course=lesson.course, lesson=lesson.lesson, held_on=lesson.held_on)


def _marks(journal: KeptJournal) -> Iterator[Lack]:
    """Students who were there and have no mark for a written work (regulation 2.2.4)."""
    courses = {course.id: course for course in journal.courses}
    for lesson in journal.lessons:
        course, day = courses[lesson.course], lesson.held_on
        for work in lesson.written:
            for student in journal.group.roster:
                if (
                    (student, work) not in lesson.marked
                    and student not in lesson.absent
                    and journal.group.is_enrolled(student, day)
                    and course.teaches(student, day)
                ):
                    yield Lack(
                        what="mark", course=lesson.course, lesson=lesson.lesson, held_on=day, work=work, student=student
                    )


def _results(journal: KeptJournal) -> Iterator[Lack]:
    """Who was taught by a course on a period's last day and has no mark of the subject for the period."""
    subjects = {course.id: course.subject for course in journal.courses}
    marked = {(subjects[sheet.course], sheet.period, student) for sheet in journal.sheets for student in sheet.marked}
    for course in journal.courses:
        for period in journal.periods:
            for student in journal.group.roster:
                day = period.ends_on
                if (
                    (course.subject, period.id, student) not in marked
                    and journal.group.is_enrolled(student, day)
                    and course.teaches(student, day)
                ):
                    yield Lack(what="result", course=course.id, period=period.id, student=student)


def _council(journal: KeptJournal) -> Iterator[Lack]:
    """Who is in the class to the end of the year, and of whom the council did not decide what becomes next."""
    if not journal.periods:
        return
    last = max(period.ends_on for period in journal.periods)
    for student in journal.group.roster:
        if journal.group.is_enrolled(student, last) and student not in journal.settled:
            yield Lack(what="council", student=student)
