"""Stories of homework that never may have happened so, signed by a school's key.

The open lesson is of 5 November; the ones before it in its course are of September, when the regulation only flagged.
"""

from typing import Any

from tests.verify_archive import Sample
from tests.verify_mutations import story


def _checked(school: Sample, value: str = "2", **named: str) -> None:
    b = school.builder
    b.mark(school.open_lesson, b.work(school.open_lesson, "homework_check", **named), school.students[2], value)


def _before(school: Sample, **more: Any) -> str:
    """A lesson of the day before, without homework."""
    return school.builder.lesson(school.course, school.teacher, "2026-11-04", **more)


def _refuse(school: Sample, from_: str = "2026-11-01", **changes: Any) -> None:
    school.builder.adopt(from_, mark_for_unassigned_homework="refuse", **changes)


@story("mark-for-unassigned-homework")
def bad_mark_for_homework_that_is_nowhere(school: Sample) -> None:
    _refuse(school)
    _before(school)
    _checked(school)


@story("mark-for-unassigned-homework")
def bad_mark_for_the_homework_of_a_named_lesson_that_had_none(school: Sample) -> None:
    _refuse(school)
    b = school.builder
    b.homework(_before(school), "№ 1")
    _checked(school, of_lesson=b.lesson(school.course, school.teacher, "2026-11-03"))


@story("mark-for-unassigned-homework")
def bad_mark_for_the_homework_of_a_lesson_that_said_none(school: Sample) -> None:
    _refuse(school)
    b = school.builder
    b.homework(_before(school), "")
    _checked(school, "2/1")


@story("mark-for-unassigned-homework")
def mark_that_is_corrected_to_a_bad_one(school: Sample) -> None:
    _refuse(school)
    _before(school)
    _checked(school, "4")
    school.builder.correct(len(school.builder.entries) - 1, "fail")


@story("mark-for-unassigned-homework")
def bad_mark_that_stands_again(school: Sample) -> None:
    b = school.builder
    _before(school)
    _checked(school)
    annulled = b.correct(len(b.entries) - 1, None)
    _refuse(school)
    b.correct(annulled, "2")


@story("mark-for-unassigned-homework")
def bad_mark_for_homework_that_the_plan_got_later(school: Sample) -> None:
    _refuse(school)
    b = school.builder
    _before(school, plan_items=[999])
    b.amend(school.course, 999, {"hours": 3, "topic": "Доли"}, {"hours": 3, "topic": "Доли", "homework": "§ 3"})
    _checked(school)


@story()
def bad_marks_that_the_regulation_takes(school: Sample) -> None:
    _checked(school)
    _refuse(school)
    _checked(school)
    _refuse(school, unposted_homework_is_not_assigned=False)
    _before(school)
    _checked(school)


@story()
def bad_marks_for_homework_that_is_there(school: Sample) -> None:
    _refuse(school)
    b = school.builder
    given = b.lesson(school.course, school.teacher, "2026-11-03")
    b.homework(given, "№ 1")
    _checked(school)
    _before(school)
    _checked(school, of_lesson=given)
    _checked(school, "3")
    _before(school, number=2, plan_items=[2])
    _checked(school)


@story("data-field")
def answer_that_names_a_lesson(school: Sample) -> None:
    school.builder.work(school.open_lesson, "answer", of_lesson=school.lesson)


@story("data-field")
def homework_of_a_later_lesson_that_is_checked(school: Sample) -> None:
    b = school.builder
    later = b.lesson(school.course, school.teacher, "2026-11-06")
    b.work(school.open_lesson, "homework_check", of_lesson=later)


@story("data-field")
def homework_of_another_course_that_is_checked(school: Sample) -> None:
    b = school.builder
    other = b.lesson(school.subgroup, school.teacher, "2026-11-04")
    b.work(school.open_lesson, "homework_check", of_lesson=other)


@story("data-field")
def homework_of_its_own_lesson_that_is_checked(school: Sample) -> None:
    school.builder.work(school.open_lesson, "homework_check", of_lesson=school.open_lesson)


@story("reference-unknown")
def homework_of_no_lesson_that_is_checked(school: Sample) -> None:
    b = school.builder
    b.work(school.open_lesson, "homework_check", of_lesson=b.uuid())


@story("data-field")
def work_corrected_to_check_a_later_lesson(school: Sample) -> None:
    b = school.builder
    later = b.lesson(school.course, school.teacher, "2026-11-06")
    b.work(school.open_lesson, "homework_check", of_lesson=school.lesson)
    header = {"kind": "homework_check", "weight": 100, "written": False}
    b.correct(len(b.entries) - 1, {**header, "of_lesson": later})
