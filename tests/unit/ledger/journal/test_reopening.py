"""Opening a closed period again, by two people, closing it anew, and attesting it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.events import LessonRecorded, PeriodAttested, PeriodClosed, PeriodReopened
from ledger.journal.evolve import evolve
from ledger.journal.recorded import Recorded
from ledger.journal.reopening import REOPENINGS_MAX
from ledger.journal.reopening_events import (
    PeriodReopeningApproved,
    PeriodReopeningRefused,
    PeriodReopeningRequested,
)
from ledger.journal.year import Period
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    DEPUTY,
    QUARTER_1,
    TEACHER,
    TEACHER_2,
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


def ask(**changes: Any) -> cmd.RequestPeriodReopening:
    fields = {"period": QUARTER_1, "reason": "not_recorded", "basis": "служебная записка № 5"}
    return cmd.RequestPeriodReopening(**{**fields, **changes})


def approve(request: int, **changes: Any) -> cmd.ApprovePeriodReopening:
    return cmd.ApprovePeriodReopening(**{"period": QUARTER_1, "request": request, "basis": "приказ № 6", **changes})


def refuse(request: int, **changes: Any) -> cmd.RefusePeriodReopening:
    return cmd.RefusePeriodReopening(**{"period": QUARTER_1, "request": request, "basis": "нет причин", **changes})


def attest(school: SmallSchool, size: int | None = None) -> cmd.AttestPeriod:
    return cmd.AttestPeriod(period=QUARTER_1, size=school.journal.size if size is None else size, basis="акт № 1")


def quarter(school: SmallSchool) -> Period:
    found = school.journal.find(f"period/{QUARTER_1}")
    assert isinstance(found, Period)
    return found


class TestReopening:
    def test_one_asks_saying_why_and_another_approves(self, school: SmallSchool) -> None:
        assert school.do(ask(reason="other", note=digest(9)), TEACHER, AFTER_QUARTER) == [
            PeriodReopeningRequested(reason="other", basis="служебная записка № 5", sd=(digest(9),))
        ]
        asked = quarter(school).asked
        assert asked is not None
        assert quarter(school).closed
        assert school.do(approve(asked.entry), DIRECTOR, AFTER_QUARTER) == [
            PeriodReopeningApproved(request=asked.entry, basis="приказ № 6")
        ]
        assert (quarter(school).closed, quarter(school).asked) == (False, None)

    def test_a_refusal_leaves_it_closed_and_another_request_may_follow(self, school: SmallSchool) -> None:
        request = school.index(ask(), TEACHER, AFTER_QUARTER)
        expected = PeriodReopeningRefused(request=request, basis="нет причин")
        assert school.do(refuse(request), DIRECTOR, AFTER_QUARTER) == [expected]
        assert (quarter(school).closed, quarter(school).asked) == (True, None)
        assert school.refuse(approve(request), ADMIN, AFTER_QUARTER).rule == "not_a_request"
        school.reopen()

    def test_ordinary_commands_are_taken_until_the_next_close_which_commits_anew(self, school: SmallSchool) -> None:
        first = school.journal.find(f"period/{QUARTER_1}")
        late = lesson(uid(1_500), number=4, starts_at="11:40", ends_at="12:25")
        assert school.refuse(late, TEACHER, AFTER_QUARTER).rule == "period_closed"
        request = school.index(ask(), TEACHER, AFTER_QUARTER)
        assert school.refuse(late, TEACHER, AFTER_QUARTER).rule == "period_closed"
        school.do(approve(request), ADMIN, AFTER_QUARTER)
        assert isinstance(school.do(late, TEACHER, AFTER_QUARTER)[0], LessonRecorded)
        again = school.close()
        assert isinstance(again, PeriodClosed)
        assert (again.streams, quarter(school).closed) == (2, True)
        assert first != quarter(school)
        another = lesson(uid(1_501), number=5, starts_at="12:40", ends_at="13:25")
        assert school.refuse(another, TEACHER, AFTER_QUARTER).rule == "period_closed"

    def test_another_closed_period_that_holds_the_lesson_keeps_it_closed(self, school: SmallSchool) -> None:
        school.do(cmd.ClosePeriod(period=WHOLE_YEAR), ADMIN, AFTER_YEAR)
        school.reopen(now=AFTER_YEAR)
        late = lesson(uid(1_500), number=4, starts_at="11:40", ends_at="12:25")
        assert school.refuse(late, TEACHER, AFTER_YEAR).rule == "period_closed"

    def test_a_request_that_waited_is_approved_while_the_period_is_open_again(self, school: SmallSchool) -> None:
        at = school.lesson().lesson
        new = {"topic": "Иная тема", "number": 3, "starts_at": "10:40", "ends_at": "11:25"}
        change = cmd.RequestCorrection(
            lesson=school.lesson().id, corrects=at, new=new, reason="typo", basis="заявление"
        )
        request = school.index(change, TEACHER, AFTER_QUARTER)
        school.reopen()
        school.do(cmd.ApproveCorrection(lesson=school.lesson().id, request=request), DEPUTY, AFTER_QUARTER)
        assert school.lesson().requests[request].answered

    @pytest.mark.parametrize(
        "actor", [Actor(uid(30), "student"), Actor(uid(40), "guardian"), Actor(uid(1), "inspector")]
    )
    def test_only_who_works_at_the_school_asks(self, school: SmallSchool, actor: Actor) -> None:
        refused = school.refuse(ask(), actor, AFTER_QUARTER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "3.3")

    @pytest.mark.parametrize("actor", [TEACHER_2, DEPUTY])
    def test_only_the_director_or_the_administrator_answers(self, school: SmallSchool, actor: Actor) -> None:
        request = school.index(ask(), TEACHER, AFTER_QUARTER)
        for answer in (approve(request), refuse(request)):
            refused = school.refuse(answer, actor, AFTER_QUARTER)
            assert (refused.rule, refused.clause) == ("role_not_allowed", "3.3")

    @pytest.mark.clause("R44", breaks="ledger.journal.reopening:_check_answer")
    @pytest.mark.parametrize(
        ("asker", "answerer"),
        [
            (ADMIN, ADMIN),
            (ADMIN, Actor(ADMIN.id, "director")),
            (TEACHER, Actor(DIRECTOR.id, "director", on_behalf_of=TEACHER.id, basis="приказ")),
            (Actor(ADMIN.id, "administrator", on_behalf_of=DIRECTOR.id, basis="приказ"), DIRECTOR),
        ],
    )
    def test_who_asked_does_not_answer_nor_anybody_for_them(
        self, school: SmallSchool, asker: Actor, answerer: Actor
    ) -> None:
        request = school.index(ask(), asker, AFTER_QUARTER)
        for answer in (approve(request), refuse(request)):
            refused = school.refuse(answer, answerer, AFTER_QUARTER)
            assert (refused.rule, refused.clause, refused.where) == ("second_person_needed", "3.3", "actor.id")

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"reason": "boredom"}, "unknown_code", "reason"),
            ({"reason": "other"}, "note_missing", "note"),
            ({"note": "x"}, "malformed_digest", "note"),
            ({"basis": ""}, "malformed_text", "basis"),
            ({"period": uid(999)}, "unknown_period", "period"),
            ({"period": WHOLE_YEAR}, "period_not_closed", "period"),
        ],
    )
    def test_a_request_needs_a_closed_period_a_reason_and_a_document(
        self, school: SmallSchool, changes: dict[str, str], rule: str, where: str
    ) -> None:
        refused = school.refuse(ask(**changes), ADMIN, AFTER_QUARTER)
        assert (refused.rule, refused.where) == (rule, where)

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"request": 3}, "not_a_request", "request"),
            ({"basis": ""}, "malformed_text", "basis"),
            ({"period": uid(999)}, "unknown_period", "period"),
            ({"period": WHOLE_YEAR}, "period_not_closed", "period"),
        ],
    )
    def test_an_answer_names_the_request_that_waits_and_a_document(
        self, school: SmallSchool, changes: dict[str, Any], rule: str, where: str
    ) -> None:
        request = school.index(ask(), TEACHER, AFTER_QUARTER)
        for answer in (approve, refuse):
            refused = school.refuse(answer(**{"request": request, **changes}), ADMIN, AFTER_QUARTER)
            assert (refused.rule, refused.where) == (rule, where)

    def test_one_request_of_a_period_waits_at_a_time(self, school: SmallSchool) -> None:
        request = school.index(ask(), TEACHER, AFTER_QUARTER)
        refused = school.refuse(ask(), DEPUTY, AFTER_QUARTER)
        assert (refused.rule, refused.values) == ("reopening_waits", {"request": request})

    def test_a_period_is_not_reopened_for_ever(self, school: SmallSchool) -> None:
        for _ in range(REOPENINGS_MAX):
            school.reopen()
            school.close()
        assert school.refuse(ask(), ADMIN, AFTER_QUARTER).rule == "reopened_too_often"

    def test_what_former_logs_have_in_one_step_still_opens_it(self, school: SmallSchool) -> None:
        former = Recorded(
            originator_id=f"period/{QUARTER_1}",
            originator_version=quarter(school).version + 1,
            data=PeriodReopened(reason="inspection", basis="акт № 5", requested_by=TEACHER.id),
            index=school.journal.size,
            actor=DIRECTOR,
        )
        after = evolve(quarter(school), former)
        assert isinstance(after, Period)
        assert (after.closed, after.reopenings) == (False, 1)


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
        school.reopen()
        assert school.refuse(attest(school), DIRECTOR, AFTER_QUARTER).rule == "period_not_closed"

    @pytest.mark.clause("R08", breaks="ledger.journal.rules:check_role")
    def test_a_deputy_does_not_attest(self, school: SmallSchool) -> None:
        refused = school.refuse(attest(school), DEPUTY, AFTER_QUARTER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "1.4")

    def test_names_a_document(self, school: SmallSchool) -> None:
        command = cmd.AttestPeriod(period=QUARTER_1, size=school.journal.size, basis="")
        assert school.refuse(command, ADMIN, AFTER_QUARTER).where == "basis"
