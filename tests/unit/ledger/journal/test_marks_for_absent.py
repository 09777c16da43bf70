"""Marks for who was absent: refused, or taken where the regulation of the lesson's day flags them."""

from __future__ import annotations

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.commands import NewAbsence
from ledger.journal.decide import decide
from ledger.journal.vocabulary import Handling
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    NOON,
    PARAMETERS,
    SCHOOL,
    STUDENTS_A,
    TEACHER,
    SmallSchool,
    answer,
    lesson,
    mark,
    moscow,
    uid,
)

ANNA, BORIS = STUDENTS_A[:2]
REGULATION = f"regulation/{SCHOOL}"
ABSENT = (NewAbsence(student=ANNA),)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def adopt(
    school: SmallSchool, handling: Handling, effective_from: str = "2026-09-01", request: int | None = None
) -> None:
    parameters = msgspec.structs.replace(PARAMETERS, mark_for_absent=handling)
    number = f"{school.journal.size}-о"
    command = cmd.AdoptRegulation(
        order_number=number,
        order_date="2026-08-28",
        effective_from=effective_from,
        parameters=parameters,
        request=request,
    )
    school.do(command, ADMIN)


def test_takes_a_mark_and_an_absence_of_one_command_where_the_regulation_flags_them(school: SmallSchool) -> None:
    adopt(school, "flag")
    assert len(school.do(lesson(absences=ABSENT, works=(answer(),), marks=(mark(ANNA),)))) == 4


@pytest.mark.parametrize("absence_first", [True, False])
def test_takes_them_in_either_order(school: SmallSchool, absence_first: bool) -> None:
    adopt(school, "flag")
    school.do(lesson(works=(answer(),)))
    parts = [cmd.AddToLesson(lesson=LESSON, absences=ABSENT), cmd.AddToLesson(lesson=LESSON, marks=(mark(ANNA),))]
    for part in parts if absence_first else reversed(parts):
        assert school.do(part)


def test_refuses_where_no_version_is_in_force_on_the_lessons_day(school: SmallSchool) -> None:
    adopt(school, "flag", "2026-09-08")
    assert school.refuse(lesson(absences=ABSENT, works=(answer(),), marks=(mark(ANNA),))).rule == "absent_student"


def test_judges_by_the_version_of_the_lessons_day_and_not_of_today(school: SmallSchool) -> None:
    adopt(school, "refuse")
    adopt(school, "flag", "2026-09-08")
    school.do(lesson(works=(answer(),), absences=ABSENT))
    late = moscow("2026-09-09 12:00")
    assert school.refuse(cmd.AddToLesson(lesson=LESSON, marks=(mark(ANNA),)), now=late).rule == "absent_student"
    school.do(lesson(uid(1001), held_on="2026-09-08", works=(answer(),), absences=ABSENT), now=late)
    assert school.do(cmd.AddToLesson(lesson=uid(1001), marks=(mark(ANNA),)), now=late)


def test_judges_a_correction_by_the_same_rule(school: SmallSchool) -> None:
    recorded = school.index(lesson(works=(answer(),), marks=(mark(ANNA),)))
    annulled = school.index(cmd.Correct(lesson=LESSON, corrects=recorded + 2, new=None, reason="typo"))
    school.do(cmd.AddToLesson(lesson=LESSON, absences=ABSENT))
    again = cmd.Correct(lesson=LESSON, corrects=annulled, new="4", reason="typo")
    assert school.refuse(again).rule == "absent_student"
    adopt(school, "flag")
    assert school.do(again)


def test_judges_an_approval_by_the_same_rule(school: SmallSchool) -> None:
    recorded = school.index(lesson(absences=ABSENT, works=(answer(),)))
    absence = school.index(cmd.Correct(lesson=LESSON, corrects=recorded + 1, new=None, reason="typo"))
    school.do(cmd.AddToLesson(lesson=LESSON, marks=(mark(ANNA),)))
    school.close()
    late = moscow("2026-10-27 12:00")
    wanted = cmd.RequestCorrection(lesson=LESSON, corrects=absence, new="ill", reason="document", basis="Справка")
    assert school.refuse(wanted, now=late).rule == "absent_student"
    order = cmd.RequestSetupBackdating(what="regulation_adopted", day="2026-09-01", basis="приказ № 8")
    adopt(school, "flag", request=school.index(order, DEPUTY, late))
    request = school.index(wanted, now=late)
    assert school.do(cmd.ApproveCorrection(lesson=LESSON, request=request), DEPUTY, late)


def test_lets_a_flagged_mark_be_corrected_after_the_regulation_has_changed(school: SmallSchool) -> None:
    adopt(school, "flag")
    first = school.index(lesson(absences=ABSENT, works=(answer(),), marks=(mark(ANNA),)))
    adopt(school, "refuse")
    assert school.do(cmd.Correct(lesson=LESSON, corrects=first + 3, new="3", reason="rechecked"))


def test_rests_on_the_list_of_versions_only_where_a_mark_meets_an_absence(school: SmallSchool) -> None:
    def reads(command: cmd.JournalCommand) -> dict[str, int]:
        return dict(decide(command, school.journal, TEACHER, NOON).reads)

    both = lesson(absences=ABSENT, works=(answer(),), marks=(mark(ANNA),))
    assert REGULATION not in reads(lesson(absences=ABSENT, works=(answer(),), marks=(mark(BORIS),)))
    adopt(school, "flag")
    assert reads(both)[REGULATION] == 1
