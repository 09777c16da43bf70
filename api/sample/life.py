"""A sample school lives through its days: commands in the order of time.

Nothing here decides by the journal's rules; it is written so that the rules accept it, and the loaders run them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Final

import msgspec

from api.sample import school_year
from api.sample.absences import Absences
from api.sample.attendance import Attendance, Spell
from api.sample.cancelling import Cancelling
from api.sample.control import Control
from api.sample.corrections import Corrections
from api.sample.draws import Draws
from api.sample.facts import Fact
from api.sample.families import Families
from api.sample.office import Office
from api.sample.opening import open_school
from api.sample.outage import Outage
from api.sample.planned import Planned, Scribe
from api.sample.results import Results, Standing
from api.sample.roster import ClassGroup, Course, Period, Roster
from api.sample.scheduling import Scheduling
from api.sample.school_year import MINUTE, SECOND, moment
from api.sample.teaching import Sheet, Sitting, Teaching
from api.sample.timetable import Place, Week, classes_of_day
from ledger.journal import commands as cmd
from ledger.journal.events import DueLesson, HomeworkBody, LessonHeader, WorkHeader
from ledger.journal.vocabulary import AbsenceCode, CertificateCode, Fact as FactName
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]

_MOVING_SHARE: Final = 0.01
_DOUBLED_SHARE: Final = 0.002
_HANDED_OVER_MAX: Final = 2
_ILL_LONG: Final = 3
"""Days from which a document is brought though the reason was known at once."""
_HOMEWORK_DAYS_MAX: Final = 9


class Life:
    """One run through the year: an agenda of moments and what happens at them."""

    def __init__(self, seed: int, roster: Roster, week: Week, *, keyed: bool, has_office: bool = False) -> None:
        self._roster = roster
        self._week = week
        self._scribe = Scribe(keyed=keyed)
        self._attendance = Attendance(seed, roster)
        self._scheduling = Scheduling(seed, roster, week, self._scribe)
        self._teaching = Teaching(seed, roster, self._scheduling.planned, names_checked=has_office)
        self._absences = Absences(seed, roster, self._scribe)
        self._cancelling = Cancelling(seed, roster, self._scribe)
        self._corrections = Corrections(seed)
        self._control = Control(seed, roster, self._scribe)
        self._outage = Outage(seed, roster, self._scribe)
        self._families = Families(seed, roster, self._scribe)
        self._office = Office(seed, roster, week, self._scribe) if has_office else None
        self._lessons: dict[str, int] = {}
        self._certified: dict[str, list[tuple[date, date, AbsenceCode]]] = {}
        self._draws = Draws(seed, "life")
        self._salts = Draws(seed, "salts")
        self._agenda: list[tuple[int, int, Action]] = []
        self._turn = 0
        self._results = Results(seed, roster, self._scribe, self._at)
        self._days = frozenset(self._roster.days)
        self._weekdays: dict[str, dict[int, int]] = {}
        for places in self._week.values():
            for place, course in places.items():
                numbers = self._weekdays.setdefault(course.id, {})
                numbers[place.weekday] = min(place.number, numbers.get(place.weekday, place.number))
        self._moved: set[str] = set()
        self._closes: set[int] = set()
        self._deputy = Actor(self._roster.deputy.id, "deputy")

    def live(self, origin: str, name: str) -> Iterator[Planned]:
        """Yield everything, from the school's opening under this origin and name on."""
        yield from open_school(origin, name, self._roster, self._week, self._scribe, self._salts)
        yield from self._families.begin()
        if self._office is not None:
            yield from self._office.begin()
        self._arrange_year()
        while self._agenda:
            at, _, action = heapq.heappop(self._agenda)
            yield from action(at)

    def _at(self, at: int, action: Action) -> None:
        self._turn += 1
        heapq.heappush(self._agenda, (at, self._turn, action))

    def _arrange_year(self) -> None:
        """Enter school days, closes, moves between classes and hand-overs of courses into the agenda."""
        days = self._roster.days
        for day in days:
            self._at(moment(day, "07:00"), partial(self._begin_day, day))
        for period in self._roster.periods:
            if period.ends_on <= days[-1]:
                self._closes.add(period.closes_at)
                self._at(period.closes_at, partial(self._close, period))
        for at, action in (*self._families.agenda(), *self._control.agenda(), *self._scheduling.agenda()):
            self._at(at, action)
        self._results.arrange()
        for at, action in self._office.agenda() if self._office is not None else ():
            self._at(at, action)
        parallel = [group for group in self._roster.classes if self._parallel(group)]
        moving = max(1, round(len(self._roster.students) * _MOVING_SHARE)) if parallel else 0
        for _ in range(moving):
            day = self._draws.pick(days[5:])
            self._at(moment(day, "06:30"), partial(self._move_student, self._draws.pick(parallel), day))
        quarter = school_year.QUARTERS[2].starts_on
        if quarter <= days[-1]:
            self._at(moment(quarter, "06:00"), partial(self._hand_over, quarter))

    # days ---------------------------------------------------------------------------------------------------------

    def _begin_day(self, day: date, at: int) -> Iterator[Planned]:
        """Find out who is away and what is cancelled, and enter the day's lessons into the agenda."""
        away: dict[str, dict[str, Spell]] = {}
        closes: dict[str, int] = {}
        for group in self._roster.classes:
            closes[group.id] = self._roster.period_of(group.grade, day).closes_at
            away[group.id], begun = self._attendance.absent(group, day, closes[group.id])
            for spell in begun:
                if spell.reason_at is not None and spell.reason_at > at:
                    self._at(spell.reason_at, partial(self._give_reasons, spell))
        lessons = list(classes_of_day(self._roster, self._week, day.weekday()))
        cancelled = self._cancelling.choose(lessons)
        covers = self._absences.cover(day, self._week, [(number, course) for _, number, course in lessons])
        sittings = []
        for group, number, course in lessons:
            if (number, course) in cancelled:
                continue
            cover = covers.get((course.id, number))
            sitting = self._teaching.sit(course, day, number, away[group.id], closes[group.id], cover)
            self._at(sitting.recorded_at, partial(self._record, sitting))
            sittings.append(sitting)
        for then, action in self._outage.agenda(day, sittings):
            self._at(then, action)
        yield from self._cancelling.cancel(day, cancelled, at)
        held = {(course.id, number) for _, number, course in lessons if (number, course) not in cancelled}
        yield from self._absences.plan(day, covers, held, at + len(cancelled) * SECOND)

    def _record(self, sitting: Sitting, at: int) -> Iterator[Planned]:
        actor = Actor(sitting.teacher, "teacher")
        sheet, taken_over = self._taking_over(sitting, self._teaching.write(sitting, self._next_lesson(sitting)))
        planned = self._scribe.plan(at, actor, sheet.command, also=taken_over)
        yield planned
        self._lessons[sitting.id] = planned.first_index
        header = LessonHeader(
            topic=sheet.command.topic,
            number=sheet.command.number,
            starts_at=sheet.command.starts_at,
            ends_at=sheet.command.ends_at,
            plan_items=sheet.command.plan_items,
        )
        self._judge(_fact("lesson", planned.first_index, header, actor.id, (sitting, at)))
        first_part = planned.first_index + 1 + (sheet.command.substitution is not None)
        self._watch(sitting, sheet.command, first_part, at, sheet.truants)
        for moment_, command in sheet.later:
            self._at(moment_, partial(self._add, sitting, command, sheet.truants))
        if self._draws.chance(_DOUBLED_SHARE) and not taken_over:
            yield from self._double(sitting, sheet.command, at + MINUTE // 2)

    def _taking_over(self, sitting: Sitting, sheet: Sheet) -> tuple[Sheet, int]:
        """Leave the homework to what was posted for the lesson, if anything was; and 1 where it was."""
        place = (sitting.course.id, sitting.day.isoformat(), sitting.number)
        if self._office is None or place not in self._office.posted:
            return sheet, 0
        later = [(at, command) for at, command in sheet.later if command.homework is None]
        return replace(sheet, command=msgspec.structs.replace(sheet.command, homework=None), later=later), 1

    def _add(self, sitting: Sitting, command: cmd.AddToLesson, truants: Sequence[str], at: int) -> Iterator[Planned]:
        planned = self._scribe.plan(at, Actor(sitting.teacher, "teacher"), command)
        yield planned
        self._watch(sitting, command, planned.first_index, at, truants)

    def _watch(
        self,
        sitting: Sitting,
        command: cmd.RecordLesson | cmd.AddToLesson,
        index: int,
        at: int,
        truants: Sequence[str],
    ) -> None:
        """Remember what may yet be corrected or given a reason; `index` is that of the command's first part."""
        place = (sitting, at)
        for index_, absence in enumerate(command.absences, index):
            fact = _fact("absence", index_, absence.code, absence.student, place)
            spell = sitting.away.get(absence.student)
            if fact.value == "absent":
                fact.value = self._certified_code(absence.student, sitting.day)
            if spell is not None:
                spell.absences.append(fact)
                spell.days.append(sitting.day)
            elif absence.student in truants:
                self._excuse_later(sitting, fact)
            self._judge(fact)
        index += len(command.absences)
        for index_, late in enumerate(command.lateness, index):
            self._judge(_fact("lateness", index_, late.minutes, late.student, place))
        index += len(command.lateness) + len(command.early_leaves)
        for index_, work in enumerate(command.works, index):
            header = WorkHeader(
                kind=work.kind,
                written=work.written,
                weight=work.weight,
                ends_on=work.ends_on,
                scheduled=work.scheduled,
                of_lesson=work.of_lesson,
            )
            fact = _fact("work", index_, header, sitting.teacher, place)
            self._results.note_work(work.work, fact)
            self._judge(fact)
        index += len(command.works) + len(command.make_ups)
        wrong = self._corrections.wrong
        for index_, mark in enumerate(command.marks, index):
            standing: Standing = mark.value
            if wrong("mark"):
                standing = _fact("mark", index_, mark.value, mark.student, place)
                self._correct_later(standing)
            self._results.note_mark(sitting.course, sitting.closes_at, mark, standing)
        index += len(command.marks)
        if command.homework is not None:
            given = command.homework
            body = HomeworkBody(text=given.text, due_on=given.due_on, due_lesson=given.due_lesson, files=given.files)
            self._judge(_fact("homework", index, body, sitting.teacher, place))

    def _next_lesson(self, sitting: Sitting) -> DueLesson | None:
        """Return the place of the course's next lesson on another day, or None where holidays come first."""
        numbers = self._weekdays[sitting.course.id]
        later = (sitting.day + timedelta(days=days) for days in range(1, _HOMEWORK_DAYS_MAX))
        day = next((day for day in later if day.weekday() in numbers and day in self._days), None)
        return None if day is None else DueLesson(held_on=day.isoformat(), number=numbers[day.weekday()])

    def _double(self, sitting: Sitting, command: cmd.RecordLesson, at: int) -> Iterator[Planned]:
        """Record the lesson a second time by mistake, empty and under a number where nothing stands, and annul that."""
        actor = Actor(sitting.teacher, "teacher")
        double = cmd.RecordLesson(
            lesson=self._draws.uuid(),
            course=command.course,
            held_on=command.held_on,
            number=0,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            topic=command.topic,
            attendance_taken=False,
            substitution=command.substitution,
        )
        planned = self._scribe.plan(at, actor, double)
        yield planned
        annul = cmd.Correct(lesson=double.lesson, corrects=planned.first_index, new=None, reason="typo")
        yield self._scribe.plan(at + MINUTE // 3, actor, annul)

    # reasons and corrections --------------------------------------------------------------------------------------

    def _excuse_later(self, sitting: Sitting, fact: Fact) -> None:
        code = self._attendance.single_code()
        if code is None:
            return
        at = fact.recorded_at + self._draws.between(10, 5 * 24 * 60) * MINUTE
        if at < sitting.closes_at:
            spell = Spell(sitting.day, code, known=False, reason_at=at, absences=[fact])
            self._at(at, partial(self._give_reasons, spell))

    def _give_reasons(self, spell: Spell, at: int) -> Iterator[Planned]:
        """Enter the reason of a whole spell, one entry an absence."""
        if self._office is not None and spell.days and spell.code in ("ill", "excused"):
            yield from self._certify(spell, "ill" if spell.code == "ill" else "excused", at)
            return
        basis = None if spell.code == "unexcused" else self._corrections.certificate(at)
        number = 0
        for fact in spell.absences:
            if fact.value != "absent" or at >= fact.closes_at:
                continue
            command = cmd.SetAbsenceReason(lesson=fact.lesson, absence=fact.index, code=spell.code, basis=basis)
            planned = self._scribe.plan(at + number * SECOND, Actor(fact.class_teacher, "teacher"), command)
            fact.index, fact.value = planned.first_index, spell.code
            number += 1
            yield planned

    def _certify(self, spell: Spell, code: CertificateCode, at: int) -> Iterator[Planned]:
        """Enter one document for the whole spell, which sets the reason of each absence that has none."""
        facts = [fact for fact in spell.absences if fact.value == "absent"]
        if self._office is None or at >= spell.absences[0].closes_at or (not facts and len({*spell.days}) < _ILL_LONG):
            return
        student, teacher = spell.absences[0].person, spell.absences[0].class_teacher
        group = next(one for one in self._roster.classes if one.class_teacher == teacher)
        command = self._office.certificate(group.id, student, spell.days, code)
        planned = self._scribe.plan(at, Actor(teacher, "teacher"), command, also=len(facts))
        facts.sort(key=lambda fact: self._lessons[fact.lesson])
        for index, fact in enumerate(facts, planned.first_index + 1):
            fact.index, fact.value = index, code
        self._certified.setdefault(student, []).append((min(spell.days), max(spell.days), code))
        yield planned

    def _certified_code(self, student: str, day: date) -> AbsenceCode:
        """Return what an absence without a reason becomes when it is recorded: a document may cover its day."""
        for first, last, code in reversed(self._certified.get(student, [])):
            if first <= day <= last:
                return code
        return "absent"

    def _judge(self, fact: Fact) -> None:
        if self._corrections.wrong(fact.what):
            self._correct_later(fact)

    def _correct_later(self, fact: Fact) -> None:
        at = self._corrections.noticed_at(fact, fact.recorded_at)
        if at < fact.closes_at or fact.closes_at in self._closes:
            self._at(at, partial(self._correct, fact))

    def _correct(self, fact: Fact, at: int) -> Iterator[Planned]:
        """Correct a fact, or ask for it where the period is closed."""
        if at >= fact.closes_at:
            yield from self._request(fact, at)
            return
        new = self._corrections.new_value(fact)
        reason = self._corrections.reason(fact, new)
        note, disclosures = self._note(fact, reason)
        basis = self._corrections.certificate(at) if reason == "document" else None
        command = cmd.Correct(lesson=fact.lesson, corrects=fact.index, new=new, reason=reason, note=note, basis=basis)
        planned = self._scribe.plan(at, Actor(fact.author, "teacher"), command, disclosures)
        yield planned
        fact.index, fact.value = planned.first_index, new
        again = self._corrections.again_at(fact, at)
        if again is not None:
            self._at(again, partial(self._correct, fact))

    def _request(self, fact: Fact, at: int) -> Iterator[Planned]:
        new = self._corrections.new_value(fact)
        reason = self._corrections.reason(fact, new)
        note, disclosures = self._note(fact, reason)
        command = cmd.RequestCorrection(
            lesson=fact.lesson,
            corrects=fact.index,
            new=new,
            reason=reason,
            basis=self._corrections.memo(at),
            note=note,
        )
        planned = self._scribe.plan(at, Actor(fact.author, "teacher"), command, disclosures)
        yield planned
        answer_at, approved = self._corrections.answer(at)
        self._at(answer_at, partial(self._answer, fact, planned.first_index, new, approved))

    def _answer(self, fact: Fact, request: int, new: object, approved: bool, at: int) -> Iterator[Planned]:  # noqa: FBT001
        command: cmd.JournalCommand
        if approved:
            command = cmd.ApproveCorrection(lesson=fact.lesson, request=request)
        else:
            command = cmd.RefuseCorrection(
                lesson=fact.lesson, request=request, basis="документ не подтверждает изменения"
            )
        planned = self._scribe.plan(at, self._deputy, command)
        if approved:
            fact.index, fact.value = planned.first_index, new
        yield planned

    def _note(self, fact: Fact, reason: str) -> tuple[str | None, dict[str, tuple[str, ...]]]:
        if reason != "other":
            return None, {}
        disclosure = make_disclosure("note", self._corrections.note(), self._salts.bytes)
        return disclosure.digest, {fact.person: (disclosure.text,)}

    # the year -----------------------------------------------------------------------------------------------------

    def _close(self, period: Period, at: int) -> Iterator[Planned]:
        yield self._scribe.plan(at, self._deputy, cmd.ClosePeriod(period=period.id))

    def _parallel(self, group: ClassGroup) -> list[ClassGroup]:
        return [other for other in self._roster.classes if other.grade == group.grade and other is not group]

    def _move_student(self, group: ClassGroup, day: date, at: int) -> Iterator[Planned]:
        """Move a pupil to a parallel class in the middle of a period."""
        student = self._draws.pick(group.students)
        other = self._draws.pick(self._parallel(group))
        if student in self._moved:
            return
        self._moved.add(student)
        last_day = day - timedelta(days=1)
        leave = cmd.WithdrawStudent(class_group=group.id, student=student, ends_on=last_day.isoformat())
        enter = cmd.EnrollStudent(class_group=other.id, student=student, starts_on=day.isoformat())
        yield self._scribe.plan(at, self._deputy, leave)
        yield self._scribe.plan(at + MINUTE, self._deputy, enter)
        group.students.remove(student)
        other.students.append(student)

    def _hand_over(self, day: date, at: int) -> Iterator[Planned]:
        """Give a few courses to another teacher of the same specialty who is free at their hours."""
        busy = {(course.teacher, place) for group in self._week.values() for place, course in group.items()}
        handed = 0
        for group in self._roster.classes[::-1]:
            course = self._draws.pick(group.courses)
            places = [place for place, other in self._week[group.id].items() if other is course]
            teacher = _free_colleague(self._roster, course, places, busy)
            if teacher is None or handed == _HANDED_OVER_MAX:
                continue
            command = cmd.AssignTeacher(course=course.id, teacher=teacher, starts_on=day.isoformat())
            yield self._scribe.plan(at + handed * MINUTE, self._deputy, command)
            busy |= {(teacher, place) for place in places}
            course.teacher = teacher
            handed += 1


def _fact(what: FactName, index: int, value: object, person: str, place: tuple[Sitting, int]) -> Fact:
    sitting, at = place
    class_teacher = sitting.course.group.class_teacher
    return Fact(what, sitting.id, index, value, sitting.teacher, class_teacher, person, at, sitting.closes_at)


def _free_colleague(roster: Roster, course: Course, places: list[Place], busy: set[tuple[str, Place]]) -> str | None:
    """Return another teacher of the course's specialty who is free at these places, or None."""
    for colleagues in roster.teachers.values():
        if all(person.id != course.teacher for person in colleagues):
            continue
        for person in colleagues:
            if all((person.id, place) not in busy for place in places):
                return person.id
    return None
