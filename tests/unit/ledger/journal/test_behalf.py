"""Entries that somebody makes for a teacher: judged as that teacher's, and told whose hand they are of (R33)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.decide import decide
from ledger.journal.events import LessonRecorded
from ledger.journal.lesson_commands import NewAbsence
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    NOON,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    answer,
    lesson,
    mark,
    uid,
)

BASIS = "служебная записка № 14"


def behind(author: Actor, actor: Actor = DEPUTY, basis: str | None = BASIS) -> Actor:
    """Somebody who enters for a teacher."""
    return Actor(actor.id, actor.role, on_behalf_of=author.id, basis=basis)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


@pytest.mark.clause("R33", breaks="ledger.journal.decide:check_on_behalf")
def test_a_lesson_that_a_deputy_types_is_its_teachers(school: SmallSchool) -> None:
    recorded, *_ = school.do(lesson(works=(answer(),), marks=(mark(STUDENTS_A[0]),)), behind(TEACHER))
    assert isinstance(recorded, LessonRecorded)
    assert recorded.teacher == TEACHER.id
    facts = school.lesson().facts.values()
    assert {fact.author for fact in facts} == {TEACHER.id}
    refused = school.refuse(lesson(uid(1001), number=4), behind(TEACHER, basis=""))
    assert (refused.rule, refused.where) == ("malformed_text", "on_behalf_of.basis")


@pytest.mark.parametrize("role", ["teacher", "inspector", "student", "guardian", "system_administrator", "archivist"])
def test_who_does_not_lead_the_school_enters_for_nobody(school: SmallSchool, role: str) -> None:
    refused = school.refuse(lesson(), behind(TEACHER, Actor(TEACHER_2.id, role)))
    assert (refused.rule, refused.clause) == ("role_not_allowed", "2.4")


def test_nobody_enters_for_oneself_nor_for_who_is_no_teacher(school: SmallSchool) -> None:
    refused = school.refuse(lesson(), behind(DEPUTY))
    assert (refused.rule, refused.where) == ("own_entry", "on_behalf_of.employee")
    refused = school.refuse(lesson(), behind(Actor(STUDENTS_A[0], "student")))
    assert (refused.rule, refused.where) == ("wrong_kind_of_person", "on_behalf_of.employee")
    assert school.refuse(lesson(), behind(Actor(uid(999), "teacher"))).where == "on_behalf_of.employee"


def absence(school: SmallSchool) -> int:
    return next(index for index, fact in school.lesson().facts.items() if fact.what == "absence")


ACTS: dict[str, tuple[Callable[[SmallSchool], cmd.JournalCommand], Actor]] = {
    "more of a lesson": (lambda _: cmd.AddToLesson(lesson=LESSON, works=(answer(),)), TEACHER),
    "an absence's reason": (lambda of: cmd.SetAbsenceReason(lesson=LESSON, absence=absence(of), code="ill"), TEACHER_3),
    "a correction": (
        lambda of: cmd.Correct(lesson=LESSON, corrects=absence(of), new=None, reason="wrong_student"),
        TEACHER,
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_is_entered_for_a_teacher_is_what_that_teacher_could_enter(school: SmallSchool, what: str) -> None:
    school.do(lesson(absences=(NewAbsence(student=STUDENTS_A[0]),)))
    make, author = ACTS[what]
    command = make(school)
    own = school.refuse(command, TEACHER_2).rule
    assert own in ("not_the_teacher", "not_the_author")
    assert school.refuse(command, behind(TEACHER_2)).rule == own, "no more than the other could"
    assert school.refuse(command, DEPUTY).rule == "role_not_allowed", "and not in the own name"
    for actor in (DEPUTY, ADMIN, Actor(uid(13), "director")):
        assert decide(command, school.journal, behind(author, actor), NOON).events


def test_a_teacher_corrects_what_was_typed_for_them(school: SmallSchool) -> None:
    school.do(lesson(works=(answer(),), marks=(mark(STUDENTS_A[0]),)), behind(TEACHER))
    index = next(index for index, fact in school.lesson().facts.items() if fact.what == "mark")
    correction: dict[str, Any] = {"lesson": LESSON, "corrects": index, "new": "4", "reason": "typo"}
    assert school.refuse(cmd.Correct(**correction), DEPUTY).rule == "role_not_allowed"
    school.do(cmd.Correct(**correction))


def test_of_a_request_and_its_answer_neither_hand_nor_author_is_the_same(school: SmallSchool) -> None:
    school.do(lesson(works=(answer(),), marks=(mark(STUDENTS_A[0]),)))
    school.close()
    index = next(index for index, fact in school.lesson().facts.items() if fact.what == "mark")
    ask = cmd.RequestCorrection(lesson=LESSON, corrects=index, new="4", reason="typo", basis="записка")
    request = school.index(ask, DEPUTY)
    approve = cmd.ApproveCorrection(lesson=LESSON, request=request)
    assert school.refuse(approve, behind(DEPUTY, ADMIN)).rule == "second_person_needed"
