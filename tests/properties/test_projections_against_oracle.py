"""Questions to the views, at random positions, against the plain folding of the entries."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from projections.engine import Views
from projections.reading import position_at
from projections.views.cell_history import cell_history
from projections.views.class_page import ClassPage, class_page
from projections.views.columns import LessonColumn, Value
from projections.views.correction_register import Timing, correction_register, correction_requests
from projections.views.lookups import classes, courses, periods, roster
from projections.views.people_registers import guardians
from projections.views.result_register import results
from projections.views.student_page import student_page
from projections.views.subgroups import subgroup_members
from projections.views.substitution_register import substitution_register
from projections.views.timetable_entries import calendar
from tests import projection_oracle as oracle
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog

FAR = "2027-05-31"
SEED_COUNT = 3

_quiet = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def schools(request: pytest.FixtureRequest) -> Iterator[list[tuple[SchoolLog, Views]]]:
    """Small schools with their views, filled in batches of random size."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(SEED_COUNT):
            # A log each of its own, all in one PostgreSQL database.
            school = SchoolLog(seed, classes_count=2, students_count=5, courses_count=2).work(60, corrections=0.5)
            school.log.origin = f"{ORIGIN}/{seed}"
            if request.param == "sqlite":
                url = f"sqlite:{folder}/{seed}.db"
            else:
                url = views_dsn(request.getfixturevalue("module_postgres_database"))
            views = Views.open(url, school.log.origin)
            _in_random_batches(views, school, random.Random(seed))
            found.append((school, views))
        yield found
        for _, views in found:
            views.close()


def _in_random_batches(views: Views, school: SchoolLog, rng: random.Random) -> None:
    commands = [orjson.loads(raw)["command"] for raw in school.log.raws]
    ends = [place for place, pair in enumerate(pairwise([*commands, None]), start=1) if pair[0] != pair[1]]
    while (position := views.position()) < len(commands):
        least = min(position + rng.randint(1, 60), len(commands))
        stop = next(end for end in ends if end >= least)
        views.catch_up(school.log, stop=stop, batch_entries=rng.randint(1, 40))


def _column(column: LessonColumn) -> tuple[Any, ...]:
    lesson = column.lesson
    homework = column.homework
    return (
        lesson.lesson,
        lesson.entry,
        lesson.fact,
        lesson.topic,
        lesson.number,
        lesson.attendance_by,
        [] if homework is None else [(homework.entry, homework.text, homework.due_on)],
        [(work.entry, work.work, work.kind, work.weight) for work in column.works],
    )


def _cell(value: Value) -> tuple[Any, ...]:
    return (
        value.lesson,
        value.what,
        value.student,
        value.work,
        value.value,
        value.entry,
        value.fact,
        value.corrected,
    )


def _plain(page: ClassPage) -> dict[str, Any]:
    return {
        "columns": sorted(_column(column) for column in page.columns),
        "students": {line.student for line in page.lines},
        "cells": {_cell(value) for line in page.lines for value in line.values},
    }


