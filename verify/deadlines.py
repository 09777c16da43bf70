"""Deadlines counted again from the entries (events.md, "Deadlines"): what was recorded in time, by class and rule.

Asked for (`--deadlines`), never part of the verdict: what came late is no fault of an archive. Moments are those of the
entries; what stands is what the replay has at its end, judged as of the last entry.
"""

import json
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.day_ends import SEEN, DayEnds, Planning, day_of
from verify.deadline_tables import LISTED, Judged, count_rows
from verify.entry import AT, DATA, STREAM, Groups
from verify.events import unescape
from verify.findings import Report
from verify.replay import Replay
from verify.state import NULL, ClassGroup, Fact, Lesson, Period, Person, Plan, Sheet, Stay, Stream, Work
from verify.substitution import responsible
from verify.terms import ON_TIME, Calendar, Judge, Verdict, Versions, at_wall, end_of, shown

_YEAR_DAYS_MAX: Final = 401
_Of = TypeVar("_Of", bound=Stream)


@dataclass(slots=True)
class Seen:
    """What is not in the replay at its end, by index of the entries.

    `taken`: lesson -> attendance that was taken later; `posted`: homework -> what posted it in advance; `obtained`:
    examination or publication -> the minute; `notices`: notice -> its day and person; `answers`: notice -> its answer;
    `refreshes`: year -> the first and the last day of its refresh; `refreshed`: year and person -> the answer.
    """

    planning: Planning = field(default_factory=Planning)
    taken: dict[bytes, int] = field(default_factory=dict)
    posted: dict[int, int] = field(default_factory=dict)
    obtained: dict[int, bytes] = field(default_factory=dict)
    notices: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)
    refreshes: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    refreshed: dict[tuple[bytes, bytes], int] = field(default_factory=dict)


class Deadlines:
    """What a walk shows of moments, and what was declared; `count` judges when it is over."""

    def __init__(self) -> None:
        self._first = array("q")
        self._at: list[bytes] = []
        self._goes_back = False
        self._zone = ""
        self._versions: Versions = []
        self._seen = Seen()

    def see(self, index: int, names: Sequence[bytes | None], read: Sequence[Groups | None]) -> None:
        """Look at entries from `index` on, as they pass."""
        at = self._at[-1] if self._at else b""
        for position, (name, groups) in enumerate(zip(names, read, strict=True), index):
            if groups is None:
                continue
            if groups[AT] != at:
                self._goes_back = self._goes_back or groups[AT] < at
                at = groups[AT]
                self._first.append(position)
                self._at.append(at)
            handler = _HANDLERS.get(name or b"")
            if handler is not None:
                handler(self, position, groups)
            elif name in SEEN:
                self._seen.planning.see(name, position, groups)

    def _school(self, _index: int, groups: Groups) -> None:
        self._zone = unescape(groups[DATA][3]).decode()

    def _regulation(self, _index: int, groups: Groups) -> None:
        effective_from, _, _, parameters, _ = groups[DATA]
        self._versions.append((day_of(effective_from), json.loads(parameters)))

    def _attendance(self, index: int, groups: Groups) -> None:
        self._seen.taken.setdefault(groups[STREAM], index)

    def _homework(self, index: int, groups: Groups) -> None:
        posted = groups[DATA][3]
        if posted is not None:
            self._seen.posted[index] = int(posted)

    def _examined(self, index: int, groups: Groups) -> None:
        self._seen.obtained[index] = groups[DATA][0]

    def _notice(self, index: int, groups: Groups) -> None:
        self._seen.notices[index] = groups[DATA][3], groups[STREAM].partition(b"/")[2]

    def _answer(self, index: int, groups: Groups) -> None:
        *_, notice, year = groups[DATA]
        if notice is not None:
            self._seen.answers.setdefault(int(notice), index)
        if year is not None:
            self._seen.refreshed.setdefault((year, groups[STREAM].partition(b"/")[2]), index)

    def _refresh(self, _index: int, groups: Groups) -> None:
        opens_on, until = groups[DATA]
        self._seen.refreshes[groups[STREAM].partition(b"/")[2]] = opens_on, until

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
        years = replay.timetables.years.values()
        if any((day_of(last) - day_of(first)).days >= _YEAR_DAYS_MAX for first, last in years):
            # Each day of a year is asked for what was planned: what a log may ask for is bounded.
            report.skip("deadlines-not-counted", f"a year of more than {_YEAR_DAYS_MAX} days")
            return
        judging = _Judging(self, self._seen, Judge(zone, self._versions, _moment(self._at[-1])), replay)
        rows = self._rows(judging, report)
        replay.tables.deadlines(rows, _counts(rows, report))
        for _ in rows:
            pass  # What no table is compared with is counted all the same.

    def _rows(self, judging: "_Judging", report: Report) -> Iterator[bytes]:
        """Yield the rows of what is listed, a section at a time: never the keys of all; then put in the counts."""
        for section in judging.sections():
            listed = []
            for one in section:
                judging.counted[one.name, one.rule, one.verdict.status] += 1
                if one.verdict.status in LISTED:
                    listed.append(one)
            listed.sort(key=lambda one: one.key)
            yield from (one.row(None if one.done is None else self.moment(one.done)) for one in listed)
        for (group, rule, status), count in sorted((+judging.counted).items()):
            report.deadlines.setdefault(group.decode(), {}).setdefault(rule, {})[status] = count

    def moment(self, index: int) -> datetime:
        """Return when an entry was recorded."""
        return _moment(self._at[bisect_right(self._first, index) - 1])

    def entries_before(self, due: datetime) -> int:
        """Return from which entry on everything was recorded at a moment or after; 0 where the clock went back."""
        if self._goes_back:
            return 0
        place = bisect_left(self._at, due.replace(tzinfo=None).isoformat(timespec="microseconds").encode())
        return self._first[place] if place < len(self._first) else sys.maxsize


