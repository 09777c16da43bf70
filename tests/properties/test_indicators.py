"""Indicators of teachers' work at random positions, against the plain folding of the entries."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st

from ledger.journal import events as j
from ledger.journal.deadlines.completeness import completeness
from ledger.journal.deadlines.verdict import Verdict
from projections.engine import Views
from projections.views.indicators import INDICATORS, indicator_facts, indicators, indicators_by_month
from tests import projection_oracle as oracle
from tests.planned_days import Unrecorded
from tests.properties.test_deadline_register import (
    MOSCOW,
    DeadlineLog,
    _asked_at,
    _quiet,
    about,
    all_verdicts,
    schools,
)

__all__ = ["schools"]


def counted(world: oracle.World, now: datetime, first: str, last: str) -> dict[str, Counter[str]]:
    """Teacher -> indicator -> count."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    of_lessons: defaultdict[str, list[Verdict]] = defaultdict(list)

    def is_asked(lesson: str | Unrecorded) -> bool:
        return first <= str(about(world, lesson)["held_on"]) <= last

    for lesson, _, _, verdict in all_verdicts(world, now):
        if is_asked(lesson):
            found[about(world, lesson)["teacher"]][f"{verdict.rule}.{verdict.status}"] += 1
            if isinstance(lesson, str):
                of_lessons[lesson].append(verdict)
    for lesson, verdicts in of_lessons.items():
        of = found[world.lessons[lesson]["teacher"]]
        of["lessons.given"] += 1
        by_rule = {verdict.rule: verdict for verdict in verdicts}
        oral = [verdict for verdict in verdicts if verdict.rule == "oral_mark"]
        whole = completeness(by_rule["lesson"], by_rule["attendance"], by_rule["homework"], oral)
        if whole.open == 0 and whole.index is not None:
            of[f"completeness.{whole.index}"] += 1
    for line in oracle.register(world):
        if line[3] != "reason_set" and is_asked(line[7]):
            found[line[9]][f"corrections.{line[4]}"] += 1
    for line in oracle.substituted(world, None, first, last):
        found[line[5]]["substitutions.taken"] += 1
    return found


@_quiet
@given(data=st.data())
def test_the_counts_are_what_the_entries_say(schools: list[tuple[DeadlineLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, now = _asked_at(school, data)
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    first, last = data.draw(st.sampled_from([(None, None), ("2026-09-03", "2026-09-12")]))
    world = oracle.fold(school.log.raws[:at])
    found = indicators(views, teacher=teacher, from_date=first, to_date=last, at=at)
    expected = counted(world, now, first or "", last or "9999")
    assert found.position == at
    assert {(row.teacher, row.indicator): row.count for row in found.rows if row.count} == {
        (who, name): count
        for who, of in expected.items()
        if teacher in (None, who)
        for name, count in of.items()
        if count and name in INDICATORS
    }
    for row in found.rows:
        of = expected[row.teacher]
        rule, _, status = row.indicator.partition(".")
        if status in ("on_time", "late", "missing"):
            assert row.of == sum(of[f"{rule}.{one}"] for one in ("on_time", "late", "missing")) > 0
        if row.of:
            assert row.share == int(10_000 * row.count / row.of)


@_quiet
@given(data=st.data())
def test_each_count_is_the_sum_of_its_facts_and_they_cite_what_was_known(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    rows = indicators(views, at=at).rows
    if not rows:
        return
    row = data.draw(st.sampled_from([row for row in rows if row.count] or list(rows)))
    facts = indicator_facts(views, row.teacher, row.indicator, at=at)
    assert sum(fact.count for fact in facts) == row.count
    assert all(fact.entries and max(fact.entries) < at for fact in facts)


@_quiet
@given(data=st.data())
def test_a_month_of_its_own_is_what_its_days_give(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    found = list(indicators_by_month(views, teacher=teacher, from_date="2026-09-03", to_date="2026-12-31", at=at))
    for month, first, last in (
        ("2026-09", "2026-09-03", "2026-09-30"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026-11", "2026-11-01", "2026-11-30"),
    ):
        of_days = indicators(views, teacher=teacher, from_date=first, to_date=last, at=at).rows
        assert [row for of, row in found if of == month and row.count] == [row for row in of_days if row.count]


def test_a_correction_is_told_apart_by_the_first_entry_of_what_it_mends(tmp_path: Path) -> None:
    school = DeadlineLog(3, classes_count=1, students_count=2, courses_count=1)
    school.adopt()
    course, group, _ = school.courses[0]
    lesson, work, teacher = f"lesson/{school.id()}", school.id(), school.teachers[0]
    day = (school.log.at.astimezone(MOSCOW).date() + timedelta(days=4)).isoformat()
    header: dict[str, Any] = {"held_on": day, "starts_at": "09:00", "ends_at": "09:45", "number": 1}
    marked, missing = school.students[group][:2]
    _, _, mark, absence = school.command(
        (lesson, j.LessonRecorded(course=course, teacher=teacher, topic="Т", attendance="taken", **header)),
        (lesson, j.WorkRecorded(work=work, kind="answer", written=False, weight=100)),
        (lesson, j.MarkRecorded(student=marked, work=work, value="4")),
        (lesson, j.AbsenceRecorded(student=missing, code="absent")),
        seconds=300_000,
    )
    to_next_day = 100_000
    # Each mends what the one before it left; of those of one day, the first entry may be of an earlier one.
    for seconds, old, new in ((60, "4", "5"), (60, "5", "3"), (to_next_day, "3", "4"), (60, "4", "5")):
        mended = j.MarkCorrected(corrects=mark, old=old, new=new, reason="typo")
        (mark,) = school.command((lesson, mended), seconds=seconds)
    (absence,) = school.command((lesson, j.AbsenceReasonSet(absence=absence, code="ill", basis="с. 1")), seconds=60)
    gone = j.AbsenceAnnulled(corrects=absence, old="ill", new=None, reason="typo")
    school.command((lesson, gone), seconds=60)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        narrowed: tuple[dict[str, Any], ...] = ({}, {"teacher": teacher}, {"from_date": day, "to_date": day})
        for asked in narrowed:
            counts = {row.indicator: row.count for row in indicators(views, **asked).rows}
            assert (counts["corrections.same_day"], counts["corrections.before_close"]) == (2, 3), asked
        expected = counted(oracle.fold(school.log.raws), school.log.at, "", "9999")[teacher]
        assert (expected["corrections.same_day"], expected["corrections.before_close"]) == (2, 3)


def test_the_schools_have_something_of_most_indicators(schools: list[tuple[DeadlineLog, Views]]) -> None:
    seen = {row.indicator for _, views in schools for row in indicators(views).rows if row.count}
    results = {name for name in INDICATORS if name.startswith("result")}
    assert seen >= set(INDICATORS) - results - {
        "attendance.exempt", "lesson.exempt", "lesson.missing", "oral_mark.missing", "oral_mark.exempt",
        "completeness.0", "corrections.reopened", "corrections.same_day", "written_work.exempt",
    }  # fmt: skip
