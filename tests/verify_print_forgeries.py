"""Stories of printed forms that never may have happened so, signed by a school's key."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from exports.printing.code import PrintCode, format_code, origin_digest
from ledger.vault.disclosure import parse_disclosure
from tests.verify_archive import Builder, Sample, sample, write_folder
from tests.verify_mutations import mutation, pinned, story
from verify.findings import Report
from verify.print_code import verify_print


def code_of(builder: Builder, number: int = 1) -> PrintCode:
    """The code on the paper of the form of this number, with a checkpoint over the whole log."""
    (entry,) = [
        one for one in builder.entries if one["type"] == "sheet_issued/1" and one["data"]["number"] == number
    ]  # fmt: skip
    (text,) = [text for text, index in builder.disclosures if index == entry["index"]]
    opened = parse_disclosure(text)
    size = len(builder.entries)
    return PrintCode(
        origin_digest(builder.key.name),
        entry["index"],
        entry["data"]["position"],
        opened.salt,
        bytes.fromhex(opened.value),
        size,
        bytes.fromhex(builder.root_at(size)),
    )


def checked(folder: Path, forge: Callable[[PrintCode], PrintCode | str]) -> Report:
    """What the verifier says of a code that was forged."""
    builder = sample().builder
    code = forge(code_of(builder))
    text = code if isinstance(code, str) else format_code(code)
    return verify_print(write_folder(builder.files(), folder / "bag"), text, pinned(builder).key)


@mutation("print-code-mismatch")
def code_of_another_school(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, origin=origin_digest("letopis.example/school/5")))


@mutation("print-code-mismatch")
def code_with_other_content(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, content=bytes(32)))


@mutation("print-code-mismatch")
def code_with_another_salt(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, salt=bytes(16)))


@mutation("print-code-mismatch")
def code_of_an_earlier_position(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, position=code.position - 1))


@mutation("print-code-mismatch")
def code_of_an_entry_that_issued_nothing(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, entry=code.entry + 6))


@mutation("print-code-mismatch")
def code_with_another_root(folder: Path) -> Report:
    return checked(folder, lambda code: replace(code, root=bytes(32)))


@mutation("print-code-malformed")
def code_with_a_slip_of_the_pen(folder: Path) -> Report:
    return checked(folder, lambda code: format_code(code).replace("A", "B", 1))


@mutation("print-void")
def code_of_a_form_that_was_voided(folder: Path) -> Report:
    builder = sample().builder
    text = format_code(code_of(builder, 3))
    return verify_print(write_folder(builder.files(), folder / "bag"), text, pinned(builder).key)


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


@story("print-register")
def a_students_page_of_a_period_of_other_grades(school: Sample) -> None:
    b = school.builder
    period = b.period(school.year, 2, [11], "2026-11-06", "2026-12-27")
    b.issue("student_page", class_group=school.group, period=period, student=school.students[0])


@story("print-register")
def a_page_of_a_student_of_no_class(school: Sample) -> None:
    b = school.builder
    b.issue("student_page", class_group=school.group, period=school.period, student=b.person("student", "Новикова"))


@story("person-kind", "print-register")
def a_students_page_of_a_teacher(school: Sample) -> None:
    school.builder.issue("student_page", class_group=school.group, period=school.period, student=school.teacher)


@story("print-register")
def attendance_of_no_month(school: Sample) -> None:
    school.builder.issue("attendance", class_group=school.group)


@story("data-field", "table-row-extra")
def a_form_of_a_kind_that_there_is_not(school: Sample) -> None:
    school.builder.issue("diary")
    school.builder.disclosures.pop()


@story("digest-reused")
def one_content_of_two_sheets(school: Sample) -> None:
    b = school.builder
    b.issue("conformity")
    b.issue("conformity", _sd=b.entries[-1]["data"]["_sd"])
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


@story("print-register")
def a_printout_of_a_form_that_is_void(school: Sample) -> None:
    b = school.builder
    b.issue("corrections", period=school.period)
    sheet = b.entries[-1]["data"]["sheet"]
    b.void_form(sheet)
    b.printed("corrections", school.teacher, period=school.period, sheets=[sheet])


@story("printout-scope")
def a_printout_of_a_form_of_another_month(school: Sample) -> None:
    b = school.builder
    b.issue("substitutions", month="2026-10")
    b.printed("substitutions", school.teacher, month="2026-09", sheets=[b.entries[-1]["data"]["sheet"]])


@story("data-field")
def a_printout_of_one_form_twice(school: Sample) -> None:
    b = school.builder
    b.issue("corrections", period=school.period)
    b.printed("corrections", school.teacher, period=school.period, sheets=[b.entries[-1]["data"]["sheet"]] * 2)
