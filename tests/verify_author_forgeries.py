"""Stories in which another records than who may, signed by a school's key (events.md, "Who records")."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


def by(school: Sample, who: str, **more: str) -> None:
    school.builder.begin()
    school.builder.actor = {"id": who, "role": "deputy", **more}


@story("recorded-by-another")
def lesson_recorded_by_a_teacher_who_did_not_give_it(school: Sample) -> None:
    by(school, school.substitute)
    school.builder.lesson(school.course, school.teacher, "2026-11-09", "Дроби")


@story("recorded-by-another")
def mark_by_a_teacher_of_another_lesson(school: Sample) -> None:
    by(school, school.substitute)
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story("recorded-by-another")
def absence_by_somebody_of_the_administration(school: Sample) -> None:
    by(school, school.employee)
    school.builder.absence(school.open_lesson, school.students[1])


@story("recorded-by-another")
def homework_by_a_student(school: Sample) -> None:
    by(school, school.students[0])
    school.builder.homework(school.open_lesson, "Нет")


@story("recorded-by-another")
def correction_by_who_recorded_nothing_there(school: Sample) -> None:
    by(school, school.substitute)
    school.builder.correct(len(school.builder.entries) - 1, "4", "typo")


@story("recorded-by-another")
def mark_for_a_teacher_who_did_not_give_the_lesson(school: Sample) -> None:
    by(school, school.employee, on_behalf_of=school.substitute, basis="Приказ № 3")
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story("entry-field", "table-row-extra")
def mark_for_the_teacher_without_a_basis(school: Sample) -> None:
    by(school, school.employee, on_behalf_of=school.teacher)
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story("recorded-by-another")
def mark_for_the_teacher_by_another_teacher(school: Sample) -> None:
    by(school, school.employee, role="teacher", on_behalf_of=school.teacher, basis="Приказ № 3")
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story("recorded-by-another")
def appointment_for_another_by_who_keeps_the_archive(school: Sample) -> None:
    by(school, school.employee, role="archivist", on_behalf_of=school.teacher, basis="Приказ № 3")
    school.builder.appoint(school.employee, "2027-05-01")


@story("recorded-by-another")
def mark_of_the_teacher_for_the_teacher(school: Sample) -> None:
    by(school, school.teacher, on_behalf_of=school.teacher, basis="Приказ № 3")
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story()
def mark_for_the_teacher_with_a_basis(school: Sample) -> None:
    by(school, school.employee, on_behalf_of=school.teacher, basis="Приказ № 3")
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "5")


@story("recorded-by-another")
def reason_of_an_absence_by_a_teacher_of_another_class(school: Sample) -> None:
    gone = school.builder.absence(school.open_lesson, school.students[1])
    by(school, school.substitute)
    school.builder.reason(gone, "ill")


@story("backdated-alone")
def reason_of_an_absence_by_the_class_teacher_of_the_day(school: Sample) -> None:
    gone = school.builder.absence(school.open_lesson, school.students[1])
    school.builder.lead(school.group, school.substitute, "2026-09-01")
    by(school, school.substitute)
    school.builder.reason(gone, "ill")


@story("backdated-alone", "recorded-by-another")
def reason_of_an_absence_by_who_will_be_the_class_teacher(school: Sample) -> None:
    gone = school.builder.absence(school.open_lesson, school.students[1])
    school.builder.lead(school.group, school.substitute, "2026-09-03")
    by(school, school.substitute)
    school.builder.reason(gone, "ill")


@story("backdated-alone", "recorded-by-another")
def reason_of_an_absence_by_who_was_the_class_teacher(school: Sample) -> None:
    gone = school.builder.absence(school.open_lesson, school.students[1])
    school.builder.lead(school.group, school.substitute, "2026-08-01")
    school.builder.lead(school.group, school.teacher, "2026-08-20")
    by(school, school.substitute)
    school.builder.reason(gone, "ill")


@story("person-kind")
def class_handed_over_to_a_student(school: Sample) -> None:
    school.builder.lead(school.group, school.students[0], "2026-11-08")


@story("recorded-by-another")
def homework_posted_by_who_has_not_the_course(school: Sample) -> None:
    by(school, school.substitute)
    school.builder.post(school.course, "2026-11-09", "Упражнение 5")