def _counts(rows: Iterator[bytes], report: Report) -> Iterator[bytes]:
    """Yield the rows of the counts, which the last of the rows makes known."""
    for _ in rows:
        pass
    yield from count_rows(report.deadlines)


_HANDLERS: dict[bytes, Callable[[Deadlines, int, Groups], None]] = {
    b"school_opened/1": Deadlines._school,  # noqa: SLF001 (its own)
    b"regulation_adopted/1": Deadlines._regulation,  # noqa: SLF001
    b"attendance_taken/1": Deadlines._attendance,  # noqa: SLF001
    b"homework_assigned/1": Deadlines._homework,  # noqa: SLF001
    b"exam_result_recorded/1": Deadlines._examined,  # noqa: SLF001
    b"results_published/1": Deadlines._examined,  # noqa: SLF001
    b"data_change_notice_received/1": Deadlines._notice,  # noqa: SLF001
    b"personal_data_changed/1": Deadlines._answer,  # noqa: SLF001
    b"personal_data_confirmed/1": Deadlines._answer,  # noqa: SLF001
    b"annual_refresh_opened/1": Deadlines._refresh,  # noqa: SLF001
}


class _Grade:
    """A grade's judge, and up to which entry what is recorded is in time by a term of days: nearly everything is."""

    def __init__(self, judge: Judge, entries_before: Callable[[datetime], int]) -> None:
        self.judge = judge
        self._entries_before = entries_before
        self._until: dict[tuple[date, str], int] = {}

    def until(self, day: date, name: str) -> int:
        """Return the first entry that may be too late; 0 where no version is in force: the judge says of each."""
        found = self._until.get((day, name))
        if found is None:
            due = self.judge.due(day, name)
            found = self._until[day, name] = 0 if due is None else self._entries_before(due)
        return found


