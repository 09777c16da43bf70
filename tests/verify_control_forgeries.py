"""Stories of control that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


@story("reference-unknown")
def check_of_no_class(school: Sample) -> None:
    b = school.builder
    group = b.uuid()
    b.names[group] = ""
    b.check(group)


@story("ends-before-start")
def check_that_ends_before_it_begins(school: Sample) -> None:
    school.builder.check(school.group, from_date="2026-09-09", to_date="2026-09-08")


@story("ends-before-start")
def check_of_days_to_come(school: Sample) -> None:
    school.builder.check(school.group, to_date="2026-09-12")


@story("person-kind")
def remark_to_an_employee(school: Sample) -> None:
    school.builder.remark(school.group, school.employee)


@story("correction-note-missing")
def remark_about_something_else_without_a_word(school: Sample) -> None:
    school.builder.remark(school.group, school.teacher, note="")


@story("remark-mismatch")
def remark_about_another_classes_course(school: Sample) -> None:
    b = school.builder
    group = b.class_group(school.year, 6, "В")
    b.remark(group, school.teacher, "marks", course=school.course)


@story("remark-mismatch")
def remark_about_a_lesson_without_its_course(school: Sample) -> None:
    school.builder.remark(school.group, school.teacher, "marks", lesson=school.lesson)


@story("remark-mismatch")
def remark_about_a_day_without_a_course(school: Sample) -> None:
    school.builder.remark(school.group, school.teacher, "lesson", held_on="2026-09-21")


@story("remark-mismatch")
def remark_of_a_check_that_was_none(school: Sample) -> None:
    school.builder.remark(school.group, school.teacher, check=3)


@story("answers-nothing")
def remark_closed_twice(school: Sample) -> None:
    b = school.builder
    first = b.close_remark(school.remark)
    b.close_remark(school.remark, "withdrawn")
    b.tables["remarks"][-1][13:] = [first, "отвечено", ""]


@story("stream-kind")
def remark_raised_twice(school: Sample) -> None:
    b = school.builder
    b.remark(school.group, school.teacher, "marks", "")
    b.tables["remarks"].pop()
    b.entries[-1] |= {"stream": f"remark/{school.remark}", "version": 2}


@story("table-cell")
def remark_that_a_table_calls_closed(school: Sample) -> None:
    school.builder.tables["remarks"][-1][13:] = [3, "снято", ""]
