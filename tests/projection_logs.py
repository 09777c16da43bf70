"""Logs for the tests of the read side: entries in the real format from event sequences, and a small school that makes them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import msgspec

from ledger.journal import events as j
from ledger.journal.events import TYPE_NAMES, Event
from ledger.journal.reopening_events import PeriodReopeningApproved, PeriodReopeningRequested
from ledger.journal.vocabulary import ClockKind
from ledger.log import Head
from ledger.tree import RightEdge, leaf_hash
from ledger.wire.canonical import format_canonical
from ledger.wire.entry import Actor, assemble, cut_entry, format_actor, format_at
from tests.projection_office import Office

ORIGIN = "letopis.example/school/test"
START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


@dataclass
class ListLog:
    """A log in a list: what the views need of a recorder, with real entries."""

    raws: list[bytes] = field(default_factory=list)
    origin: str = ORIGIN
    versions: dict[str, int] = field(default_factory=dict)
    at: datetime = START
    last: bytes = bytes(32)

    def head(self) -> Head:
        last_at = format_at(self.at) if self.raws else ""
        return Head(len(self.raws), self.last, RightEdge.empty(), last_at)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        return iter(self.raws[start : len(self.raws) if stop is None else stop])

    def truncated(self, size: int) -> ListLog:
        """The same log when it had `size` entries."""
        last = leaf_hash(self.raws[size - 1]) if size else bytes(32)
        return ListLog(self.raws[:size], self.origin, at=self.at, last=last)

    def append(
        self,
        *recorded: tuple[str, Event],
        actor: Actor,
        command: str,
        after: timedelta = timedelta(seconds=40),
    ) -> list[int]:
        """One command's events, each with its stream; returns their indexes."""
        return self.append_raw(
            *((stream, TYPE_NAMES[type(event)], msgspec.to_builtins(event)) for stream, event in recorded),
            actor=actor,
            command=command,
            after=after,
        )

    def append_raw(
        self, *recorded: tuple[str, str, dict[str, Any]], actor: Actor, command: str, after: timedelta = timedelta(0)
    ) -> list[int]:
        self.at += after
        indexes = []
        for stream, type_, data in recorded:
            version = self.versions[stream] = self.versions.get(stream, 0) + 1
            pieces = cut_entry(format_actor(actor), command, stream, type_, version, format_canonical(data))
            raw = assemble(pieces, format_at(self.at), len(self.raws), self.last.hex())
            indexes.append(len(self.raws))
            self.raws.append(raw)
            self.last = leaf_hash(raw)
        return indexes


@dataclass
class Fact:
    """A fact that can be corrected: where it stands now."""

    lesson: str
    what: str
    standing: int
    value: Any
    student: str | None = None
    work: str | None = None


