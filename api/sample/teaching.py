"""What a teacher writes down: the lesson with its works, marks and homework, and the marks that come days later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from api.sample import topics
from api.sample.absences import Cover
from api.sample.attendance import EARLY_LEAVE_SHARE, LATENESS_SHARE, SINGLE_SHARE, Spell
from api.sample.curriculum import SPORT, UNMARKED_GRADE
from api.sample.draws import Draws, Weighted
from api.sample.roster import Course, Roster
from api.sample.scheduling import Sat
from api.sample.school_year import BELLS, DAY, HOUR, MINUTE, moment
from ledger.journal.commands import (
    AddToLesson,
    NewAbsence,
    NewEarlyLeave,
    NewHomework,
    NewLateness,
    NewMakeUp,
    NewMark,
    NewWork,
    RecordLesson,
)
from ledger.journal.homework_events import DueLesson, HomeworkFile
from ledger.journal.vocabulary import AbsenceCode, MediaType, WorkKind

_HOMEWORK_SHARE: Final = 0.85
_NO_HOMEWORK_SHARE: Final = 0.06
_HOMEWORK_LATER_SHARE: Final = 0.1
_DUE_BY_LESSON_SHARE: Final = 0.25
_FILE_SHARE: Final = 0.03
_ATTENDANCE_LATER_SHARE: Final = 0.02
_ORAL_SHARE: Final = 0.3
_NAMED_SHARE: Final = 0.6
"""Of checks of homework: they say which lesson gave it."""
_CHECK_SHARE: Final = 0.06
_WRITTEN_FACTOR: Final = 1.2
_ENTERED_LATE_SHARE: Final = 0.05
_MARKS_LATE_SHARE: Final = 0.05
_UNMARKED_SHARE: Final = 0.05
_MAKE_UP_SHARE: Final = 0.04
"""Of those who were away from a written work."""
_TWO_LESSONS_SHARE: Final = 0.5
_OF_TWO_LESSONS: Final = frozenset(("composition", "exposition", "project"))
"""Works that often go on in the course's next lesson."""

_WEIGHTS: Final[dict[WorkKind, int]] = {"control_work": 200, "dictation": 150, "test": 130, "project": 150}
_MARKS: Final[tuple[Weighted[str], ...]] = (
    Weighted({"2": 12, "3": 52, "4": 30, "5": 6}),
    Weighted({"2": 5, "3": 38, "4": 42, "5": 15}),
    Weighted({"2": 2, "3": 22, "4": 48, "5": 28}),
    Weighted({"2": 1, "3": 8, "4": 43, "5": 48}),
)
"""By how able the student is."""
_DOUBLE: Final = frozenset(("dictation", "exposition", "composition"))
"""Works with two criteria in one cell: content and literacy."""


@dataclass(slots=True, eq=False)
class Sitting:
    """One lesson as it took place.

    Attributes:
        id: of the lesson.
        course, day, number: which.
        cover: who gives it in the place of the course's teacher; None: the course's teacher does.
        members: the class on that day.
        away: of these, who was not there all day.
        teacher: who gives it.
        closes_at: when the period is closed.
        recorded_at: when it is written down.
    """

    id: str
    course: Course
    cover: Cover | None
    teacher: str
    day: date
    number: int
    members: tuple[str, ...]
    away: dict[str, Spell]
    closes_at: int
    recorded_at: int


@dataclass(slots=True)
class Sheet:
    """A sitting written down: the command, and what follows from it.

    Attributes:
        command: to give at once.
        later: what is added to the lesson afterwards, with the moment of each.
        truants: who missed this lesson alone.
    """

    command: RecordLesson
    later: list[tuple[int, AddToLesson]]
    truants: list[str]


