"""What the school orders of days of a closed period takes two people: duties, regulation, bells, timetables, calendar."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.backdating_events import SetupBackdatingRefused, SetupBackdatingRequested
from ledger.journal.command import JournalCommand
from ledger.journal.event import Event
from ledger.journal.timetable_events import Bell
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    DEPUTY,
    PARAMETERS,
    QUARTER_1,
    SCHOOL,
    STAFF,
    TEACHER,
    YEAR,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

AFTER_HALF = moscow("2026-12-30 09:00")
DIRECTOR = Actor(uid(13), "director")
OTHER_DAY, LAST_DAY, DAY_AFTER = "2026-10-20", "2026-10-25", "2026-10-26"
BELLS, BASIS = uid(70), "приказ № 8"
DECLARED: dict[str, int] = {}
"""The fixture's entries of the calendar, by their day."""
ORDER: dict[str, Any] = {"order_number": "8", "order_date": "2026-10-01"}


@pytest.fixture
def school() -> SmallSchool:
    """A school whose first quarter is closed; a teacher has a duty from the year's first day on."""
    made = SmallSchool()
    made.do(lesson())
    ring = (Bell(number=1, starts_at="08:30", ends_at="09:15"),)
    made.do(cmd.SetBellSchedule(bells=BELLS, title="Первая смена", effective_from="2026-09-01", lessons=ring), ADMIN)
    made.do(cmd.AssignDuty(person=TEACHER.id, duty="journal", starts_on="2026-09-01", **ORDER), ADMIN)
    for on in (OTHER_DAY, LAST_DAY, DAY_AFTER):
        made.do(cmd.DeclareSchoolDay(year=YEAR, on=on, as_weekday=1, grades=(5,)), ADMIN)
        DECLARED[on] = made.journal.size - 1
    made.do(cmd.ClosePeriod(period=QUARTER_1), ADMIN, AFTER_QUARTER)
    return made


def act(what: str, day: str, **more: Any) -> JournalCommand:
    """The act that changes the day and all later ones."""
    match what:
        case "duty_assigned":
            return cmd.AssignDuty(person=TEACHER.id, duty="substitute", starts_on=day, **ORDER, **more)
        case "duty_ended":
            return cmd.EndDuty(person=TEACHER.id, duty="journal", ends_on=day, **more)
        case "responsible_appointed":
            return cmd.AppointResponsible(person=STAFF[0], starts_on=day, **ORDER, **more)
        case "regulation_adopted":
            return cmd.AdoptRegulation(effective_from=day, parameters=PARAMETERS, **ORDER, **more)
        case "bell_schedule_set":
            ring = (Bell(number=1, starts_at="08:00", ends_at="08:40"),)
            return cmd.SetBellSchedule(bells=BELLS, title="Первая смена", effective_from=day, lessons=ring, **more)
        case "days_off_declared":
            return cmd.DeclareDaysOff(
                year=YEAR, starts_on=day, ends_on="2026-11-04", title="Каникулы", grades=(5,), **more
            )
        case "school_day_declared":
            return cmd.DeclareSchoolDay(year=YEAR, on=day, as_weekday=2, grades=(5,), **more)
        case "calendar_entry_revoked":
            return cmd.RevokeCalendarEntry(year=YEAR, revokes=DECLARED[day], basis="ошибка", **more)
        case _:
            return cmd.SetTimetable(class_group=CLASS_A, effective_from=day, bells=BELLS, lessons=(), **more)


ABOUT: dict[str, dict[str, str]] = {
    "duty_assigned": {"person": TEACHER.id},
    "duty_ended": {"person": TEACHER.id},
    "responsible_appointed": {"person": STAFF[0]},
    "regulation_adopted": {},
    "timetable_set": {"class_group": CLASS_A},
    "bell_schedule_set": {"bells": BELLS},
    "days_off_declared": {"year": YEAR},
    "school_day_declared": {"year": YEAR},
    "calendar_entry_revoked": {"year": YEAR},
}
INSIDE = {what: "2026-10-24" if what == "duty_ended" else LAST_DAY for what in ABOUT}
BEHIND = {what: LAST_DAY if what == "duty_ended" else DAY_AFTER for what in ABOUT}


def ask(what: str, /, **changes: Any) -> cmd.RequestSetupBackdating:
    fields: dict[str, Any] = {"what": what, "day": INSIDE[what], "basis": BASIS, **ABOUT[what]}
    return cmd.RequestSetupBackdating(**fields | changes)


def asked(school: SmallSchool, what: str, by: Actor = DEPUTY) -> int:
    school.do(ask(what), by, AFTER_HALF)
    return school.journal.size - 1


def refused(school: SmallSchool, command: JournalCommand, actor: Actor = ADMIN) -> tuple[str, str]:
    found = school.refuse(command, actor, AFTER_HALF)
    return found.rule, found.where


@pytest.mark.parametrize("what", ABOUT)
def test_one_alone_changes_what_is_behind_a_closed_period_and_nothing_in_it(school: SmallSchool, what: str) -> None:
    found = school.refuse(act(what, INSIDE[what]), ADMIN, AFTER_HALF)
    assert (found.rule, found.clause) == ("backdated_alone", "3.3")
    school.do(act(what, BEHIND[what]), ADMIN, AFTER_HALF)


