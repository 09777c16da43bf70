"""The register of printed forms: numbers, scopes, who may, certification."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.journal import commands as cmd
from ledger.journal.evidence_events import PrintoutRegistered
from ledger.journal.print_events import SheetCertified, SheetIssued, SheetVoided
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    NOON,
    QUARTER_1,
    STAFF,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    YEAR,
    SmallSchool,
    uid,
)

CONTENT = "A" * 43
DIRECTOR = Actor(uid(13), "director")
SHEET = uid(8_000)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def page(**changes: Any) -> cmd.IssueSheet:
    """A page of 5А's maths in the first quarter."""
    fields = {"sheet": SHEET, "kind": "class_page", "position": 10, "pages": 2, "content": CONTENT}
    return cmd.IssueSheet(**{**fields, "course": MATHS_A, "period": QUARTER_1, **changes})


def other(kind: str, **scope: str) -> cmd.IssueSheet:
    return page(sheet=uid(8_001), kind=kind, **({"course": None, "period": None} | scope))


def certificate(**changes: Any) -> cmd.CertifySheet:
    fields = {"sheet": SHEET, "certified_by": STAFF[0], "office": "директор", "certified_on": "2026-09-07"}
    return cmd.CertifySheet(**{**fields, **changes})


def void(**changes: Any) -> cmd.VoidSheet:
    return cmd.VoidSheet(**{"sheet": SHEET, "reason": "spoiled", "basis": "акт № 1", **changes})


def test_sheets_are_numbered_in_the_register_of_the_school(school: SmallSchool) -> None:
    (first,) = school.do(page(), DEPUTY)
    (second,) = school.do(other("conformity"), DIRECTOR)
    assert first == SheetIssued(
        sheet=SHEET, number=1, kind="class_page", position=10, pages=2, sd=(CONTENT,), course=MATHS_A, period=QUARTER_1
    )
    assert second == SheetIssued(sheet=uid(8_001), number=2, kind="conformity", position=10, pages=2, sd=(CONTENT,))


@pytest.mark.parametrize(
    "command",
    [
        other("summary_sheet", class_group=CLASS_A),
        other("corrections", period=QUARTER_1),
        other("substitutions", month="2026-09"),
        other("conformity"),
        other("student_page", class_group=CLASS_A, period=QUARTER_1, student=STUDENTS_A[0]),
        other("attendance", class_group=CLASS_A, month="2026-09"),
        other("lesson_plan", course=MATHS_A),
    ],
)
def test_each_kind_has_its_scope(school: SmallSchool, command: cmd.IssueSheet) -> None:
    (event,) = school.do(command, ADMIN)
    assert isinstance(event, SheetIssued)
    assert event.kind == command.kind


@pytest.mark.parametrize(
    ("command", "rule", "where"),
    [
        (page(sheet="1"), "malformed_id", "sheet"),
        (page(kind="journal"), "unknown_code", "kind"),
        (page(course=None), "wrong_print_scope", "course"),
        (page(period=None), "wrong_print_scope", "period"),
        (page(month="2026-09"), "wrong_print_scope", "month"),
        (other("conformity", class_group=CLASS_A), "wrong_print_scope", "class_group"),
        (other("substitutions", month="2026-13"), "malformed_month", "month"),
        (other("summary_sheet", class_group=YEAR), "unknown_class", "class_group"),
        (other("student_page", class_group=CLASS_A, period=QUARTER_1), "wrong_print_scope", "student"),
        (other("conformity", student=STUDENTS_A[0]), "wrong_print_scope", "student"),
        (
            other("student_page", class_group=CLASS_B, period=QUARTER_1, student=STUDENTS_A[0]),
            "not_enrolled",
            "student",
        ),
        (other("student_page", class_group=CLASS_A, period=QUARTER_1, student=TEACHER.id), "not_enrolled", "student"),
        (other("attendance", class_group=CLASS_A, month="2026-13"), "malformed_month", "month"),
        (other("lesson_plan", course=uid(999)), "unknown_course", "course"),
        (page(course=uid(999)), "unknown_course", "course"),
        (page(period=uid(999)), "unknown_period", "period"),
        (page(position=0), "out_of_range", "position"),
        (page(position=10_000), "out_of_range", "position"),
        (page(pages=0), "out_of_range", "pages"),
        (page(content="5"), "malformed_digest", "content"),
    ],
)
def test_refuses_what_no_form_is_of(school: SmallSchool, command: cmd.IssueSheet, rule: str, where: str) -> None:
    refused = school.refuse(command, ADMIN)
    assert (refused.rule, refused.where) == (rule, where)


def test_a_sheet_is_issued_once(school: SmallSchool) -> None:
    school.do(page(), ADMIN)
    assert school.refuse(page(), ADMIN).rule == "sheet_issued_already"


def test_a_period_is_one_of_the_class(school: SmallSchool) -> None:
    period = cmd.DefinePeriod(
        period=uid(49), year=YEAR, kind="quarter", number=1, grades=(9,), starts_on="2026-09-01", ends_on="2026-10-25"
    )
    school.do(period, ADMIN)
    assert school.refuse(page(period=uid(49)), ADMIN).rule == "period_of_others"


