"""Help to sign in: recorded, of a strong role by two people, and by one alone only with a document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.account_events import SignInHelped, SignInHelpRefused, SignInHelpRequested
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, NOON, STAFF, TEACHER, SmallSchool, uid
from tests.unit.ledger.journal.test_accounts import (
    NAME,
    account_of,
    dismissal,
    founding,
    grant,
    index_of_last,
    opening,
)

TECHNICIAN = Actor(uid(92), "system_administrator")
DIRECTOR = Actor(STAFF[0], "director")


def helped(account: str, help_: Any, reason: Any = "forgotten_password", **more: Any) -> cmd.HelpSignIn:
    return cmd.HelpSignIn(account=account, help=help_, reason=reason, **more)


def asked(account: str, help_: Any = "code", reason: Any = "lost_device") -> cmd.RequestSignInHelp:
    return cmd.RequestSignInHelp(account=account, help=help_, reason=reason)


@pytest.fixture
def directed() -> SmallSchool:
    """A school with an administrator, a director, a technician and a teacher."""
    school = SmallSchool()
    school.do(founding(), ADMIN)
    for account, role in ((DIRECTOR.id, "director"), (TECHNICIAN.id, "system_administrator"), (TEACHER.id, "teacher")):
        school.do(opening(account, name=NAME if account == TECHNICIAN.id else None), ADMIN)
        school.do(grant(account, role), ADMIN)
    return school


def invite_by_two(school: SmallSchool, account: str) -> None:
    """The first code of a strong account: the technician asks, the administrator, who granted the role, gives it."""
    school.do(asked(account, "first_code", "first_access"), TECHNICIAN)
    school.do(helped(account, "first_code", None, request=index_of_last(school)), ADMIN)


def test_nobody_alone_grants_a_strong_role_and_lets_its_holder_in(directed: SmallSchool) -> None:
    """In whichever order, and whatever became of the role or the account since."""
    first = helped(DIRECTOR.id, "first_code", "first_access")
    assert directed.refuse(first, ADMIN).rule == "two_people_needed"
    other = Actor(STAFF[1], "administrator")
    directed.do(opening(other.id), ADMIN)
    directed.do(grant(other.id, "administrator"), ADMIN)
    directed.do(first, other)
    director_too = grant(DIRECTOR.id, "archivist")
    assert directed.refuse(director_too, other).rule == "let_in_alone"
    directed.do(director_too, ADMIN)
    directed.do(helped(TEACHER.id, "first_code", "first_access"), ADMIN)
    deputy = grant(TEACHER.id, "deputy")
    directed.do(dismissal(TEACHER.id), ADMIN)
    directed.do(opening(TEACHER.id), ADMIN)
    refused = directed.refuse(deputy, ADMIN)
    assert (refused.rule, refused.where) == ("let_in_alone", "account")
    directed.do(grant(TEACHER.id, "class_teacher"), ADMIN)
    assert directed.refuse(asked(TEACHER.id, "first_code"), TECHNICIAN).rule == "invited_already"
    directed.do(asked(TEACHER.id, "code"), TECHNICIAN)
    directed.do(helped(TEACHER.id, "code", None, request=index_of_last(directed)), ADMIN)
    directed.do(deputy, ADMIN)


def test_the_first_who_directs_is_let_in_alone_with_a_document() -> None:
    school = SmallSchool()
    school.do(founding(), ADMIN)
    school.do(helped(ADMIN.id, "first_code", "first_access"), ADMIN)
    school.do(opening(DIRECTOR.id), ADMIN)
    school.do(helped(DIRECTOR.id, "first_code", "first_access"), ADMIN)
    assert school.refuse(grant(DIRECTOR.id, "director"), ADMIN).rule == "let_in_alone"
    school.do(helped(DIRECTOR.id, "code", "first_access", basis="приказ № 1"), ADMIN)
    school.do(grant(DIRECTOR.id, "director"), ADMIN)


def test_a_teacher_is_helped_by_one_person_and_each_help_is_an_entry(directed: SmallSchool) -> None:
    first = helped(TEACHER.id, "first_code", "first_access")
    assert directed.do(first, TECHNICIAN) == [SignInHelped(help="first_code", reason="first_access")]
    assert directed.refuse(first, ADMIN).rule == "invited_already"
    for help_ in ("code", "second_factor", "passkey", "link", "token"):
        directed.do(helped(TEACHER.id, help_), ADMIN)
    assert directed.refuse(helped(TEACHER.id, "friendship"), ADMIN).where == "help"
    assert directed.refuse(helped(TEACHER.id, "code", "boredom"), ADMIN).where == "reason"
    assert directed.refuse(helped(TEACHER.id, "code", None), ADMIN).where == "reason"
    for other in (TEACHER, DIRECTOR, DEPUTY):
        assert directed.refuse(helped(TEACHER.id, "code"), other).rule == "role_not_allowed"
    stranger = Actor(uid(99), "system_administrator")
    assert directed.refuse(helped(TEACHER.id, "code"), stranger).rule == "role_not_held_today"
    directed.do(dismissal(), ADMIN)
    assert directed.refuse(helped(TEACHER.id, "code"), ADMIN).rule == "account_is_closed"


def test_a_technician_lets_nobody_in_to_a_role_that_could_do_more_or_to_none(directed: SmallSchool) -> None:
    """Whatever was so when the request came: a role that was granted since counts."""
    for help_ in ("first_code", "link", "token"):
        assert directed.refuse(helped(DIRECTOR.id, help_), TECHNICIAN).rule == "role_not_allowed"
    directed.do(opening(STAFF[1]), ADMIN)
    assert directed.refuse(helped(STAFF[1], "first_code"), TECHNICIAN).rule == "role_not_allowed"
    directed.do(grant(STAFF[1], "teacher"), ADMIN)
    directed.do(helped(STAFF[1], "first_code"), TECHNICIAN)


def test_who_was_let_in_before_codes_were_entries_is_given_another_code_by_two(directed: SmallSchool) -> None:
    first = helped(DIRECTOR.id, "first_code", "first_access")
    directed.do(helped(DIRECTOR.id, "link", "provider"), ADMIN)
    assert directed.refuse(first, ADMIN).rule == "invited_already"
    directed.do(opening(STAFF[1]), ADMIN)
    directed.do(grant(STAFF[1], "deputy"), ADMIN)
    directed.do(dismissal(STAFF[1]), ADMIN)
    directed.do(opening(STAFF[1]), ADMIN)
    again = helped(STAFF[1], "first_code", "first_access")
    assert directed.refuse(again, ADMIN).rule == "invited_already", "closed, opened again and let in by one person"


@pytest.mark.parametrize("help_", ["code", "second_factor"])
def test_a_strong_role_is_helped_in_by_two_people(directed: SmallSchool, help_: Any) -> None:
    assert directed.refuse(helped(DIRECTOR.id, help_), ADMIN).rule == "two_people_needed"
    invite_by_two(directed, DIRECTOR.id)
    assert directed.do(asked(DIRECTOR.id, help_), TECHNICIAN) == [SignInHelpRequested(help=help_, reason="lost_device")]
    request = index_of_last(directed)
    assert directed.refuse(asked(DIRECTOR.id, help_), ADMIN).rule == "help_waits"
    answer = helped(DIRECTOR.id, help_, None, request=request)
    assert directed.refuse(answer, DIRECTOR).rule == "own_help"
    assert directed.refuse(answer, TECHNICIAN).rule == "role_not_allowed"
    assert directed.refuse(helped(DIRECTOR.id, help_, None, request=request + 1), ADMIN).rule == "not_a_request"
    assert directed.refuse(helped(DIRECTOR.id, "link", None, request=request), ADMIN).rule == "not_as_asked"
    assert directed.do(answer, ADMIN) == [SignInHelped(help=help_, reason="lost_device", request=request)]
    assert directed.refuse(answer, ADMIN).rule == "not_a_request"


@pytest.mark.clause("R33", breaks="ledger.journal.sign_in_help:_check_answer")
def test_who_asks_does_not_answer_and_a_refusal_ends_the_request(directed: SmallSchool) -> None:
    directed.do(asked(DIRECTOR.id), ADMIN)
    request = index_of_last(directed)
    refusal = cmd.RefuseSignInHelp(account=DIRECTOR.id, request=request, basis="записка № 1")
    for answer in (helped(DIRECTOR.id, "code", None, request=request), refusal):
        assert directed.refuse(answer, ADMIN).rule == "second_person_needed"
    directed.do(asked(ADMIN.id, "second_factor"), TECHNICIAN)
    request = index_of_last(directed)
    refusal = cmd.RefuseSignInHelp(account=ADMIN.id, request=request, basis="записка № 1")
    assert directed.do(refusal, DIRECTOR) == [SignInHelpRefused(request=request, basis="записка № 1")]
    assert directed.refuse(refusal, DIRECTOR).rule == "not_a_request"
    assert directed.refuse(asked(ADMIN.id, "token"), TECHNICIAN).where == "help"


def test_one_person_alone_names_a_document_and_is_an_administrator(directed: SmallSchool) -> None:
    alone = helped(DIRECTOR.id, "code", basis="акт № 1")
    assert directed.refuse(alone, TECHNICIAN).rule == "role_not_allowed"
    assert directed.refuse(helped(DIRECTOR.id, "code", basis=" "), ADMIN).where == "basis"
    assert directed.do(alone, ADMIN) == [SignInHelped(help="code", reason="forgotten_password", basis="акт № 1")]


def test_nobody_acts_alone_while_another_directs_or_did_until_lately(directed: SmallSchool) -> None:
    """An account is closed, the role of another is taken away: for a month nobody is the only one by that."""
    alone = helped(TECHNICIAN.id, "code", basis="акт № 1")
    assert directed.refuse(alone, ADMIN).rule == "somebody_answers"
    for_director = Actor(ADMIN.id, "administrator", on_behalf_of=DIRECTOR.id, basis="приказ")
    assert directed.refuse(alone, for_director).rule == "somebody_answers"
    other = STAFF[1]
    directed.do(opening(other), ADMIN)
    directed.do(grant(other, "director"), ADMIN)
    directed.do(cmd.CloseAccount(account=DIRECTOR.id, reason="mistake", basis="приказ № 4"), ADMIN)
    directed.do(cmd.RevokeRole(account=other, grant=index_of_last(directed) - 1, basis="приказ № 3"), ADMIN)
    for account in (DIRECTOR.id, other):
        kept = directed.journal.aggregates.pop(f"account/{account}")
        refused = directed.refuse(alone, ADMIN, NOON + timedelta(days=29))
        assert (refused.rule, refused.where) == ("somebody_answers", "basis")
        directed.journal.aggregates[f"account/{account}"] = kept
    directed.do(opening(DIRECTOR.id), ADMIN)
    assert directed.refuse(alone, ADMIN).rule == "somebody_answers", "closed and opened again"
    assert directed.do(alone, ADMIN, NOON + timedelta(days=30)) != []


def test_one_person_acts_alone_once_the_director_was_dismissed_until_that_one_comes_back(directed: SmallSchool) -> None:
    """Or the new director would be let in by nobody: who granted the role asks, and there is no other."""
    directed.do(dismissal(DIRECTOR.id), ADMIN)
    directed.do(opening(STAFF[1]), ADMIN)
    directed.do(grant(STAFF[1], "director"), ADMIN)
    directed.do(helped(STAFF[1], "first_code", "first_access", basis="приказ № 8"), ADMIN)
    directed.do(opening(DIRECTOR.id), ADMIN)
    again = helped(STAFF[1], "code", basis="акт № 1")
    assert directed.refuse(again, ADMIN).rule == "somebody_answers"


def test_a_role_taken_away_and_an_account_closed_leave_two_people_needed(directed: SmallSchool) -> None:
    granted = next(iter(account_of(directed, DIRECTOR.id).grants))
    invite_by_two(directed, DIRECTOR.id)
    directed.do(cmd.RevokeRole(account=DIRECTOR.id, grant=granted, basis="приказ № 3"), ADMIN)
    assert directed.refuse(helped(DIRECTOR.id, "code"), ADMIN).rule == "two_people_needed"
    directed.do(dismissal(DIRECTOR.id), ADMIN)
    directed.do(opening(DIRECTOR.id), ADMIN)
    assert directed.refuse(helped(DIRECTOR.id, "code"), ADMIN).rule == "two_people_needed"
    assert directed.refuse(helped(DIRECTOR.id, "first_code"), ADMIN).rule == "invited_already"
