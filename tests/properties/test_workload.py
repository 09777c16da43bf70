"""Hours at random positions, against the plain folding of the entries and the planned lessons one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from hypothesis import given, strategies as st

from projections.engine import Views
from projections.views.timetable_pages import Board
from projections.views.workload import CourseHours, TeacherHours, class_hours, teacher_hours, teacher_lessons
from tests import projection_oracle as oracle
from tests.properties.test_deadline_register import DeadlineLog, _asked_at, _quiet, schools

__all__ = ["schools"]


def span_of(day: str, by: str) -> str:
    found = date.fromisoformat(day)
    return day[:7] if by == "month" else (found - timedelta(days=found.weekday())).isoformat()


@_quiet
@given(data=st.data())
def test_hours_are_the_lessons_that_the_entries_and_the_timetable_say(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    by = data.draw(st.sampled_from(["month", "week"]))
    teacher = data.draw(st.sampled_from([None, *school.teachers]))
    first, last = data.draw(st.sampled_from([("2026-09-01", "2026-10-30"), ("2026-09-03", "2026-09-12")]))
    world = oracle.fold(school.log.raws[:at])
    found = teacher_hours(views, teacher=teacher, from_date=first, to_date=last, by=by, at=at)  # type: ignore[arg-type]
    expected: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    of_courses: Counter[tuple[str, str]] = Counter()
    substituted = {line[3] for line in oracle.substituted(world, None, first, last)}
    for lesson, of in world.lessons.items():
        if world.lesson_stands(lesson) and first <= of["held_on"] <= last:
            counts = expected[of["teacher"], span_of(of["held_on"], by)]
            counts["for_others" if lesson in substituted else "own"] += 1
            counts["in_subgroups"] += bool(world.courses[of["course"]].get("subgroup"))
            of_courses[of["course"], "held"] += 1
    for row in Board(views, first, last, at=at).rows():
        if row.timetable_entry is not None and row.moved_by is None and row.held_on <= found.until:
            of_courses[row.course, "planned"] += 1
            if row.teacher is not None:
                expected[row.teacher, span_of(row.held_on, by)]["planned"] += 1
    told = {}
    for one in found.rows:
        assert isinstance(one, TeacherHours)
        assert one.given == one.own + one.for_others
        told[one.teacher, one.span] = (one.own, one.for_others, one.in_subgroups, one.planned)
    names = ("own", "for_others", "in_subgroups", "planned")
    assert told == {key: tuple(of[name] for name in names) for key, of in expected.items() if teacher in (None, key[0])}
    for group in school.classes:
        for course in class_hours(views, group, from_date=first, to_date=last, at=at).rows:
            assert isinstance(course, CourseHours)
            hours = (course.held, course.planned)
            assert hours == (of_courses[course.course, "held"], of_courses[course.course, "planned"])
    if teacher is not None:
        listed = teacher_lessons(views, teacher, first, last, at=at).rows
        given_ = [row for row in listed if row.given_by == teacher]
        assert len(given_) == sum(of["own"] + of["for_others"] for (who, _), of in expected.items() if who == teacher)


def test_the_schools_have_hours_of_every_kind(schools: list[tuple[DeadlineLog, Views]]) -> None:
    seen: Counter[str] = Counter()
    for _, views in schools:
        for row in teacher_hours(views).rows:
            assert isinstance(row, TeacherHours)
            seen.update({name: getattr(row, name) for name in ("own", "for_others", "in_subgroups", "planned")})
    assert all(seen[name] for name in ("own", "for_others", "in_subgroups", "planned"))
