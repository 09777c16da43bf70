"""What is added to a year between a decision and its append: a decision that rests on the year's lists notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.application import School
from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.recorded import Decision
from ledger.journal.vocabulary import Handling
from ledger.log import Command, Receipt
from tests.integration.application_settings import BACKENDS, fresh_settings
from tests.integration.test_application_threads import recorded_items
from tests.properties.journal_oracle import check_log
from tests.unit.ledger.journal.graded_school import adopt_rules, period_marks
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    LESSON,
    NOON,
    PARAMETERS,
    STUDENTS_A,
    TEACHER,
    WORK,
    YEAR,
    answer,
    digest,
    lesson,
    mark,
    period,
    setup_commands,
    uid,
)

HALF_YEAR, CLASS_C, NEWCOMER = uid(43), uid(32), uid(199)


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return fresh_settings(request.param, tmp_path, request)


class InterruptedSchool(School):
    """A school in whose next append something else comes first: after the decision, before its transaction."""

    meanwhile: Callable[[], object] | None = None
    appends = 0

    def _append(self, decision: Decision, envelope: Command) -> Receipt:
        self.appends += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super()._append(decision, envelope)


def define_and_close(school: School) -> None:
    half_year = period(HALF_YEAR, "half_year", 1, "2026-09-01", "2026-10-20")
    for command in (half_year, cmd.ClosePeriod(period=HALF_YEAR)):
        school.execute(command, actor=ADMIN, at=AFTER_QUARTER)


def open_and_enroll(school: School) -> None:
    for command in (
        cmd.OpenClassGroup(class_group=CLASS_C, year=YEAR, grade=5, letter="В"),
        cmd.EnrollStudent(class_group=CLASS_C, student=NEWCOMER, starts_on="2026-09-02"),
    ):
        school.execute(command, actor=ADMIN, at=NOON)


@pytest.mark.parametrize(
    "command",
    [
        lesson(uid(1001), number=4),
        cmd.AddToLesson(lesson=LESSON, marks=(mark(STUDENTS_A[0]),)),
        cmd.Correct(lesson=LESSON, corrects=-1, new=None, reason="typo"),
    ],
    ids=["lesson", "mark", "correction"],
)
def test_nothing_enters_a_period_that_is_defined_and_closed_meanwhile(
    settings: dict[str, str], command: cmd.JournalCommand
) -> None:
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        recorded = here.execute(
            lesson(works=(answer(WORK),), marks=(mark(STUDENTS_A[1]),)), actor=TEACHER, at=AFTER_QUARTER
        )
        if isinstance(command, cmd.Correct):
            last = recorded.first_index + recorded.count - 1
            command = cmd.Correct(lesson=LESSON, corrects=last, new=None, reason="typo")
        here.meanwhile = lambda: define_and_close(there)
        with pytest.raises(Refused) as refused:
            here.execute(command, actor=TEACHER, at=AFTER_QUARTER)
        assert refused.value.rule == "period_closed"
        check_log(recorded_items(here))


def test_a_student_does_not_get_into_a_second_class_that_is_opened_meanwhile(settings: dict[str, str]) -> None:
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        newcomer = cmd.RegisterPerson(person=NEWCOMER, kind="student", sd=(digest(4),))
        here.execute(newcomer, actor=ADMIN, at=NOON)
        here.meanwhile = lambda: open_and_enroll(there)
        enroll = cmd.EnrollStudent(class_group=CLASS_A, student=NEWCOMER, starts_on="2026-09-02")
        with pytest.raises(Refused) as refused:
            here.execute(enroll, actor=ADMIN, at=NOON)
        assert refused.value.rule == "already_enrolled"
        check_log(recorded_items(here))


@pytest.mark.parametrize(
    ("mine", "theirs", "rule"),
    [
        (
            period(HALF_YEAR, "half_year", 1, "2026-09-01", "2026-12-29"),
            period(uid(44), "half_year", 1, "2027-01-11", "2027-05-31"),
            "period_number_taken",
        ),
        (
            cmd.OpenClassGroup(class_group=CLASS_C, year=YEAR, grade=5, letter="В"),
            cmd.OpenClassGroup(class_group=uid(33), year=YEAR, grade=5, letter="В"),
            "class_name_taken",
        ),
    ],
    ids=["period", "class"],
)
def test_two_of_one_name_are_not_added_to_a_year_at_once(
    settings: dict[str, str], mine: cmd.JournalCommand, theirs: cmd.JournalCommand, rule: str
) -> None:
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.meanwhile = lambda: there.execute(theirs, actor=ADMIN, at=NOON)
        with pytest.raises(Refused) as refused:
            here.execute(mine, actor=ADMIN, at=NOON)
        assert refused.value.rule == rule


def test_what_else_is_recorded_meanwhile_is_no_obstacle(settings: dict[str, str]) -> None:
    """Neither a period nor a class needs the rest of the school to stand still."""
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        before = here.appends
        here.meanwhile = lambda: there.execute(lesson(), actor=TEACHER, at=NOON)
        here.execute(cmd.OpenClassGroup(class_group=CLASS_C, year=YEAR, grade=5, letter="В"), actor=ADMIN, at=NOON)
        assert here.appends == before + 1


def test_a_version_is_judged_by_the_one_that_is_adopted_meanwhile(settings: dict[str, str]) -> None:
    """Also where both are the first: neither was in the list that the other read."""

    def adopt(day: str) -> cmd.AdoptRegulation:
        return cmd.AdoptRegulation(
            order_number="17-о", order_date="2026-08-24", effective_from=day, parameters=PARAMETERS
        )

    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        for mine, theirs in (("2026-09-01", "2026-10-01"), ("2026-11-01", "2026-12-01")):
            here.meanwhile = partial(there.execute, adopt(theirs), actor=ADMIN, at=NOON)
            with pytest.raises(Refused) as refused:
                here.execute(adopt(mine), actor=ADMIN, at=NOON)
            assert refused.value.rule == "regulation_not_later"
        check_log(recorded_items(here))


@pytest.mark.parametrize("absence_is_mine", [True, False])
def test_no_absence_and_no_certificate_slips_past_the_other(settings: dict[str, str], absence_is_mine: bool) -> None:
    """Whichever is appended in between, and though both are the first of their kind, the absence gets its reason."""
    certificate = cmd.RecordCertificate(
        certificate=uid(3000),
        class_group=CLASS_A,
        student=STUDENTS_A[0],
        starts_on="2026-09-07",
        ends_on="2026-09-07",
        code="ill",
        basis="справка",
    )
    absence = lesson(absences=(cmd.NewAbsence(student=STUDENTS_A[0]),))
    mine, theirs = ((absence, TEACHER), (certificate, ADMIN))[:: 1 if absence_is_mine else -1]
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.meanwhile = partial(there.execute, theirs[0], actor=theirs[1], at=NOON)
        here.execute(mine[0], actor=mine[1], at=NOON)
        items = recorded_items(here)
        check_log(items)
        assert items[-1].type == ("absence_recorded" if absence_is_mine else "absence_reason_set")
        assert (items[-1].data["code"], items[-1].data["certificate"]) == ("ill", uid(3000))


def test_a_list_that_was_not_there_is_asked_for_again_at_the_append(settings: dict[str, str]) -> None:
    """A process that knows a student without certificates does not ask each time, and still misses none."""
    absent = (cmd.NewAbsence(student=STUDENTS_A[0]),)
    certificate = cmd.RecordCertificate(
        certificate=uid(3000),
        class_group=CLASS_A,
        student=STUDENTS_A[0],
        starts_on="2026-09-07",
        ends_on="2026-09-07",
        code="ill",
        basis="справка",
    )
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.execute(lesson(absences=absent), actor=TEACHER, at=NOON)
        there.execute(certificate, actor=ADMIN, at=NOON)
        before = here.appends
        here.execute(lesson(uid(1001), number=4, absences=absent), actor=TEACHER, at=NOON)
        assert here.appends == before + 2
        assert recorded_items(here)[-1].data["certificate"] == uid(3000)
        check_log(recorded_items(here))


def test_a_mark_for_an_absent_student_is_judged_by_the_version_that_is_adopted_meanwhile(
    settings: dict[str, str],
) -> None:
    """A refusal that nobody takes any more would be the smaller evil: it is the taken mark that must not slip in."""

    def adopt(handling: Handling) -> cmd.AdoptRegulation:
        parameters = msgspec.structs.replace(PARAMETERS, mark_for_absent=handling)
        return cmd.AdoptRegulation(
            order_number="17-о", order_date="2026-08-24", effective_from="2026-09-01", parameters=parameters
        )

    both = lesson(absences=(cmd.NewAbsence(student=STUDENTS_A[0]),), works=(answer(),), marks=(mark(STUDENTS_A[0]),))
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.execute(adopt("flag"), actor=ADMIN, at=NOON)
        here.meanwhile = partial(there.execute, adopt("refuse"), actor=ADMIN, at=NOON)
        with pytest.raises(Refused) as refused:
            here.execute(both, actor=TEACHER, at=NOON)
        assert refused.value.rule == "absent_student"
        there.execute(adopt("flag"), actor=ADMIN, at=NOON)
        assert here.execute(both, actor=TEACHER, at=NOON)


@pytest.mark.parametrize("is_new", [True, False], ids=["new_lesson", "known_lesson"])
def test_no_mark_that_is_recorded_meanwhile_is_missed_by_a_result(settings: dict[str, str], is_new: bool) -> None:
    """A lesson that no list had yet moves nothing that a result read, so the whole log must stand still for it."""
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.execute(adopt_rules(marks_min=1), actor=ADMIN, at=NOON)
        here.execute(lesson(works=(answer(WORK),)), actor=TEACHER, at=NOON)
        given: dict[str, Any] = {"works": (answer(uid(2001)),), "marks": (mark(STUDENTS_A[0], "2", uid(2001)),)}
        more: cmd.JournalCommand = cmd.AddToLesson(lesson=LESSON, **given)
        if is_new:
            more = lesson(uid(1001), number=4, starts_at="11:40", ends_at="12:25", **given)
        here.meanwhile = lambda: there.execute(more, actor=TEACHER, at=NOON)
        receipt = here.execute(period_marks(), actor=TEACHER, at=NOON)
        assert here.appends == 2 + len(setup_commands()) + 2
        (result,) = [item for item in recorded_items(here) if item.position == receipt.first_index + 1]
        assert (result.data["computed"], result.data["inputs"]) == ("2", [receipt.first_index - 1])
        check_log(recorded_items(here))


def test_two_sheets_of_one_course_and_period_are_never_opened_at_once(settings: dict[str, str]) -> None:
    with InterruptedSchool(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for step, actor, at in setup_commands():
            here.execute(step, actor=actor, at=at)
        here.execute(adopt_rules(), actor=ADMIN, at=NOON)
        here.meanwhile = lambda: there.execute(period_marks(sheet=uid(3009)), actor=TEACHER, at=NOON)
        with pytest.raises(Refused) as refused:
            here.execute(period_marks(), actor=TEACHER, at=NOON)
        assert refused.value.rule == "sheet_exists"
