"""Excuses for late records: from a closed list, accepted by somebody else, and for an outage with its incident."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import LOCAL_ACT
from ledger.journal import commands as cmd
from ledger.journal.excuse_events import ExcuseAccepted, ExcuseWithdrawn
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    MATHS_A,
    MONDAY,
    PARAMETERS,
    RUSSIAN_A,
    TEACHER,
    TEACHER_2,
    SmallSchool,
    digest,
    lesson,
    moscow,
    uid,
)

EXCUSE, INCIDENT = uid(4100), uid(4000)
TUESDAY = moscow("2026-09-08 09:00")


@pytest.fixture
def school() -> SmallSchool:
    """The lesson of Monday 10:40 was recorded on Tuesday; the regulation is the one of 2012."""
    found = SmallSchool()
    found.do(
        cmd.AdoptRegulation(
            order_number="1", order_date="2026-08-28", effective_from="2026-09-01", parameters=PARAMETERS
        ),
        ADMIN,
        moscow("2026-08-29 10:00"),
    )
    found.do(lesson(), TEACHER, TUESDAY)
    return found


def outage(school: SmallSchool, began: str, ended: str | None) -> None:
    """Record an incident on Tuesday."""
    school.do(cmd.OpenIncident(incident=INCIDENT, kind="system", began_at=began), ADMIN, TUESDAY)
    if ended is not None:
        school.do(cmd.CloseIncident(incident=INCIDENT, ended_at=ended), ADMIN, TUESDAY)


def accept(**changes: Any) -> cmd.AcceptExcuse:
    """The lesson's record was late by order."""
    fields: dict[str, Any] = {
        "excuse": EXCUSE,
        "teacher": TEACHER.id,
        "rules": ("lesson", "attendance"),
        "reason": "order",
        "lesson": LESSON,
        "basis": "приказ № 12",
        **changes,
    }
    return cmd.AcceptExcuse(**{name: value for name, value in fields.items() if value is not None})


def accept_outage(**changes: Any) -> cmd.AcceptExcuse:
    """The lesson's record was late because of the incident."""
    return accept(**{"reason": "outage", "basis": None, "incident": INCIDENT, "rules": ("lesson",), **changes})


def test_says_whose_record_of_what_it_excuses_and_by_which_document(school: SmallSchool) -> None:
    assert school.do(accept(note=digest(6)), DEPUTY, TUESDAY) == [
        ExcuseAccepted(
            teacher=TEACHER.id,
            rules=("attendance", "lesson"),
            reason="order",
            lesson=LESSON,
            basis="приказ № 12",
            sd=(digest(6),),
        )
    ]


def test_may_be_of_a_lesson_that_nobody_recorded(school: SmallSchool) -> None:
    (event,) = school.do(accept(lesson=None, course=RUSSIAN_A, held_on=MONDAY), DEPUTY, TUESDAY)
    assert isinstance(event, ExcuseAccepted)
    assert (event.lesson, event.course, event.held_on) == (None, RUSSIAN_A, MONDAY)


@pytest.mark.clause("R34", breaks="ledger.journal.excuses:_check_reason")
@pytest.mark.parametrize("reason", ["computer_skills", "no_computer_at_home", "no_computer_at_work"])
def test_what_the_regulation_never_accepts_is_refused_with_its_clause(school: SmallSchool, reason: str) -> None:
    refused = school.refuse(accept(reason=reason), ADMIN, TUESDAY)
    assert (refused.rule, refused.clause, refused.where) == ("never_an_excuse", "2.4.1", "reason")


def test_the_list_of_reasons_is_closed(school: SmallSchool) -> None:
    assert school.refuse(accept(reason="forgot"), ADMIN, TUESDAY).rule == "unknown_code"


def test_is_accepted_by_the_administration_and_never_for_oneself(school: SmallSchool) -> None:
    assert school.refuse(accept(), TEACHER, TUESDAY).rule == "role_not_allowed"
    own = school.refuse(accept(), Actor(TEACHER.id, "deputy"), TUESDAY)
    assert (own.rule, own.clause, own.where) == ("own_excuse", LOCAL_ACT, "teacher")
    for_own = Actor(DEPUTY.id, "deputy", on_behalf_of=TEACHER.id, basis="приказ")
    assert school.refuse(accept(), for_own, TUESDAY).rule == "own_excuse"


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"basis": None}, "basis_missing", "basis"),
        ({"basis": ""}, "malformed_text", "basis"),
        ({"incident": INCIDENT}, "incident_not_needed", "incident"),
        ({"rules": ()}, "excuses_nothing", "rules"),
        ({"rules": ("result",)}, "unknown_code", "rules[0]"),
        ({"rules": ("lesson", "lesson")}, "twice_in_one_command", "rules[1].rule"),
        ({"teacher": TEACHER_2.id}, "another_teachers_lesson", "teacher"),
        ({"teacher": uid(25)}, "wrong_kind_of_person", "teacher"),
        ({"course": MATHS_A}, "lesson_named_twice", "course"),
        ({"lesson": None}, "lesson_not_named", "lesson"),
        ({"lesson": None, "course": MATHS_A}, "lesson_not_named", "lesson"),
        ({"lesson": uid(1001)}, "unknown_lesson", "lesson"),
        ({"lesson": None, "course": MATHS_A, "held_on": "2026-09-09"}, "day_not_come", "held_on"),
        ({"lesson": None, "course": MATHS_A, "held_on": "2026-08-31"}, "outside_the_year", "held_on"),
        ({"excuse": "1"}, "malformed_id", "excuse"),
        ({"note": "Болел"}, "malformed_digest", "note"),
    ],
)
def test_refuses_what_does_not_hold_together(
    school: SmallSchool, changes: dict[str, Any], rule: str, where: str
) -> None:
    refused = school.refuse(accept(**changes), ADMIN, TUESDAY)
    assert (refused.rule, refused.where) == (rule, where)


