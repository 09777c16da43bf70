"""Witnesses: who may be one, and what may be recorded of them (regulation 3.3; R44)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import LOG
from ledger.journal import commands as cmd
from ledger.journal.witness_events import CheckpointCosigned, WitnessAppointed, WitnessDismissed
from ledger.journal.witnesses import witness_id
from ledger.wire.entry import Actor
from ledger.wire.note import parse_vkey
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, SmallSchool, uid
from tests.verify_archive import Key
from tests.witness_keys import WITNESSES

KEY = WITNESSES[0]
DIRECTOR = Actor(uid(900), "director")
LINK = "https://witness.example:8010"
FIELDS = {"vkey": KEY.vkey, "held_by": "Комитет по образованию", "link": LINK, "basis": "соглашение № 7"}
DISMISS = cmd.DismissWitness(witness=KEY.id, basis="договор окончен")
SIGNATURE = "A" * 86 + "=="


def appoint(**changes: Any) -> cmd.AppointWitness:
    return cmd.AppointWitness(**{**FIELDS, **changes})


def cosigned(size: int, **changes: Any) -> cmd.RecordCosignature:
    fields = {"witness": KEY.id, "size": size, "root": "ab" * 32, "time": 1_795_000_000, "signature": SIGNATURE}
    return cmd.RecordCosignature(**{**fields, **changes})


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_an_id_follows_from_the_key_alone() -> None:
    assert witness_id(parse_vkey(KEY.vkey)) == KEY.id
    assert KEY.id[14] == "8"
    assert KEY.id[19] in "89ab"


def test_is_appointed_cosigns_is_dismissed_and_appointed_again(school: SmallSchool) -> None:
    assert school.do(appoint(), DIRECTOR) == [WitnessAppointed(**FIELDS)]
    assert school.refuse(appoint(held_by="Другие"), ADMIN).rule == "witness_appointed"
    size = school.journal.size
    event = CheckpointCosigned(size=size, root="ab" * 32, time=1_795_000_000, signature=SIGNATURE)
    assert school.do(cosigned(size), ADMIN) == [event]
    assert school.do(DISMISS, ADMIN) == [WitnessDismissed(basis="договор окончен")]
    assert school.refuse(DISMISS, ADMIN).rule == "witness_dismissed"
    assert school.refuse(cosigned(school.journal.size), ADMIN).rule == "witness_dismissed"
    school.do(appoint(), DIRECTOR)
    # What it cosigned before counts on: its clock and its memory are the same.
    assert school.refuse(cosigned(size), ADMIN).rule == "out_of_range"


def test_cosigns_more_than_before_of_what_is_there_and_not_earlier(school: SmallSchool) -> None:
    assert school.refuse(cosigned(3), ADMIN).rule == "unknown_witness"
    school.do(appoint(), ADMIN)
    size = school.journal.size
    school.do(cosigned(size - 1), ADMIN)
    for command, where in (
        (cosigned(size - 1), "size"),
        (cosigned(size + 9), "size"),
        (cosigned(size, time=1_794_999_999), "time"),
        (cosigned(size, time=253_402_300_800), "time"),
        (cosigned(size, root="AB" * 32), "root"),
        (cosigned(size, signature="A" * 88), "signature"),
        (cosigned(size, signature="A" * 85 + "B=="), "signature"),
    ):
        refused = school.refuse(command, ADMIN)
        assert (refused.where, refused.clause) == (where, LOG)


def test_only_the_direction_says_who_is_a_witness(school: SmallSchool) -> None:
    refused = school.refuse(appoint(), DEPUTY)
    assert (refused.rule, refused.clause) == ("role_not_allowed", "3.3")
    school.do(appoint(), ADMIN)
    assert school.refuse(DISMISS, DEPUTY).rule == "role_not_allowed"
    assert school.refuse(cosigned(school.journal.size), DEPUTY).rule == "role_not_allowed"


@pytest.mark.parametrize(
    ("change", "rule", "where"),
    [
        ({"vkey": "witness.example"}, "malformed_key", "vkey"),
        ({"vkey": Key().vkey}, "not_a_witness_key", "vkey"),
        ({"link": "witness.example"}, "malformed_link", "link"),
        ({"held_by": ""}, "empty", "held_by"),
        ({"basis": ""}, "empty", "basis"),
    ],
)
def test_refuses_what_is_no_witness(school: SmallSchool, change: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(appoint(**change), ADMIN)
    assert refused.where == where
    if rule != "empty":
        assert refused.rule == rule
