"""Results in the sample school: marks of periods and of the year, examinations, final marks, the teachers' council.

The journal computes a mark from what stands; the generator computes it too, from its own memory of the marks, because
a teacher who gives another mark has to know that it is another.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date
from functools import partial
from typing import Final

from api.sample.curriculum import ALGEBRA, RUSSIAN, UNMARKED_GRADE, Subject
from api.sample.draws import Draws, Weighted
from api.sample.facts import Fact
from api.sample.planned import Planned, Scribe
from api.sample.roster import Course, Period, Roster
from api.sample.school_year import ENDS_ON, MINUTE, local_day, local_minute, moment
from ledger.journal import commands as cmd
from ledger.journal.computing import NOT_ASSESSED, Input, compute_period_mark, compute_year_mark
from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import REASONS_WITH_NOTE, CouncilDecision, DeviationReason, ResultKind
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]
Enter = Callable[[int, Action], None]
"""Enters a moment, and what happens at it, into the agenda."""

RULES: Final = AssessmentRules(
    average="weighted",
    marks_min=1,
    five_from=460,
    four_from=360,
    three_from=250,
    period_marks_min=2,
    mean_up_from=50,
    final_from="mean_of_year_and_exam",
)

_DEVIATING_SHARE: Final = 0.03
_PUBLISHED_LATE_SHARE: Final = 0.04
_REASONS: Final[Weighted[DeviationReason]] = Weighted({"key_works": 45, "trend": 35, "absences": 12, "other": 8})
_NOTES: Final = (
    "учтена работа на дополнительных занятиях",
    "учтена олимпиада по предмету",
    "решение согласовано с классным руководителем",
)
_ALL_GRADES: Final = range(1, 12)
_EXAM_GRADES: Final = (9, 11)
_EXAMS: Final[tuple[tuple[Subject, date], ...]] = ((RUSSIAN, date(2027, 6, 15)), (ALGEBRA, date(2027, 6, 18)))
"""What is examined, and the day on which the results come."""
_YEAR_MARKS_ON: Final = date(2027, 6, 7)
_PROMOTION_ON: Final = date(2027, 6, 9)
_FINAL_MARKS_ON: Final = date(2027, 6, 22)
_GRADUATION_ON: Final = date(2027, 6, 25)

_STUDENTS_AT_ONCE: Final = 200
"""Of one decision of the council."""

Cell = tuple[str, Subject]
Standing = str | Fact
"""A mark's value, or, where it will be corrected, the fact that knows what stands."""


