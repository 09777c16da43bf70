"""The register of deadlines and its counts, at random positions, against the plain folding of the entries."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from ledger.journal import events as j, excuse_events as ex
from ledger.journal.deadlines.days import at_wall
from ledger.journal.deadlines.homework import homework
from ledger.journal.deadlines.lesson import attendance, lesson_record
from ledger.journal.deadlines.marks import oral_mark, written_mark, written_work
from ledger.journal.deadlines.verdict import WORST_FIRST, Entered, Excused, Rule, School, Status, Verdict, Version
from ledger.journal.timetable_events import Bell, BellScheduleSet, TimetableLesson, TimetableSet
from projections.engine import Views
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadline_tally import By
from projections.views.deadlines import OF_STUDENTS, RULES, TO_ATTEND_TO, Asked, deadline_register, lesson_deadlines
from projections.views.late_records import late_records
from tests import projection_oracle as oracle
from tests.planned_days import PlanningLog, Unrecorded, days_off, last_end, plan_entry, unrecorded
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, Fact
from tests.unit.ledger.journal.small_school import PARAMETERS

MOSCOW = ZoneInfo("Europe/Moscow")
SEED_COUNT = 3
LATER = datetime(2027, 6, 1, tzinfo=UTC)

_quiet = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


class DeadlineLog(PlanningLog):
    """A school that is slow: hours pass between its commands, and it changes its regulation on the way."""

    def command(self, *recorded: tuple[str, j.Event], role: str = "teacher", seconds: int | None = None) -> list[int]:
        if self.lessons and seconds is None:
            # Mostly minutes, at times days; now and then exactly to midnight.
            seconds = self.rng.choice((30, 300, 300, 3_000, 20_000, 100_000))
            if self.rng.random() < 0.1:
                midnight = datetime.combine(self.log.at.astimezone(MOSCOW).date() + timedelta(1), datetime.min.time())
                seconds = int((midnight.replace(tzinfo=MOSCOW) - self.log.at).total_seconds())
        return super().command(*recorded, role=role, seconds=seconds)

    def lesson(self, *, marks: float = 2.4, absences: float = 1.0) -> None:
        # The day of the lesson is that of the clock or one shortly before.
        self.day = self.log.at.astimezone(MOSCOW).date() - timedelta(days=self.rng.choice((0, 0, 0, 0, 1, 4)))
        super().lesson(marks=marks, absences=absences)
        if self.rng.random() < 0.5:
            self.follow_up()

    def adopt(self) -> None:
        rng, known = self.rng, getattr(self, "effective", date(2026, 9, 2))
        self.effective = max(known, self.log.at.astimezone(MOSCOW).date() + timedelta(days=rng.randint(-2, 3)))
        parameters = msgspec.structs.replace(
            PARAMETERS,
            lesson_days=rng.choice((0, 1)),
            attendance_days=rng.choice((0, 2)),
            oral_mark_days=rng.choice((0, 1)),
            written_mark_days=rng.choice((1, 3, 7)),
            homework_days=rng.choice((0, 1)),
            homework_after_last_lesson_minutes=rng.choice((0, 60, 600)),
            weekends_extend=rng.random() < 0.5,
            holidays_extend=rng.random() < 0.5,
            planned_homework_is_exempt=rng.random() < 0.7,
        )
        adopted = j.RegulationAdopted(
            order_number="1", order_date="2026-08-31", effective_from=self.effective.isoformat(), parameters=parameters
        )
        self.command((f"regulation/{self.period}", adopted), role="administrator")

    def follow_up(self) -> None:
        """Something that comes to a lesson later: homework, a written work with marks, an absence."""
        rng = self.rng
        standing = [fact for fact in self.facts if fact.what == "lesson" and fact.value is not None]
        if not standing:
            return
        # Mostly to the last lesson, soon or some hours later: between two marks a term may end.
        lesson = rng.choice((standing[-1], standing[-1], *standing[-6:])).lesson
        soon = rng.choice((600, 7_000, 25_000))
        stream, chance = f"lesson/{lesson}", rng.random()
        students = rng.choice(list(self.students.values()))
        if chance < 0.4 and not any(f.what == "homework" and f.value and f.lesson == lesson for f in self.facts):
            on = date.fromisoformat(self.held[lesson]) + timedelta(days=rng.choice((1, 1, 1, 2)))
            body: dict[str, Any] = {"text": "§ 7", "due_on": on.isoformat()}
            (index,) = self.command((stream, j.HomeworkAssigned(**body)), seconds=soon)
            self.facts.append(Fact(lesson, "homework", index, body))
        elif chance < 0.8 and students:
            work = self.id()
            header: dict[str, Any] = {"kind": "test", "written": rng.random() < 0.5, "weight": 100}
            later = [date.fromisoformat(self.held[lesson]) + timedelta(days=days) for days in (1, 2, 5)]
            if header["written"] and rng.random() < 0.4:
                header["ends_on"] = rng.choice(later).isoformat()
            (index,) = self.command((stream, j.WorkRecorded(work=work, **header)), seconds=60)
            self.facts.append(Fact(lesson, "work", index, header, None, work))
            for student in rng.sample(students, rng.choice((0, 0, 1, 2)) % (len(students) + 1)):
                day = rng.choice(later).isoformat()
                own = j.MakeUpRecorded(student=student, work=work, made_up_on=day)
                (index,) = self.command((stream, own), seconds=60)
                self.facts.append(Fact(lesson, "make_up", index, day, student, work))
            for student in rng.sample(students, rng.randint(0, len(students))):
                (index,) = self.command((stream, j.MarkRecorded(student=student, work=work, value="4")), seconds=soon)
                self.facts.append(Fact(lesson, "mark", index, "4", student, work))
        elif students:
            student = rng.choice(students)
            cell = [f for f in self.facts if f.lesson == lesson and f.student == student and f.what == "absence"]
            if not cell:
                (index,) = self.command((stream, j.AbsenceRecorded(student=student, code="absent")))
                self.facts.append(Fact(lesson, "absence", index, "absent", student))

    def excuse(self) -> None:
        """An incident that is opened or closed, or an excuse: for a lesson, or its course and day; some are withdrawn."""
        rng, chance = self.rng, self.rng.random()
        world = oracle.fold(self.log.raws)
        headers = world.lessons
        late = [
            fact.lesson
            for fact in world.facts
            if fact.what == "lesson" and world.entries[fact.first]["at"][:10] > headers[fact.lesson]["held_on"]
        ]
        lesson = rng.choice(late[-2:] if late and rng.random() < 0.7 else self.lessons[-6:])
        about = headers[lesson]
        held = datetime.fromisoformat(f"{about['held_on']}T{about['starts_at']}")
        if chance < 0.3:
            began = (held + timedelta(minutes=rng.choice((-90, -1, 0, 300, 300, 900, 2_000)))).isoformat()[:16]
            self.incidents.append((self.id(), began))
            opened = ex.IncidentOpened(kind="system", began_at=began)
            self.command((f"incident/{self.incidents[-1][0]}", opened), role="administrator", seconds=60)
        elif chance < 0.5 and self.incidents:
            incident, began = self.incidents.pop(rng.randrange(len(self.incidents)))
            self.closed.append(incident)
            ended = (datetime.fromisoformat(began) + timedelta(minutes=rng.choice((0, 1, 90, 600)))).isoformat()[:16]
            closed = ex.IncidentClosed(ended_at=ended)
            self.command((f"incident/{incident}", closed), role="administrator", seconds=60)
        elif chance < 0.9 or not self.excuses:
            known = [*self.closed[-2:], *(incident for incident, _ in self.incidents[-2:])]
            why: dict[str, Any] = {"reason": "order", "basis": "приказ"}
            if known and rng.random() < 0.8:
                why = {"reason": "outage", "incident": rng.choice(known)}
            place = {"lesson": lesson}
            if rng.random() < 0.4:
                place = {"course": about["course"], "held_on": about["held_on"]}
            rules = tuple(sorted(rng.sample(RULES, rng.randint(1, len(RULES)))))
            self.excuses.append(self.id())
            accepted = ex.ExcuseAccepted(teacher=about["teacher"], rules=rules, **why, **place)  # type: ignore[arg-type]
            self.command((f"excuse/{self.excuses[-1]}", accepted), role="administrator", seconds=60)
        else:
            gone = self.excuses.pop(rng.randrange(len(self.excuses)))
            self.command((f"excuse/{gone}", ex.ExcuseWithdrawn(basis="ошибка")), role="administrator", seconds=60)

    @property
    def held(self) -> dict[str, str]:
        return {lesson: of["held_on"] for lesson, of in oracle.fold(self.log.raws).lessons.items()}

    def annul_marks(self) -> None:
        """Annul marks of one lesson, at times all of them."""
        standing = [fact for fact in self.facts if fact.what == "mark" and fact.value is not None]
        if standing and not self.period_closed:
            lesson = self.rng.choice(standing[-20:]).lesson
            of_lesson = [fact for fact in standing if fact.lesson == lesson]
            for fact in of_lesson[: self.rng.choice((1, 1, 99))]:
                self._record_correction(fact, None, request=None)

    def straddle(self) -> None:
        """A lesson whose homework misses the hour but not the day, and whose oral marks come on both sides of terms."""
        day = self.log.at.astimezone(MOSCOW).date() + timedelta(days=1)
        self.log.at = datetime.combine(day, time(20), MOSCOW).astimezone(UTC)
        course, group, _ = self.rng.choice(self.courses)
        lesson, work, test = self.id(), self.id(), self.id()
        header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": "09:00", "ends_at": "09:45", "number": 1}
        tomorrow = (day + timedelta(days=1)).isoformat()
        oral = j.WorkRecorded(work=work, kind="answer", written=False, weight=100)
        first, second = self.students[group][:2] if len(self.students[group]) > 1 else (self.id(), self.id())
        # The class's last lesson is recorded before an earlier one: the later end counts, not the later entry.
        last = {**header, "starts_at": "14:00", "ends_at": "14:45", "number": 6}
        other = j.LessonRecorded(course=course, teacher=self.teachers[1], topic="Т", attendance="taken", **last)
        self.lessons.append(self.id())
        self.command((f"lesson/{self.lessons[-1]}", other), seconds=60)
        for event, seconds in (
            (
                j.LessonRecorded(
                    course=course, teacher=self.teachers[0], topic="Тема", attendance="not_taken", **header
                ),
                60,
            ),
            (j.HomeworkAssigned(text="§ 7", due_on=tomorrow), 60),
            (oral, 60),
            (j.MarkRecorded(student=first, work=work, value="4"), 60),
            (j.WorkRecorded(work=test, kind="test", written=True, weight=100), 60),
            (j.MarkRecorded(student=first, work=test, value="4"), 60),
            (j.MarkRecorded(student=second, work=work, value="5"), 300_000),
            (j.MarkRecorded(student=second, work=test, value="5"), 60),
        ):
            self.command((f"lesson/{lesson}", event), seconds=seconds)
        self.lessons.append(lesson)

    def at_once(self) -> None:
        """Lessons of a day that one command each writes down whole, with homework for the next day, soon or in the evening."""
        day = self.log.at.astimezone(MOSCOW).date() + timedelta(days=1)
        course, group, _ = self.rng.choice(self.courses)
        tomorrow = (day + timedelta(days=1)).isoformat()
        for number, starts_at, ends_at, hour in ((1, "09:00", "09:45", 11), (6, "14:00", "14:45", 20)):
            self.log.at = datetime.combine(day, time(self.rng.choice((hour, hour + 1))), MOSCOW).astimezone(UTC)
            lesson, work = self.id(), self.id()
            times: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "number": number}
            kept = j.LessonRecorded(
                course=course, teacher=self.teachers[0], topic="Т", attendance="taken", held_on=day.isoformat(), **times
            )
            entered: list[j.Event] = [kept, j.HomeworkAssigned(text="§ 7", due_on=tomorrow)]
            entered.append(j.WorkRecorded(work=work, kind="answer", written=False, weight=100))
            entered += [j.MarkRecorded(student=who, work=work, value="5") for who in self.students[group][:2]]
            self.command(*((f"lesson/{lesson}", event) for event in entered), seconds=60)
            self.lessons.append(lesson)

    def plan_afterwards(self) -> None:
        """A lesson whose plan gets its homework when the lesson is over."""
        day = self.log.at.astimezone(MOSCOW).date() + timedelta(days=1)
        self.log.at = datetime.combine(day, time(20), MOSCOW).astimezone(UTC)
        course = self.rng.choice(self.courses)[0]
        number = self.plan(course, "§ 8")
        header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": "09:00", "ends_at": "09:45", "number": 1}
        covering = j.LessonRecorded(
            course=course, teacher=self.teachers[0], topic="Т", attendance="taken", plan_items=(number,), **header
        )
        self.lessons.append(self.id())
        self.command((f"lesson/{self.lessons[-1]}", covering), seconds=60)

    def live(self, steps: int) -> DeadlineLog:
        self.incidents: list[tuple[str, str]] = []
        self.closed: list[str] = []
        self.excuses: list[str] = []
        for step in range(steps):
            if step and step % 12 == 0:
                self.adopt()
            if step % 30 == 29:
                self.straddle()
                self.plan_afterwards()
            if step % 30 == 14:
                self.at_once()
            if step > 3:
                self.excuse()
            others = [*[self.follow_up] * 4, self.correct, self.annul_marks, self.roster_change]
            # Days without a timetable come first.
            others += [self.plan_days, self.plan_days] if step > 45 else []
            self.rng.choice((self.lesson, self.lesson, *others))()
        return self


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def schools(request: pytest.FixtureRequest) -> Iterator[list[tuple[DeadlineLog, Views]]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(SEED_COUNT):
            school = DeadlineLog(seed, classes_count=2, students_count=4, courses_count=4)
            school.log.origin = f"{ORIGIN}/deadlines/{seed}"
            school.live(140)
            if request.param == "sqlite":
                url = f"sqlite:{folder}/{seed}.db"
            else:
                url = views_dsn(request.getfixturevalue("module_postgres_database"))
            views = Views.open(url, school.log.origin)
            rng = random.Random(seed)
            while (position := views.position()) < len(school.log.raws):
                views.catch_up(school.log, stop=position + rng.randint(1, 90))
            found.append((school, views))
        yield found
        for _, views in found:
            views.close()


def all_verdicts(world: oracle.World, now: datetime) -> list[tuple[Any, ...]]:
    """(lesson, student, work, verdict) of all standing lessons, from the folded entries alone."""

    def moment(entry: int) -> datetime:
        return datetime.fromisoformat(world.entries[entry]["at"])

    def entered(fact: oracle.Fact) -> Entered:
        return Entered(fact.first, moment(fact.first), None if fact.standing == fact.first else fact.standing)

    versions = [
        Version(
            entry["index"],
            date.fromisoformat(entry["data"]["effective_from"]),
            j.RegulationParameters(**entry["data"]["parameters"]),
        )
        for entry in world.entries
        if entry["type"] == "regulation_adopted/1"
    ]
    by: dict[str, Any] = {"school": School(MOSCOW, versions, days_off(world)), "now": now}
    headers = {f.lesson: f for f in world.facts if f.what == "lesson" and f.value is not None}
    found: list[tuple[Any, ...]] = []
    for lesson, header in headers.items():
        facts = [fact for fact in world.facts if fact.lesson == lesson and fact.value is not None]
        day_text = world.lessons[lesson]["held_on"]
        day = date.fromisoformat(day_text)
        absent = {fact.student: entered(fact) for fact in facts if fact.what == "absence"}
        taken = world.taken.get(lesson)
        found.append((lesson, None, None, lesson_record(day, entered(header), **by)))
        taken_by = None if taken is None else Entered(taken, moment(taken))
        found.append((lesson, None, None, attendance(day, taken_by, list(absent.values()), **by)))
        found.append((lesson, None, None, _homework(world, facts, header, entered, by)))
        members = taught(world, lesson)
        for work in (fact for fact in facts if fact.what == "work"):
            marks = {f.student: entered(f) for f in facts if f.what == "mark" and f.work == work.work}
            own = {f.student: f for f in facts if f.what == "make_up" and f.work == work.work}
            on = {student: date.fromisoformat(fact.value) for student, fact in own.items()}
            said = {student: [fact.first, fact.standing] for student, fact in own.items()}
            if not work.value["written"]:
                for s, m in marks.items():
                    cited = [work.standing, *said.get(s, [])]
                    found.append((lesson, s, work.work, oral_mark(day, m, made_up_on=on.get(s), cited=cited, **by)))
                continue
            ends_on = work.value.get("ends_on")
            last = date.fromisoformat(ends_on) if ends_on else day
            verdicts = {}
            for student in {*members, *marks}:
                cited = [work.standing, *(members.get(str(student), [])), *said.get(student, [])]
                verdicts[str(student)] = written_mark(
                    last,
                    marks.get(student),
                    absence=absent.get(student),
                    made_up_on=on.get(student),
                    several_days=ends_on is not None,
                    cited=cited,
                    **by,
                )
            found += [(lesson, student, work.work, verdict) for student, verdict in verdicts.items()]
            whole = written_work(last, verdicts, school=by["school"], cited=[work.standing])
            found.append((lesson, None, work.work, whole.verdict))
    # A generated school's clock is its last entry.
    until = datetime.fromisoformat(world.entries[-1]["at"]).astimezone(MOSCOW)
    for place in unrecorded(world, until):
        day, cancelled = date.fromisoformat(place.held_on), place.entries[0] if place.cancelled else None
        found.append((place, None, None, lesson_record(day, None, planned=place.entries, cancelled=cancelled, **by)))
        found.append((place, None, None, attendance(day, None, planned=place.entries, cancelled=cancelled, **by)))
    starts = {lesson: header.value["starts_at"] for lesson, header in headers.items()}
    return [(*one[:3], excused(world, one[0], starts.get(one[0]) or one[0].starts_at, one[3], now)) for one in found]


def excused(world: oracle.World, lesson: str | Unrecorded, starts_at: str, verdict: Verdict, now: datetime) -> Verdict:
    """The verdict beside the first excuse that covers it, looked for among all entries."""
    if verdict.status not in {"late", "missing"} or verdict.due is None:
        return verdict
    its = about(world, lesson)
    began = datetime.fromisoformat(f"{its['held_on']}T{starts_at}").replace(tzinfo=MOSCOW)
    withdrawn = {entry["stream"] for entry in world.entries if entry["type"] == "excuse_withdrawn/1"}
    for entry in world.entries:
        data = entry["data"]
        if entry["type"] != "excuse_accepted/1" or entry["stream"] in withdrawn or verdict.rule not in data["rules"]:
            continue
        is_here = (isinstance(lesson, str) and data.get("lesson") == lesson) or (
            (data.get("course"), data.get("held_on"), data["teacher"])
            == (its["course"], its["held_on"], its["teacher"])
        )
        if not is_here:
            continue
        of = [one for one in world.entries if one["stream"] == f"incident/{data.get('incident')}"]
        if of:
            moments = [one["data"].get("began_at") or one["data"]["ended_at"] for one in of]
            first, *rest = [datetime.fromisoformat(moment).replace(tzinfo=MOSCOW) for moment in moments]
            if not (first < verdict.due and (rest[0] if rest else now) >= began):
                continue
        cited = sorted({*verdict.basis, entry["index"], *(one["index"] for one in of)})
        because = Excused(data["reason"], entry["index"], of[0]["index"] if of else None)
        return replace(verdict, basis=tuple(cited), excused=because)
    return verdict


def about(world: oracle.World, lesson: str | Unrecorded) -> dict[str, Any]:
    """Course, day and teacher of a lesson that was recorded, or only planned."""
    return world.lessons[lesson] if isinstance(lesson, str) else lesson._asdict()


def place_of(row: DeadlineRow) -> tuple[str, str, int] | str:
    """What a row is about: a lesson, or a planned one's place."""
    return row.lesson or (row.course, row.held_on, row.number)


