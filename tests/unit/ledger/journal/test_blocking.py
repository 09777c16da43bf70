"""Blocking a person's values while they are checked (152-ФЗ, Art. 21)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.blocking import Blocks
from ledger.journal.blocking_events import PersonalDataBlocked, PersonalDataUnblocked
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, GUARDIANS, SCHOOL, STUDENTS_A, SmallSchool, uid

DIRECTOR = Actor(uid(13), "director")
BLOCK, PUPIL = uid(8_900), STUDENTS_A[0]


def block(**changes: Any) -> cmd.BlockPersonalData:
    fields: dict[str, Any] = {
        "block": BLOCK,
        "person": PUPIL,
        "ground": "inaccurate",
        "requested_by": "person",
        "received_on": "2026-09-01",
        "basis": "обращение № 7",
    }
    return cmd.BlockPersonalData(**fields | changes)


def unblock(**changes: Any) -> cmd.UnblockPersonalData:
    fields: dict[str, Any] = {"block": BLOCK, "outcome": "confirmed", "basis": "акт проверки № 2"}
    return cmd.UnblockPersonalData(**fields | changes)


def corrected(*fields: Any) -> cmd.ChangePersonalData:
    return cmd.ChangePersonalData(person=PUPIL, fields=fields, sd=())


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_values_are_blocked_until_a_second_person_has_checked_them(school: SmallSchool) -> None:
    (blocked,) = school.do(block(fields=("phone", "address")), ADMIN)
    assert blocked == PersonalDataBlocked(
        block=BLOCK,
        person=PUPIL,
        ground="inaccurate",
        requested_by="person",
        received_on="2026-09-01",
        basis="обращение № 7",
        fields=("address", "phone"),
    )
    refused = school.refuse(unblock(), ADMIN)
    assert (refused.rule, refused.clause) == ("second_checker_needed", "1.5")
    for_who_blocked = Actor(DIRECTOR.id, "director", on_behalf_of=ADMIN.id, basis="приказ № 3")
    assert school.refuse(unblock(), for_who_blocked).rule == "second_checker_needed"
    (ended,) = school.do(unblock(), DIRECTOR)
    assert ended == PersonalDataUnblocked(block=BLOCK, outcome="confirmed", basis="акт проверки № 2")
    assert school.refuse(unblock(), DIRECTOR).rule == "block_ended"


def test_for_whom_was_blocked_does_not_end_it(school: SmallSchool) -> None:
    school.do(block(), Actor(ADMIN.id, "administrator", on_behalf_of=DIRECTOR.id, basis="приказ № 3"))
    assert school.refuse(unblock(), DIRECTOR).rule == "second_checker_needed"


def test_a_block_stands_from_its_entry_to_the_one_that_ends_it(school: SmallSchool) -> None:
    start = school.index(block(), ADMIN)
    end = school.index(unblock(), DIRECTOR)
    blocks = school.journal.aggregates[f"blocking/{SCHOOL}"]
    assert isinstance(blocks, Blocks)
    stood = [size for size in range(end + 3) if blocks.known[BLOCK].stood_at(size)]
    assert stood == [*range(start + 1, end + 1)]


def test_what_was_corrected_names_a_change_of_a_blocked_value_behind_the_block(school: SmallSchool) -> None:
    early = school.index(corrected("phone"), ADMIN)
    school.do(block(fields=("phone",)), ADMIN)
    other = school.index(corrected("email"), ADMIN)
    for change in (early, other, 0):
        refused = school.refuse(unblock(outcome="corrected", change=change), DIRECTOR)
        assert (refused.rule, refused.where) == ("corrects_nothing_blocked", "change")
    right = school.index(corrected("phone"), ADMIN)
    assert school.refuse(unblock(change=right), DIRECTOR).rule == "wrong_change"
    assert school.refuse(unblock(outcome="corrected"), DIRECTOR).rule == "wrong_change"
    (ended,) = school.do(unblock(outcome="corrected", change=right), DIRECTOR)
    assert isinstance(ended, PersonalDataUnblocked)
    assert ended.change == right


def test_a_change_of_anything_corrects_where_all_was_blocked(school: SmallSchool) -> None:
    school.do(block(), ADMIN)
    change = school.index(corrected("email"), ADMIN)
    school.do(unblock(outcome="corrected", change=change), DIRECTOR)


def test_a_representative_is_a_guardian_of_the_student(school: SmallSchool) -> None:
    guardian = GUARDIANS[0]
    asked = block(requested_by="representative", applicant=guardian)
    refused = school.refuse(asked, ADMIN)
    assert (refused.rule, refused.where) == ("no_representative", "applicant")
    assert school.refuse(block(requested_by="representative"), ADMIN).rule == "wrong_applicant"
    assert school.refuse(block(applicant=guardian), ADMIN).rule == "wrong_applicant"
    school.do(cmd.LinkGuardian(person=PUPIL, guardian=guardian, relation="mother"), ADMIN)
    school.do(asked, ADMIN)


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"block": "x"}, "malformed_id", "block"),
        ({"ground": "whim"}, "unknown_code", "ground"),
        ({"requested_by": "neighbour"}, "unknown_code", "requested_by"),
        ({"received_on": "2099-01-01"}, "day_not_come", "received_on"),
        ({"fields": ("shoe_size",)}, "unknown_code", "fields[0]"),
        ({"fields": ("phone", "phone")}, "twice_in_one_command", "fields[1].name"),
        ({"person": uid(77)}, "unknown_person", "person"),
    ],
)
def test_refuses_what_blocks_nothing(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(block(**changes), ADMIN)
    assert (refused.rule, refused.where) == (rule, where)


def test_the_direction_alone_blocks_and_unblocks(school: SmallSchool) -> None:
    assert school.refuse(block(), DEPUTY).rule == "role_not_allowed"
    school.do(block(), ADMIN)
    assert school.refuse(unblock(), DEPUTY).rule == "role_not_allowed"
    assert school.refuse(block(), ADMIN).rule == "block_exists"
    assert school.refuse(unblock(block=uid(77)), DIRECTOR).rule == "unknown_block"


def test_nothing_is_blocked_or_unblocked_of_whom_was_erased(school: SmallSchool) -> None:
    school.do(block(), ADMIN)
    erasure = uid(8_700)
    school.do(
        cmd.ProposeErasure(
            erasure=erasure, person=PUPIL, retention=("person",), ground="unlawful", basis="предписание № 1"
        ),
        ADMIN,
    )
    school.do(cmd.ApproveErasure(erasure=erasure, basis="приказ № 4"), DIRECTOR)
    at = school.journal.recorded_at(school.journal.size - 1)
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    school.do(cmd.RecordErasure(erasure=erasure, disclosures=4, destroyed_at=moment), ADMIN)
    assert school.refuse(unblock(), DIRECTOR).rule == "person_erased"
    assert school.refuse(block(block=uid(8_901)), ADMIN).rule == "person_erased"