@_quiet
@given(data=st.data())
def test_a_class_page_says_what_the_entries_say(schools: list[tuple[SchoolLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    group = data.draw(st.sampled_from(school.classes))
    subject = data.draw(st.sampled_from([None, "Предмет 0"]))
    last = data.draw(st.sampled_from(["2026-09-03", FAR]))
    page = class_page(views, group, subject=subject, from_date="2026-09-01", to_date=last, at=at)
    world = oracle.fold(school.log.raws[:at])
    assert page.position == at
    assert _plain(page) == oracle.class_page(world, group, subject, "2026-09-01", last)
    for line in page.lines:
        assert all(value.student == line.student for value in line.values)


@_quiet
@given(data=st.data())
def test_a_diary_says_what_the_entries_say(schools: list[tuple[SchoolLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    student = data.draw(st.sampled_from(sorted(s for of in school.students.values() for s in of)))
    first, last = data.draw(st.sampled_from([("2026-09-01", FAR), ("2026-09-02", "2026-09-05")]))
    page = student_page(views, student, from_date=first, to_date=last, at=at)
    expected = oracle.diary(oracle.fold(school.log.raws[:at]), student, first, last)
    assert sorted(_column(lesson.column) for lesson in page.lessons) == expected["columns"]
    assert {_cell(value) for lesson in page.lessons for value in lesson.values} == expected["cells"]


@_quiet
@given(data=st.data())
def test_links_declarations_and_results_stand_until_an_entry_says_otherwise(
    schools: list[tuple[SchoolLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    world = oracle.fold(school.log.raws[:at])
    links = [[row.entry, row.student, row.guardian, row.ended_by] for row in guardians(views, at=at).rows]
    assert links == world.links
    assert {row.entry: row.revoked_by for row in calendar(views, at=at).rows} == world.declared
    standing = {first: result for first, result in world.results.items() if result[1] is not None}
    found = results(views, at=at).rows
    assert {row.fact: (row.entry, row.value) for row in found} == standing
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(found) + 1)] * 2), label="rows"))
    assert results(views, rows=slice(begin, end), at=at).rows == found[begin:end]


@_quiet
@given(data=st.data())
def test_a_cells_history_is_every_entry_that_touched_it(
    schools: list[tuple[SchoolLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    cells = sorted({(fact.lesson, fact.student) for fact in school.facts if fact.student is not None})
    lesson, student = data.draw(st.sampled_from(cells))
    touches = cell_history(views, lesson, student, at=at).rows
    found = [(t.entry, t.action, t.old, t.new, t.reason, t.request, t.actor, t.at) for t in touches]
    assert found == oracle.history(oracle.fold(school.log.raws[:at]), lesson, student)


def test_every_corrected_cell_has_its_whole_history(schools: list[tuple[SchoolLog, Views]]) -> None:
    seen = set()
    for school, views in schools:
        world = oracle.fold(school.log.raws)
        for lesson, student in {(f.lesson, f.student) for _, f in world.corrections if f.student is not None}:
            assert student is not None
            touches = cell_history(views, lesson, student).rows
            found = [(t.entry, t.action, t.old, t.new, t.reason, t.request, t.actor, t.at) for t in touches]
            assert found == oracle.history(world, lesson, student)
            seen |= {touch.action for touch in touches}
    assert {"recorded", "corrected", "annulled", "reason_set", "requested", "refused"} <= seen


@_quiet
@given(data=st.data())
def test_the_register_lists_every_correction(schools: list[tuple[SchoolLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    world = oracle.fold(school.log.raws[:at])
    whole = oracle.register(world)
    student = data.draw(st.sampled_from([None, *sorted({line[10] for line in whole if line[10]})]), label="student")
    timing: Timing | None = data.draw(st.sampled_from([None, "same_day", "before_close", "reopened", "after_close"]))
    group = data.draw(st.sampled_from([None, *school.classes]))
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    days = sorted({line[12] for line in whole})
    first, last = sorted(data.draw(st.tuples(*[st.sampled_from(days or ["2026-09-01"])] * 2)))
    asked: dict[str, Any] = {
        "class_group": group,
        "teacher": teacher,
        "student": student,
        "timing": timing,
        "from_date": first,
        "to_date": last,
        "at": at,
    }
    lines = correction_register(views, **asked).rows
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(lines) + 1)] * 2), label="rows"))
    assert correction_register(views, **asked, rows=slice(begin, end)).rows == lines[begin:end]
    found = [
        (
            *(r.entry, r.fact, r.what, r.action, r.timing, orjson.loads(r.old), orjson.loads(r.new), r.lesson),
            *(r.class_group, r.teacher, r.student, r.actor),
        )
        for r in lines
    ]
    assert found == [
        line[:12]
        for line in whole
        if group in {None, line[8]}
        and teacher in {None, line[9]}
        and student in {None, line[10]}
        and timing in {None, line[4]}
        and first <= line[12] <= last
    ]


@_quiet
@given(data=st.data())
def test_the_register_of_substitutions_lists_every_one_of_an_employee_and_a_range(
    schools: list[tuple[SchoolLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    employee = data.draw(st.sampled_from([None, *school.teachers]), label="employee")
    first, last = data.draw(st.sampled_from([("2026-09-01", FAR), ("2026-09-02", "2026-09-04")]))
    register = substitution_register(views, employee=employee, from_date=first, to_date=last, at=at)
    rows = register.rows
    assert sorted(
        (
            *(row.held_on, row.entry, row.fact, row.lesson, row.absent_teacher, row.substitute),
            *(row.reason, row.basis, row.same_subject, row.coefficient),
        )
        for row in rows
    ) == sorted(oracle.substituted(oracle.fold(school.log.raws[:at]), employee, first, last))
    assert [(row.held_on, row.number, row.fact) for row in rows] == sorted((r.held_on, r.number, r.fact) for r in rows)
    assert (register.lessons, register.coefficient) == (len(rows), sum(row.coefficient for row in rows))
    for total in register.totals:
        given_ = [row.coefficient for row in rows if row.substitute == total.employee]
        missed = [row.coefficient for row in rows if row.absent_teacher == total.employee]
        assert (total.given_lessons, total.given_coefficient) == (len(given_), sum(given_))
        assert (total.missed_lessons, total.missed_coefficient) == (len(missed), sum(missed))
    people = {who for row in rows for who in (row.substitute, row.absent_teacher)}
    assert {total.employee for total in register.totals} == (people if employee is None else people & {employee})


@_quiet
@given(data=st.data())
def test_lookups_say_what_the_entries_say(schools: list[tuple[SchoolLog, Views]], data: st.DataObject) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    world = oracle.fold(school.log.raws[:at])
    on = data.draw(st.sampled_from(["2026-09-01", "2026-09-04", FAR]))
    group = data.draw(st.sampled_from(school.classes))
    members = roster(views, group, on, at=at).rows
    assert [member.entry for member in members] == [
        m["entry"]
        for m in world.members
        if m["class"] == group and m["starts_on"] <= on and (m["ends_on"] is None or on <= m["ends_on"])
    ]
    found = periods(views, at=at).rows
    assert {period.period: period.closed_by for period in found if period.closed_by is not None} == world.closed
    assert [(turn.entry, turn.period) for row in found for turn in row.history if turn.action == "closed"] == (
        world.closings
    )
    for led in classes(views, on=on, at=at).rows:
        assigned = [each for each in world.assigned.get(led.class_group, []) if each[0] <= on]
        _, by, teacher = max(assigned) if assigned else (None, None, None)
        assert (led.class_teacher, led.assigned_by) == (teacher, by)
    for course in courses(views, on=on, at=at).rows:
        assigned = [each for each in world.assigned.get(course.course, []) if each[0] <= on]
        assert course.teacher == (max(assigned)[2] if assigned else None)
    for stays, wanted in (
        (subgroup_members(views, from_date=on, to_date=on, at=at).rows, [*school.classes]),
        (subgroup_members(views, class_group=group, from_date=on, to_date=on, at=at).rows, [group]),
    ):
        assert [(stay.entry, stay.course, stay.student, stay.left_by, stay.ends_on) for stay in stays] == [
            (s["entry"], s["course"], s["student"], s["left_by"], s["ends_on"])
            for s in world.stays
            if world.courses[s["course"]]["class_group"] in wanted
            and s["starts_on"] <= on
            and (s["ends_on"] is None or on <= s["ends_on"])
        ]
    requests = {request.request: request.status for request in correction_requests(views, at=at).rows}
    assert requests == world.requests


@_quiet
@given(data=st.data())
def test_a_moment_is_the_position_of_the_last_entry_recorded_by_then(
    schools: list[tuple[SchoolLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools))
    raw = data.draw(st.sampled_from(school.log.raws))
    shift = timedelta(microseconds=data.draw(st.integers(-1, 1)))
    moment = datetime.fromisoformat(orjson.loads(raw)["at"]) + shift
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert position_at(views, moment) == oracle.size_at(school.log.raws, text)


@_quiet
@given(data=st.data())
def test_as_of_is_what_views_of_the_shorter_log_say_now(
    schools: list[tuple[SchoolLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools))
    at = data.draw(st.integers(0, len(school.log.raws)), label="at")
    shorter = school.log.truncated(at)
    with tempfile.TemporaryDirectory() as folder, Views.open(f"sqlite:{folder}/views.db", shorter.origin) as then:
        then.rebuild(shorter, batch_entries=data.draw(st.integers(1, 200)))
        group = school.classes[0]
        assert class_page(then, group, from_date="", to_date=FAR) == class_page(
            views, group, from_date="", to_date=FAR, at=at
        )
        assert correction_register(then) == correction_register(views, at=at)
        assert substitution_register(then) == substitution_register(views, at=at)
        student = school.students[group][0]
        assert student_page(then, student, from_date="", to_date=FAR) == student_page(
            views, student, from_date="", to_date=FAR, at=at
        )


def test_batches_of_any_size_give_the_same_rows(schools: list[tuple[SchoolLog, Views]]) -> None:
    for school, views in schools:
        report = views.check(school.log, batch_entries=7)
        assert report.findings == ()
        digests = {table: live for table, (live, _) in report.digests.items()}
        with tempfile.TemporaryDirectory() as folder, Views.open(f"sqlite:{folder}/v.db", school.log.origin) as others:
            others.catch_up(school.log, batch_entries=1)
            other = others.check(school.log, batch_entries=100_000)
            assert other.equal
            # The same on every database and whatever the batches were.
            assert {table: live for table, (live, _) in other.digests.items()} == digests
