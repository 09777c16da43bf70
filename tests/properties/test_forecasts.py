"""Forecasts at random positions, against the plain folding of the entries."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from ledger.journal.computing import Input, compute_period_mark
from ledger.journal.result_events import AssessmentRulesAdopted
from projections.engine import Views
from projections.views.forecasts import forecasts
from tests import projection_office, projection_oracle as oracle
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.properties.test_deadline_register import DeadlineLog, _quiet, taught

DAY = "2026-09-08"
RULES = msgspec.structs.replace(projection_office.RULES, weights={"answer": 50, "test": 300})


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def graded(request: pytest.FixtureRequest) -> Iterator[tuple[DeadlineLog, Views]]:
    """A school whose rules take effect with its first lessons; members of subgroups move."""
    school = DeadlineLog(11, classes_count=2, students_count=4, courses_count=4)
    school.log.origin = f"{ORIGIN}/forecasts"
    school.live(30)
    order = {"order_number": "1", "order_date": "2026-08-24", "effective_from": "2026-09-01"}
    school.command((f"assessment/{school.school}", AssessmentRulesAdopted(rules=RULES, **order)), role="administrator")
    school.live(90)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:{folder}/views.db"
        if request.param == "postgres":
            url = views_dsn(request.getfixturevalue("module_postgres_database"))
        with Views.open(url, school.log.origin) as views:
            views.catch_up(school.log)
            yield school, views


def expected(world: oracle.World) -> dict[tuple[str, str], Any]:
    """(course, student) -> mark, mean, inputs, works without a mark, of who is taught in a course on the day."""
    if not world.periods:
        return {}
    (period,) = world.periods.values()
    rules = [entry["index"] for entry in world.entries if entry["type"] == "assessment_rules_adopted/1"]
    found = {}
    for course, of in world.courses.items():
        of_day = "day of the forecast"
        world.lessons[of_day] = {"held_on": DAY, "course": course}
        members = taught(world, of_day)
        del world.lessons[of_day]
        for student in members:
            ever = {member["class"] for member in world.members if member["student"] == student}
            marks = []
            for fact in world.facts:
                lesson = world.lessons[fact.lesson]
                if (
                    (fact.what, fact.student, world.courses[lesson["course"]]["subject"])
                    == ("mark", student, of["subject"])
                    and fact.value is not None
                    and world.courses[lesson["course"]]["class_group"] in ever
                    and period["starts_on"] <= lesson["held_on"] <= period["ends_on"]
                ):
                    (work,) = [
                        f for f in world.facts if f.what == "work" and (f.lesson, f.work) == (fact.lesson, fact.work)
                    ]
                    weights = RULES.weights or {}
                    weight = work.value.get("weight", weights.get(work.value["kind"], 100))
                    marks.append(Input(fact.standing, fact.value, weight))
            computed = compute_period_mark(marks, RULES)
            pending = {
                fact.standing
                for fact in world.facts
                if fact.what == "work" and fact.value is not None and fact.value["written"]
                and world.lesson_stands(fact.lesson) and world.lessons[fact.lesson]["course"] == course
                and period["starts_on"] <= world.lessons[fact.lesson]["held_on"] <= period["ends_on"]
                and student in taught(world, fact.lesson)
                and not any(
                    f.what == "mark" and f.value is not None and (f.lesson, f.work, f.student) == (fact.lesson, fact.work, student)
                    for f in world.facts
                )
            }  # fmt: skip
            told = (computed.value, computed.sum, computed.weight, computed.inputs) if rules else (None, 0, 0, None)
            found[course, student] = (*told, pending, rules[-1] if rules else None)
    return found


@_quiet
@given(data=st.data())
def test_forecasts_say_what_the_entries_say(graded: tuple[DeadlineLog, Views], data: st.DataObject) -> None:
    school, views = graded
    at = data.draw(st.integers(1, len(school.log.raws)), label="at")
    found = forecasts(views, on=DAY, at=at)
    assert (found.position, found.day) == (at, DAY)
    assert {
        (row.course, row.student): (
            *(row.value, row.sum, row.weight, row.inputs if row.rule else None),
            *({work.entry for work in row.pending}, row.rule),
        )
        for row in found.rows
    } == expected(oracle.fold(school.log.raws[:at]))
    for row in found.rows:
        assert all(entry < at for entry in (*row.inputs, row.course_entry, row.period_entry))


def test_a_class_and_a_student_have_their_rows_of_the_whole(graded: tuple[DeadlineLog, Views]) -> None:
    school, views = graded
    whole = forecasts(views, on=DAY).rows
    assert whole
    assert any(row.pending for row in whole)
    group = school.classes[0]
    assert list(forecasts(views, class_group=group, on=DAY).rows) == [row for row in whole if row.class_group == group]
    student = whole[-1].student
    assert list(forecasts(views, student=student, on=DAY).rows) == [row for row in whole if row.student == student]
    assert forecasts(views, on="2027-01-15").rows == ()