class SchoolLog:
    """Makes a school and lets it work; every choice comes from the seed."""

    clock: ClassVar[ClockKind] = "sample"

    def __init__(
        self, seed: int = 1, *, classes_count: int = 2, students_count: int = 6, courses_count: int = 3
    ) -> None:
        self.rng = random.Random(seed)
        self.log = ListLog()
        self.facts: list[Fact] = []
        self.requests: list[tuple[int, Fact, Any]] = []
        self.period_closed = False
        self.day = date(2026, 9, 1)
        self.classes: list[str] = []
        self.students: dict[str, list[str]] = {}
        self.courses: list[tuple[str, str, str]] = []
        self.members: dict[str, list[str]] = {}
        self.teachers = [self.id() for _ in range(3)]
        self.lessons: list[str] = []
        self.period = self.id()
        self.school, self.year = "", ""
        self.office = Office(self, seed)
        self._set_up(classes_count, students_count, courses_count)

    def id(self) -> str:
        return new_id(self.rng)

    def command(self, *recorded: tuple[str, Event], role: str = "teacher", seconds: int | None = None) -> list[int]:
        actor = Actor(self.rng.choice(self.teachers), role)
        after = timedelta(seconds=self.rng.randint(0, 400) if seconds is None else seconds)
        return self.log.append(*recorded, actor=actor, command=self.id(), after=after)

    def _set_up(self, classes_count: int, students_count: int, courses_count: int) -> None:
        school, year = self.school, self.year = self.id(), self.id()
        opened = j.SchoolOpened(clock=self.clock, name="Школа", origin=ORIGIN, time_zone="Europe/Moscow")
        self.command((f"school/{school}", opened))
        self.command(
            (f"year/{year}", j.SchoolYearOpened(starts_on="2026-09-01", ends_on="2027-05-31", title="2026/27"))
        )
        for teacher in self.teachers:
            self.command((f"person/{teacher}", j.PersonRegistered(kind="teacher", sd=("A" * 43, "B" * 43))))
        period = j.PeriodDefined(
            year=year, kind="quarter", number=1, grades=(5, 6), starts_on="2026-09-01", ends_on="2026-10-30"
        )
        self.command((f"period/{self.period}", period))
        for number in range(classes_count):
            group = self.id()
            self.classes.append(group)
            opened_class = j.ClassGroupOpened(year=year, grade=5, letter="АБВГДЕ"[number % 6])
            self.command((f"class/{group}", opened_class))
            self.students[group] = [self.id() for _ in range(students_count)]
            for student in self.students[group]:
                self.command((f"person/{student}", j.PersonRegistered(kind="student", sd=("C" * 43,))))
                self.command((f"class/{group}", j.StudentEnrolled(student=student, starts_on="2026-09-01")))
            for subject in range(courses_count):
                course = self.id()
                self.courses.append((course, group, f"Предмет {subject}"))
                self.command(
                    (
                        f"course/{course}",
                        j.CourseOpened(
                            class_group=group,
                            subject=f"Предмет {subject}",
                            year=year,
                            subgroup="1-я" if subject == 2 else None,
                        ),
                    ),
                    (f"course/{course}", j.TeacherAssigned(teacher=self.teachers[0], starts_on="2026-09-01")),
                )
                if subject == 2:
                    self.members[course] = self.students[group][::2]
                    for student in self.members[course]:
                        joined = j.SubgroupJoined(student=student, starts_on="2026-09-01")
                        self.command((f"course/{course}", joined))

    def lesson(self, *, marks: float = 8.4, absences: float = 1.5) -> None:
        """One lesson in one command."""
        rng = self.rng
        if rng.random() < 0.2:
            self.day += timedelta(days=1)
        course, group, _ = rng.choice(self.courses)
        lesson = self.id()
        stream = f"lesson/{lesson}"
        taken = rng.random() < 0.8
        recorded: list[tuple[Event, Fact | None]] = [
            (
                j.LessonRecorded(
                    course=course,
                    teacher=rng.choice(self.teachers),
                    held_on=self.day.isoformat(),
                    number=rng.randint(1, 7),
                    starts_at="09:00",
                    ends_at="09:45",
                    topic=f"Тема {rng.randint(1, 99)}",
                    attendance="taken" if taken else "not_taken",
                ),
                Fact(lesson, "lesson", 0, None),
            )
        ]
        if rng.random() < 0.3:
            terms: dict[str, Any] = {"basis": "приказ № 1", "coefficient": 100, "reason": "ill", "same_subject": True}
            substitution = j.SubstitutionRecorded(absent_teacher=rng.choice(self.teachers), **terms)
            recorded.append((substitution, Fact(lesson, "substitution", 0, terms)))
        if rng.random() < 0.8:
            body = {"text": f"§ {rng.randint(1, 60)}"}
            recorded.append((j.HomeworkAssigned(text=body["text"]), Fact(lesson, "homework", 0, body)))
        students = list(self.students[group])
        rng.shuffle(students)
        absent = students[: _around(rng, absences, len(students))]
        present = students[len(absent) :]
        recorded += [
            (j.AbsenceRecorded(student=student, code="absent"), Fact(lesson, "absence", 0, "absent", student))
            for student in absent
        ]
        if present and rng.random() < 0.15:
            recorded += _came_and_went(lesson, present, leaves=rng.random() < 0.5)
        marked = present[: _around(rng, marks, len(present))]
        if marked:
            work = self.id()
            recorded.append(
                (
                    j.WorkRecorded(work=work, kind="answer", written=False, weight=100 if len(marked) % 2 else None),
                    Fact(lesson, "work", 0, None, None, work),
                )
            )
            for student in marked:
                value = rng.choice(("2", "3", "4", "5", "4/5", "na"))
                recorded.append(
                    (
                        j.MarkRecorded(student=student, work=work, value=value),
                        Fact(lesson, "mark", 0, value, student, work),
                    )
                )
        indexes = self.command(*((stream, event) for event, _ in recorded))
        for (event, fact), index in zip(recorded, indexes, strict=True):
            if fact is None:
                continue
            fact.standing = index
            if isinstance(event, j.LessonRecorded):
                fact.value = {
                    "topic": event.topic,
                    "number": event.number,
                    "starts_at": event.starts_at,
                    "ends_at": event.ends_at,
                }
            if isinstance(event, j.WorkRecorded):
                fact.value = {"kind": event.kind, "written": event.written}
                fact.value |= {} if event.weight is None else {"weight": event.weight}
            self.facts.append(fact)
        self.lessons.append(lesson)
        if not taken and rng.random() < 0.7:
            self.command((stream, j.AttendanceTaken(absent=len(absent))))

    def correct(self) -> None:
        """Correct, annul or give a reason for some fact; sometimes by a request first."""
        rng = self.rng
        if not self.facts:
            return
        fact = rng.choice(self.facts)
        if fact.what == "absence" and fact.value == "absent" and rng.random() < 0.5:
            reason = j.AbsenceReasonSet(absence=fact.standing, code="ill", basis="справка")
            (fact.standing,) = self.command((f"lesson/{fact.lesson}", reason))
            fact.value = "ill"
            return
        new = self._another(fact)
        if self.period_closed or rng.random() < 0.2:
            requested = j.CorrectionRequested(
                what=fact.what,  # type: ignore[arg-type]
                corrects=fact.standing,
                old=fact.value,
                new=new,
                reason="appeal",
                basis="протокол",
            )
            (index,) = self.command((f"lesson/{fact.lesson}", requested))
            if rng.random() < 0.4:
                refused = j.CorrectionRefused(request=index, basis="без оснований")
                self.command((f"lesson/{fact.lesson}", refused))
            elif rng.random() < 0.7:
                self._record_correction(fact, new, request=index)
            return
        self._record_correction(fact, new, request=None)

    def _record_correction(self, fact: Fact, new: Any, request: int | None) -> None:
        verb = "annulled" if new is None else "corrected"
        data: dict[str, Any] = {"corrects": fact.standing, "old": fact.value, "new": new, "reason": "typo"}
        if request is not None:
            data |= {"request": request, "basis": "протокол"}
        event = msgspec.convert(data, j.EVENT_TYPES[f"{fact.what}_{verb}/1"])
        (fact.standing,) = self.command((f"lesson/{fact.lesson}", event))
        fact.value = new

    def _another(self, fact: Fact) -> Any:
        rng = self.rng
        if fact.value is not None and fact.what != "substitution" and rng.random() < 0.25:
            return None
        choices: dict[str, list[Any]] = {
            "mark": ["2", "3", "4", "5", "5/5"],
            "make_up": ["2026-09-12", "2026-09-20", "2026-10-02"],
            "absence": ["absent", "ill", "excused", "unexcused"],
            "lateness": [5, 10, 15],
            "early_leave": [5, 10, 15],
            "substitution": [
                {"basis": basis, "coefficient": 150, "reason": "leave", "same_subject": False} for basis in ("Б", "В")
            ],
            "lesson": [{"topic": topic, "number": 2, "starts_at": "10:00", "ends_at": "10:45"} for topic in ("А", "Б")],
            "work": [
                {"kind": "test", "written": True, "weight": 200},
                {"kind": "dictation", "written": True, "weight": 200},
                {"kind": "dictation", "written": True},
                {"kind": "dictation", "written": True, "weight": 200, "ends_on": "2026-09-15"},
            ],
            "homework": [
                {
                    "text": "",
                },
                {"text": "упр. 5", "due_on": "2026-09-20"},
            ],
        }
        return rng.choice([value for value in choices[fact.what] if value != fact.value])

    def roster_change(self) -> None:
        """A student leaves and comes to another class, or a course or a class gets another teacher."""
        rng = self.rng
        if rng.random() < 0.2:
            led = j.ClassTeacherAssigned(teacher=rng.choice(self.teachers), starts_on=self.day.isoformat())
            self.command((f"class/{rng.choice(self.classes)}", led), role="admin")
            return
        if rng.random() < 0.5:
            course = rng.choice(self.courses)[0]
            assigned = j.TeacherAssigned(teacher=rng.choice(self.teachers), starts_on=self.day.isoformat())
            self.command((f"course/{course}", assigned), role="admin")
            return
        if self.members and rng.random() < 0.5:
            self._subgroup_change()
            return
        left, joined = rng.choice(self.classes), rng.choice(self.classes)
        if not self.students[left]:
            return
        student = rng.choice(self.students[left])
        self.students[left].remove(student)
        self.students[joined].append(student)
        self.command((f"class/{left}", j.StudentLeft(student=student, ends_on=self.day.isoformat())), role="admin")
        starts_on = (self.day + timedelta(days=1)).isoformat()
        self.command((f"class/{joined}", j.StudentEnrolled(student=student, starts_on=starts_on)), role="admin")

    def _subgroup_change(self) -> None:
        """A member leaves a subgroup, or a student comes to it, perhaps again."""
        course = self.rng.choice(list(self.members))
        group = next(group for id_, group, _ in self.courses if id_ == course)
        outside = [student for student in self.students[group] if student not in self.members[course]]
        if self.members[course] and (not outside or self.rng.random() < 0.5):
            student = self.rng.choice(self.members[course])
            self.members[course].remove(student)
            left = j.SubgroupLeft(student=student, ends_on=self.day.isoformat())
            self.command((f"course/{course}", left), role="admin")
        elif outside:
            student = self.rng.choice(outside)
            self.members[course].append(student)
            starts_on = (self.day + timedelta(days=1)).isoformat()
            self.command((f"course/{course}", j.SubgroupJoined(student=student, starts_on=starts_on)), role="admin")

    def close_period(self) -> None:
        closed = j.PeriodClosed(streams=len(self.lessons), root="0" * 64)
        self.command((f"period/{self.period}", closed), role="admin")
        self.period_closed = True

    def reopen_period(self) -> None:
        stream = f"period/{self.period}"
        if self.rng.random() < 0.5:
            former = j.PeriodReopened(reason="not_recorded", basis="записка", requested_by=self.teachers[0])
            self.command((stream, former), role="admin")
        else:
            asked = PeriodReopeningRequested(reason="not_recorded", basis="записка")
            (request,) = self.command((stream, asked), role="teacher")
            self.command((stream, PeriodReopeningApproved(request=request, basis="да")), role="admin")
        self.period_closed = False

    def work(self, steps: int, *, corrections: float = 0.3, changes: float = 0.05) -> SchoolLog:
        """Do `steps` things, lessons for the most part; the period is closed after two thirds, open again at the end."""
        for step in range(steps):
            if step == steps * 2 // 3 and not self.period_closed:
                self.close_period()
            if step == steps * 5 // 6 and self.period_closed:
                self.reopen_period()
            if self.office.rng.random() < 0.5:
                self.office.work()
            chance = self.rng.random()
            if chance < corrections:
                self.correct()
            elif chance < corrections + changes:
                self.roster_change()
            else:
                self.lesson()
        return self


def _came_and_went(lesson: str, present: list[str], *, leaves: bool) -> list[tuple[Event, Fact]]:
    """Somebody was late, and perhaps somebody left early."""
    late, left = present[0], present[-1]
    found: list[tuple[Event, Fact]] = [
        (j.LatenessRecorded(student=late, minutes=10), Fact(lesson, "lateness", 0, 10, late))
    ]
    if leaves:
        leave = j.EarlyLeaveRecorded(student=left, minutes=15)
        found.append((leave, Fact(lesson, "early_leave", 0, 15, left)))
    return found


def _around(rng: random.Random, mean: float, at_most: int) -> int:
    """An integer that is `mean` on average, within what there is."""
    return min(at_most, int(mean) + (rng.random() < mean % 1))
