"""Checks of a class's journal, and remarks to its teachers."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.codec import CODEC
from ledger.journal.evolve import evolve
from ledger.journal.people_events import AnnualRefreshOpened
from ledger.journal.recorded import Recorded
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    LESSON,
    MATHS_A,
    MATHS_B,
    RUSSIAN_A,
    STAFF,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    digest,
    lesson,
    uid,
)

REMARK = uid(3000)
CLASS_TEACHER = TEACHER_3


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(lesson())
    return made


def check(**changes: Any) -> cmd.RecordControlCheck:
    days = {"held_on": "2026-09-07", "from_date": "2026-09-01", "to_date": "2026-09-05"}
    return cmd.RecordControlCheck(**({"class_group": CLASS_A} | days | changes))


def remark(**changes: Any) -> cmd.RaiseRemark:
    fields: dict[str, Any] = {"class_group": CLASS_A, "to": TEACHER.id, "about": "homework", **changes}
    return cmd.RaiseRemark(remark=REMARK, **fields)


def close(how: Any = "answered", **changes: Any) -> cmd.CloseRemark:
    return cmd.CloseRemark(remark=REMARK, how=how, **changes)


@pytest.mark.clause("R10", breaks="ledger.journal.control:_check_controls")
def test_the_class_teacher_and_the_administration_control_a_class(school: SmallSchool) -> None:
    for command in (check(), remark()):
        refused = school.refuse(command, TEACHER)
        assert (refused.rule, refused.clause, refused.where) == ("not_the_class_teacher", "1.6", "actor.id")
        assert school.refuse(command, Actor(uid(99), "inspector")).rule == "not_the_class_teacher"
    assert school.refuse(check(class_group=CLASS_B), CLASS_TEACHER).rule == "not_the_class_teacher"
    for actor in (CLASS_TEACHER, DEPUTY, ADMIN):
        school.do(check(), actor)
    school.do(remark(), CLASS_TEACHER)


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"class_group": uid(999)}, "unknown_class", "class_group"),
        ({"held_on": "2026-09-08"}, "day_not_come", "held_on"),
        ({"from_date": "2026-09-06"}, "empty_range", "to_date"),
        ({"to_date": "2026-09-08"}, "empty_range", "to_date"),
        ({"from_date": "1.9"}, "malformed_date", "from_date"),
        ({"to_date": ""}, "malformed_date", "to_date"),
        ({"note": "x"}, "malformed_digest", "note"),
    ],
)
def test_a_check_is_of_days_gone_by(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(check(**changes), DEPUTY)
    assert (refused.rule, refused.where) == (rule, where)


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"class_group": uid(999)}, "unknown_class", "class_group"),
        ({"to": STAFF[0]}, "wrong_kind_of_person", "to"),
        ({"about": "shoes"}, "unknown_code", "about"),
        ({"about": "other"}, "note_missing", "note"),
        ({"course": uid(999)}, "wrong_class", "course"),
        ({"course": MATHS_B}, "wrong_class", "course"),
        ({"course": MATHS_A, "lesson": uid(999)}, "wrong_course", "lesson"),
        ({"course": RUSSIAN_A, "lesson": LESSON}, "wrong_course", "lesson"),
        ({"lesson": LESSON}, "wrong_course", "lesson"),
        ({"held_on": "2026-09-04"}, "day_not_needed", "held_on"),
        ({"course": MATHS_A, "lesson": LESSON, "held_on": "2026-09-04"}, "day_not_needed", "held_on"),
        ({"course": MATHS_A, "held_on": "2026-09-08"}, "day_not_come", "held_on"),
        ({"check": 3}, "not_a_check", "check"),
    ],
)
def test_a_remark_is_of_its_class(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(remark(**changes), DEPUTY)
    assert (refused.rule, refused.where) == (rule, where)


def test_a_remark_says_where_and_after_which_check(school: SmallSchool) -> None:
    index = school.index(check(), CLASS_TEACHER)
    (event,) = school.do(remark(course=MATHS_A, lesson=LESSON, check=index, note=digest(8)), CLASS_TEACHER)
    type_, data = CODEC.encode(event)
    assert CODEC.decode(type_, data) == event
    assert f'"check":{index}' in data.decode()
    assert school.refuse(remark(), DEPUTY).rule == "remark_exists"


def test_a_check_of_another_class_is_none(school: SmallSchool) -> None:
    index = school.index(check(class_group=CLASS_B), DEPUTY)
    assert school.refuse(remark(check=index), DEPUTY).rule == "not_a_check"


def test_who_was_told_answers_and_who_raised_it_withdraws(school: SmallSchool) -> None:
    school.do(remark(), CLASS_TEACHER)
    for command, actor in ((close(), CLASS_TEACHER), (close(), TEACHER_2), (close("withdrawn"), TEACHER)):
        assert school.refuse(command, actor).rule == "role_not_allowed"
    school.do(close(note=digest(8)), TEACHER)
    refused = school.refuse(close(), TEACHER)
    assert (refused.rule, refused.clause, refused.where) == ("remark_closed", "1.6", "remark")


@pytest.mark.parametrize(("how", "actor"), [("withdrawn", CLASS_TEACHER), ("withdrawn", ADMIN), ("answered", DEPUTY)])
def test_a_remark_is_closed_by_those_it_concerns(school: SmallSchool, how: str, actor: Actor) -> None:
    school.do(remark(), CLASS_TEACHER)
    school.do(close(how), actor)


def test_what_is_not_there_is_not_closed(school: SmallSchool) -> None:
    assert school.refuse(close(), DEPUTY).rule == "unknown_remark"
    assert school.refuse(close("forgotten"), DEPUTY).where == "how"


@pytest.mark.parametrize("kind", ["control", "remark"])
def test_streams_hold_their_own_events_alone(kind: str) -> None:
    stray = AnnualRefreshOpened(opens_on="2026-08-25", until="2026-09-05")
    with pytest.raises(TypeError, match="AnnualRefreshOpened"):
        evolve(None, Recorded(f"{kind}/{CLASS_A}", 1, stray, 3, ADMIN))
