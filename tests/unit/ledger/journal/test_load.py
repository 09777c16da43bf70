"""What goes beyond the recommended load: limits of the letter of 06.08.2021, each worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal.load import SOURCE, Assessed, judge_load

WORK = Assessed("a", (1,), "2026-09-14", 3, 45, "maths-5а", "5а", 5, "Математика", is_whole_class=True)
HOURS = {"maths-5а": 170, "maths-5б": 170, "russian-5а": 170}
DAYS = {("5а", "2026-09-14"): (1, 6), ("5а", "2026-09-30"): (1, 5)}


def work(id_: str, entry: int, day: str, **changes: Any) -> Assessed:
    """Another work of 5А in maths, third in the day."""
    return WORK._replace(id=id_, entries=(entry,), day=day, **changes)


def limits(*works: Assessed) -> list[tuple[Any, ...]]:
    """Limit, works, entries, value and what is allowed."""
    found = judge_load(works, HOURS, DAYS)
    assert {excess.source for excess in found} <= {SOURCE}
    return [(one.limit, one.works, one.entries, one.value, one.allowed) for one in found]


RUSSIAN = {"course": "russian-5а", "subject": "Русский язык"}
OTHER_CLASS = {"course": "maths-5б", "class_group": "5б"}


def test_one_work_on_a_middle_lesson_is_within_every_limit() -> None:
    assert limits(WORK) == []


def test_two_works_of_a_class_on_one_day_are_one_too_many() -> None:
    # 14 September: maths in the third lesson, Russian in the fourth.
    other = work("b", 2, "2026-09-14", number=4, **RUSSIAN)
    assert limits(other, WORK) == [("two_a_day", ("a", "b"), (1, 2), 2, 1)]
    assert limits(WORK, work("b", 2, "2026-09-14", **OTHER_CLASS)) == []


@pytest.mark.parametrize(
    ("day", "found"),
    [
        # 2.5 weeks from Monday the 14th: the 17th day is Thursday 1 October.
        ("2026-09-30", [("close", ("a", "b"), (1, 2), 16, 17)]),
        ("2026-10-01", []),
    ],
)
def test_a_subject_rests_two_weeks_and_a_half(day: str, found: list[Any]) -> None:
    assert limits(WORK, work("b", 2, day)) == found
    assert limits(WORK, work("b", 2, day, **RUSSIAN)) == []


@pytest.mark.parametrize(
    ("day", "found"),
    [
        # The parallel class writes the same work in its own lessons of that week; a week later it is another one.
        ("2026-09-20", []),
        ("2026-09-21", [("close_in_parallel", ("a", "b"), (1, 2), 7, 17)]),
        ("2026-10-01", []),
    ],
)
def test_parallel_classes_have_one_procedure_in_a_week(day: str, found: list[Any]) -> None:
    assert limits(WORK, work("b", 2, day, **OTHER_CLASS)) == found
    assert limits(WORK, work("b", 2, day, **{**OTHER_CLASS, "grade": 6})) == []


def test_at_most_a_tenth_of_the_hours_is_assessed() -> None:
    # 34 lessons a year, one a week: three works are 8 %, four are 11 %.
    days = ["2026-09-14", "2026-10-12", "2026-11-16", "2026-12-14"]
    works = [work(str(number), number, day) for number, day in enumerate(days)]
    assert judge_load(works[:3], {"maths-5а": 34}, {}) == ()
    (excess,) = judge_load(works, {"maths-5а": 34}, {})
    assert (excess.limit, excess.works, excess.value, excess.allowed) == ("share", ("0", "1", "2", "3"), 11, 10)
    assert judge_load(works, {}, {}) == ()


@pytest.mark.parametrize(("number", "found"), [(1, True), (2, False), (5, False), (6, True), (None, False)])
def test_neither_the_first_nor_the_last_lesson_of_the_day(number: int | None, found: bool) -> None:
    assert limits(WORK._replace(number=number)) == ([("first_or_last", ("a",), (1,), number, None)] if found else [])


@pytest.mark.parametrize("changes", [{"minutes": 29}, {"is_whole_class": False}])
def test_short_works_and_those_of_a_part_of_the_class_do_not_count(changes: dict[str, Any]) -> None:
    assert limits(WORK, work("b", 2, "2026-09-14", **changes)) == []
    assert limits(WORK, work("b", 2, "2026-09-14", minutes=30)) != []
    assert limits(WORK, work("b", 2, "2026-09-14", minutes=None)) != []