@pytest.mark.parametrize("what", ABOUT)
def test_one_asks_and_another_who_directs_records_it(school: SmallSchool, what: str) -> None:
    request = asked(school, what)
    (event,) = school.do(act(what, INSIDE[what], request=request), DIRECTOR, AFTER_HALF)
    found: Any = event
    assert found.request == request
    assert getattr(found, "day", None) == (INSIDE[what] if what == "calendar_entry_revoked" else None)
    gone = "no_calendar_entry" if what == "calendar_entry_revoked" else "not_a_request"
    assert refused(school, act(what, INSIDE[what], request=request), ADMIN)[0] == gone
    assert refused(school, cmd.RefuseSetupBackdating(request=request, basis=BASIS))[0] == "not_a_request"


@pytest.mark.parametrize("what", ABOUT)
def test_who_asked_does_not_answer_nor_who_acts_for_them(school: SmallSchool, what: str) -> None:
    request = asked(school, what, ADMIN)
    for actor in (ADMIN, Actor(DIRECTOR.id, "director", on_behalf_of=ADMIN.id, basis=BASIS)):
        assert refused(school, act(what, INSIDE[what], request=request), actor)[0] == "second_person_needed"
        answer = cmd.RefuseSetupBackdating(request=request, basis=BASIS)
        assert refused(school, answer, actor)[0] == "second_person_needed"
    assert refused(school, act(what, INSIDE[what], request=request), DEPUTY) == ("role_not_allowed", "actor.role")


@pytest.mark.parametrize("what", ABOUT)
def test_it_is_done_as_it_was_asked_for(school: SmallSchool, what: str) -> None:
    request = asked(school, what)
    assert refused(school, act(what, OTHER_DAY, request=request), DIRECTOR) == ("not_as_asked", "request")
    for another in ABOUT.keys() - {what}:
        found = school.refuse(act(another, INSIDE[another], request=request), DIRECTOR, AFTER_HALF)
        assert found.rule == "not_as_asked"
    assert refused(school, act(what, INSIDE[what], request=3), DIRECTOR)[0] == "not_a_request"


def test_a_refusal_ends_a_request_and_it_may_be_asked_for_again(school: SmallSchool) -> None:
    request = asked(school, "duty_ended")
    waits = ("backdating_waits", "what")
    assert refused(school, ask("duty_ended"), DEPUTY) == waits
    (event,) = school.do(cmd.RefuseSetupBackdating(request=request, basis="нет"), DIRECTOR, AFTER_HALF)
    assert event == SetupBackdatingRefused(request=request, basis="нет")
    assert refused(school, act("duty_ended", INSIDE["duty_ended"], request=request), DIRECTOR)[0] == "not_a_request"
    again = asked(school, "duty_ended")
    school.do(act("duty_ended", INSIDE["duty_ended"], request=again), DIRECTOR, AFTER_HALF)


@pytest.mark.parametrize("what", ABOUT)
def test_a_request_says_what_it_is_about(school: SmallSchool, what: str) -> None:
    planned: list[Event] = school.do(ask(what), DEPUTY, AFTER_HALF)
    assert planned == [SetupBackdatingRequested(what=what, day=INSIDE[what], basis=BASIS, **ABOUT[what])]  # type: ignore[arg-type]
    for name in ("person", "class_group", "bells", "year"):
        value = None if name in ABOUT[what] else uid(999)
        assert refused(school, ask(what, **{name: value}), DEPUTY) == ("wrong_terms", name)


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"what": "period_closed"}, "unknown_code", "what"),
        ({"basis": ""}, "malformed_text", "basis"),
        ({"day": "25.10.2026"}, "malformed_date", "day"),
        ({"day": DAY_AFTER}, "not_backdated", "day"),
        ({"person": uid(999)}, "unknown_person", "person"),
        ({"person": STAFF[0]}, "wrong_kind_of_person", "person"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    school: SmallSchool, changes: dict[str, str], rule: str, where: str
) -> None:
    assert refused(school, ask("duty_assigned", **changes), DEPUTY) == (rule, where)


def test_the_first_version_of_a_bell_schedule_changes_no_day(school: SmallSchool) -> None:
    ring = (Bell(number=1, starts_at="14:00", ends_at="14:40"),)
    new = cmd.SetBellSchedule(bells=uid(79), title="Вторая смена", effective_from="2026-09-01", lessons=ring)
    assert refused(school, ask("bell_schedule_set", bells=uid(79)), DEPUTY) == ("unknown_bells", "bells")
    school.do(new, ADMIN, AFTER_HALF)
    assert refused(school, cmd.SetTimetable(class_group=CLASS_A, effective_from=LAST_DAY, bells=uid(79), lessons=()))[
        0
    ] == ("backdated_alone")


def test_a_teacher_asks_for_nothing(school: SmallSchool) -> None:
    assert refused(school, ask("regulation_adopted"), TEACHER)[0] == "role_not_allowed"


def test_an_order_that_says_what_stands_is_none_though_somebody_asked(school: SmallSchool) -> None:
    for what in ("responsible_appointed", "regulation_adopted", "timetable_set", "bell_schedule_set"):
        first = asked(school, what)
        school.do(act(what, INSIDE[what], request=first), DIRECTOR, AFTER_HALF)
        second = asked(school, what)
        assert refused(school, act(what, INSIDE[what], request=second), DIRECTOR)[0].startswith("same_")
    assert SCHOOL
