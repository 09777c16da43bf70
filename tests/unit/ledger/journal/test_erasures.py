"""Keeping and erasing: schedules, holds, grounds, two people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.erasure_events import ErasureProposed, PersonalDataErased, RetentionRow
from ledger.journal.erasures import Erasures
from ledger.journal.retention import due_day, find_row
from ledger.wire.entry import Actor, format_at
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    DEPUTY,
    GUARDIANS,
    NOON,
    STAFF,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    SmallSchool,
    moscow,
    uid,
)

DIRECTOR = Actor(uid(13), "director")
ERASURE, HOLD = uid(8_700), uid(8_600)
AFTERWARDS = moscow("2033-06-02 10:00")


def row(retention: Any = "person", years: int = 5, **changes: Any) -> RetentionRow:
    fields = {"counted_from": "left", "kept_by": "law", "citation": "номенклатура дел, п. 4", **changes}
    return RetentionRow(retention=retention, years=years, **fields)


def schedule(*rows: RetentionRow, **changes: Any) -> cmd.AdoptRetentionSchedule:
    rows = rows or (
        row(),
        row("journal", counted_from="year_end"),
        row("person", 0, kind="guardian", kept_by="consent"),
    )
    return cmd.AdoptRetentionSchedule(
        **{"effective_from": "2026-09-01", "basis": "приказ № 2", "rows": rows, **changes}
    )


def proposal(person: str = STUDENTS_A[0], **changes: Any) -> cmd.ProposeErasure:
    fields = {"retention": ("person",), "ground": "expiry", "basis": "опись № 1", "counted_from": "2027-05-31"}
    return cmd.ProposeErasure(**{"erasure": ERASURE, "person": person, **fields, **changes})


def unlawful(person: str = STUDENTS_A[0], **changes: Any) -> cmd.ProposeErasure:
    return proposal(person, **{"ground": "unlawful", "counted_from": None, **changes})


def approval(erasure: str = ERASURE) -> cmd.ApproveErasure:
    return cmd.ApproveErasure(erasure=erasure, basis="приказ № 4")


def erased(at: datetime = NOON, **changes: Any) -> cmd.RecordErasure:
    return cmd.RecordErasure(**{"erasure": ERASURE, "disclosures": 4, "destroyed_at": format_at(at), **changes})


def hold(**changes: Any) -> cmd.PlaceLegalHold:
    return cmd.PlaceLegalHold(**{"hold": HOLD, "whose": "all", "basis": "запрос суда № 7", **changes})


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(schedule(), ADMIN)
    return made


def test_values_go_when_their_term_is_over_by_two_people(school: SmallSchool) -> None:
    (proposed,) = school.do(proposal(retention=("person", "journal")), ADMIN, AFTERWARDS)
    assert proposed == ErasureProposed(
        erasure=ERASURE,
        person=STUDENTS_A[0],
        retention=("journal", "person"),
        ground="expiry",
        basis="опись № 1",
        counted_from="2027-05-31",
    )
    school.do(approval(), DIRECTOR, AFTERWARDS)
    (done,) = school.do(erased(AFTERWARDS), ADMIN, AFTERWARDS)
    assert done == PersonalDataErased(
        erasure=ERASURE,
        person=STUDENTS_A[0],
        retention=("journal", "person"),
        disclosures=4,
        destroyed_at=format_at(AFTERWARDS),
    )


def test_a_schedule_that_is_adopted_for_later_lets_nothing_go_before_its_day(school: SmallSchool) -> None:
    school.do(schedule(row(years=0), effective_from="2033-07-01"), ADMIN)
    soon = proposal(counted_from="2030-05-31")
    assert school.refuse(soon, ADMIN, AFTERWARDS).rule == "not_due", "five years stand, on this day"
    school.do(soon, ADMIN, moscow("2033-07-01 00:00"))


@pytest.mark.parametrize(
    ("day", "years", "due"),
    [
        ("2026-08-31", 5, "2031-09-01"),
        ("2026-12-31", 1, "2028-01-01"),
        ("2028-02-29", 1, "2029-03-01"),
        ("2028-02-29", 4, "2032-03-01"),
        ("2026-08-31", 0, "2026-09-01"),
    ],
)
def test_a_term_is_over_on_the_day_after_its_whole_years(day: str, years: int, due: str) -> None:
    assert due_day(day, years) == due


@pytest.mark.clause("R13", breaks="ledger.journal.erasures:check_ground")
def test_nothing_is_due_a_day_early(school: SmallSchool) -> None:
    assert school.refuse(proposal(), ADMIN, moscow("2032-05-31 23:59")).rule == "not_due"
    school.do(proposal(), ADMIN, moscow("2032-06-01 00:00"))


def test_a_row_for_the_kind_of_person_counts_before_the_one_for_all() -> None:
    rows = (row(), row(kind="guardian", years=0))
    assert find_row(rows, "person", "guardian") == rows[1]
    assert find_row(rows, "person", "student") == rows[0]
    assert find_row(rows, "journal", "student") is None


def test_who_proposed_it_neither_approves_nor_refuses_it(school: SmallSchool) -> None:
    school.do(unlawful(), ADMIN)
    assert school.refuse(approval(), ADMIN).rule == "second_person_needed"
    assert school.refuse(cmd.RefuseErasure(erasure=ERASURE, basis="нет"), ADMIN).rule == "second_person_needed"
    for_who_proposed = Actor(DIRECTOR.id, "director", on_behalf_of=ADMIN.id, basis="приказ № 3")
    assert school.refuse(approval(), for_who_proposed).rule == "second_person_needed"
    assert school.refuse(approval(), DEPUTY).rule == "role_not_allowed"
    school.do(approval(), DIRECTOR)
    assert school.refuse(approval(), DIRECTOR).rule == "erasure_answered"


def test_nothing_is_recorded_as_erased_that_was_not_approved(school: SmallSchool) -> None:
    assert school.refuse(erased(), ADMIN).rule == "unknown_erasure"
    school.do(unlawful(), ADMIN)
    assert school.refuse(erased(), ADMIN).rule == "not_approved"
    school.do(cmd.RefuseErasure(erasure=ERASURE, basis="нет"), DIRECTOR)
    assert school.refuse(erased(), ADMIN).rule == "not_approved"
    school.do(unlawful(erasure=uid(8_701)), ADMIN)


def test_forms_are_told_by_their_numbers_or_by_the_last_of_all(school: SmallSchool) -> None:
    for number in range(3):
        form = cmd.IssueSheet(
            sheet=uid(8_800 + number), kind="conformity", position=1, pages=1, content="A" * 43
        )  # fmt: skip
        school.do(form, ADMIN)
    school.do(unlawful(), ADMIN)
    school.do(approval(), DIRECTOR)
    assert school.refuse(erased(sheets=(1,), sheets_to=3), ADMIN).rule == "wrong_terms"
    assert school.refuse(erased(sheets=tuple(range(1, 9_002))), ADMIN).rule == "too_many_sheets"
    school.do(erased(sheets_to=3), ADMIN)
    (known,) = (one for one in school.journal.aggregates.values() if isinstance(one, Erasures))
    assert known.sheets == {1, 2, 3}
    assert known.proposals[ERASURE].sheets == (1, 2, 3)


def test_it_is_destroyed_between_its_approval_and_its_entry_and_once(school: SmallSchool) -> None:
    school.do(unlawful(), ADMIN)
    school.do(approval(), DIRECTOR)
    for moment in (NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)):
        assert school.refuse(erased(moment), ADMIN).rule == "destroyed_when_not_approved"
    assert school.refuse(erased(sheets=(1,)), ADMIN).rule == "out_of_range"
    assert school.refuse(erased(sheets_to=1), ADMIN).rule == "out_of_range"
    school.do(erased(), ADMIN)
    assert school.refuse(erased(), ADMIN).rule == "erased_already"
    assert school.refuse(unlawful(erasure=uid(8_701)), ADMIN).rule == "erased_already"


@pytest.mark.clause("R09", breaks="ledger.journal.erasures:check_no_hold")
@pytest.mark.parametrize(
    "whose",
    [
        {"whose": "all"},
        {"whose": "person", "person": STUDENTS_A[0]},
        {"whose": "class", "class_group": CLASS_A},
    ],
)
def test_nothing_is_erased_while_a_hold_stands(school: SmallSchool, whose: dict[str, Any]) -> None:
    school.do(hold(**whose), DIRECTOR)
    assert school.refuse(unlawful(), ADMIN).rule == "hold_stands"
    school.do(cmd.LiftLegalHold(hold=HOLD, basis="письмо № 8"), ADMIN)
    school.do(unlawful(), ADMIN)
    school.do(hold(**whose, hold=uid(8_601)), DIRECTOR)
    assert school.refuse(approval(), DIRECTOR).rule == "hold_stands"
    school.do(cmd.LiftLegalHold(hold=uid(8_601), basis="письмо № 9"), ADMIN)
    school.do(approval(), DIRECTOR)
    school.do(hold(**whose, hold=uid(8_602)), DIRECTOR)
    assert school.refuse(erased(), ADMIN).rule == "hold_stands"


def test_a_hold_of_others_holds_nobody_else(school: SmallSchool) -> None:
    school.do(hold(whose="class", class_group=CLASS_A), DIRECTOR)
    school.do(hold(whose="person", person=STAFF[0], hold=uid(8_601)), DIRECTOR)
    school.do(unlawful(STUDENTS_B[0]), ADMIN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"whose": "person"},
        {"whose": "all", "person": STAFF[0]},
        {"whose": "class", "person": STAFF[0]},
    ],
)
def test_a_hold_names_whom_it_is_of(school: SmallSchool, wrong: dict[str, Any]) -> None:
    assert school.refuse(hold(**wrong), DIRECTOR).rule == "wrong_hold_scope"


def test_a_hold_is_placed_and_lifted_once(school: SmallSchool) -> None:
    school.do(hold(), DIRECTOR)
    assert school.refuse(hold(), DIRECTOR).rule == "hold_exists"
    school.do(cmd.LiftLegalHold(hold=HOLD, basis="письмо № 8"), ADMIN)
    assert school.refuse(cmd.LiftLegalHold(hold=HOLD, basis="письмо № 8"), ADMIN).rule == "unknown_hold"
    assert school.refuse(hold(), DIRECTOR).rule == "hold_exists"


@pytest.mark.parametrize("ground", ["withdrawal", "request"])
def test_what_a_law_keeps_stays_whoever_asks(school: SmallSchool, ground: str) -> None:
    refused = school.refuse(proposal(ground=ground, counted_from=None, retention=("journal",)), ADMIN, AFTERWARDS)
    assert (refused.rule, refused.clause) == ("kept_by_law", "1.5")
    early = moscow("2030-06-02 10:00")
    assert school.refuse(proposal(ground=ground), ADMIN, early).rule == "kept_by_law"
    school.do(proposal(ground=ground), ADMIN, AFTERWARDS)


def test_what_a_consent_allowed_goes_when_it_is_withdrawn(school: SmallSchool) -> None:
    school.do(proposal(GUARDIANS[0], ground="withdrawal", counted_from=None), ADMIN)


def test_what_a_consent_allowed_goes_by_term_when_its_years_are_over(school: SmallSchool) -> None:
    kept = row(years=1, kind="guardian", kept_by="consent", counted_from="document")
    school.do(schedule(kept, effective_from="2026-09-02"), ADMIN)
    by_term = proposal(GUARDIANS[0], counted_from="2026-09-01")
    assert school.refuse(by_term, ADMIN).rule == "not_due"
    school.do(by_term, ADMIN, moscow("2027-09-02 10:00"))


def test_who_is_at_the_school_is_not_erased_by_term(school: SmallSchool) -> None:
    school.do(schedule(row(years=0), effective_from="2026-09-02"), ADMIN)
    assert school.refuse(proposal(counted_from="2026-09-01"), ADMIN).rule == "still_at_school"
    school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_A[0], ends_on="2026-09-04"), ADMIN)
    assert school.refuse(proposal(counted_from="2026-09-03"), ADMIN).rule == "counted_too_early"
    school.do(proposal(counted_from="2026-09-04"), ADMIN)


def test_a_teacher_is_here_while_a_duty_has_no_end(school: SmallSchool) -> None:
    school.do(schedule(row(years=0), effective_from="2026-09-02"), ADMIN)
    days: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-25", "starts_on": "2026-09-01"}
    school.do(cmd.AssignDuty(person=TEACHER.id, duty="journal", **days), ADMIN)
    assert school.refuse(proposal(TEACHER.id, counted_from="2026-09-03"), ADMIN).rule == "still_at_school"
    school.do(cmd.EndDuty(person=TEACHER.id, duty="journal", ends_on="2026-09-04"), ADMIN)
    assert school.refuse(proposal(TEACHER.id, counted_from="2026-09-03"), ADMIN).rule == "counted_too_early"
    school.do(proposal(TEACHER.id, counted_from="2026-09-04"), ADMIN)


def test_the_journal_is_counted_from_the_end_of_the_last_year(school: SmallSchool) -> None:
    school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_A[0], ends_on="2026-09-04"), ADMIN)
    early = proposal(retention=("journal",), counted_from="2026-09-04")
    assert school.refuse(early, ADMIN, AFTERWARDS).rule == "counted_too_early"
    school.do(proposal(retention=("journal",)), ADMIN, AFTERWARDS)


def test_a_row_may_count_from_a_document(school: SmallSchool) -> None:
    school.do(schedule(row(years=0, counted_from="document"), effective_from="2026-09-02"), ADMIN)
    school.do(proposal(counted_from="2026-09-02"), ADMIN)


def test_without_a_schedule_nothing_goes_by_term(school: SmallSchool) -> None:
    school.do(schedule(row("sheet"), effective_from="2026-09-02"), ADMIN)
    assert school.refuse(proposal(), ADMIN, AFTERWARDS).rule == "no_retention_schedule"
    assert school.refuse(unlawful(counted_from="2026-09-02"), ADMIN).rule == "counted_from_nothing"
    school.do(unlawful(), ADMIN)


def test_one_erasure_of_the_same_values_waits_at_a_time(school: SmallSchool) -> None:
    school.do(unlawful(), ADMIN)
    assert school.refuse(unlawful(), ADMIN).rule == "erasure_exists"
    both = unlawful(erasure=uid(8_701), retention=("journal", "person"))
    assert school.refuse(both, ADMIN).rule == "erasure_waits"
    school.do(unlawful(erasure=uid(8_701), retention=("journal",)), ADMIN)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"retention": ()}, "nothing_to_erase"),
        ({"retention": ("person", "person")}, "twice_in_one_command"),
        ({"retention": ("sheet",)}, "unknown_code"),
        ({"ground": "whim"}, "unknown_code"),
        ({"basis": ""}, "malformed_text"),
        ({"person": uid(77)}, "unknown_person"),
        ({"counted_from": "2099-01-01"}, "day_not_come"),
    ],
)
def test_refuses_a_proposal_that_says_nothing_sound(school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
    assert school.refuse(proposal(**changes), ADMIN, AFTERWARDS).rule == rule


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (schedule(row(), row()), "twice_in_one_command"),
        (schedule(row(years=100)), "out_of_range"),
        (schedule(row(citation="")), "malformed_text"),
        (schedule(row("diary")), "unknown_code"),
        (schedule(effective_from="2026-08-31"), "schedule_not_later"),
        (schedule(), "same_schedule"),
        (cmd.AdoptRetentionSchedule(effective_from="2026-09-01", basis="п", rows=()), "row_count"),
    ],
)
def test_refuses_a_schedule_that_says_nothing_sound(
    school: SmallSchool, command: cmd.AdoptRetentionSchedule, rule: str
) -> None:
    assert school.refuse(command, ADMIN).rule == rule


@pytest.mark.clause("R09", breaks="ledger.journal.personal_data:check_not_erased")
def test_no_value_of_an_erased_person_is_kept_again(school: SmallSchool) -> None:
    school.do(unlawful(), ADMIN)
    school.do(approval(), DIRECTOR)
    school.do(erased(), ADMIN)
    change = cmd.ChangePersonalData(person=STUDENTS_A[0], fields=("family_name",), sd=("B" * 42 + "A",))
    assert school.refuse(change, ADMIN).rule == "person_erased"
    school.do(cmd.ChangePersonalData(person=STUDENTS_A[0], fields=("family_name",), sd=()), ADMIN)
