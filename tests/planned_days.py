"""Timetables, cancellations and lesson plans for logs of the tests, and what they say of a day, in the plainest way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from ledger.journal import events as j
from ledger.journal.calendar import CalendarEntry
from ledger.journal.cancellation_events import CancellationWithdrawn, LessonCancelled, PlannedPlace
from ledger.journal.deadlines.days import DaysOff
from ledger.journal.in_force import InForce
from ledger.journal.plan_events import LessonPlanAmended, LessonPlanImported, PlanItem, PlanTopic
from ledger.journal.planned_lessons import GradeCalendar, PlannedLesson, Span, planned_lessons
from ledger.journal.timetable_events import Bell, BellScheduleSet, DaysOffDeclared, TimetableLesson, TimetableSet
from tests import projection_oracle as oracle
from tests.projection_logs import SchoolLog

FIRST = "2026-09-01"
ITEMS = 6


class PlanningLog(SchoolLog):
    """A school that plans its lessons, and changes its mind about it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.bells = ""
        self.plans: set[str] = set()
        self.standing: list[tuple[str, int]] = []
        self.cancelled: set[tuple[str, str, int]] = set()
        super().__init__(*args, **kwargs)

    def command(self, *recorded: tuple[str, j.Event], role: str = "teacher", seconds: int | None = None) -> list[int]:
        """Lessons cover items of the plan, whether it has them or not."""
        covering = tuple((stream, self._covering(event)) for stream, event in recorded)
        return super().command(*covering, role=role, seconds=seconds)

    def _covering(self, event: j.Event) -> j.Event:
        if not isinstance(event, j.LessonRecorded) or event.plan_items or self.rng.random() < 0.5:
            return event
        items = sorted(self.rng.sample(range(1, ITEMS + 1), self.rng.choice((1, 1, 2))))
        return msgspec.structs.replace(event, plan_items=tuple(items))

    def plan_days(self) -> None:
        """A timetable for a class, or bells, a day off, a cancellation, a lesson plan."""
        rng = self.rng
        course, group, _ = rng.choice(self.courses)
        choice = rng.random()
        if not self.bells or choice < 0.1:
            self.bells = self.bells or self.id()
            lessons = tuple(
                Bell(number=n, starts_at=f"{8 + n:02}:00", ends_at=f"{8 + n:02}:{rng.choice((40, 45))}")
                for n in range(1, rng.choice((7, 9)))
            )
            bells = BellScheduleSet(title="1-я смена", effective_from=FIRST, lessons=lessons)
            self.command((f"bells/{self.bells}", bells), role="admin", seconds=60)
        elif choice < 0.35:
            week = sorted(
                (day, number, of)
                for day in range(1, 8)
                for of, its_group, _ in self.courses
                if its_group == group
                for number in rng.sample(range(1, 9), 2)
            )
            weeks = [
                TimetableLesson(course=of, weekday=day, number=number, weeks=rng.choice(("every", "every", "odd")))
                for day, number, of in week
            ]
            timetable = TimetableSet(effective_from=self.day.isoformat(), bells=self.bells, lessons=tuple(weeks))
            self.command((f"timetable/{group}", timetable), role="admin", seconds=60)
        elif choice < 0.65:
            self._cancel(course, group)
        elif choice < 0.72 and self.standing:
            stream, entry = self.standing.pop(rng.randrange(len(self.standing)))
            self.command((stream, CancellationWithdrawn(corrects=entry, basis="отмена")), role="admin", seconds=60)
        elif choice < 0.77:
            day = (self.day + timedelta(days=rng.randint(0, 2))).isoformat()
            off = DaysOffDeclared(starts_on=day, ends_on=day, title="карантин", grades=(5,))
            self.command((f"calendar/{self.year}", off), role="admin", seconds=60)
        else:
            self.plan(course, rng.choice((None, "§ 1", "§ 1")))

    def _cancel(self, course: str, group: str) -> None:
        """Cancel what the timetable plans in these days, or nothing, if it plans nothing there."""
        rng = self.rng
        day = (self.day + timedelta(days=rng.randint(-1, 1))).isoformat()
        planned = planned_on(oracle.fold(self.log.raws), group, day)
        place = rng.choice(planned) if planned else None
        course, number = (place.course, place.number) if place else (course, rng.randint(1, 8))
        if (course, day, number) in self.cancelled:
            return
        self.cancelled.add((course, day, number))
        chance = rng.random()
        moved = PlannedPlace(held_on=(self.day + timedelta(days=rng.randint(0, 1))).isoformat(), number=8)
        others = [of for of, its_group, _ in self.courses if of != course and its_group == group]
        cancelled = LessonCancelled(
            held_on=day,
            number=number,
            reason="other",
            basis="приказ",
            moved_to=moved if chance < 0.3 else None,
            merged_with=rng.choice(others) if 0.3 <= chance < 0.5 else None,
        )
        (entry,) = self.command((f"cancellation/{course}", cancelled), role="admin", seconds=60)
        self.standing.append((f"cancellation/{course}", entry))

    def plan(self, course: str, homework: str | None) -> int:
        """A course's plan, or another item in it, with this homework; the item's number."""
        if course in self.plans:
            number = self.rng.randint(1, ITEMS)
            new = PlanTopic(topic="Т", hours=1, homework=homework) if homework or self.rng.random() < 0.5 else None
            amended = LessonPlanAmended(number=number, old=None, new=new, reason="other", basis="записка")
            self.command((f"plan/{course}", amended), seconds=60)
            return number
        self.plans.add(course)
        items = tuple(PlanItem(number=n, topic="Т", hours=1, homework=homework if n % 3 else None) for n in range(1, 6))
        self.command((f"plan/{course}", LessonPlanImported(title="КТП", items=items)), seconds=60)
        return 1