def key_of(lesson: str | Unrecorded) -> tuple[str, str, int] | str:
    """The same of a lesson."""
    return lesson if isinstance(lesson, str) else lesson[:3]


def taught(world: oracle.World, lesson: str) -> dict[str, list[int]]:
    """Student -> the entries that make him one of those who are taught in a lesson."""

    def there(member: dict[str, Any]) -> bool:
        day = world.lessons[lesson]["held_on"]
        return bool(member["starts_on"] <= day and (member["ends_on"] is None or day <= member["ends_on"]))

    course = world.lessons[lesson]["course"]
    group = world.courses[course]["class_group"]
    of_class = {of["student"]: [of["entry"]] for of in world.members if of["class"] == group and there(of)}
    if not world.courses[course].get("subgroup"):
        return of_class
    return {
        of["student"]: [*of_class[of["student"]], of["entry"]]
        for of in world.stays
        if of["course"] == course and there(of) and of["student"] in of_class
    }


def _homework(
    world: oracle.World, facts: list[oracle.Fact], header: oracle.Fact, entered: Any, by: dict[str, Any]
) -> Verdict:
    about = world.lessons[header.lesson]
    day = date.fromisoformat(about["held_on"])
    given_ = [fact for fact in facts if fact.what == "homework"]
    due_on = date.fromisoformat(given_[0].value["due_on"]) if given_ and "due_on" in given_[0].value else None
    eve = due_on == day + timedelta(days=1)
    end = last_end(world, about["course"], about["held_on"]) if eve else None
    plan = plan_entry(world, header)
    return homework(
        day,
        entered(given_[0]) if given_ else None,
        due_on,
        last_lesson_end=at_wall(day, time.fromisoformat(end[0]), MOSCOW) if end else None,
        lesson_starts=at_wall(day, time.fromisoformat(header.value["starts_at"]), MOSCOW),
        planned=None if plan is None else Entered(plan, datetime.fromisoformat(world.entries[plan]["at"])),
        is_day_planned=end is None or end[2],
        cited=end[1] if end else [],
        **by,
    )