def test_a_teacher_prints_of_the_own_class_alone(school: SmallSchool) -> None:
    mine = cmd.OpenClassGroup(class_group=uid(39), year=YEAR, grade=6, letter="Ю", class_teacher=TEACHER_2.id)
    school.do(mine, ADMIN)
    school.do(other("summary_sheet", class_group=uid(39)), TEACHER_2)
    for command in (page(course=MATHS_B), other("summary_sheet", class_group=CLASS_B), other("conformity")):
        refused = school.refuse(command, TEACHER_2)
        assert (refused.rule, refused.clause) == ("not_the_class_teacher", "3.1")
    assert school.refuse(other("summary_sheet", class_group=uid(39)), TEACHER).rule == "not_the_class_teacher"
    assert school.refuse(page(), Actor(uid(14), "inspector")).rule == "role_not_allowed"


@pytest.mark.clause("R38", breaks="ledger.journal.prints:check_employee")
def test_a_person_certifies_with_office_day_and_seal(school: SmallSchool) -> None:
    school.do(page(), DEPUTY)
    (event,) = school.do(certificate(seal=False), DIRECTOR)
    assert event == SheetCertified(
        sheet=SHEET, certified_by=STAFF[0], office="директор", certified_on="2026-09-07", seal=False
    )
    assert school.refuse(certificate(), ADMIN).rule == "certified_already"
    school.do(page(sheet=uid(8_002)), DEPUTY)
    assert school.refuse(certificate(sheet=uid(8_002), certified_by=STUDENTS_A[0]), ADMIN).where == "certified_by"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (certificate(sheet=uid(8_009)), "unknown_sheet"),
        (certificate(certified_by=STUDENTS_A[0]), "wrong_kind_of_person"),
        (certificate(certified_by=uid(999)), "unknown_person"),
        (certificate(office=" "), "malformed_text"),
        (certificate(certified_on="2026-09-06"), "certified_before_issued"),
        (certificate(certified_on="2026-09-08"), "day_not_come"),
        (void(reason="burnt"), "unknown_code"),
        (void(basis=""), "malformed_text"),
        (void(sheet=uid(8_009)), "unknown_sheet"),
    ],
)
def test_refuses_to_certify_or_void(school: SmallSchool, command: cmd.JournalCommand, rule: str) -> None:
    school.do(page(), ADMIN)
    assert school.refuse(command, ADMIN).rule == rule


@pytest.mark.parametrize("actor", [DEPUTY, TEACHER])
def test_only_the_direction_certifies_and_voids(school: SmallSchool, actor: Actor) -> None:
    school.do(page(), ADMIN)
    assert school.refuse(certificate(), actor).rule == "role_not_allowed"
    assert school.refuse(void(), actor).rule == "role_not_allowed"


@pytest.mark.clause("R43", breaks="ledger.journal.evidence:check_printed")
def test_a_printout_names_the_forms_that_it_consists_of(school: SmallSchool) -> None:
    fields: dict[str, Any] = {"condition": "corrections", "period": QUARTER_1, "printed_on": "2026-10-26"}
    paper = cmd.RegisterPrintout(printout=uid(6_000), number="3", pages=2, kept="шкаф 2", signed_by=STAFF[0], **fields)

    def of(*sheets: str) -> cmd.RegisterPrintout:
        return replace(paper, sheets=sheets)

    assert school.refuse(of(uid(8_001)), ADMIN, AFTER_QUARTER).rule == "not_a_sheet"
    school.do(other("corrections", period=QUARTER_1), ADMIN)
    school.do(page(), ADMIN)
    assert school.refuse(of(uid(8_001), SHEET), ADMIN, AFTER_QUARTER).where == "sheets[1]"
    assert school.refuse(of(uid(8_001), uid(8_001)), ADMIN, AFTER_QUARTER).rule == "twice_in_one_command"
    assert school.refuse(of(*[uid(8_001)] * 101), ADMIN, AFTER_QUARTER).rule == "too_many_sheets"
    (event,) = school.do(of(uid(8_001)), ADMIN, AFTER_QUARTER)
    assert isinstance(event, PrintoutRegistered)
    assert event.sheets == (uid(8_001),)
    school.do(void(sheet=uid(8_001)), ADMIN, AFTER_QUARTER)
    assert school.refuse(replace(of(uid(8_001)), printout=uid(6_001)), ADMIN, AFTER_QUARTER).rule == "not_a_sheet"


def test_what_is_void_is_not_certified_and_not_voided_again(school: SmallSchool) -> None:
    assert school.refuse(void(), ADMIN).rule == "unknown_sheet"
    school.do(page(), ADMIN, NOON)
    school.do(certificate(), ADMIN, AFTER_QUARTER)
    assert school.do(void(), DIRECTOR, AFTER_QUARTER) == [SheetVoided(sheet=SHEET, reason="spoiled", basis="акт № 1")]
    for command in (void(), certificate()):
        assert school.refuse(command, ADMIN, AFTER_QUARTER).rule == "sheet_void"
