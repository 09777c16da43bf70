"""Stories of planned substitutions that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story

DAY = "2026-11-09"


@story("recorded-twice")
def lesson_with_two_planned_substitutions(school: Sample) -> None:
    b = school.builder
    b.plan_substitute(school.course, school.teacher, school.substitute, DAY)
    b.plan_substitute(school.course, school.teacher, school.substitute, DAY)


@story("correction-cites-nothing")
def plan_replaced_by_another_places(school: Sample) -> None:
    b = school.builder
    first = b.plan_substitute(school.course, school.teacher, school.substitute, DAY)
    b.plan_substitute(school.course, school.teacher, school.substitute, DAY, 2, replaces=first)


@story("correction-cites-nothing")
def plan_withdrawn_twice(school: Sample) -> None:
    b = school.builder
    first = b.plan_substitute(school.course, school.teacher, school.substitute, DAY)
    b.withdraw_plan(school.course, first)
    b.add("substitution", school.course, "substitution_plan_withdrawn", corrects=first, basis="ещё раз")


@story("substitution-mismatch")
def plan_for_the_responsible_teacher_by_the_same(school: Sample) -> None:
    school.builder.plan_substitute(school.course, school.teacher, school.teacher, DAY)


@story("substitution-mismatch")
def plan_for_somebody_who_is_not_responsible(school: Sample) -> None:
    b = school.builder
    other = b.person("teacher", "Седова", "Яна")
    b.plan_substitute(school.course, other, school.substitute, DAY)


@story("person-kind")
def plan_of_an_employee_who_does_not_teach(school: Sample) -> None:
    school.builder.plan_substitute(school.course, school.teacher, school.employee, DAY)


@story("duty-missing")
def plan_of_a_teacher_without_the_duty(school: Sample) -> None:
    # Duties are needed from 1 May; the substitute's ended on the 8th.
    school.builder.plan_substitute(school.course, school.teacher, school.substitute, "2027-05-09")


@story("reference-unknown")
def plan_of_no_course(school: Sample) -> None:
    b = school.builder
    b.plan_substitute(b.uuid(), school.teacher, school.substitute, DAY)
    b.tables["substitution_plans"].pop()


@story("table-cell")
def plan_with_another_day_in_its_table(school: Sample) -> None:
    school.builder.tables["substitution_plans"][0][5] = "2026-09-29"


@story("table-row-missing")
def plan_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["substitution_plans"].pop()
