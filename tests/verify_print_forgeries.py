"""Stories of printed forms that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


@story("print-register")
def a_number_left_out_of_the_register(school: Sample) -> None:
    school.builder.issue("conformity", number=9)


@story("recorded-twice")
def one_sheet_issued_twice(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    b.issue("conformity", sheet=b.entries[-1]["data"]["sheet"])


@story("evidence-size")
def a_form_of_what_was_not_there_yet(school: Sample) -> None:
    b = school.builder
    b.issue("conformity", position=len(b.entries) + 1)


@story("evidence-size")
def a_form_of_an_empty_log(school: Sample) -> None:
    school.builder.issue("conformity", position=0)


@story("print-register")
def a_page_of_no_period(school: Sample) -> None:
    school.builder.issue("class_page", course=school.course)


@story("print-register")
def substitutions_of_a_class(school: Sample) -> None:
    school.builder.issue("substitutions", class_group=school.group)


@story("reference-unknown")
def a_page_of_a_course_that_never_was(school: Sample) -> None:
    b = school.builder
    b.issue("class_page", course=b.uuid(), period=school.period)


@story("print-register")
def a_page_of_a_period_of_other_grades(school: Sample) -> None:
    b = school.builder
    period = b.period(school.year, 2, [11], "2026-11-06", "2026-12-27")
    b.issue("class_page", course=school.course, period=period)


@story("data-field", "table-row-extra")
def a_form_of_a_kind_that_there_is_not(school: Sample) -> None:
    school.builder.issue("diary")
    school.builder.disclosures.pop()


@story("digest-reused")
def one_content_of_two_sheets(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    b.issue("conformity", **{"_sd": b.entries[-1]["data"]["_sd"]})
    b.disclosures.pop()


@story("stream-kind")
def a_register_of_another_school(school: Sample) -> None:
    b = school.builder
    b.begin()
    b.issue("conformity", register=b.uuid())


@story("person-kind")
def a_form_certified_by_a_student(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    b.certify_form(b.entries[-1]["data"]["sheet"], school.students[0])


@story("recorded-twice")
def a_form_certified_twice(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    sheet = b.entries[-1]["data"]["sheet"]
    b.certify_form(sheet, school.employee)
    b.certify_form(sheet, school.employee)


@story("print-register")
def a_form_certified_that_is_void(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    sheet = b.entries[-1]["data"]["sheet"]
    b.void_form(sheet)
    b.certify_form(sheet, school.employee)


@story("print-register")
def a_form_voided_that_nobody_issued(school: Sample) -> None:
    school.builder.void_form(school.builder.uuid())


@story("table-cell")
def another_scope_in_the_table_of_prints(school: Sample) -> None:
    school.builder.shown["prints", 0] = (6, "2026-10")


@story("disclosure-name")
def a_note_where_content_is_disclosed(school: Sample) -> None:
    school.builder.issue("conformity", disclosed="note")
