"""Opening a closed period again, closing it anew, and attesting it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.closing import REOPENINGS_MAX
from ledger.journal.events import LessonRecorded, PeriodAttested, PeriodClosed, PeriodReopened
from ledger.journal.year import Period
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    DEPUTY,
    QUARTER_1,
    STAFF,
    STUDENTS_A,
    TEACHER,
    WHOLE_YEAR,
    SmallSchool,
    digest,
    lesson,
    moscow,
    uid,
)

DIRECTOR = Actor(uid(13), "director")
AFTER_YEAR = moscow("2027-06-01 09:00")


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(lesson())
    made.close()
    return made


def reopen(**changes: Any) -> cmd.ReopenPeriod:
    fields = {
        "period": QUARTER_1,
        "reason": "not_recorded",
        "basis": "служебная записка № 5",
        "requested_by": TEACHER.id,
    }
    return cmd.ReopenPeriod(**{**fields, **changes})


def attest(school: SmallSchool, size: int | None = None) -> cmd.AttestPeriod:
    return cmd.AttestPeriod(period=QUARTER_1, size=school.journal.size if size is None else size, basis="акт № 1")


def quarter(school: SmallSchool) -> Period:
    found = school.journal.find(f"period/{QUARTER_1}")
    assert isinstance(found, Period)
    return found


class TestReopening:
    def test_says_who_asked_and_why(self, school: SmallSchool) -> None:
        assert school.do(reopen(reason="other", note=digest(9)), DIRECTOR, AFTER_QUARTER) == [
            PeriodReopened(reason="other", basis="служебная записка № 5", requested_by=TEACHER.id, sd=(digest(9),))
        ]

    def test_ordinary_commands_are_taken_until_the_next_close_which_commits_anew(self, school: SmallSchool) -> None:
        first = school.journal.find(f"period/{QUARTER_1}")
        late = lesson(uid(1_500), number=4, starts_at="11:40", ends_at="12:25")
        assert school.refuse(late, TEACHER, AFTER_QUARTER).rule == "period_closed"
        school.do(reopen(), ADMIN, AFTER_QUARTER)
        assert isinstance(school.do(late, TEACHER, AFTER_QUARTER)[0], LessonRecorded)
        again = school.close()
        assert isinstance(again, PeriodClosed)
        assert (again.streams, quarter(school).closed) == (2, True)
        assert first != quarter(school)
        another = lesson(uid(1_501), number=5, starts_at="12:40", ends_at="13:25")
        assert school.refuse(another, TEACHER, AFTER_QUARTER).rule == "period_closed"

    def test_another_closed_period_that_holds_the_lesson_keeps_it_closed(self, school: SmallSchool) -> None:
        school.do(cmd.ClosePeriod(period=WHOLE_YEAR), ADMIN, AFTER_YEAR)
        school.do(reopen(), ADMIN, AFTER_YEAR)
        late = lesson(uid(1_500), number=4, starts_at="11:40", ends_at="12:25")
        assert school.refuse(late, TEACHER, AFTER_YEAR).rule == "period_closed"

    def test_a_request_that_waited_is_approved_while_the_period_is_open_again(self, school: SmallSchool) -> None:
        at = school.lesson().lesson
        new = {"topic": "Иная тема", "number": 3, "starts_at": "10:40", "ends_at": "11:25"}
        ask = cmd.RequestCorrection(lesson=school.lesson().id, corrects=at, new=new, reason="typo", basis="заявление")
        request = school.index(ask, TEACHER, AFTER_QUARTER)
        school.do(reopen(requested_by=STAFF[0]), ADMIN, AFTER_QUARTER)
        approve = cmd.ApproveCorrection(lesson=school.lesson().id, request=request)
        school.do(approve, DEPUTY, AFTER_QUARTER)
        assert school.lesson().requests[request].answered

    @pytest.mark.parametrize("actor", [TEACHER, DEPUTY])
    def test_only_the_director_or_the_administrator_reopens(self, school: SmallSchool, actor: Actor) -> None:
        refused = school.refuse(reopen(requested_by=STAFF[0]), actor, AFTER_QUARTER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "3.3")

    @pytest.mark.parametrize(
        "actor",
        [
            Actor(TEACHER.id, "administrator"),
            Actor(ADMIN.id, "administrator", on_behalf_of=TEACHER.id, basis="приказ"),
        ],
    )
    def test_who_asked_does_not_reopen(self, school: SmallSchool, actor: Actor) -> None:
        refused = school.refuse(reopen(), actor, AFTER_QUARTER)
        assert (refused.rule, refused.where) == ("second_person_needed", "requested_by")

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"reason": "boredom"}, "unknown_code", "reason"),
            ({"reason": "other"}, "note_missing", "note"),
            ({"note": "x"}, "malformed_digest", "note"),
            ({"basis": ""}, "malformed_text", "basis"),
            ({"requested_by": STUDENTS_A[0]}, "wrong_kind_of_person", "requested_by"),
            ({"requested_by": uid(999)}, "unknown_person", "requested_by"),
            ({"period": uid(999)}, "unknown_period", "period"),
            ({"period": WHOLE_YEAR}, "period_not_closed", "period"),
        ],
    )
    def test_needs_a_closed_period_a_reason_a_document_and_an_employee(
        self, school: SmallSchool, changes: dict[str, str], rule: str, where: str
    ) -> None:
        refused = school.refuse(reopen(**changes), ADMIN, AFTER_QUARTER)
        assert (refused.rule, refused.where) == (rule, where)

    def test_a_period_is_not_reopened_for_ever(self, school: SmallSchool) -> None:
        for _ in range(REOPENINGS_MAX):
            school.do(reopen(), ADMIN, AFTER_QUARTER)
            school.close()
        assert school.refuse(reopen(), ADMIN, AFTER_QUARTER).rule == "reopened_too_often"


class TestAttesting:
    def test_attests_the_closed_period_as_it_stood_at_a_position(self, school: SmallSchool) -> None:
        size = school.journal.size
        assert school.do(attest(school), DIRECTOR, AFTER_QUARTER) == [PeriodAttested(size=size, basis="акт № 1")]
        assert quarter(school).closed

    def test_a_position_is_behind_the_closing_and_in_the_log(self, school: SmallSchool) -> None:
        size = school.journal.size
        for wrong in (size - 1, size + 1, True):
            refused = school.refuse(attest(school, wrong), DIRECTOR, AFTER_QUARTER)
            assert (refused.rule, refused.where) == ("out_of_range", "size")

    def test_an_open_period_is_not_attested(self, school: SmallSchool) -> None:
        school.do(reopen(), ADMIN, AFTER_QUARTER)
        assert school.refuse(attest(school), DIRECTOR, AFTER_QUARTER).rule == "period_not_closed"

    @pytest.mark.clause("R08", breaks="ledger.journal.rules:check_role")
    def test_a_deputy_does_not_attest(self, school: SmallSchool) -> None:
        refused = school.refuse(attest(school), DEPUTY, AFTER_QUARTER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "1.4")

    def test_names_a_document(self, school: SmallSchool) -> None:
        command = cmd.AttestPeriod(period=QUARTER_1, size=school.journal.size, basis="")
        assert school.refuse(command, ADMIN, AFTER_QUARTER).where == "basis"