class Results:
    """Remembers the marks of every period that is not over, and gives the results that follow from them."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe, enter: Enter) -> None:
        self._roster = roster
        self._scribe = scribe
        self._enter = enter
        self._draws = Draws(seed, "results")
        self._deputy = Actor(roster.deputy.id, "deputy")
        self._works: dict[str, Fact] = {}
        self._marks: dict[int, dict[Cell, list[tuple[Standing, Fact]]]] = {}
        self._of_periods: dict[Cell, list[str]] = {}
        self._of_year: dict[Cell, str] = {}
        self._failing: set[str] = set()
        self._sheets: dict[str, str] = {}

    def note_work(self, work: str, fact: Fact) -> None:
        """Remember an assessed work."""
        self._works[work] = fact

    def note_mark(self, course: Course, closes_at: int, mark: cmd.NewMark, standing: Standing) -> None:
        """Remember a mark, under the close of its period."""
        of_period = self._marks.setdefault(closes_at, {})
        of_period.setdefault((mark.student, course.subject), []).append((standing, self._works[mark.work]))

    def arrange(self) -> None:
        """Enter the ends of periods and of the year into the agenda, as far as the school lives."""
        last = self._roster.days[-1]
        for period in self._roster.periods:
            if period.ends_on <= last:
                for course in self._courses(period.grades):
                    at = period.closes_at + self._draws.between(10, 4 * 60) * MINUTE
                    self._enter(at, partial(self._record_period, course, period))
        if last == ENDS_ON:
            self._arrange_end_of_year()

    def _arrange_end_of_year(self) -> None:
        for course in self._courses(_ALL_GRADES):
            self._enter(self._working(_YEAR_MARKS_ON), partial(self._record_year, course))
        self._enter(moment(_PROMOTION_ON, "16:00"), self._promote)
        for course in self._courses(_EXAM_GRADES):
            for subject, day in _EXAMS:
                if course.subject is subject:
                    self._enter(self._working(day), partial(self._record_exam, course))
            self._enter(self._working(_FINAL_MARKS_ON), partial(self._record_final, course))
        self._enter(moment(_GRADUATION_ON, "12:00"), self._graduate)

    def _courses(self, grades: Container[int]) -> Iterator[Course]:
        for group in self._roster.classes:
            if group.grade in grades and group.grade > UNMARKED_GRADE and group.students:
                yield from group.courses

    def _working(self, day: date) -> int:
        return moment(day, "09:00") + self._draws.between(0, 8 * 60) * MINUTE

    # periods and the year -----------------------------------------------------------------------------------------

    def _record_period(self, course: Course, period: Period, at: int) -> Iterator[Planned]:
        """Record a class's marks for the period, as its lessons' marks and works stand now."""
        of_period = self._marks.get(period.closes_at, {})
        computed = {}
        for student in course.group.students:
            inputs = [
                Input(0, value, work.value.weight)
                for mark, work in of_period.pop((student, course.subject), ())
                if (value := mark.value if isinstance(mark, Fact) else mark) is not None
            ]
            computed[student] = compute_period_mark(inputs, RULES).value
        marks, disclosures = self._judge(computed)
        for mark in marks:
            value = mark.value or computed[mark.student]
            self._of_periods.setdefault((mark.student, course.subject), []).append(value)
        yield self._record(course, period.id, self._draws.uuid(), marks, at, disclosures)

    def _record_year(self, course: Course, at: int) -> Iterator[Planned]:
        computed = {}
        for student in course.group.students:
            values = self._of_periods.get((student, course.subject), ())
            computed[student] = compute_year_mark([Input(0, value) for value in values], RULES).value
        marks, disclosures = self._judge(computed)
        for mark in marks:
            value = mark.value or computed[mark.student]
            self._of_year[mark.student, course.subject] = value
            if value == "2":
                self._failing.add(mark.student)
        self._sheets[course.id] = sheet = self._draws.uuid()
        yield self._record(course, self._roster.year_period, sheet, marks, at, disclosures)

    def _record(
        self,
        course: Course,
        period: str,
        sheet: str,
        marks: tuple[cmd.NewResult, ...],
        at: int,
        disclosures: dict[str, tuple[str, ...]],
    ) -> Planned:
        self._publish_later(sheet, "period_mark", Actor(course.teacher, "teacher"), at)
        command = cmd.RecordPeriodMarks(sheet=sheet, course=course.id, period=period, marks=marks)
        return self._scribe.plan(at, Actor(course.teacher, "teacher"), command, disclosures)

    def _judge(self, computed: dict[str, str]) -> tuple[tuple[cmd.NewResult, ...], dict[str, tuple[str, ...]]]:
        """Give every student the computed mark, a few another one with its reason; the notes' disclosures beside."""
        draws = self._draws
        marks = []
        disclosures: dict[str, tuple[str, ...]] = {}
        for student, value in computed.items():
            if value == NOT_ASSESSED or not draws.chance(_DEVIATING_SHARE):
                marks.append(cmd.NewResult(student=student))
                continue
            reason, note = _REASONS.pick(draws), None
            if reason in REASONS_WITH_NOTE:
                made = make_disclosure("note", draws.pick(_NOTES), draws.bytes)
                note, disclosures[student] = made.digest, (made.text,)
            other = str(int(value) + 1) if value < "5" and reason != "absences" else str(max(2, int(value) - 1))
            other = "3" if other == value else other
            marks.append(cmd.NewResult(student=student, value=other, reason=reason, note=note))
        return tuple(marks), disclosures

    def _publish_later(
        self, sheet: str, what: ResultKind, actor: Actor, obtained: int, protocol: str | None = None
    ) -> None:
        """Show the results within a day, a few of them later (regulation 2.3.3)."""
        late = self._draws.chance(_PUBLISHED_LATE_SHARE)
        wait = self._draws.between(25 * 60, 70 * 60) if late else self._draws.between(5, 20 * 60)
        command = cmd.PublishResults(sheet=sheet, what=what, obtained_at=local_minute(obtained), protocol=protocol)
        self._enter(obtained + wait * MINUTE, partial(self._publish, command, actor))

    def _publish(self, command: cmd.PublishResults, actor: Actor, at: int) -> Iterator[Planned]:
        yield self._scribe.plan(at, actor, command)

    # examinations and the council ---------------------------------------------------------------------------------

    def _record_exam(self, course: Course, at: int) -> Iterator[Planned]:
        """Record results from the protocol: the year's mark, or one beside it."""
        draws = self._draws
        results = []
        for student in course.group.students:
            year = int(self._year_mark(student, course.subject))
            value = min(5, max(3, year + draws.pick((-1, 0, 0, 0, 1))))
            results.append(cmd.NewExamResult(student=student, value=str(value)))
        sheet, protocol = self._sheets[course.id], f"протокол № {draws.between(1, 900)} от {local_day(at).isoformat()}"
        command = cmd.RecordExamResults(
            sheet=sheet, protocol=protocol, obtained_at=local_minute(at - 20 * MINUTE), results=tuple(results)
        )
        yield self._scribe.plan(at, self._deputy, command)
        self._publish_later(sheet, "exam_result", self._deputy, at, protocol)

    def _record_final(self, course: Course, at: int) -> Iterator[Planned]:
        sheet, actor = self._sheets[course.id], Actor(course.teacher, "teacher")
        marks = tuple(cmd.NewResult(student=student) for student in course.group.students)
        yield self._scribe.plan(at, actor, cmd.RecordFinalMarks(sheet=sheet, marks=marks))
        self._publish_later(sheet, "final_mark", actor, at)

    def _promote(self, at: int) -> Iterator[Planned]:
        """Decide on every grade: who goes on, who is admitted to the examinations."""
        for grade in sorted({group.grade for group in self._roster.classes}):
            students = self._students(grade)
            if grade in _EXAM_GRADES:
                yield from self._decide(at, "7", "admitted", students)
                continue
            failing = [student for student in students if student in self._failing]
            going = [student for student in students if student not in self._failing]
            yield from self._decide(at, "7", "promoted", going)
            yield from self._decide(at, "7", "promoted_conditionally", failing)

    def _graduate(self, at: int) -> Iterator[Planned]:
        for grade in _EXAM_GRADES:
            yield from self._decide(at, "9", "graduated", self._students(grade))

    def _decide(self, at: int, number: str, decision: CouncilDecision, students: list[str]) -> Iterator[Planned]:
        held_on = local_day(at).isoformat()
        for start in range(0, len(students), _STUDENTS_AT_ONCE):
            command = cmd.RecordCouncilDecision(
                year=self._roster.year,
                protocol=f"протокол № {number} от {held_on}",
                held_on=held_on,
                decision=decision,
                students=tuple(students[start : start + _STUDENTS_AT_ONCE]),
            )
            yield self._scribe.plan(at, self._deputy, command)

    def _students(self, grade: int) -> list[str]:
        return [student for group in self._roster.classes if group.grade == grade for student in group.students]

    def _year_mark(self, student: str, subject: Subject) -> str:
        value = self._of_year.get((student, subject), NOT_ASSESSED)
        return "3" if value == NOT_ASSESSED else value
