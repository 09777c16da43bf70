from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.decide import decide
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    LESSON,
    MONDAY,
    NOON,
    RUSSIAN_A,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    lesson,
    uid,
)

INSTEAD = cmd.NewSubstitution(reason="ill", basis="приказ № 3", same_subject=True)


def duty(person: Actor | str = TEACHER, kind: Any = "journal", starts_on: str = MONDAY) -> cmd.AssignDuty:
    id_ = person if isinstance(person, str) else person.id
    return cmd.AssignDuty(person=id_, duty=kind, order_number="19-о", order_date="2026-08-28", starts_on=starts_on)


def end(ends_on: str, person: Actor = TEACHER, kind: Any = "journal") -> cmd.EndDuty:
    return cmd.EndDuty(person=person.id, duty=kind, ends_on=ends_on)


def refuses(school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str, **by: Any) -> None:
    refused = school.refuse(command, by.get("actor", ADMIN), by.get("now", NOON))
    assert (refused.rule, refused.where) == (rule, where)


@pytest.fixture
def school() -> SmallSchool:
    """The colleague's journal is recorded as a duty, and nobody else's."""
    made = SmallSchool()
    made.do(duty(TEACHER_2), ADMIN)
    return made


def test_a_school_without_duties_lets_every_teacher_write() -> None:
    SmallSchool().do(lesson())


@pytest.mark.clause("R06", breaks="ledger.journal.teaching:check_duty")
def test_from_the_first_duty_on_who_writes_needs_one(school: SmallSchool) -> None:
    refuses(school, lesson(), "not_among_duties", "held_on", actor=TEACHER)
    school.do(lesson(course=RUSSIAN_A, number=2), TEACHER_2)
    assert school.do(duty(), ADMIN) == [
        DutyAssigned(person=TEACHER.id, duty="journal", order_number="19-о", order_date="2026-08-28", starts_on=MONDAY)
    ]
    school.do(lesson(uid(1001)))


def test_days_before_the_earliest_duty_need_none(school: SmallSchool) -> None:
    school.do(lesson(held_on="2026-09-04"))


def test_a_duty_counts_on_the_lessons_day(school: SmallSchool) -> None:
    school.do(duty(), ADMIN)
    assert school.do(end("2026-09-08"), ADMIN) == [DutyEnded(person=TEACHER.id, duty="journal", ends_on="2026-09-08")]
    thursday = NOON + timedelta(days=3)
    school.do(lesson(held_on="2026-09-08"), now=thursday)
    refuses(school, lesson(uid(1001), held_on="2026-09-09"), "not_among_duties", "held_on", actor=TEACHER, now=thursday)


def test_who_may_substitute_has_no_journal_of_the_own(school: SmallSchool) -> None:
    school.do(duty(TEACHER, "substitute"), ADMIN)
    school.do(lesson(course=RUSSIAN_A, substitution=INSTEAD))
    refuses(school, lesson(uid(1001)), "not_among_duties", "held_on", actor=TEACHER)


def test_additions_and_corrections_need_the_duty_of_the_day_on_which_they_are_made(school: SmallSchool) -> None:
    school.do(duty(), ADMIN)
    index = school.index(lesson(absences=(cmd.NewAbsence(student=STUDENTS_A[0]),)))
    school.do(end(MONDAY), ADMIN)
    tuesday = NOON + timedelta(days=1)
    for command in (
        cmd.AddToLesson(lesson=LESSON, homework=cmd.NewHomework(text="§ 1")),
        cmd.Correct(lesson=LESSON, corrects=index + 1, new="ill", reason="typo"),
        cmd.SetAbsenceReason(lesson=LESSON, absence=index + 1, code="ill"),
    ):
        refuses(school, command, "not_among_duties", "", actor=TEACHER, now=tuesday)
    reason = cmd.SetAbsenceReason(lesson=LESSON, absence=index + 1, code="ill")
    refuses(school, reason, "not_among_duties", "", actor=TEACHER_3, now=tuesday)
    school.do(duty(TEACHER_3, "class_teacher"), ADMIN)
    school.do(reason, TEACHER_3, tuesday)


@pytest.mark.parametrize(
    ("command", "rule", "where"),
    [
        (duty(TEACHER_2, starts_on="2027-01-11"), "duty_stands", "starts_on"),
        (duty(STAFF[0]), "wrong_kind_of_person", "person"),
        (duty(TEACHER, "headmaster"), "unknown_code", "duty"),
        (end("2026-09-08"), "no_such_duty", "person"),
        (end("2026-09-06", TEACHER_2), "empty_range", "ends_on"),
        (end("2026-09-08", TEACHER_2, "headmaster"), "unknown_code", "duty"),
    ],
)
def test_refuses_a_duty_that_cannot_be(school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str) -> None:
    refuses(school, command, rule, where)
    refuses(school, command, "role_not_allowed", "actor.role", actor=TEACHER)


def test_a_duty_begins_again_after_its_last_day(school: SmallSchool) -> None:
    school.do(end("2026-09-08", TEACHER_2), ADMIN)
    refuses(school, duty(TEACHER_2, starts_on="2026-09-08"), "duty_stands", "starts_on")
    school.do(duty(TEACHER_2, starts_on="2026-09-09"), ADMIN)


def test_a_lesson_rests_on_the_duties_that_there_are_or_on_there_being_none() -> None:
    school = SmallSchool()
    assert decide(lesson(), school.journal, TEACHER, NOON).reads[f"duty/{SCHOOL}"] == 0
    school.do(duty(), ADMIN)
    assert decide(lesson(), school.journal, TEACHER, NOON).reads[f"duty/{SCHOOL}"] == 1
