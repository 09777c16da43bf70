"""The verifier's counts of what was recorded in time are those of the school's own judge, at random positions."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from exports.deadline_tables import deadline_files
from ledger.journal import events as j, people_events as p, result_events as r
from ledger.journal.substitution_plan_events import SubstitutionPlanned, SubstitutionPlanWithdrawn
from projections.engine import Views
from projections.views.office_deadlines import OfficeAsked, office_counts
from tests import projection_oracle as oracle
from tests.planned_days import planned_on
from tests.projection_logs import ORIGIN
from tests.properties.test_deadline_register import MOSCOW, DeadlineLog, about, all_verdicts
from verify.deadlines import Deadlines
from verify.disclosures import Disclosures
from verify.findings import Report
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

RULES = frozenset({"lesson", "attendance", "homework", "oral_mark", "written_mark"})
OFFICE = frozenset({"result", "notice", "refresh"})
STATUSES = ("on_time", "late", "missing", "pending", "exempt", "no_regulation")
SEEDS = 5

Counts = dict[tuple[str, str, str], int]
"""Class, rule, status -> how many."""


@cache
def school(seed: int) -> DeadlineLog:
    made = DeadlineLog(seed, classes_count=2, students_count=4, courses_count=4)
    return made.live(140)


def verifiers(lines: list[bytes]) -> Counts:
    report = Report()
    walk = LogWalk(report, Edge(), Disclosures(report), Tables(), deadlines=Deadlines())
    walk.take("", 1, lines)
    walk.finish(None)
    assert not {"deadlines-not-counted", "stopped-early"} & {one.code for one in report.unchecked}
    return {
        (group, rule, status): count
        for group, rules in report.deadlines.items()
        for rule, counts in rules.items()
        for status, count in counts.items()
    }


def judges(lines: list[bytes]) -> Counts:
    """By the house's judge, from the folded entries, planned lessons that nobody recorded among them."""
    world = oracle.fold(lines)
    names = {
        one["stream"].partition("/")[2]: f"{one['data']['grade']}{one['data']['letter']}"
        for one in world.entries
        if one["type"] == "class_group_opened/1"
    }
    counted: Counter[tuple[str, str, str]] = Counter()
    for lesson, _, _, verdict in all_verdicts(world, datetime.fromisoformat(world.entries[-1]["at"])):
        if verdict.rule in RULES:
            group = world.courses[about(world, lesson)["course"]]["class_group"]
            counted[names[group], verdict.rule, verdict.status] += 1
    return dict(counted)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_counts_of_lessons_are_the_judges(data: st.DataObject) -> None:
    lines = school(data.draw(st.integers(0, SEEDS - 1), label="seed")).log.raws
    lines = lines[: data.draw(st.integers(1, len(lines)), label="at")]
    assert verifiers(lines) == judges(lines)


class Kept(Tables):
    """Keeps what the verifier expects of the tables of deadlines."""

    rows = counts = b""

    def deadlines(self, rows: Iterator[bytes], counts: Iterator[bytes]) -> None:
        self.rows, self.counts = b"".join(rows), b"".join(counts)


def tables_of(lines: list[bytes]) -> list[bytes]:
    report, kept = Report(), Kept()
    walk = LogWalk(report, Edge(), Disclosures(report), kept, deadlines=Deadlines())
    walk.take("", 1, lines)
    walk.finish(None)
    return [kept.rows, kept.counts]