class Teaching:
    """Writes lessons down as the teachers of one school do."""

    def __init__(self, seed: int, roster: Roster, planned: Mapping[Sat, str], *, names_checked: bool) -> None:
        """`planned`: which lessons have a work of the schedule; `names_checked`: some checks name whose homework."""
        self._names_checked = names_checked
        self._checks = Draws(seed, "checks")
        self._given: dict[str, list[tuple[date, str]]] = {}
        self._ids = Draws(seed, "lessons")
        self._draws = Draws(seed, "teaching")
        self._desk = Draws(seed, "homework")
        self._planned = planned
        self._last_day = roster.days[-1]
        self._own_days = Draws(seed, "make-ups")
        abilities = Draws(seed, "abilities")
        self._marks = {person.id: _MARKS[abilities.below(len(_MARKS))] for person in roster.students}

    def sit(
        self, course: Course, day: date, number: int, away: dict[str, Spell], closes_at: int, cover: Cover | None
    ) -> Sitting:
        """Hold a lesson, and draw when it will be written down."""
        members = tuple(course.group.students)
        at = self._recorded_at(day, number, closes_at)
        teacher = course.teacher if cover is None else cover.teacher
        return Sitting(self._ids.uuid(), course, cover, teacher, day, number, members, away, closes_at, at)

    def write(self, sitting: Sitting, due: DueLesson | None) -> Sheet:
        """Write a lesson down; homework, if any, is due by the lesson at this place."""
        draws, course = self._draws, sitting.course
        truants = self._truants(sitting)
        away = [student for student in sitting.members if student in sitting.away or student in truants]
        present = [student for student in sitting.members if student not in sitting.away and student not in truants]
        absences = tuple(NewAbsence(student=student, code=_code(sitting, student)) for student in away)
        lateness: tuple[NewLateness, ...] = ()
        if present and draws.chance(LATENESS_SHARE * len(sitting.members)):
            lateness = (NewLateness(student=draws.pick(present), minutes=draws.between(1, 25)),)
        left: tuple[NewEarlyLeave, ...] = ()
        if present and draws.chance(EARLY_LEAVE_SHARE):
            left = (NewEarlyLeave(student=draws.pick(present), minutes=draws.between(5, 25)),)
        works: list[NewWork] = []
        marks: list[NewMark] = []
        later: list[tuple[int, AddToLesson]] = []
        homework = None
        if course.group.grade > UNMARKED_GRADE:
            next_day = None if due is None else date.fromisoformat(due.held_on)
            self._assess(sitting, present, next_day, works, marks, later)
            homework = self._homework(course, due)
        number = course.held
        course.held += 1
        taken = not draws.chance(_ATTENDANCE_LATER_SHARE)
        after = min(sitting.recorded_at + draws.between(40, 150) * MINUTE, sitting.closes_at - MINUTE)
        if not taken:
            attendance = AddToLesson(
                lesson=sitting.id, take_attendance=True, absences=absences, lateness=lateness, early_leaves=left
            )
            later.append((after, attendance))
        if homework is not None and draws.chance(_HOMEWORK_LATER_SHARE):
            later.append((after + 30, AddToLesson(lesson=sitting.id, homework=homework)))
            homework = None
        starts_at, ends_at = BELLS[sitting.number - 1]
        command = RecordLesson(
            lesson=sitting.id,
            course=course.id,
            held_on=sitting.day.isoformat(),
            number=sitting.number,
            starts_at=starts_at,
            ends_at=ends_at,
            topic=topics.topic(course.subject.name, number),
            plan_items=topics.covered(course.hours, number),
            attendance_taken=taken,
            substitution=None if sitting.cover is None else sitting.cover.substitution,
            absences=absences if taken else (),
            lateness=lateness if taken else (),
            early_leaves=left if taken else (),
            works=tuple(works),
            marks=tuple(marks),
            homework=homework,
        )
        if self._names_checked:
            self._given.setdefault(course.id, []).append((sitting.day, sitting.id))
        return Sheet(command, later, truants)

    def _truants(self, sitting: Sitting) -> list[str]:
        draws = self._draws
        if not draws.chance(SINGLE_SHARE * len(sitting.members)):
            return []
        student = draws.pick(sitting.members)
        return [] if student in sitting.away else [student]

    def _assess(
        self,
        sitting: Sitting,
        present: list[str],
        next_day: date | None,
        works: list[NewWork],
        marks: list[NewMark],
        later: list[tuple[int, AddToLesson]],
    ) -> None:
        """Add the lesson's works: answers and homework marked at once, a written one within a week."""
        draws, subject = self._draws, sitting.course.subject
        few, many = round(0.36 * len(present)), round(0.53 * len(present))
        if draws.chance(_ORAL_SHARE):
            kind = draws.pick(subject.oral)
            count = len(present) if kind == "norms" and draws.chance(0.25) else draws.between(few, many)
            self._mark_now(kind, draws.some(present, count), works, marks)
        if subject is not SPORT and draws.chance(_CHECK_SHARE):
            self._mark_now("homework_check", draws.some(present, draws.between(few, many)), works, marks)
            self._name_checked(sitting, works)
        scheduled = self._planned.get((sitting.course.id, sitting.day, sitting.number))
        if draws.chance(_WRITTEN_FACTOR * subject.written_share) or scheduled is not None:
            kind = draws.pick(subject.written) if scheduled is None else "control_work"
            ends_on = next_day if kind in _OF_TWO_LESSONS and self._own_days.chance(_TWO_LESSONS_SHARE) else None
            work = self._work(kind, written=True, ends_on=ends_on, scheduled=scheduled)
            works.append(work)
            batch = tuple(self._mark(student, work) for student in present if not draws.chance(_UNMARKED_SHARE))
            if batch:
                last_day = ends_on or sitting.day
                later.append((self._marked_at(sitting, last_day), AddToLesson(lesson=sitting.id, marks=batch)))
            self._make_up(sitting, [student for student in sitting.members if student not in present], work, later)

    def _make_up(self, sitting: Sitting, away: list[str], work: NewWork, later: list[tuple[int, AddToLesson]]) -> None:
        """Let some of those who were away write the work on a day of their own, and mark it within the week."""
        draws = self._own_days
        for student in away:
            if not draws.chance(_MAKE_UP_SHARE):
                continue
            on = sitting.day + timedelta(days=draws.between(2, 12))
            on -= timedelta(days=max(0, on.weekday() - 4))
            told_at = max(moment(on) - DAY + 15 * HOUR, sitting.recorded_at + 4 * HOUR)
            marked_at = max(moment(on) + draws.between(0, 6) * DAY + 19 * HOUR, told_at + HOUR)
            if not sitting.day < on <= self._last_day or marked_at >= sitting.closes_at - 6 * HOUR:
                continue
            own = NewMakeUp(student=student, work=work.work, made_up_on=on.isoformat())
            later.append((told_at, AddToLesson(lesson=sitting.id, make_ups=(own,))))
            mark = NewMark(student=student, work=work.work, value=self._marks[student].pick(draws))
            later.append((marked_at, AddToLesson(lesson=sitting.id, marks=(mark,))))

    def _mark_now(self, kind: WorkKind, students: list[str], works: list[NewWork], marks: list[NewMark]) -> None:
        if students:
            work = self._work(kind, written=False)
            works.append(work)
            marks += [self._mark(student, work) for student in students]

    def _name_checked(self, sitting: Sitting, works: list[NewWork]) -> None:
        """Say of some checks that they are of the homework of the lesson before the last."""
        given = sorted(one for one in self._given.get(sitting.course.id, ()) if one[0] < sitting.day)
        if works and works[-1].kind == "homework_check" and len(given) > 1 and self._checks.chance(_NAMED_SHARE):
            works[-1] = msgspec.structs.replace(works[-1], of_lesson=given[-2][1])

    def _work(
        self, kind: WorkKind, *, written: bool, ends_on: date | None = None, scheduled: str | None = None
    ) -> NewWork:
        last = None if ends_on is None else ends_on.isoformat()
        return NewWork(
            work=self._ids.uuid(),
            kind=kind,
            written=written,
            weight=_WEIGHTS.get(kind, 100),
            ends_on=last,
            scheduled=scheduled,
        )

    def _mark(self, student: str, work: NewWork) -> NewMark:
        draws = self._draws
        value = self._marks[student].pick(draws)
        if work.kind in _DOUBLE:
            value = f"{value}/{self._marks[student].pick(draws)}"
        elif work.kind == "norms" and draws.chance(0.03):
            value = "exempt"
        elif work.kind == "project" and draws.chance(0.3):
            value = "pass"
        return NewMark(student=student, work=work.work, value=value)

    def _homework(self, course: Course, due: DueLesson | None) -> NewHomework | None:
        draws = self._draws
        if not draws.chance(_HOMEWORK_SHARE):
            return None
        if due is None or draws.chance(_NO_HOMEWORK_SHARE):
            return NewHomework(text="")
        text = topics.homework(course.subject.name, course.held, draws)
        files = (self._file(),) if self._desk.chance(_FILE_SHARE) else ()
        if self._desk.chance(_DUE_BY_LESSON_SHARE):
            return NewHomework(text=text, due_lesson=due, files=files)
        return NewHomework(text=text, due_on=due.held_on, files=files)

    def _file(self) -> HomeworkFile:
        """Draw a file that nobody has: a digest and a size."""
        draws = self._desk
        kinds: tuple[MediaType, ...] = ("application/pdf", "image/jpeg", "image/png")
        digest = sha256(draws.bytes(32)).hexdigest()
        return HomeworkFile(media_type=draws.pick(kinds), sha256=digest, size=draws.between(20_000, 3_000_000))

    def _recorded_at(self, day: date, number: int, closes_at: int) -> int:
        """Draw the moment of recording: around the bell, later the same day, or days late."""
        draws = self._draws
        ends_at = moment(day, BELLS[number - 1][1])
        within = draws.below(60_000_000)
        where = draws.random()
        if where < _ENTERED_LATE_SHARE:
            at = moment(day) + draws.between(1, 4) * DAY + draws.between(15 * 60, 21 * 60) * MINUTE
            return min(at, closes_at - 2 * HOUR - draws.below(300) * MINUTE) + within
        if where < 0.8:
            return ends_at + draws.between(-6, 9) * MINUTE + within
        return max(ends_at + 10 * MINUTE, moment(day) + draws.between(15 * 60, 21 * 60) * MINUTE) + within

    def _marked_at(self, sitting: Sitting, last_day: date) -> int:
        """Draw when a written work's marks are entered: within a week, or a little later; before the close."""
        draws = self._draws
        days = draws.between(8, 11) if draws.chance(_MARKS_LATE_SHARE) else draws.between(1, 7)
        at = moment(last_day) + days * DAY + draws.between(14 * 60 + 30, 21 * 60) * MINUTE + draws.below(60_000_000)
        return max(min(at, sitting.closes_at - HOUR - draws.below(240) * MINUTE), sitting.recorded_at + MINUTE)


def _code(sitting: Sitting, student: str) -> AbsenceCode:
    spell = sitting.away.get(student)
    return spell.code if spell is not None and spell.known else "absent"