def _asked_at(school: DeadlineLog, data: st.DataObject) -> tuple[int, datetime]:
    """A position and the moment that stands for now there."""
    at = data.draw(st.integers(1, len(school.log.raws)), label="at")
    return at, datetime.fromisoformat(oracle.fold(school.log.raws[:at]).entries[-1]["at"])


@_quiet
@given(data=st.data())
def test_the_register_says_what_the_entries_say(schools: list[tuple[DeadlineLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, now = _asked_at(school, data)
    world = oracle.fold(school.log.raws[:at])
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    group = data.draw(st.sampled_from([None, *school.classes]))
    student = data.draw(st.sampled_from([None, None, *sorted(s for of in school.students.values() for s in of)]))
    first, last = data.draw(st.sampled_from([(None, None), ("2026-09-03", "2026-09-12")]))
    asked = Asked(teacher, group, student, first, last, RULES, WORST_FIRST)
    found = deadline_register(views, asked, now=LATER, at=at)
    assert found.position == at
    expected = set()
    for lesson, of, work, verdict in all_verdicts(world, now):
        its = about(world, lesson)
        if (
            teacher in (None, its["teacher"])
            and group in (None, world.courses[its["course"]]["class_group"])
            and (student is None or (student == of and verdict.rule in OF_STUDENTS))
            and (first or "") <= its["held_on"] <= (last or "9999")
        ):
            says = (verdict.rule, verdict.status, _text(verdict.due), verdict.readings, verdict.basis)
            expected.add((key_of(lesson), of, work, *says))
    rows = [(place_of(r), r.student, r.work, r.rule, r.status, r.due, r.readings, r.basis) for r in found.rows]
    assert len(rows) == len(set(rows))
    if student is None:
        assert set(rows) == expected
    else:
        # A mark in a class that the student never was in is not looked for.
        assert set(rows) <= expected
        groups = {member["class"] for member in world.members if member["student"] == student}
        assert {
            row for row in expected if world.courses[world.lessons[str(row[0])]["course"]]["class_group"] in groups
        } == set(rows)
    assert all(r.late_by_seconds is None or r.late_by_seconds >= 0 for r in found.rows)


def test_the_whole_register_at_the_end_is_what_the_entries_say(schools: list[tuple[DeadlineLog, Views]]) -> None:
    for school, views in schools:
        rows = deadline_register(views, Asked(statuses=WORST_FIRST), now=LATER).rows
        assert {
            (place_of(row), row.student, row.work, row.rule, row.status, row.due, row.basis, _excused(row))
            for row in rows
        } == {
            (key_of(lesson), of, work, verdict.rule, verdict.status, _text(verdict.due), verdict.basis, verdict.excused)
            for lesson, of, work, verdict in all_verdicts(oracle.fold(school.log.raws), LATER)
        }


@_quiet
@given(data=st.data())
def test_the_counts_are_those_of_the_rows(schools: list[tuple[DeadlineLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    group = data.draw(st.sampled_from([None, *school.classes]))
    first, last = data.draw(st.sampled_from([(None, None), ("2026-09-03", "2026-09-12")]))
    rules = tuple(data.draw(st.sets(st.sampled_from(RULES), min_size=1)))
    asked = Asked(teacher, group, None, first, last, rules, WORST_FIRST)
    by: list[By] = data.draw(
        st.sampled_from(
            [
                ["teacher", "week"],
                [],
                ["class_group"],
                ["teacher", "class_group", "week"],
                ["month"],
                ["teacher", "month"],
            ]
        )
    )
    expected: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in deadline_register(views, asked, now=LATER, at=at).rows:
        span = row.week if "week" in by else row.held_on[:7] if "month" in by else None
        key = (row.rule, *((getattr(row, name) if name in by else None) for name in ("teacher", "class_group")), span)
        expected[key][row.status] += 1
        expected[key]["excused"] += row.excused is not None
    found = deadline_counts(views, asked, now=LATER, by=by, at=at)
    counted = {
        (row.rule, row.teacher, row.class_group, row.week): {
            name: getattr(row, name) for name in (*WORST_FIRST, "excused") if getattr(row, name)
        }
        for row in found.rows
    }
    assert {key: of for key, of in counted.items() if of} == {key: +of for key, of in expected.items()}


@_quiet
@given(data=st.data())
def test_what_is_late_or_lacks_is_found_without_judging_what_came_in_time(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    group = data.draw(st.sampled_from([None, *school.classes]))
    first, last = data.draw(st.sampled_from([(None, None), ("2026-09-03", "2026-09-12")]))
    rules = tuple(data.draw(st.sets(st.sampled_from(RULES), min_size=1)))
    kinds: tuple[Status, ...] = ("late", "missing", "pending")
    statuses = tuple(data.draw(st.sets(st.sampled_from(kinds), min_size=1)))
    asked = Asked(teacher, group, None, first, last, rules, statuses)
    assert late_records(views, asked, now=LATER, at=at) == deadline_register(views, asked, now=LATER, at=at).rows


def test_what_is_told_of_whole_commands_is_what_their_entries_say(schools: list[tuple[DeadlineLog, Views]]) -> None:
    rng = random.Random(0)
    for school, views in schools:
        size = len(school.log.raws)
        for at in (*rng.sample(range(size // 4, size), 30), size):
            rules = rng.choice((RULES, RULES, tuple(rng.sample(RULES, 2))))
            statuses = rng.choice((TO_ATTEND_TO, TO_ATTEND_TO, ("late",), ("missing",)))
            every = deadline_register(views, Asked(rules=rules, statuses=WORST_FIRST), now=LATER, at=at)
            found = deadline_register(views, Asked(rules=rules, statuses=statuses), now=LATER, at=at)
            assert found == replace(every, rows=tuple(row for row in every.rows if row.status in statuses)), at


def test_what_lacks_while_its_term_runs_is_found_without_judging_what_came_in_time(
    schools: list[tuple[DeadlineLog, Views]],
) -> None:
    seen = set()
    asked = Asked(statuses=("pending",))
    for _, views in schools[:2]:
        end = views.position()
        for at in range(end // 3, end, end // 12):
            rows = deadline_register(views, asked, now=LATER, at=at).rows
            assert late_records(views, asked, now=LATER, at=at) == rows
            seen |= {row.rule for row in rows if row.lesson is not None}
    assert seen >= {"homework", "written_mark", "written_work"}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_counted_alone_as_with_the_others(schools: list[tuple[DeadlineLog, Views]], rule: Rule) -> None:
    both_sides = 0
    for _, views in schools:
        asked = Asked(rules=(rule,), statuses=WORST_FIRST)
        rows = deadline_register(views, asked, now=LATER).rows
        (found,) = deadline_counts(views, asked, now=LATER, by=()).rows
        assert {status: getattr(found, status) for status in WORST_FIRST} == {
            status: sum(row.status == status for row in rows) for status in WORST_FIRST
        }
        of_works: defaultdict[str | None, set[str]] = defaultdict(set)
        for row in rows:
            of_works[row.work].add(row.status)
        both_sides += sum({"on_time", "late"} <= of for work, of in of_works.items() if work)
    # A term that ends between two marks of one work is what sums alone cannot tell.
    assert both_sides or rule not in OF_STUDENTS


def test_a_command_of_which_a_part_was_known_is_counted_by_that_part(tmp_path: Path) -> None:
    school = DeadlineLog(7, classes_count=1, students_count=4, courses_count=2)
    school.adopt()
    course, group, _ = school.courses[0]
    lesson, oral, test = f"lesson/{school.id()}", school.id(), school.id()
    day = (school.log.at.astimezone(MOSCOW).date() + timedelta(days=4)).isoformat()
    header: dict[str, Any] = {"held_on": day, "starts_at": "09:00", "ends_at": "09:45", "number": 1}
    kept = j.LessonRecorded(course=course, teacher=school.teachers[0], topic="Т", attendance="taken", **header)
    works = [
        j.WorkRecorded(work=work, kind="test", written=written, weight=100)
        for work, written in ((oral, False), (test, True))
    ]
    marks = [
        j.MarkRecorded(student=student, work=work, value="4")
        for student in school.students[group]
        for work in (oral, test)
    ]
    school.command((lesson, kept), *((lesson, work) for work in works), seconds=300_000)
    first, *_, last = school.command(*((lesson, mark) for mark in marks), seconds=60)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        for at in range(first, last + 2):
            rows = deadline_register(views, Asked(statuses=WORST_FIRST), now=LATER, at=at).rows
            counted = {row.rule: row for row in deadline_counts(views, Asked(), now=LATER, by=(), at=at).rows}
            for rule in {row.rule for row in rows}:
                assert {status: getattr(counted[rule], status) for status in WORST_FIRST} == {
                    status: sum(row.status == status and row.rule == rule for row in rows) for status in WORST_FIRST
                }


def test_the_schools_have_lessons_that_their_own_command_tells_all_of_and_others(
    schools: list[tuple[DeadlineLog, Views]],
) -> None:
    own, added = Counter[str](), Counter[str]()
    for _, views in schools:
        for fact, given_by, due_on, day, oral, taken in views.select(_UNTOUCHED, {}):
            own["homework in advance"] += given_by is not None and given_by < fact
            own["homework for the next day"] += (due_on or "") == (date.fromisoformat(day) + timedelta(1)).isoformat()
            own["no homework"] += given_by is None
            own["no attendance"] += not taken
            own["oral marks"] += bool(oral)
        added.update(what for (what,) in views.select("SELECT b.what FROM {additions} b", {}))
        lost = views.select(_ALL_ANNULLED, {})
        own["oral marks, all annulled"] += len(lost)
    assert set(added) >= {"attendance", "absence", "homework", "work", "mark", "make_up", "annulled_mark"}
    for what in ("no homework", "oral marks"):
        assert own[what], (what, own)


_UNTOUCHED = """SELECT l.fact, l.given, l.due_on, l.held_on, l.oral, l.taken FROM {recorded_lessons} l
    WHERE l.lesson NOT IN (SELECT b.lesson FROM {additions} b)"""
_ALL_ANNULLED = """SELECT l.lesson FROM {recorded_lessons} l WHERE l.oral > 0 AND l.oral =
    (SELECT count(*) FROM {additions} b WHERE b.lesson = l.lesson AND b.what = 'annulled_mark')"""


def test_a_lesson_whose_only_oral_marks_are_annulled_has_none(tmp_path: Path) -> None:
    school = DeadlineLog(11, classes_count=1, students_count=3, courses_count=1)
    school.adopt()
    course, group, _ = school.courses[0]
    lesson, work = f"lesson/{school.id()}", school.id()
    day = (school.log.at.astimezone(MOSCOW).date() + timedelta(days=4)).isoformat()
    header: dict[str, Any] = {"held_on": day, "starts_at": "09:00", "ends_at": "09:45", "number": 1}
    kept = j.LessonRecorded(course=course, teacher=school.teachers[0], topic="Т", attendance="taken", **header)
    marks = [j.MarkRecorded(student=student, work=work, value="4") for student in school.students[group][:2]]
    _, _, *given_by = school.command(
        (lesson, kept),
        (lesson, j.WorkRecorded(work=work, kind="answer", written=False, weight=100)),
        *((lesson, mark) for mark in marks),
        seconds=300_000,
    )
    for mark, entry in zip(marks, given_by, strict=True):
        gone = j.MarkAnnulled(corrects=entry, old=mark.value, new=None, reason="typo")
        school.command((lesson, gone), seconds=60)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        for at in range(given_by[0], views.position() + 1):
            rows = deadline_register(views, Asked(statuses=WORST_FIRST), now=LATER, at=at).rows
            of_days: Counter[Any] = Counter()
            counts = deadline_counts(views, Asked(), now=LATER, by=("teacher",), at=at, of_days=of_days).rows
            counted = {row.rule: row for row in counts if row.teacher == school.teachers[0]}
            assert sum(getattr(counted["oral_mark"], status) for status in WORST_FIRST) == sum(
                row.rule == "oral_mark" for row in rows
            )
            whole = lesson_deadlines(views, lesson[-36:], now=LATER, at=at).completeness
            assert whole is not None
            assert +of_days == {(school.teachers[0], "", None if whole.open else whole.index): 1}


def test_homework_for_the_next_day_is_counted_by_the_end_of_its_classs_day(tmp_path: Path) -> None:
    school = DeadlineLog(5, classes_count=1, students_count=3, courses_count=1)
    order: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-28", "effective_from": "2026-08-28"}
    adopted = j.RegulationAdopted(parameters=PARAMETERS, **order)
    school.command((f"regulation/{school.period}", adopted), role="administrator", seconds=60)
    course, group, _ = school.courses[0]
    clocks = {1: ("09:00", "09:45"), 2: ("10:00", "10:45"), 7: ("15:00", "15:45")}
    rung = tuple(Bell(number=number, starts_at=first, ends_at=last) for number, (first, last) in clocks.items())
    bells = school.id()
    ring = BellScheduleSet(title="1-я смена", effective_from="2026-09-01", lessons=rung)
    school.command((f"bells/{bells}", ring), role="admin", seconds=60)
    # No day has the seventh lesson: that it is in the bells bounds the end of a day, and decides nothing.
    week = tuple(
        TimetableLesson(course=course, weekday=day, number=number, weeks="every")
        for day in range(1, 7)
        for number in (1, 2)
    )
    timetable = TimetableSet(effective_from="2026-09-01", bells=bells, lessons=week)
    school.command((f"timetable/{group}", timetable), role="admin", seconds=60)
    monday = school.log.at.astimezone(MOSCOW).date()
    monday += timedelta(days=14 - monday.weekday())

    def teach(day: date, number: int, recorded_at: str) -> None:
        lesson, (starts_at, ends_at) = f"lesson/{school.id()}", clocks[number]
        header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": starts_at, "ends_at": ends_at}
        kept = j.LessonRecorded(
            course=course, teacher=school.teachers[0], topic="Т", attendance="taken", number=number, **header
        )
        given_on = j.HomeworkAssigned(text="§ 7", due_on=(day + timedelta(days=1)).isoformat())
        at = datetime.combine(day, time.fromisoformat(recorded_at), MOSCOW)
        school.command((lesson, kept), (lesson, given_on), seconds=int((at - school.log.at).total_seconds()))

    teach(monday, 2, "10:50")
    teach(monday, 1, "12:00")  # an hour and a quarter behind the day's last lesson: late
    tuesday = monday + timedelta(days=1)
    teach(tuesday, 1, "11:00")  # an hour and a quarter behind its own end, and in time
    teach(tuesday, 2, "11:44")
    wednesday = tuesday + timedelta(days=1)
    teach(wednesday, 1, "09:50")
    teach(wednesday, 2, "17:00")  # late whenever a day by these bells ends
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        assert views.select("SELECT b.lesson FROM {additions} b", {}) == []
        now = datetime.combine(wednesday, time(18), MOSCOW)
        asked = Asked(rules=("homework",), statuses=WORST_FIRST)
        (found,) = deadline_counts(views, asked, now=now, by=()).rows
        counted = {status: getattr(found, status) for status in WORST_FIRST if getattr(found, status)}
        assert counted == Counter(row.status for row in deadline_register(views, asked, now=now).rows)
        assert counted == {"late": 2, "on_time": 4}


@_quiet
@given(data=st.data())
def test_a_lessons_own_verdicts_are_the_registers(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    lesson = data.draw(st.sampled_from(school.lessons))
    found = lesson_deadlines(views, lesson, now=LATER, at=at)
    whole = deadline_register(views, Asked(statuses=WORST_FIRST), now=LATER, at=at)
    assert list(found.rows) == [row for row in whole.rows if row.lesson == lesson]
    assert (found.completeness is None) == (not found.rows)
    if found.completeness is not None:
        parts = found.completeness.parts
        assert set(parts) == {"topic", "marks", "attendance", "homework"}
        counted = sum(status in {"on_time", "exempt"} for status in parts.values())
        assert found.completeness.index == (None if "no_regulation" in parts.values() else counted)


def test_the_schools_have_every_kind_of_verdict(schools: list[tuple[DeadlineLog, Views]]) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    readings: Counter[str] = Counter()
    for _, views in schools:
        for row in deadline_register(views, Asked(statuses=WORST_FIRST), now=LATER).rows:
            seen[row.rule, row.status] += 1
            readings.update(row.readings)
            if row.excused is not None:
                reasons[row.rule, row.excused.reason] += 1
    for rule in RULES:
        assert reasons[rule, "outage"], rule
        assert reasons[rule, "order"], rule
    for rule in ("lesson", "attendance", "homework", "oral_mark", "written_mark", "written_work"):
        assert seen[rule, "on_time"], rule
        assert seen[rule, "late"], rule
        assert seen[rule, "no_regulation"], rule
    assert seen["lesson", "missing"]
    assert seen["lesson", "exempt"]
    assert seen["homework", "missing"]
    assert seen["attendance", "missing"]
    assert seen["written_mark", "missing"]
    assert seen["written_mark", "exempt"]
    assert seen["homework", "exempt"]
    assert readings["due_next_day"]
    assert readings["recorded_lessons_alone"]
    assert readings["recorded_lessons_alone"] < readings["due_next_day"]
    assert readings["planned_too_late"]
    assert readings["absence_added"]
    assert readings["made_up"]
    assert readings["several_days"]


def _excused(row: DeadlineRow) -> Excused | None:
    return None if row.excused is None else Excused(row.excused.reason, row.excused.excuse, row.excused.incident)  # type: ignore[arg-type]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