class OfficeLog(DeadlineLog):
    """A school whose office answers notices, shows results and has data confirmed once a year, soon or not.

    It plans lessons, cancels some, and says who is to give them for whom.
    """

    def live(self, steps: int) -> DeadlineLog:
        for step in range(steps):
            if step % 15 == 7:
                self.adopt()
            refreshes = [self.refresh] if step > 40 else []
            planning = [self.plan_days, self.plan_days, self.expect] if step > 30 else []
            work = (self.lesson, self.follow_up, self.examine, *[self.office.work] * 4)
            self.rng.choice((*work, *refreshes, *planning))()
        return self

    def expect(self) -> None:
        """Somebody is planned to give a lesson that the timetable has these days; a plan of its place is replaced, or withdrawn."""
        rng = self.rng
        _, group, _ = rng.choice(self.courses)
        day = (self.day + timedelta(days=rng.randint(-1, 1))).isoformat()
        planned = planned_on(oracle.fold(self.log.raws), group, day)
        if not planned:
            return
        place = rng.choice(planned)
        stream, key = f"substitution/{place.course}", (place.course, day, place.number)
        if key in self.expected and rng.random() < 0.3:
            gone = SubstitutionPlanWithdrawn(corrects=self.expected.pop(key), basis="вышел")
            self.command((stream, gone), role="admin", seconds=60)
            return
        absent, substitute = rng.sample(self.teachers, 2)
        plan = SubstitutionPlanned(
            held_on=day,
            number=place.number,
            absent_teacher=absent,
            substitute=substitute,
            reason="ill",
            basis="приказ",
            same_subject=True,
            coefficient=100,
            replaces=self.expected.get(key),
        )
        (self.expected[key],) = self.command((stream, plan), role="admin", seconds=60)

    @property
    def expected(self) -> dict[tuple[str, str, int], int]:
        found: dict[tuple[str, str, int], int] = self.__dict__.setdefault("_expected", {})
        return found

    def refresh(self) -> None:
        """The year's refresh, of whose days it may be any; then somebody's answer, who may have left, or come since."""
        day = self.day.isoformat()
        if not self.asked:
            until = (self.day + timedelta(days=self.rng.choice((1, 5)))).isoformat()
            self.command((f"refresh/{self.year}", p.AnnualRefreshOpened(opens_on=day, until=until)))
            self.asked.update(one for students in self.students.values() for one in students)
            group, students = max(self.students.items(), key=lambda one: len(one[1]))
            self.command((f"class/{group}", j.StudentLeft(student=students.pop(), ends_on=day)))
            return
        student = self.rng.choice(sorted(self.asked))
        if student in self.confirmed:
            return
        self.confirmed.add(student)
        answer = p.PersonalDataConfirmed(confirmed_on=day, refresh=self.year)
        self.command((f"person/{student}", answer), seconds=self.rng.choice((60, 90_000)))

    def examine(self) -> None:
        """A result of an examination, or that they were shown; days later, at times."""
        if not self.office.sheets:
            return
        (_, student), sheet = self.rng.choice(list(self.office.sheets.items()))
        obtained = self.log.at.astimezone(MOSCOW) - timedelta(hours=self.rng.choice((1, 24, 30)))
        minute = obtained.isoformat(timespec="minutes")[:16]
        known = {event for event in self.examined if event[0] == sheet}
        if (sheet, student) not in known:
            self.examined.add((sheet, student))
            exam = r.ExamResultRecorded(student=student, value="4", protocol="№ 1", obtained_at=minute)
            self.command((f"results/{sheet}", exam), seconds=60)
        else:
            shown = r.ResultsPublished(what="exam_result", obtained_at=minute)
            self.command((f"results/{sheet}", shown), seconds=self.rng.choice((60, 90_000)))

    @property
    def asked(self) -> set[str]:
        found: set[str] = self.__dict__.setdefault("_asked", set())
        return found

    @property
    def confirmed(self) -> set[str]:
        found: set[str] = self.__dict__.setdefault("_confirmed", set())
        return found

    @property
    def examined(self) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = self.__dict__.setdefault("_examined", set())
        return found


@pytest.fixture(scope="module")
def offices() -> Iterator[list[tuple[OfficeLog, Views]]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(3):
            made = OfficeLog(seed, classes_count=2, students_count=4, courses_count=4)
            made.log.origin = f"{ORIGIN}/office/{seed}"
            made.live(160)
            views = Views.open(f"sqlite:{folder}/{seed}.db", made.log.origin)
            views.catch_up(made.log)
            found.append((made, views))
        yield found
        for _, views in found:
            views.close()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_counts_of_the_office_are_the_judges(offices: list[tuple[OfficeLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(offices), label="school")
    at = data.draw(st.integers(1, len(school.log.raws)), label="at")
    found: Counter[tuple[str, str]] = Counter()
    for (_, rule, status), count in verifiers(school.log.raws[:at]).items():
        if rule in OFFICE:
            found[rule, status] += count
    rows = office_counts(views, OfficeAsked(), now=datetime(2040, 1, 1, tzinfo=UTC), at=at).rows
    expected = {(row.rule, status): getattr(row, status) for row in rows if row.rule in OFFICE for status in STATUSES}
    assert found == Counter(expected)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_tables_of_an_archive_are_the_verifiers(offices: list[tuple[OfficeLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(offices), label="school")
    at = data.draw(st.integers(1, len(school.log.raws)), label="at")
    written = [b"".join(pieces).partition(b"\r\n")[2] for _, pieces in deadline_files(views, at)]
    assert written == tables_of(school.log.raws[:at])


def test_the_tables_have_planned_lessons_of_every_kind(offices: list[tuple[OfficeLog, Views]]) -> None:
    """Missed and cancelled ones, and such as another was to give for who was responsible."""
    seen: Counter[str] = Counter()
    for school, _ in offices:
        rows, _ = tables_of(school.log.raws)
        expected = {(day, course, str(number)) for course, day, number in school.expected}
        for row in rows.decode().splitlines():
            rule, _, day, course, number, *_, status, _, _ = row.split(";")
            if number:
                seen[status] += 1
                seen["expected"] += (day, course, number) in expected
                assert rule in {"запись урока", "посещаемость"}
    assert all(seen[each] for each in ("нет", "не нужно", "expected")), seen
