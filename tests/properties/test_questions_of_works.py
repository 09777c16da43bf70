"""Questions 8 and 9 at random positions, against the plain folding of the entries: subgroups, and who was asked again."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from projections.engine import Views
from projections.questions import BY_SLUG, ask
from tests import projection_oracle as oracle
from tests.properties.test_deadline_register import DeadlineLog, _asked_at, _quiet, schools, taught

__all__ = ["schools"]


def not_asked_again(world: oracle.World, count: int) -> set[int]:
    """Entries of marks of 2 or worse behind which a student was at so many lessons of the course without a mark."""
    headers = [f for f in world.facts if f.what == "lesson" and f.value is not None]
    by_place = sorted(headers, key=lambda f: (world.lessons[f.lesson]["held_on"], f.value["number"], f.first))
    found = set()
    for fact in world.facts:
        if fact.what != "mark" or fact.value is None or not set("12") & set(str(fact.value)):
            continue
        of = world.lessons[fact.lesson]
        attended = 0
        for later in by_place:
            lesson = world.lessons[later.lesson]
            if lesson["course"] != of["course"] or (lesson["held_on"], later.value["number"]) <= (
                of["held_on"],
                next(h.value["number"] for h in headers if h.lesson == fact.lesson),
            ):
                continue
            if str(fact.student) not in taught(world, later.lesson):
                continue
            what = {
                f.what
                for f in world.facts
                if f.lesson == later.lesson and f.student == fact.student and f.value is not None
            }
            if "mark" in what:
                break
            attended += "absence" not in what
            if attended == count:
                found.add(fact.standing)
                break
    return found


@_quiet
@given(data=st.data())
def test_who_was_not_asked_again_is_what_the_entries_say(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    count = data.draw(st.integers(1, 3))
    found = ask(BY_SLUG["unmarked-works"], views, {"finding": "not_asked_again", "lessons": str(count)}, at=at)
    rows = [row["entries"] for row in found.plain()]
    assert {entry for (entry,) in rows} == not_asked_again(oracle.fold(school.log.raws[:at]), count)
    assert len(rows) == found.totals["marks"]


@_quiet
@given(data=st.data())
def test_works_and_few_marks_are_counted_against_who_was_taught(
    schools: list[tuple[DeadlineLog, Views]], data: st.DataObject
) -> None:
    school, views = data.draw(st.sampled_from(schools), label="school")
    at, _ = _asked_at(school, data)
    world = oracle.fold(school.log.raws[:at])
    works = ask(BY_SLUG["unmarked-works"], views, {"share": "100", "after_days": "0"}, at=at).plain()
    for row in works:
        assert row["students"] == len(taught(world, row["lesson"]))
    day = "2026-09-08"
    few: set[tuple[Any, ...]] = {
        (row["class"], row["subject"], row["student"])
        for row in ask(BY_SLUG["few-marks"], views, {"on": day, "least": "99"}, at=at).plain()
    }
    (period,) = world.periods.values() or ({"starts_on": "", "ends_on": ""},)
    courses = {
        lesson["course"]
        for id_, lesson in world.lessons.items()
        if world.lesson_stands(id_) and period["starts_on"] <= lesson["held_on"] <= period["ends_on"]
    }
    expected = set()
    for course in courses if world.periods else ():
        world.lessons["day"] = {"held_on": day, "course": course}
        expected |= {(world.courses[course]["subject"], student) for student in taught(world, "day")}
    assert {(subject, student) for _, subject, student in few} == expected