def _of(world: oracle.World, type_: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for entry in world.entries:
        if entry["type"] == f"{type_}/1":
            yield entry["index"], entry["stream"].split("/")[1], entry["data"]


def _timetables(world: oracle.World, group: str) -> list[InForce[TimetableSet]]:
    return [
        InForce(index, data["effective_from"], msgspec.convert(data, TimetableSet))
        for index, of, data in _of(world, "timetable_set")
        if of == group
    ]


def _bells(world: oracle.World) -> dict[str, list[InForce[BellScheduleSet]]]:
    found: dict[str, list[InForce[BellScheduleSet]]] = {}
    for index, of, data in _of(world, "bell_schedule_set"):
        event = msgspec.convert(data, BellScheduleSet)
        found.setdefault(of, []).append(InForce(index, event.effective_from, event))
    return found


def planned_on(world: oracle.World, group: str, day: str) -> tuple[PlannedLesson, ...]:
    """What the timetable plans for a class on a day."""
    off = tuple(
        CalendarEntry(index, data["starts_on"], data["ends_on"], tuple(data["grades"]), None)
        for index, _, data in _of(world, "days_off_declared")
    )
    periods = tuple(Span(of["starts_on"], of["ends_on"]) for of in world.periods.values())
    calendar = GradeCalendar(5, Span("2026-09-01", "2027-05-31"), periods, off)
    return planned_lessons(_timetables(world, group), _bells(world), calendar, day)


def days_off(world: oracle.World) -> DaysOff:
    """Days off of the school's only grade, one by one."""
    says: dict[date, int] = {}
    for index, _, data in _of(world, "days_off_declared"):
        says[date.fromisoformat(data["starts_on"])] = index
    year = [date.fromisoformat(FIRST) + timedelta(n) for n in range(273)]
    spans = [(of["starts_on"], of["ends_on"]) for of in world.periods.values()]
    outside = {day for day in year if not any(first <= day.isoformat() <= last for first, last in spans)}
    return DaysOff(holidays={*says, *(outside if spans else ())}, entry_of=says.get)


Ends = list[tuple[str, list[int]]]
"""Ends of lessons, each with the entries that say so."""


def last_end(world: oracle.World, course: str, day: str) -> tuple[str, list[int], bool] | None:
    """When the last lesson of a course's students ends that day, what says so, and whether a timetable is in force."""
    group = world.courses[course]["class_group"]
    theirs = _courses_of_students(world, course, day)
    held = [
        (of.value["number"], of.standing, world.lessons[of.lesson]["course"], of.value["ends_at"])
        for of in world.facts
        if of.what == "lesson" and of.value is not None
        if world.lessons[of.lesson]["held_on"] == day
        and world.courses[world.lessons[of.lesson]["course"]]["class_group"] == group
    ]
    ends: Ends = [(ends_at, [entry]) for _, entry, of, ends_at in held if of in theirs]
    timetables = [one for one in _timetables(world, group) if one.from_day <= day]
    if not timetables:
        return (*max(ends), False) if ends else None
    planned, gone = _planned_ends(world, group, day, theirs, sorted(one[:3] for one in held))
    ends += planned
    if not ends:
        return None
    last, entries = max(ends)
    later = [entry for ends_at, cited in gone if ends_at > last for entry in cited]
    return last, sorted({*entries, timetables[-1].entry, *later}), True


def _planned_ends(
    world: oracle.World, group: str, day: str, theirs: set[str], left: list[tuple[int, int, str]]
) -> tuple[Ends, Ends]:
    """Ends of planned lessons that nothing recorded stands for, and of cancelled ones."""
    waiting, cancelled = waiting_on(world, group, day, left)
    ends = [(ends_at, entries) for _, of, ends_at, entries in waiting if ends_at and of in theirs]
    gone = [
        (ends_at, entries)
        for _, of, ends_at, entries, is_merged in cancelled
        if ends_at and of in theirs and not is_merged
    ]
    merged = [
        (ends_at, entries) for _, of, ends_at, entries, is_merged in cancelled if ends_at and of in theirs and is_merged
    ]
    return ends + merged, gone


Waiting = tuple[int, str, str | None, list[int]]
"""Number, course, end and entries of a lesson that should be held and that no recorded one stands for."""
Cancelled = tuple[int, str, str | None, list[int], bool]
"""The same of a cancelled one that nobody recorded at its place, and whether it was merged; the cancellation is cited."""


class Unrecorded(NamedTuple):
    """A planned lesson that is over and not recorded; `cancelled`: that it was."""

    course: str
    held_on: str
    number: int
    teacher: str | None
    entries: tuple[int, ...]
    cancelled: bool
    starts_at: str


def unrecorded(world: oracle.World, until: datetime) -> list[Unrecorded]:
    """What classes should have had until a moment by the school's clock, and nobody recorded."""
    found = []
    groups = {of["class_group"] for of in world.courses.values()}
    days = [
        (date.fromisoformat(FIRST) + timedelta(n)).isoformat()
        for n in range((until.date() - date(2026, 9, 1)).days + 1)
    ]
    held: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for fact in world.facts:
        if fact.what == "lesson" and fact.value is not None:
            of = world.lessons[fact.lesson]
            place = (world.courses[of["course"]]["class_group"], of["held_on"])
            held.setdefault(place, []).append((fact.value["number"], fact.standing, of["course"]))
    for group in groups:
        first = min((one.from_day for one in _timetables(world, group)), default="9999")
        for day in days:
            if day < first:
                continue
            waiting, cancelled = waiting_on(world, group, day, sorted(held.get((group, day), [])))
            places = [(*one, False) for one in waiting] + [(*one[:4], True) for one in cancelled]
            for number, course, ends_at, entries, is_cancelled in places:
                if day < until.date().isoformat() or (ends_at is not None and ends_at <= f"{until:%H:%M}"):
                    assigned = [one for one in sorted(world.assigned.get(course, [])) if one[0] <= day]
                    cited = tuple(sorted({*entries, *(one[1] for one in assigned[-1:])}))
                    teacher = assigned[-1][2] if assigned else None
                    # Bells ring on the hour; where they do not know the number, the day is taken.
                    starts_at = f"{8 + number:02}:00" if ends_at else "00:00"
                    found.append(Unrecorded(course, day, number, teacher, cited, is_cancelled, starts_at))
    return found


def waiting_on(
    world: oracle.World, group: str, day: str, left: list[tuple[int, int, str]]
) -> tuple[list[Waiting], list[Cancelled]]:
    """What a class should have on a day and nobody recorded; `left`: number, entry and course of what is recorded."""
    withdrawn = {data["corrects"] for _, _, data in _of(world, "cancellation_withdrawn")}
    standing = {
        (of, data["held_on"], data["number"]): (index, data)
        for index, of, data in _of(world, "lesson_cancelled")
        if index not in withdrawn and world.courses[of]["class_group"] == group
    }
    waiting = [
        (one.number, one.course, -1, one.ends_at, [e for e in (one.timetable_entry, one.bells_entry) if e is not None])
        for one in planned_on(world, group, day)
    ]
    timetables = [one for one in _timetables(world, group) if one.from_day <= day]
    rung = [one for one in _bells(world).get(timetables[-1].event.bells, []) if one.from_day <= day]
    times = {bell.number: bell.ends_at for bell in rung[-1].event.lessons} if rung else {}
    for (of, _, _), (index, data) in standing.items():
        to = data.get("moved_to")
        if to is not None and to["held_on"] == day and timetables:
            bells = [rung[-1].entry] if to["number"] in times else []
            entries = [index, timetables[-1].entry, *bells]
            waiting.append((to["number"], of, index, times.get(to["number"]), entries))
    waiting.sort(key=lambda one: one[:3])
    cancelled: list[Cancelled] = []
    for place in list(waiting):
        stands = [one for one in left if (one[0], one[2]) == place[:2]]
        by = standing.get((place[1], day, place[0]))
        if stands:
            left.remove(stands[0])
            waiting.remove(place)
        elif by is not None and by[0] > place[2]:
            cancelled.append((*place[:2], place[3], sorted([by[0], *place[4]]), "merged_with" in by[1]))
            waiting.remove(place)
    for place in list(waiting):
        stands = [one for one in left if one[2] == place[1]]
        if stands:
            left.remove(stands[0])
            waiting.remove(place)
    return [(number, of, ends_at, sorted(entries)) for number, of, _, ends_at, entries in waiting], cancelled


def _courses_of_students(world: oracle.World, course: str, day: str) -> set[str]:
    def students(of: str) -> set[str]:
        return {
            stay["student"]
            for stay in world.stays
            if stay["course"] == of and stay["starts_on"] <= day and (stay["ends_on"] or "9999") >= day
        }

    if not world.courses[course].get("subgroup"):
        return set(world.courses)
    return {
        of
        for of, data in world.courses.items()
        if of == course or not data.get("subgroup") or students(of) & students(course)
    }


def plan_entry(world: oracle.World, header: oracle.Fact) -> int | None:
    """The earliest entry that states homework of an item that a lesson covers, as the plan stood when it was recorded."""
    of = world.lessons[header.lesson]
    numbers = (of if header.standing == header.first else header.value).get("plan_items", [])
    stated: dict[int, int] = {}
    for entry in world.entries[: header.first]:
        if entry["stream"] == f"plan/{of['course']}":
            data = entry["data"]
            items = data["items"] if "items" in data else [{"number": data["number"], **(data["new"] or {})}]
            for item in items:
                stated.pop(item["number"], None)
                if item.get("homework"):
                    stated[item["number"]] = entry["index"]
    return min((stated[number] for number in numbers if number in stated), default=None)