def test_an_annulled_lesson_needs_no_excuse(school: SmallSchool) -> None:
    index = school.lesson().lesson
    annul = cmd.Correct(lesson=LESSON, corrects=index, new=None, reason="typo")
    school.do(annul, TEACHER, TUESDAY)
    assert school.refuse(accept(), ADMIN, TUESDAY).rule == "lesson_annulled"


def test_an_outage_has_its_incident_and_no_document(school: SmallSchool) -> None:
    assert school.refuse(accept_outage(incident=None), ADMIN, TUESDAY).rule == "incident_missing"
    assert school.refuse(accept_outage(basis="приказ № 12"), ADMIN, TUESDAY).rule == "basis_not_needed"
    assert school.refuse(accept_outage(), ADMIN, TUESDAY).rule == "unknown_incident"


@pytest.mark.clause("R34", breaks="ledger.journal.excuses:_check_outage")
@pytest.mark.parametrize(
    ("began", "ended", "is_taken"),
    [
        ("2026-09-07T08:00", "2026-09-07T10:39", False),
        ("2026-09-07T08:00", "2026-09-07T10:40", True),
        ("2026-09-07T19:00", "2026-09-07T20:30", True),
        ("2026-09-07T23:59", "2026-09-08T08:00", True),
        ("2026-09-08T00:00", "2026-09-08T08:00", False),
        ("2026-09-07T23:00", None, True),
        ("2026-09-08T08:00", None, False),
    ],
)
def test_an_outage_excuses_only_what_its_incident_kept_from_being_recorded(
    school: SmallSchool, began: str, ended: str | None, is_taken: bool
) -> None:
    outage(school, began, ended)
    if is_taken:
        (event,) = school.do(accept_outage(), ADMIN, TUESDAY)
        assert isinstance(event, ExcuseAccepted)
        assert event.incident == INCIDENT
    else:
        refused = school.refuse(accept_outage(), ADMIN, TUESDAY)
        assert (refused.rule, refused.clause, refused.where) == ("incident_elsewhen", "2.4.1", "rules[0]")


def test_each_thing_that_an_outage_excuses_has_its_own_term(school: SmallSchool) -> None:
    outage(school, "2026-09-08T08:00", "2026-09-08T08:50")
    assert school.refuse(accept_outage(rules=("written_mark", "lesson")), ADMIN, TUESDAY).where == "rules[1]"
    school.do(accept_outage(rules=("written_mark", "written_work")), ADMIN, TUESDAY)


def test_the_day_counts_whole_where_nobody_recorded_when_the_lesson_began(school: SmallSchool) -> None:
    outage(school, "2026-09-07T00:00", "2026-09-07T00:10")
    school.do(accept_outage(lesson=None, course=RUSSIAN_A, held_on=MONDAY), ADMIN, TUESDAY)


def test_where_no_regulation_is_in_force_nothing_is_late() -> None:
    school = SmallSchool()
    school.do(lesson(), TEACHER, TUESDAY)
    outage(school, "2026-09-07T19:00", "2026-09-07T20:30")
    assert school.refuse(accept_outage(), ADMIN, TUESDAY).rule == "no_regulation_then"


def test_is_withdrawn_once_with_a_reason(school: SmallSchool) -> None:
    withdraw = cmd.WithdrawExcuse(excuse=EXCUSE, basis="справка не подтвердилась")
    assert school.refuse(withdraw, ADMIN, TUESDAY).rule == "unknown_excuse"
    school.do(accept(), ADMIN, TUESDAY)
    assert school.refuse(accept(), ADMIN, TUESDAY).rule == "excuse_exists"
    assert school.refuse(withdraw, TEACHER, TUESDAY).rule == "role_not_allowed"
    assert school.refuse(cmd.WithdrawExcuse(excuse=EXCUSE, basis=" "), ADMIN, TUESDAY).rule == "malformed_text"
    assert school.do(withdraw, DEPUTY, TUESDAY) == [ExcuseWithdrawn(basis="справка не подтвердилась")]
    assert school.refuse(withdraw, DEPUTY, TUESDAY).rule == "excuse_withdrawn"
