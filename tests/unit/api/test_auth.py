"""What roles may do: refused by default, cut to a token's rights, and nothing personal before the acknowledgement."""

from __future__ import annotations

import pytest

from api.auth import RIGHTS, Identity, Right, needs_second_factor
from ledger.journal.account_vocabulary import ROLES

ACTOR = "6f1c0f5e-0000-4000-8000-000000000001"


def identity(role: str, rights: frozenset[Right] | None = None, *, has_acknowledged: bool = True) -> Identity:
    return Identity(ACTOR, role, "1534", "l", rights, has_acknowledged)


def test_every_role_of_the_log_has_rights_said_and_no_other_has() -> None:
    assert RIGHTS.keys() == ROLES
    assert not any(identity("visitor").may(right) for right in Right)
    of_students = [Right.READ_VIEWS, Right.TELL_SUBJECT]
    assert [right for right in Right if identity("student").may(right)] == of_students
    assert [right for right in Right if identity("guardian").may(right)] == [*of_students, Right.CONSENT]


def test_a_token_has_no_right_beyond_its_role_and_its_own() -> None:
    cut = identity("teacher", frozenset({Right.READ_VIEWS, Right.APPROVE}))
    assert [right for right in Right if cut.may(right)] == [Right.READ_VIEWS]


def test_nothing_personal_is_shown_before_confidentiality_is_acknowledged() -> None:
    before = identity("administrator", has_acknowledged=False)
    assert {right for right in Right if before.may(right)} == {Right.SIGN, Right.ADMINISTER}
    assert all(before.has(right) for right in RIGHTS["administrator"])


def test_a_system_administrator_sees_no_marks_and_no_names() -> None:
    assert RIGHTS["system_administrator"] == {Right.ADMINISTER, Right.SIGN}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_closes_approves_exports_inspects_or_administers_needs_a_second_factor(role: str) -> None:
    strong = {
        *(Right.CLOSE, Right.CLOSE_JOURNAL, Right.APPROVE, Right.DIRECT, Right.OVERSEE, Right.READ_ENTRIES),
        *(Right.READ_DISCLOSURES, Right.SET_UP, Right.SIGN, Right.ADMINISTER, Right.GRANT),
    }
    assert needs_second_factor(role) == bool(RIGHTS[role] & strong)


def test_a_role_that_is_not_known_needs_one() -> None:
    assert needs_second_factor("visitor")
