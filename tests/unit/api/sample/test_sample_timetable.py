from __future__ import annotations

from collections import Counter

import pytest

from api.sample.curriculum import HOURS, TEACHERS
from api.sample.roster import SIZES, Roster, Shape, make_roster
from api.sample.timetable import NoTimetableError, Week, classes_of_day, make_week
from api.sample.topics import TOPICS


@pytest.fixture(scope="module")
def model() -> tuple[Roster, Week]:
    roster = make_roster(2026, SIZES["M"])
    return roster, make_week(2026, roster)


def test_the_curriculum_has_the_loads_of_the_model_school() -> None:
    assert [sum(hours.values()) for hours in HOURS.values()] == [21, 23, 23, 23, 29, 30, 32, 33, 33, 34, 34]


def test_every_subject_has_topics() -> None:
    assert {subject.name for hours in HOURS.values() for subject in hours} == set(TOPICS)


def test_the_model_school_has_its_numbers(model: tuple[Roster, Week]) -> None:
    roster, _ = model
    assert len(roster.students) == 1_000
    assert Counter(group.grade for group in roster.classes) == dict(enumerate((4, 4, 3, 3, 4, 4, 3, 3, 3, 2, 2), 1))
    assert sum(len(group) for group in roster.teachers.values()) == sum(TEACHERS.values()) == 60
    assert {len(group.students) for group in roster.classes} == {28, 29}
    assert len(roster.days) == 170


def test_no_two_people_share_id_or_name(model: tuple[Roster, Week]) -> None:
    roster, _ = model
    people = [*roster.staff, *roster.students]
    assert len({person.id for person in people}) == len(people)
    names = {(person.name.family_name, person.name.given_name, person.name.patronymic) for person in people}
    assert len(names) == len(people)


def test_birth_dates_fit_the_grade(model: tuple[Roster, Week]) -> None:
    roster, _ = model
    grades = {student: group.grade for group in roster.classes for student in group.students}
    for person in roster.students:
        age = 2026 - person.name.birth_date.year - (person.name.birth_date.month > 9)
        assert grades[person.id] + 5 <= age <= grades[person.id] + 7


def test_nobody_is_in_two_rooms_at_once(model: tuple[Roster, Week]) -> None:
    roster, week = model
    teachers = Counter((course.teacher, place) for group in week.values() for place, course in group.items())
    assert max(teachers.values()) == 1
    assert sum(teachers.values()) == 980
    assert len({(place.weekday, place.number) for place in week[roster.classes[-1].id]}) == 34


def test_a_class_has_all_its_hours_and_no_holes_in_its_day(model: tuple[Roster, Week]) -> None:
    roster, week = model
    for group in roster.classes:
        places = week[group.id]
        held = Counter(course.subject for course in places.values())
        assert held == HOURS[group.grade]
        for weekday in range(5):
            numbers = sorted(place.number for place in places if place.weekday == weekday)
            assert numbers == list(range(1, len(numbers) + 1))
            assert len(numbers) <= 7


def test_hardly_any_subject_comes_twice_on_a_day(model: tuple[Roster, Week]) -> None:
    _, week = model
    twice = 0
    for places in week.values():
        per_day = Counter((place.weekday, course.id) for place, course in places.items() if course.hours <= 5)
        twice += sum(count - 1 for count in per_day.values())
    assert twice <= 20


def test_the_days_lessons_come_in_order(model: tuple[Roster, Week]) -> None:
    roster, week = model
    lessons = [len(classes_of_day(roster, week, weekday)) for weekday in range(5)]
    assert sum(lessons) == 980
    assert max(lessons) - min(lessons) <= 5
    numbers = [number for _, number, _ in classes_of_day(roster, week, 0)]
    assert numbers == sorted(numbers)


def test_says_when_teachers_cannot_be_everywhere() -> None:
    shape = Shape(classes=(0, 0, 0, 0, 4, 4, 3), students=100, teachers=dict.fromkeys(TEACHERS, 1))
    with pytest.raises(NoTimetableError, match="no timetable"):
        make_week(1, make_roster(1, shape))
