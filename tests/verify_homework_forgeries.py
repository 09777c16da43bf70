"""Stories of homework that never may have happened so, signed by a school's key.

The open lesson is of 5 November; the ones before it in its course are of September, when the regulation only flagged.
"""

from typing import Any

from tests.verify_archive import Sample
from tests.verify_mutations import story


def _checked(school: Sample, value: str = "2", of_lesson: str | None = None) -> None:
    b = school.builder
    work = b.work(school.open_lesson, "homework_check", of_lesson=of_lesson)
    b.mark(school.open_lesson, work, school.students[2], value)


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


# By when it is due, and its files.

FILE = {"media_type": "image/jpeg", "sha256": "ab" * 32, "size": 1}


@story()
def homework_in_every_form(school: Sample) -> None:
    b = school.builder
    index = b.homework(school.open_lesson, "№ 1", "2026-11-06", files=[FILE])
    later = b.lesson(school.course, school.teacher, "2026-11-06", number=2)
    due = {"held_on": "2026-11-06", "number": 2, "lesson": later}
    index = b.correct(index, {"text": "№ 1", "due_lesson": due, "files": [FILE, {**FILE, "sha256": "cd" * 32}]})
    b.correct(index, {"text": "№ 1", "due_lesson": {"held_on": "2026-11-05", "number": 2}})


@story("due-too-early")
def homework_due_on_the_day_of_its_lesson(school: Sample) -> None:
    school.builder.homework(school.open_lesson, "№ 1", "2026-11-05")


@story("due-too-early")
def homework_due_by_its_own_lesson(school: Sample) -> None:
    school.builder.homework(school.open_lesson, "№ 1", due_lesson={"held_on": "2026-11-05", "number": 1})


@story("due-too-early")
def homework_corrected_to_be_due_before_its_lesson(school: Sample) -> None:
    b = school.builder
    b.correct(b.homework(school.open_lesson, "№ 1"), {"text": "№ 1", "due_on": "2026-11-04"})


@story("data-field")
def homework_due_by_a_day_and_a_lesson(school: Sample) -> None:
    due = {"held_on": "2026-11-06", "number": 1}
    school.builder.homework(school.open_lesson, "№ 1", "2026-11-06", due_lesson=due)


@story("data-field")
def homework_due_by_a_lesson_at_another_place(school: Sample) -> None:
    b = school.builder
    later = b.lesson(school.course, school.teacher, "2026-11-06", number=2)
    b.homework(school.open_lesson, "№ 1", due_lesson={"held_on": "2026-11-06", "number": 1, "lesson": later})


@story("data-field")
def homework_due_by_a_lesson_of_another_course(school: Sample) -> None:
    b = school.builder
    later = b.lesson(school.subgroup, school.teacher, "2026-11-06")
    b.homework(school.open_lesson, "№ 1", due_lesson={"held_on": "2026-11-06", "number": 1, "lesson": later})


@story("reference-unknown")
def homework_due_by_no_lesson(school: Sample) -> None:
    b = school.builder
    b.homework(school.open_lesson, "№ 1", due_lesson={"held_on": "2026-11-06", "number": 1, "lesson": b.uuid()})


@story("data-field")
def no_homework_with_a_file(school: Sample) -> None:
    school.builder.homework(school.open_lesson, "", files=[FILE])


@story("data-field")
def one_file_twice(school: Sample) -> None:
    school.builder.homework(school.open_lesson, "№ 1", files=[FILE, {**FILE, "size": 2}])


def _wrong_file(name: str, /, **wrong: Any) -> None:
    def tell(school: Sample) -> None:
        b = school.builder
        b.add("lesson", school.open_lesson, "homework_assigned", text="№ 1", files=[{**FILE, **wrong}])

    tell.__name__ = name
    story("data-field")(tell)


_wrong_file("file_of_no_bytes", size=0)
_wrong_file("file_that_is_too_large", size=1_000_000_001)
_wrong_file("file_of_another_type", media_type="application/x-msdownload")
_wrong_file("file_with_a_digest_in_capitals", sha256="AB" * 32)
_wrong_file("file_with_a_short_digest", sha256="ab" * 31)
_wrong_file("file_with_a_name", name="Иванов.pdf")


@story("data-field")
def eleven_files(school: Sample) -> None:
    files = [{**FILE, "sha256": f"{number:064x}"} for number in range(11)]
    school.builder.add("lesson", school.open_lesson, "homework_assigned", text="№ 1", files=files)


# What is posted in advance.


@story()
def homework_posted_withdrawn_posted_anew_and_taken_over(school: Sample) -> None:
    b = school.builder
    due = {"held_on": "2026-11-10", "number": 2}
    b.unpost(school.course, b.post(school.course, "2026-11-09", "=№ 1", due_on="2026-11-10"))
    posted = b.post(school.course, "2026-11-09", "№ 2", due_lesson=due, files=[FILE])
    b.post(school.course, "2026-11-09", "№ 3", number=2)
    lesson = b.lesson(school.course, school.teacher, "2026-11-09")
    b.correct(b.homework(lesson, "№ 2", due_lesson=due, files=[FILE], posted=posted), {"text": "№ 4"})


@story("recorded-twice")
def homework_posted_twice_for_a_lesson(school: Sample) -> None:
    school.builder.post(school.course, "2026-11-09", "№ 1")
    school.builder.post(school.course, "2026-11-09", "№ 2")


@story("correction-cites-nothing")
def homework_withdrawn_twice(school: Sample) -> None:
    b = school.builder
    posted = b.post(school.course, "2026-11-09", "№ 1")
    b.unpost(school.course, posted)
    b.add("homework", school.course, "homework_post_withdrawn", corrects=posted)


@story("due-too-early")
def homework_posted_to_be_due_on_the_lessons_own_day(school: Sample) -> None:
    school.builder.post(school.course, "2026-11-09", "№ 1", due_on="2026-11-09")


@story("reference-unknown")
def homework_posted_for_no_course(school: Sample) -> None:
    b = school.builder
    b.add("homework", b.uuid(), "homework_posted", held_on="2026-11-09", number=1, text="№ 1")


@story("data-field")
def homework_posted_without_a_text(school: Sample) -> None:
    school.builder.add("homework", school.course, "homework_posted", held_on="2026-11-09", number=1, text="")


@story("posted-mismatch")
def homework_taken_over_from_another_place(school: Sample) -> None:
    b = school.builder
    posted = b.post(school.course, "2026-11-09", "№ 1", number=2)
    b.homework(b.lesson(school.course, school.teacher, "2026-11-09"), "№ 1", posted=posted)


@story("posted-mismatch")
def homework_taken_over_after_it_was_withdrawn(school: Sample) -> None:
    b = school.builder
    posted = b.post(school.course, "2026-11-05", "№ 1")
    b.unpost(school.course, posted)
    b.homework(school.open_lesson, "№ 1", posted=posted)


@story("posted-mismatch")
def homework_taken_over_with_another_text(school: Sample) -> None:
    b = school.builder
    posted = b.post(school.course, "2026-11-05", "№ 1")
    b.homework(school.open_lesson, "№ 2", posted=posted)
