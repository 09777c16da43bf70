"""Deadlines counted again from the entries (events.md, "Deadlines"): how much was recorded in time, by class and rule.

Asked for (`--deadlines`), never part of the verdict: what came late is no fault of an archive. Moments are those of the
entries; what stands is what the replay has at its end, judged as of the last entry.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.entry import AT, DATA, STREAM, Groups
from verify.events import unescape
from verify.findings import Report
from verify.replay import Replay
from verify.state import NULL, Fact, Lesson, Period, Person, Stay, Work
from verify.terms import Calendar, Judge, Verdict, Versions

# (first day, last day, grades, taught as a weekday)
_Declared = tuple[date, date, frozenset[int], bool]


class Deadlines:
    """What a walk shows of moments, and what was declared; `count` judges when it is over."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._at: list[bytes] = []
        self._zone = ""
        self._versions: Versions = []
        self._taken: dict[bytes, int] = {}
        self._declared: dict[tuple[bytes, int], _Declared] = {}

    def see(self, index: int, names: Sequence[bytes | None], read: Sequence[Groups | None]) -> None:
        """Look at entries from `index` on, as they pass."""
        at = self._at[-1] if self._at else b""
        for position, (name, groups) in enumerate(zip(names, read, strict=True), index):
            if groups is None:
                continue
            if groups[AT] != at:
                at = groups[AT]
                self._first.append(position)
                self._at.append(at)
            handler = _HANDLERS.get(name or b"")
            if handler is not None:
                handler(self, position, groups)

    def _school(self, _index: int, groups: Groups) -> None:
        self._zone = unescape(groups[DATA][3]).decode()

    def _regulation(self, _index: int, groups: Groups) -> None:
        effective_from, _, _, parameters = groups[DATA]
        self._versions.append((_day(effective_from), json.loads(parameters)))

    def _attendance(self, index: int, groups: Groups) -> None:
        self._taken.setdefault(groups[STREAM], index)

    def _off(self, index: int, groups: Groups) -> None:
        ends_on, grades, starts_on, _ = groups[DATA]
        of = frozenset(json.loads(grades))
        self._declared[groups[STREAM], index] = (_day(starts_on), _day(ends_on), of, False)

    def _school_day(self, index: int, groups: Groups) -> None:
        _, grades, on = groups[DATA]
        self._declared[groups[STREAM], index] = (_day(on), _day(on), frozenset(json.loads(grades)), True)

    def _revoked(self, _index: int, groups: Groups) -> None:
        self._declared.pop((groups[STREAM], int(groups[DATA][1])), None)

    def count(self, replay: Replay, report: Report) -> None:
        """Judge what stands, and put the counts into the report: class, rule, status."""
        if replay.start or not self._at:
            report.skip("deadlines-not-counted", "entry 0")
            return
        try:
            zone = ZoneInfo(self._zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            report.skip("deadlines-not-counted", self._zone)
            return
        judge = Judge(zone, self._versions, _moment(self._at[-1]))
        counting = _Counting(self._moment, self._taken, judge, list(self._declared.values()), replay)
        for (group, rule, status), count in sorted(counting.counts().items()):
            report.deadlines.setdefault(group, {}).setdefault(rule, {})[status] = count

    def _moment(self, index: int) -> datetime:
        """Return when an entry was recorded."""
        return _moment(self._at[bisect_right(self._first, index) - 1])


_HANDLERS: dict[bytes, Callable[[Deadlines, int, Groups], None]] = {
    b"school_opened/1": Deadlines._school,  # noqa: SLF001 (its own)
    b"regulation_adopted/1": Deadlines._regulation,  # noqa: SLF001
    b"attendance_taken/1": Deadlines._attendance,  # noqa: SLF001
    b"days_off_declared/1": Deadlines._off,  # noqa: SLF001
    b"school_day_declared/1": Deadlines._school_day,  # noqa: SLF001
    b"calendar_entry_revoked/1": Deadlines._revoked,  # noqa: SLF001
}


class _Counting:
    """One count over a log's lessons."""

    def __init__(
        self,
        moment: Callable[[int], datetime],
        taken: dict[bytes, int],
        judge: Judge,
        declared: list[_Declared],
        replay: Replay,
    ) -> None:
        self._moment = moment
        self._taken = taken
        self._judge = judge
        self._replay = replay
        self._judges: dict[int, Judge] = {}
        self._declared = declared

    def counts(self) -> Counter[tuple[str, str, str]]:
        """Count verdicts by class, rule and status."""
        counted: Counter[tuple[str, str, str]] = Counter()
        for stream in self._replay.streams.values():
            if isinstance(stream, Lesson) and _stands(stream.fact) and stream.course and stream.course.group:
                group = stream.course.group
                judge = self._judge_of(int(group.grade))
                for rule, verdict in self._lesson(stream, judge):
                    counted[group.name.decode(), rule, verdict.status] += 1
        return counted

    def _judge_of(self, grade: int) -> Judge:
        """Return the judge by a grade's calendar."""
        if grade not in self._judges:
            own = self._judge
            self._judges[grade] = Judge(own.zone, own.versions, own.now, self._calendar(grade))
        return self._judges[grade]

    def _calendar(self, grade: int) -> Calendar:
        years = [(_day(first), _day(last)) for first, last in self._replay.timetables.years.values()]
        held = [
            (_day(one.starts_on), _day(one.ends_on))
            for one in self._replay.streams.values()
            if isinstance(one, Period) and one.kind != b"year" and b"%d" % grade in one.grades
        ]
        declared = [one for one in self._declared if grade in one[2]]

        @cache
        def kind(day: date) -> str:
            if not any(first <= day <= last for first, last in years):
                return ""
            stated = [is_taught for first, last, _, is_taught in declared if first <= day <= last]
            if stated:
                return "taught" if stated[-1] else "off"
            return "" if any(first <= day <= last for first, last in held) else "off"

        return Calendar(lambda day: day.isoweekday() > 5 and kind(day) != "taught", lambda day: kind(day) == "off")

    def _lesson(self, lesson: Lesson, judge: Judge) -> Iterator[tuple[str, Verdict]]:
        """Judge a lesson, its attendance and its marks."""
        held_on, fact = _day(lesson.held_on), lesson.fact
        if fact is None:
            return
        recorded_at = self._moment(fact.first)
        yield "lesson", judge.lesson(held_on, recorded_at)
        taken = self._taken.get(lesson.key, fact.first) if lesson.is_taken else None
        absences = [self._moment(one.first) for one in lesson.absences.values() if _stands(one)]
        yield "attendance", judge.attendance(held_on, None if taken is None else self._moment(taken), absences)
        for work in lesson.works.values():
            if _stands(work.fact):
                yield from self._work(lesson, held_on, work, judge)

    def _work(self, lesson: Lesson, held_on: date, work: Work, judge: Judge) -> Iterator[tuple[str, Verdict]]:
        value = json.loads(work.fact.value)
        if not value["written"]:
            for who, mark in work.marks.items():
                if _stands(mark):
                    yield "oral_mark", judge.oral_mark(held_on, self._moment(mark.first), _own_day(work, who))
            return
        last = date.fromisoformat(value["ends_on"]) if "ends_on" in value else held_on
        for who in self._writers(lesson, work):
            found = work.marks.get(who)
            at = self._moment(found.first) if found is not None and _stands(found) else None
            is_absent = _stands(lesson.absences.get(who))
            yield "written_mark", judge.written_mark(last, at, _own_day(work, who), is_absent=is_absent)

    def _writers(self, lesson: Lesson, work: Work) -> list[Person]:
        """Return of whom a mark is asked: who was in the class, or the subgroup, on the day, and who has one."""
        course = lesson.course
        if course is None or course.group is None:
            return []
        stays = course.group.roster if course.subgroup is None else course.members
        found = {who: None for who, each in stays.items() if _holds(each, lesson.held_on)}
        return list(found | {who: None for who, mark in work.marks.items() if _stands(mark)})


def _stands(fact: Fact | None) -> bool:
    return fact is not None and fact.value is not NULL


def _own_day(work: Work, who: Person) -> date | None:
    """Return the day of a student's own for a work, where one stands."""
    found = work.make_ups.get(who)
    return None if found is None or found.value is NULL else _day(found.value.strip(b'"'))


def _holds(stays: Sequence[Stay], day: bytes) -> bool:
    return any(stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on) for stay in stays)


@cache
def _day(spelt: bytes) -> date:
    return date.fromisoformat(spelt.decode())


def _moment(at: bytes) -> datetime:
    return datetime.fromisoformat(at[:-1].decode()).replace(tzinfo=UTC)
