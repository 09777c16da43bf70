"""Accounts and roles: whose, by whom, for how long, and that an administrator remains."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.account import Account
from ledger.journal.account_events import (
    AccountClosed,
    AccountOpened,
    AccountsFounded,
    ConfidentialityAcknowledged,
    RoleGranted,
    RoleRevoked,
)
from ledger.journal.decide import decide
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    DEPUTY,
    GUARDIANS,
    MATHS_A,
    MATHS_B,
    MONDAY,
    NOON,
    QUARTER_1,
    STAFF,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    YEAR,
    SmallSchool,
    digest,
    uid,
)

NAME = digest(900)
STRANGER = uid(90)
SECOND = Actor(STAFF[0], "administrator")
TEXT = "5a" * 32


def founding(**changes: Any) -> cmd.FoundAccounts:
    return cmd.FoundAccounts(**{"account": ADMIN.id, "basis": "приказ № 1", "name": NAME, **changes})


def opening(account: str, kind: Any = "employee", name: str | None = None) -> cmd.OpenAccount:
    return cmd.OpenAccount(account=account, kind=kind, name=name)


def grant(account: str, role: Any, **changes: Any) -> cmd.GrantRole:
    fields = {"account": account, "role": role, "starts_on": "2026-09-01", "basis": "приказ № 2"}
    return cmd.GrantRole(**{**fields, **changes})


def dismissal(account: str = TEACHER.id, last_day: str | None = MONDAY) -> cmd.CloseAccount:
    return cmd.CloseAccount(account=account, reason="dismissed", basis="приказ № 4", last_day=last_day)


def inspection(**changes: Any) -> cmd.GrantRole:
    return grant(STRANGER, "inspector", **{"ends_on": "2026-12-31", "purpose": "плановая проверка", **changes})


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(founding(), ADMIN)
    return made


def index_of_last(school: SmallSchool) -> int:
    return school.journal.size - 1


def account_of(school: SmallSchool, id_: str) -> Account:
    found = school.journal.find(f"account/{id_}")
    assert isinstance(found, Account)
    return found


def test_the_first_account_is_its_founders_and_an_administrators() -> None:
    school = SmallSchool()
    assert school.refuse(founding(account=uid(77)), ADMIN).rule == "founded_for_another"
    assert school.refuse(founding(), DEPUTY).rule == "role_not_allowed"
    founded, opened, granted = school.do(founding(), ADMIN)
    assert founded == AccountsFounded(account=ADMIN.id)
    assert opened == AccountOpened(kind="employee", sd=(NAME,))
    assert granted == RoleGranted(role="administrator", starts_on="2026-09-07", basis="приказ № 1")
    assert school.refuse(founding(), ADMIN).rule == "accounts_founded_already"


def test_who_has_no_account_of_an_administrator_opens_none(school: SmallSchool) -> None:
    other = Actor(uid(99), "administrator")
    refused = school.refuse(opening(STAFF[0]), other)
    assert (refused.rule, refused.clause) == ("not_an_administrator", "1.5")
    assert school.refuse(opening(STAFF[0]), Actor(ADMIN.id, "director")).rule == "role_not_allowed"


@pytest.mark.clause("R33", breaks="ledger.journal.accounts:_opened")
def test_a_person_has_one_account_under_the_own_id(school: SmallSchool) -> None:
    assert school.do(opening(TEACHER.id), ADMIN) == [AccountOpened(kind="employee")]
    assert school.refuse(opening(TEACHER.id), ADMIN).rule == "account_is_open"
    for id_, kind in ((STUDENTS_A[0], "employee"), (TEACHER.id, "program"), (STAFF[0], "inspector")):
        assert school.refuse(opening(id_, kind, NAME), ADMIN).rule in {"account_of_another", "account_is_open"}
    assert school.refuse(opening(TEACHER.id, "student"), ADMIN).rule == "account_is_open"
    assert school.refuse(opening(STAFF[0], "student"), ADMIN).rule == "wrong_kind_of_person"
    assert school.refuse(opening(uid(999), "guardian"), ADMIN).rule == "unknown_person"


def test_only_who_is_not_registered_has_a_name_of_the_account(school: SmallSchool) -> None:
    assert school.refuse(opening(STRANGER, "inspector"), ADMIN).rule == "account_name"
    assert school.refuse(opening(STAFF[0], "employee", NAME), ADMIN).rule == "account_name"
    assert school.refuse(opening(STRANGER, "inspector", "Иванов"), ADMIN).rule == "malformed_digest"
    assert school.do(opening(STRANGER, "program", NAME), ADMIN) == [AccountOpened(kind="program", sd=(NAME,))]


@pytest.mark.parametrize(
    ("kind", "id_", "role"),
    [
        ("employee", TEACHER.id, "inspector"),
        ("employee", TEACHER.id, "student"),
        ("student", STUDENTS_A[0], "teacher"),
        ("guardian", GUARDIANS[0], "administrator"),
        ("inspector", STRANGER, "deputy"),
        ("program", STRANGER, "teacher"),
        ("program", STRANGER, "administrator"),
    ],
)
def test_each_kind_of_account_has_its_roles(school: SmallSchool, kind: str, id_: str, role: str) -> None:
    school.do(opening(id_, kind, NAME if id_ == STRANGER else None), ADMIN)
    refused = school.refuse(grant(id_, role), ADMIN)
    assert (refused.rule, refused.where) == ("role_of_another_kind", "role")


@pytest.mark.clause("R06", breaks="ledger.journal.accounts:_check_days_free")
def test_a_role_has_days_and_a_document_and_is_held_on_its_days(school: SmallSchool) -> None:
    school.do(opening(TEACHER.id), ADMIN)
    assert school.refuse(grant(TEACHER.id, "teacher", basis=" "), ADMIN).where == "basis"
    assert school.refuse(grant(TEACHER.id, "teacher", ends_on="2026-08-31"), ADMIN).rule == "empty_range"
    school.do(grant(TEACHER.id, "teacher", ends_on="2026-10-25"), ADMIN)
    refused = school.refuse(grant(TEACHER.id, "teacher", starts_on="2026-10-25"), ADMIN)
    assert (refused.rule, refused.where) == ("role_stands", "starts_on")
    school.do(grant(TEACHER.id, "teacher", starts_on="2026-10-26"), ADMIN)
    account = account_of(school, TEACHER.id)
    for day, held in (("2026-08-31", 0), ("2026-09-01", 1), ("2026-10-25", 1), ("2026-10-26", 1), ("2030-01-01", 1)):
        assert len(list(account.held(day))) == held


@pytest.mark.clause("R09", breaks="ledger.journal.accounts:_check_inspection")
def test_an_inspection_has_a_purpose_an_end_and_a_scope(school: SmallSchool) -> None:
    school.do(opening(STRANGER, "inspector", NAME), ADMIN)
    assert school.refuse(inspection(ends_on=None), ADMIN).rule == "inspection_without_end"
    assert school.refuse(inspection(purpose=None), ADMIN).where == "purpose"
    both = inspection(class_groups=(CLASS_A,), periods=(QUARTER_1,))
    assert school.refuse(both, ADMIN).rule == "two_scopes"
    assert school.refuse(inspection(class_groups=(uid(999),)), ADMIN).rule == "unknown_class"
    assert school.refuse(inspection(periods=(QUARTER_1,) * 2), ADMIN).rule == "twice_in_one_command"
    assert school.refuse(inspection(periods=(QUARTER_1,) * 101), ADMIN).rule == "too_large_a_scope"
    school.do(inspection(class_groups=(CLASS_A,)), ADMIN)
    school.do(opening(TEACHER.id), ADMIN)
    assert school.refuse(grant(TEACHER.id, "teacher", purpose="проверка"), ADMIN).rule == "no_inspection"


def test_a_guardians_role_is_of_a_child_of_theirs(school: SmallSchool) -> None:
    school.do(opening(GUARDIANS[0], "guardian"), ADMIN)
    mine = grant(GUARDIANS[0], "guardian", student=STUDENTS_A[0])
    assert school.refuse(mine, ADMIN).rule == "not_linked"
    link = cmd.LinkGuardian(person=STUDENTS_A[0], guardian=GUARDIANS[0], relation="mother")
    school.do(link, ADMIN)
    school.do(mine, ADMIN)
    assert school.refuse(grant(GUARDIANS[0], "guardian"), ADMIN).where == "student"
    school.do(opening(STUDENTS_A[0], "student"), ADMIN)
    assert school.refuse(grant(STUDENTS_A[0], "student", student=STUDENTS_A[0]), ADMIN).rule == "no_guardian"


@pytest.mark.clause("R09", breaks="ledger.journal.accounts:_check_administrator")
def test_nobody_grants_himself_a_role_also_not_through_another(school: SmallSchool) -> None:
    assert school.refuse(grant(ADMIN.id, "director"), ADMIN).rule == "own_role"
    school.do(opening(STAFF[0]), ADMIN)
    behalf = Actor(ADMIN.id, "administrator", on_behalf_of=STAFF[0], basis="приказ")
    assert school.refuse(grant(STAFF[0], "director"), behalf).rule == "own_role"
    assert school.refuse(grant(STAFF[0], "director"), SECOND).rule == "not_an_administrator"


def test_an_administrator_without_an_end_remains(school: SmallSchool) -> None:
    first = index_of_last(school)
    revoke = cmd.RevokeRole(account=ADMIN.id, grant=first, basis="приказ № 3")
    close = cmd.CloseAccount(account=ADMIN.id, reason="dismissed", basis="приказ № 3", last_day=MONDAY)
    for command in (revoke, close):
        assert school.refuse(command, ADMIN).rule == "last_administrator"
    school.do(opening(STAFF[0]), ADMIN)
    school.do(grant(STAFF[0], "administrator", ends_on="2026-10-31"), ADMIN)
    for command in (revoke, close):
        assert school.refuse(command, SECOND).rule == "last_administrator"
    school.do(grant(STAFF[0], "administrator", starts_on="2026-11-01"), ADMIN)
    assert school.do(revoke, SECOND) == [RoleRevoked(grant=first, basis="приказ № 3")]
    assert school.refuse(opening(STRANGER, "program", NAME), ADMIN).rule == "not_an_administrator"


def test_two_who_take_the_role_from_each_other_meet(school: SmallSchool) -> None:
    first = index_of_last(school)
    school.do(opening(STAFF[0]), ADMIN)
    school.do(grant(STAFF[0], "administrator"), ADMIN)
    command = cmd.RevokeRole(account=ADMIN.id, grant=first, basis="приказ № 3")
    decision = decide(command, school.journal, SECOND, NOON)
    assert f"account/{STAFF[0]}" in decision.reads, "what the one rests on"
    assert {event.originator_id for event in decision.events} == {f"account/{ADMIN.id}"}, "what the other rests on"


def test_a_role_is_revoked_once_and_an_account_closed_for_a_reason_of_its_kind(school: SmallSchool) -> None:
    school.do(opening(TEACHER.id), ADMIN)
    school.do(grant(TEACHER.id, "teacher"), ADMIN)
    granted = index_of_last(school)
    revoke = cmd.RevokeRole(account=TEACHER.id, grant=granted, basis="приказ № 3")
    school.do(revoke, ADMIN)
    assert school.refuse(revoke, ADMIN).rule == "not_a_grant"
    close = cmd.CloseAccount(account=TEACHER.id, reason="graduated", basis="приказ № 4")
    assert school.refuse(close, ADMIN).rule == "reason_of_another_kind"
    close = dismissal()
    assert school.do(close, ADMIN) == [AccountClosed(reason="dismissed", basis="приказ № 4", last_day=MONDAY)]
    for command in (
        close,
        grant(TEACHER.id, "teacher"),
        cmd.AcknowledgeConfidentiality(account=TEACHER.id, sha256=TEXT),
    ):
        assert school.refuse(command, ADMIN).rule == "account_is_closed"


def test_a_closed_account_is_opened_again_without_its_roles(school: SmallSchool) -> None:
    school.do(opening(TEACHER.id), ADMIN)
    school.do(grant(TEACHER.id, "teacher"), ADMIN)
    school.do(cmd.AcknowledgeConfidentiality(account=TEACHER.id, sha256=TEXT), TEACHER)
    school.do(dismissal(), ADMIN)
    assert list(account_of(school, TEACHER.id).held("2026-09-07")) == []
    assert school.refuse(opening(TEACHER.id, "inspector", NAME), ADMIN).rule == "account_of_another_kind"
    school.do(opening(TEACHER.id), ADMIN, AFTER_QUARTER)
    account = account_of(school, TEACHER.id)
    assert not account.grants
    assert not account.is_closed
    assert account.acknowledged == {TEXT}


def test_who_is_dismissed_has_worked_until_a_day_that_has_come(school: SmallSchool) -> None:
    school.do(opening(TEACHER.id), ADMIN)
    for last_day, rule in (
        (None, "malformed_date"),
        ("2026-02-30", "malformed_date"),
        ("2026-09-08", "dismissed_later"),
    ):
        refused = school.refuse(dismissal(last_day=last_day), ADMIN)
        assert (refused.rule, refused.where) == (rule, "last_day")
    mistaken = cmd.CloseAccount(account=TEACHER.id, reason="mistake", basis="приказ № 4", last_day=MONDAY)
    assert school.refuse(mistaken, ADMIN).rule == "not_dismissed"
    school.do(dismissal(last_day="2026-08-31"), ADMIN)
    assert account_of(school, TEACHER.id).last_day == "2026-08-31"


def entrusting(starts_on: str) -> list[tuple[cmd.JournalCommand, str]]:
    """What gives something to the second teacher or an employee from a day on, and which member names whom."""
    order: dict[str, Any] = {"order_number": "19-о", "order_date": "2026-08-28"}
    year = cmd.OpenSchoolYear(year=uid(3), title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    assert year.starts_on > starts_on
    return [
        (cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on=starts_on), "teacher"),
        (
            cmd.OpenCourse(
                course=uid(59), class_group=CLASS_A, year=YEAR, subject="Химия", teacher=TEACHER_2.id,
                starts_on=starts_on,
            ),
            "teacher",
        ),
        (cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on=starts_on), "teacher"),
        (cmd.AssignDuty(person=TEACHER_2.id, duty="journal", starts_on=starts_on, **order), "person"),
        (cmd.AppointResponsible(person=STAFF[1], starts_on=starts_on, **order), "person"),
        (
            cmd.PlanSubstitution(
                course=MATHS_B, held_on=starts_on, number=3, substitute=TEACHER_2.id, reason="ill",
                basis="приказ № 3", same_subject=True,
            ),
            "substitute",
        ),
    ]  # fmt: skip


@pytest.mark.clause("R05", breaks="ledger.journal.course:check_employed")
def test_nothing_is_entrusted_to_who_was_dismissed_from_behind_the_last_day_of_work(school: SmallSchool) -> None:
    for employee in (TEACHER_2.id, STAFF[1]):
        school.do(opening(employee), ADMIN)
        school.do(dismissal(employee, MONDAY), ADMIN)
    for command, where in entrusting("2026-09-08"):
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where, refused.clause) == ("dismissed", where, "1.5")
        assert MONDAY in str(refused)
    school.do(cmd.OpenSchoolYear(year=uid(3), title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31"), ADMIN)
    group = cmd.OpenClassGroup(class_group=uid(33), year=uid(3), grade=6, letter="А", class_teacher=TEACHER_2.id)
    assert school.refuse(group, ADMIN).rule == "dismissed"
    school.do(opening(TEACHER_2.id), ADMIN)
    assert school.do(group, ADMIN), "who came back"


def test_the_last_day_of_work_is_still_one(school: SmallSchool) -> None:
    for employee in (TEACHER_2.id, STAFF[1]):
        school.do(opening(employee), ADMIN)
        school.do(dismissal(employee, MONDAY), ADMIN)
    for command, _ in entrusting(MONDAY):
        school.do(command, ADMIN)


@pytest.mark.clause("R37", breaks="ledger.journal.accounts:_check_holder")
def test_the_holder_alone_acknowledges_each_text_once(school: SmallSchool) -> None:
    read = cmd.AcknowledgeConfidentiality(account=TEACHER.id, sha256=TEXT)
    assert school.refuse(read, TEACHER).rule == "unknown_account"
    school.do(opening(TEACHER.id), ADMIN)
    refused = school.refuse(read, ADMIN)
    assert (refused.rule, refused.clause) == ("acknowledged_by_another", "2.4.4")
    assert school.do(read, TEACHER) == [ConfidentialityAcknowledged(sha256=TEXT)]
    assert school.refuse(read, TEACHER).rule == "acknowledged_already"
    school.do(opening(STRANGER, "program", NAME), ADMIN)
    program = cmd.AcknowledgeConfidentiality(account=STRANGER, sha256=TEXT)
    assert school.refuse(program, Actor(STRANGER, "export_job")).rule == "acknowledged_by_another"


def test_an_order_that_is_none_is_refused(school: SmallSchool) -> None:
    with pytest.raises(Refused):
        school.do(cmd.CloseAccount(account=ADMIN.id, reason="burnt", basis="приказ"), ADMIN)  # type: ignore[arg-type]