class _Judging:
    """One look at a log: its lessons, its results and its notices.

    `counted` is by class, rule and status what was in time at the first glance; what is left is yielded.
    """

    def __init__(self, deadlines: Deadlines, seen: Seen, judge: Judge, replay: Replay) -> None:
        self._deadlines = deadlines
        self._moment = deadlines.moment
        self._seen = seen
        self._judge = judge
        self._replay = replay
        # A class that nothing opened, and a period without days, the replay has reported: no term follows from them.
        self._groups = [one for one in self._of_type(ClassGroup) if one.year]
        self._grades: dict[int, _Grade] = {}
        self._kinds: dict[int, Callable[[date], str]] = {}
        self._ends = DayEnds(seen.planning, replay)
        self.counted: Counter[tuple[bytes, str, str]] = Counter()

    def sections(self) -> Iterator[Iterator[Judged]]:
        """Yield the parts of the table in their order, each one's verdicts; of no class under an empty name."""
        for group in self._groups:
            yield self._of_class(group, self._grade(int(group.grade)))
        yield (verdict for sheet in self._of_type(Sheet) for verdict in self._results(sheet))
        office = self._office()
        yield self._notices(office)
        yield self._refreshes(office)

    def _of_type(self, kind: type[_Of]) -> list[_Of]:
        return [one for one in self._replay.streams.values() if isinstance(one, kind)]

    def _of_class(self, group: ClassGroup, grade: _Grade) -> Iterator[Judged]:
        for course in group.courses:
            for lesson in course.lessons:
                if lesson.fact is not None and _stands(lesson.fact):
                    yield from self._lesson(lesson, lesson.fact, grade, group.name)
        yield from self._unrecorded(group, grade.judge)

    def _notices(self, judge: Judge) -> Iterator[Judged]:
        for index, (received_on, person) in self._seen.notices.items():
            done = self._seen.answers.get(index)
            verdict = judge.notice(day_of(received_on), None if done is None else self._moment(done))
            yield Judged("notice", verdict, done, person, received_on.decode())

    def _refreshes(self, judge: Judge) -> Iterator[Judged]:
        for year, (opens_on, until) in self._seen.refreshes.items():
            for student in self._there(year, until):
                done = self._seen.refreshed.get((year, student))
                verdict = judge.refresh(day_of(opens_on), None if done is None else self._moment(done))
                yield Judged("refresh", verdict, done, student, opens_on.decode())

    def _in_time(self, name: bytes, rule: str, done: int | None, until: int) -> bool:
        """Count what was done before an entry as in time, and say whether it was."""
        if done is None or done >= until:
            return False
        self.counted[name, rule, ON_TIME] += 1
        return True

    def _there(self, year: bytes, until: bytes) -> set[bytes]:
        """Return of whom a year's refresh asks: who came by its last day to a class of the year, and had not left."""
        return {who.id for group in self._groups if group.year == year for who in _there(group.roster, until)}

    def _grade(self, grade: int) -> _Grade:
        """Return the judge by a grade's calendar."""
        if grade not in self._grades:
            kind = self._kind_of(grade)
            judge = self._by(lambda day: kind(day) == "taught", lambda day: kind(day) == "off")
            self._grades[grade] = _Grade(judge, self._deadlines.entries_before)
        return self._grades[grade]

    def _office(self) -> Judge:
        """Return the judge of the office: a holiday is one of every grade, a day that any is taught is none."""
        groups = self._groups
        of_year = {one.year: {int(each.grade) for each in groups if each.year == one.year} for one in groups}

        @cache
        def kinds(day: date) -> set[str]:
            return {
                self._kind_of(grade)(day)
                for year, grades in of_year.items()
                for first, last in [self._replay.timetables.years.get(year, (b"", b""))]
                if first <= day.isoformat().encode() <= last
                for grade in grades
            }

        return self._by(lambda day: "taught" in kinds(day), lambda day: kinds(day) == {"off"})

    def _by(self, is_taught: Callable[[date], bool], is_holiday: Callable[[date], bool]) -> Judge:
        own = self._judge
        calendar = Calendar(lambda day: day.isoweekday() > 5 and not is_taught(day), is_holiday)
        return Judge(own.zone, own.versions, own.now, calendar)

    def _kind_of(self, grade: int) -> Callable[[date], str]:
        """Return what says of a day of a grade whether it is taught though it would be off, off, or neither."""
        if grade in self._kinds:
            return self._kinds[grade]
        years = [(day_of(first), day_of(last)) for first, last in self._replay.timetables.years.values()]
        held = [
            (day_of(one.starts_on), day_of(one.ends_on))
            for one in self._replay.streams.values()
            if isinstance(one, Period) and one.kind != b"year" and b"%d" % grade in one.grades
        ]
        stated = [each for of_year in self._seen.planning.declared.values() for each in of_year.items()]
        declared = [one for _, one in sorted(stated) if grade in one.grades]

        @cache
        def kind(day: date) -> str:
            if not any(first <= day <= last for first, last in years):
                return ""
            weekdays = [one.as_weekday for one in declared if one.first <= day <= one.last]
            if weekdays:
                return "taught" if weekdays[-1] else "off"
            return "" if any(first <= day <= last for first, last in held) else "off"

        self._kinds[grade] = kind
        return kind

    def _lesson(self, lesson: Lesson, fact: Fact, grade: _Grade, name: bytes) -> Iterator[Judged]:
        """Judge a lesson, its attendance, its homework and its marks."""
        held_on, since, judge, moment = day_of(lesson.held_on), lesson.held_on.decode(), grade.judge, self._moment

        def judged(rule: str, verdict: Verdict, done: int | None, student: bytes = b"", work: bytes = b"") -> Judged:
            return Judged(rule, verdict, done, lesson.id, since, name, lesson.by, student, work)

        if not self._in_time(name, "lesson", fact.first, grade.until(held_on, "lesson_days")):
            yield judged("lesson", judge.lesson(held_on, moment(fact.first)), fact.first)
        taken = self._seen.taken.get(lesson.key, fact.first) if lesson.is_taken else None
        absences = [one.first for one in lesson.absences.values() if _stands(one)]
        whole = None if taken is None else max([taken, *absences])
        if not self._in_time(name, "attendance", whole, grade.until(held_on, "attendance_days")):
            yield judged("attendance", judge.attendance(held_on, None if whole is None else moment(whole), ()), whole)
        yield judged("homework", *self._homework(lesson, fact, held_on, judge))
        for work in lesson.works.values():
            if _stands(work.fact):
                for rule, verdict, done, who in self._work(lesson, held_on, work, grade, name):
                    yield judged(rule, verdict, done, who.id, work.id)

    def _unrecorded(self, group: ClassGroup, judge: Judge) -> Iterator[Judged]:
        """Judge a class's planned lessons that are over and nobody recorded; who is planned to give them owes them."""
        until = judge.now.astimezone(judge.zone).isoformat(timespec="minutes")[:16]
        courses, expected = {course.id: course for course in group.courses}, self._replay.substitution_plans.expected
        for day, owed in self._ends.unrecorded(group, until):
            course = courses.get(owed.course)
            if course is None:
                continue
            teacher = expected.get((course.id, day, b"%d" % owed.number)) or responsible(course, day) or b""
            for rule in ("lesson", "attendance"):
                verdict = judge.unrecorded(day_of(day), f"{rule}_days", is_cancelled=owed.gone is not None)
                about = course.id, day.decode(), group.name, teacher
                yield Judged(rule, verdict, None, *about, planned=owed.number)

    def _homework(self, lesson: Lesson, fact: Fact, held_on: date, judge: Judge) -> tuple[Verdict, int | None]:
        """Judge a lesson's homework: entered when it was posted, where it was; for which day, as it stands."""
        header = _parsed(fact.value)
        given, done, due_on, ends = lesson.homework, None, None, None
        if given is not None and _stands(given):
            done = self._seen.posted.get(given.first, given.first)
            said = _parsed(given.value)
            due = said["due_lesson"]["held_on"] if "due_lesson" in said else said.get("due_on")
            due_on = None if due is None else date.fromisoformat(due)
        if due_on is not None and lesson.course is not None and (due_on - held_on).days == 1:
            clock = self._ends.of(lesson.course, lesson.held_on)
            ends = None if clock is None else at_wall(held_on, clock, judge.zone)
        verdict = judge.homework(
            held_on,
            None if done is None else self._moment(done),
            due_on,
            ends,
            lesson_starts=at_wall(held_on, header["starts_at"], judge.zone),
            planned_at=self._planned_at(lesson, fact, header.get("plan_items", ())),
        )
        return verdict, done

    def _planned_at(self, lesson: Lesson, fact: Fact, numbers: Sequence[int]) -> datetime | None:
        """Return since when the plan has had the homework that the lesson publishes; None where it has none."""
        plan = self._replay.streams.get(b"plan/" + lesson.course.id) if numbers and lesson.course else None
        if not isinstance(plan, Plan):
            return None
        stood = ([one for one in plan.homework.get(number, ()) if one[0] < fact.first] for number in numbers)
        entries = [stated[-1][0] for stated in stood if stated and stated[-1][1]]
        return self._moment(min(entries)) if entries else None

    def _results(self, sheet: Sheet) -> Iterator[Judged]:
        """Judge results that stand, those that were obtained and shown together as one."""
        zone, found, period, course = self._judge.zone, set(), sheet.period, sheet.course
        if period is None or not period.ends_on or course is None or course.group is None:
            return
        for fact in sheet.standing.values():
            if fact.value is NULL:
                continue
            entry = sheet.published_by(fact)
            minute = self._seen.obtained.get(fact.first) or self._seen.obtained.get(-1 if entry is None else entry)
            if minute is not None:
                obtained = at_wall(day_of(minute[:10]), minute[11:].decode(), zone)
            else:
                obtained = max(self._moment(fact.first), end_of(day_of(period.ends_on), zone))
            found.add((fact.what, obtained, entry))
        for what, obtained, entry in found:
            verdict = self._judge.result(obtained, None if entry is None else self._moment(entry))
            since = shown(obtained, zone).isoformat(timespec="minutes")[:16]
            yield Judged("result", verdict, entry, sheet.id, since, course.group.name, work=what.encode())

    def _work(
        self, lesson: Lesson, held_on: date, work: Work, grade: _Grade, name: bytes
    ) -> Iterator[tuple[str, Verdict, int | None, Person]]:
        """Judge a work's marks; whose day is another one, or who was absent, is never judged at a glance."""
        value, judge, in_time = _parsed(work.fact.value), grade.judge, 0
        if not value["written"]:
            until = grade.until(held_on, "oral_mark_days")
            for who, mark in work.marks.items():
                if mark.value is NULL:
                    continue
                if mark.first < until and who not in work.make_ups:
                    in_time += 1
                else:
                    verdict = judge.oral_mark(held_on, self._moment(mark.first), _own_day(work, who))
                    yield "oral_mark", verdict, mark.first, who
            self.counted[name, "oral_mark", ON_TIME] += in_time
            return
        last = date.fromisoformat(value["ends_on"]) if "ends_on" in value else held_on
        until = grade.until(last, "written_mark_days")
        for who in self._writers(lesson, work):
            found = work.marks.get(who)
            done = None if found is None or found.value is NULL else found.first
            if done is not None and done < until and who not in work.make_ups and who not in lesson.absences:
                in_time += 1
            else:
                at = None if done is None else self._moment(done)
                is_absent = _stands(lesson.absences.get(who))
                yield "written_mark", judge.written_mark(last, at, _own_day(work, who), is_absent=is_absent), done, who
        self.counted[name, "written_mark", ON_TIME] += in_time

    def _writers(self, lesson: Lesson, work: Work) -> list[Person]:
        """Return of whom a mark is asked: who was in the class, and the subgroup, on the day; who has one."""
        course = lesson.course
        if course is None or course.group is None:
            return []
        found = dict.fromkeys(_there(course.group.roster, lesson.held_on))
        if course.subgroup is not None:
            members = set(_there(course.members, lesson.held_on))
            found = {who: None for who in found if who in members}
        return list(found | {who: None for who, mark in work.marks.items() if _stands(mark)})


# Small values, a hundred thousand of them: what `loads` looks at before it decodes costs as much again.
_decode = json.JSONDecoder().decode


def _parsed(value: bytes) -> Any:
    return _decode(value.decode())


def _stands(fact: Fact | None) -> bool:
    return fact is not None and fact.value is not NULL


def _own_day(work: Work, who: Person) -> date | None:
    """Return the day of a student's own for a work, where one stands."""
    found = work.make_ups.get(who)
    return None if found is None or found.value is NULL else day_of(found.value.strip(b'"'))


def _there(stays: Mapping[Person, Sequence[Stay]], day: bytes) -> list[Person]:
    """Return who is there on a day."""
    return [
        who
        for who, each in stays.items()
        for stay in each
        if stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on)
    ]


def _moment(at: bytes) -> datetime:
    return datetime.fromisoformat(at[:-1].decode()).replace(tzinfo=UTC)
