"""Corrections and annulments, before the close and after it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Conflict
from ledger.journal import commands as cmd, events as ev
from ledger.journal.commands import NewAbsence, NewHomework, NewLateness
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    DEPUTY,
    DEPUTY_2,
    LESSON,
    MATHS_A,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    WORK,
    SmallSchool,
    answer,
    digest,
    lesson,
    mark,
    moscow,
    uid,
)

ANNA, BORIS, VERA, GLEB = STUDENTS_A


class Recorded:
    """A lesson with one fact of each kind, and the index of each."""

    def __init__(self) -> None:
        self.school = SmallSchool()
        self.lesson = self.school.index(
            lesson(
                absences=(NewAbsence(student=ANNA),),
                lateness=(NewLateness(student=BORIS, minutes=5),),
                works=(answer(),),
                marks=(mark(VERA, "4"),),
                homework=NewHomework(text="§ 1", due_on="2026-09-08"),
            )
        )
        self.absence, self.lateness, self.work, self.mark, self.homework = range(self.lesson + 1, self.lesson + 6)

    def value(self, first: int) -> Any:
        return self.school.lesson().facts[first].value

    def correct(self, corrects: int, new: Any, **changes: Any) -> int:
        """Correct and return the index of the correction."""
        return self.school.index(correct(corrects, new, **changes))


def correct(corrects: int, new: Any, **changes: Any) -> cmd.Correct:
    fields: dict[str, Any] = {"reason": "typo", **changes}
    return cmd.Correct(lesson=LESSON, corrects=corrects, new=new, **fields)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


HEADER = {"topic": "Иное", "number": 4, "starts_at": "10:40", "ends_at": "11:25"}


class TestBeforeTheClose:
    @pytest.mark.parametrize(
        ("fact", "old", "new", "event"),
        [
            ("mark", "4", "5", ev.MarkCorrected),
            ("absence", "absent", "ill", ev.AbsenceCorrected),
            ("lateness", 5, 15, ev.LatenessCorrected),
            ("homework", ev.HomeworkBody(text="§ 1", due_on="2026-09-08"), {"text": "§ 2"}, ev.HomeworkCorrected),
            (
                "work",
                ev.WorkHeader(kind="answer", written=False),
                {"kind": "test", "written": True, "weight": 200},
                ev.WorkCorrected,
            ),
            (
                "lesson",
                ev.LessonHeader(topic="Десятичные дроби", number=3, starts_at="10:40", ends_at="11:25"),
                HEADER,
                ev.LessonCorrected,
            ),
        ],
    )
    def test_corrects_each_fact(self, recorded: Recorded, fact: str, old: Any, new: Any, event: type[ev.Event]) -> None:
        index = getattr(recorded, fact)
        (found,) = recorded.school.do(correct(index, new))
        assert type(found) is event
        assert isinstance(found, ev.Correction)
        assert (found.corrects, found.old, found.reason) == (index, old, "typo")  # type: ignore[attr-defined]
        assert recorded.value(index) == found.new  # type: ignore[attr-defined]

    @pytest.mark.parametrize("fact", ["mark", "absence", "lateness", "homework"])
    def test_annuls_and_lets_it_stand_again(self, recorded: Recorded, fact: str) -> None:
        first = getattr(recorded, fact)
        before = recorded.value(first)
        annulled = recorded.correct(first, None)
        assert recorded.value(first) is None
        again = recorded.correct(annulled, before)
        assert recorded.value(first) == before
        assert recorded.school.lesson().facts[first].standing == again

    def test_follows_the_chain_of_standing_entries(self, recorded: Recorded) -> None:
        second = recorded.correct(recorded.mark, "5")
        refused = recorded.school.refuse(correct(recorded.mark, "3"))
        assert (refused.rule, refused.where, refused.clause) == ("not_standing", "corrects", "3.3")
        assert str(second) in str(refused)
        assert recorded.correct(second, "3")

    def test_corrects_an_absence_by_its_latest_reason(self, recorded: Recorded) -> None:
        reason = recorded.school.index(cmd.SetAbsenceReason(lesson=LESSON, absence=recorded.absence, code="ill"))
        assert recorded.school.refuse(correct(recorded.absence, "excused")).rule == "not_standing"
        (event,) = recorded.school.do(correct(reason, "excused"))
        assert event == ev.AbsenceCorrected(corrects=reason, old="ill", new="excused", reason="typo")

    @pytest.mark.parametrize(
        ("fact", "new", "rule", "where"),
        [
            ("mark", "4", "nothing_changes", "new"),
            ("mark", "6", "unknown_code", "new"),
            ("mark", 5, "malformed_value", "new"),
            ("mark", {"text": "x"}, "malformed_value", "new"),
            ("absence", "late", "malformed_value", "new"),
            ("lateness", 0, "out_of_range", "new"),
            ("lateness", "5", "malformed_value", "new"),
            ("homework", {"text": ""}, None, ""),
            ("homework", {"text": "§ 1", "due_on": "2026-09-07"}, "due_date_out_of_range", "new.due_on"),
            ("homework", {"text": "§ 1", "due_on": "2026-09-08"}, "nothing_changes", "new"),
            ("homework", "§ 2", "malformed_value", "new"),
            ("work", {"kind": "test", "written": True, "weight": 0}, "out_of_range", "new.weight"),
            ("work", {"kind": "test", "weight": 100}, "malformed_value", "new"),
            ("lesson", {**HEADER, "ends_at": "10:40"}, "empty_range", "new.ends_at"),
            ("lesson", {**HEADER, "topic": ""}, "malformed_text", "new.topic"),
            ("lesson", {**HEADER, "starts_at": "12:30", "ends_at": "13:00"}, "lesson_not_begun", "new.starts_at"),
        ],
    )
    def test_judges_the_new_value(self, recorded: Recorded, fact: str, new: Any, rule: str | None, where: str) -> None:
        command = correct(getattr(recorded, fact), new)
        if rule is None:
            assert recorded.school.do(command)
            return
        refused = recorded.school.refuse(command)
        assert (refused.rule, refused.where) == (rule, where)

    def test_refuses_an_index_of_no_fact(self, recorded: Recorded) -> None:
        assert recorded.school.refuse(correct(0, "5")).rule == "not_a_fact"

    def test_asks_for_a_text_with_other_reasons(self, recorded: Recorded) -> None:
        refused = recorded.school.refuse(correct(recorded.mark, "5", reason="other"))
        assert (refused.rule, refused.where) == ("note_missing", "note")
        (event,) = recorded.school.do(correct(recorded.mark, "5", reason="other", note=digest(7)))
        assert event == ev.MarkCorrected(corrects=recorded.mark, old="4", new="5", reason="other", sd=(digest(7),))

    @pytest.mark.parametrize("note", ["", "short", digest(7) + "=", digest(7)[:-1] + "B"])
    def test_refuses_what_is_no_digest(self, recorded: Recorded, note: str) -> None:
        assert recorded.school.refuse(correct(recorded.mark, "5", note=note)).rule == "malformed_digest"

    def test_conflicts_when_the_client_saw_another_version(self, recorded: Recorded) -> None:
        with pytest.raises(Conflict):
            recorded.school.do(correct(recorded.mark, "5", expected_version=5))


class TestWhatHangsTogether:
    def test_keeps_a_work_while_marks_for_it_stand(self, recorded: Recorded) -> None:
        assert recorded.school.refuse(correct(recorded.work, None)).rule == "work_has_marks"
        recorded.correct(recorded.mark, None)
        assert recorded.correct(recorded.work, None)

    def test_keeps_a_mark_annulled_while_its_work_is(self, recorded: Recorded) -> None:
        annulled = recorded.correct(recorded.mark, None)
        work = recorded.correct(recorded.work, None)
        assert recorded.school.refuse(correct(annulled, "4")).rule == "unknown_work"
        recorded.correct(work, {"kind": "answer", "written": False, "weight": 100})
        assert recorded.correct(annulled, "4")

    def test_takes_no_mark_for_an_annulled_work_and_no_work_under_its_id(self, recorded: Recorded) -> None:
        recorded.correct(recorded.mark, None)
        recorded.correct(recorded.work, None)
        assert recorded.school.refuse(cmd.AddToLesson(lesson=LESSON, marks=(mark(VERA),))).rule == "unknown_work"
        assert recorded.school.refuse(cmd.AddToLesson(lesson=LESSON, works=(answer(),))).rule == "work_exists"

    def test_annuls_a_lesson_when_nothing_else_in_it_stands(self, recorded: Recorded) -> None:
        for index in (recorded.absence, recorded.lateness, recorded.mark, recorded.work):
            recorded.correct(index, None)
        assert recorded.school.refuse(correct(recorded.lesson, None)).rule == "lesson_not_empty"
        homework = recorded.correct(recorded.homework, None)
        annulled = recorded.correct(recorded.lesson, None)
        assert recorded.school.lesson().header is None
        more = cmd.AddToLesson(lesson=LESSON, works=(answer(uid(2001)),))
        assert recorded.school.refuse(more).rule == "lesson_annulled"
        assert recorded.school.refuse(correct(homework, {"text": "§ 1"})).rule == "lesson_annulled"
        recorded.correct(annulled, HEADER)
        assert recorded.school.do(more)
        assert recorded.correct(homework, {"text": "§ 1"})

    def test_takes_a_new_mark_where_one_was_annulled_but_not_both(self, recorded: Recorded) -> None:
        annulled = recorded.correct(recorded.mark, None)
        recorded.school.do(cmd.AddToLesson(lesson=LESSON, marks=(mark(VERA, "3"),)))
        assert recorded.school.refuse(correct(annulled, "5")).rule == "mark_stands"

    def test_keeps_absence_lateness_and_marks_apart(self, recorded: Recorded) -> None:
        absence = recorded.correct(recorded.absence, None)
        recorded.school.do(cmd.AddToLesson(lesson=LESSON, lateness=(NewLateness(student=ANNA, minutes=9),)))
        assert recorded.school.refuse(correct(absence, "ill")).rule == "absent_and_late"
        lateness = recorded.correct(recorded.lateness, None)
        recorded.school.do(cmd.AddToLesson(lesson=LESSON, absences=(NewAbsence(student=BORIS),)))
        assert recorded.school.refuse(correct(lateness, 4)).rule == "absent_and_late"
        marked = recorded.correct(recorded.mark, None)
        recorded.school.do(cmd.AddToLesson(lesson=LESSON, absences=(NewAbsence(student=VERA),)))
        assert recorded.school.refuse(correct(marked, "4")).rule == "absent_student"


class TestWho:
    def test_lets_the_author_correct(self, recorded: Recorded) -> None:
        recorded.school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-08"), ADMIN)
        now = moscow("2026-09-09 10:00")
        assert recorded.school.do(correct(recorded.mark, "5"), TEACHER, now)

    def test_lets_the_courses_present_teacher_correct(self, recorded: Recorded) -> None:
        assert recorded.school.refuse(correct(recorded.mark, "5"), TEACHER_2).rule == "not_the_author"
        recorded.school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-08"), ADMIN)
        today, tomorrow = moscow("2026-09-07 23:59"), moscow("2026-09-08 00:00")
        assert recorded.school.refuse(correct(recorded.mark, "5"), TEACHER_2, today).rule == "not_the_author"
        assert recorded.school.do(correct(recorded.mark, "5"), TEACHER_2, tomorrow)

    def test_lets_no_other_role_correct(self, recorded: Recorded) -> None:
        for actor in (ADMIN, DEPUTY, Actor(TEACHER.id, "class_teacher")):
            assert recorded.school.refuse(correct(recorded.mark, "5"), actor).rule == "role_not_allowed"


class TestAfterTheClose:
    @pytest.fixture
    def closed(self) -> Recorded:
        recorded = Recorded()
        recorded.school.close()
        return recorded

    def ask(self, closed: Recorded, actor: Actor = TEACHER, **changes: Any) -> int:
        return closed.school.index(request(closed.mark, **changes), actor, AFTER_QUARTER)

    @pytest.mark.clause("R44", breaks="ledger.journal.corrections:check_open")
    def test_takes_no_direct_correction(self, closed: Recorded) -> None:
        refused = closed.school.refuse(correct(closed.mark, "5"), now=AFTER_QUARTER)
        assert (refused.rule, refused.clause) == ("period_closed", "3.3")

    def test_takes_no_request_before_it(self, recorded: Recorded) -> None:
        assert recorded.school.refuse(request(recorded.mark)).rule == "period_open"

    def test_records_the_correction_in_the_approvers_name(self, closed: Recorded) -> None:
        asked = self.ask(closed, reason="other", note=digest(8))
        (requested,) = [event for event in closed.school.lesson().requests.values() if event.index == asked]
        assert (requested.what, requested.old, requested.new, requested.people) == (
            "mark",
            "4",
            "5",
            frozenset({TEACHER.id}),
        )
        (event,) = closed.school.do(cmd.ApproveCorrection(lesson=LESSON, request=asked), DEPUTY, AFTER_QUARTER)
        assert event == ev.MarkCorrected(
            corrects=closed.mark,
            old="4",
            new="5",
            reason="other",
            sd=(digest(8),),
            basis="заявление 3",
            request=asked,
        )
        assert closed.value(closed.mark) == "5"

    def test_annuls_too(self, closed: Recorded) -> None:
        asked = self.ask(closed, new=None)
        (event,) = closed.school.do(cmd.ApproveCorrection(lesson=LESSON, request=asked), ADMIN, AFTER_QUARTER)
        assert isinstance(event, ev.MarkAnnulled)
        assert closed.value(closed.mark) is None

    @pytest.mark.clause("R44", breaks="ledger.journal.corrections:people_of", instead=lambda _: frozenset())
    def test_needs_a_second_person(self, closed: Recorded) -> None:
        asked = self.ask(closed, DEPUTY)
        approve = cmd.ApproveCorrection(lesson=LESSON, request=asked)
        refuse = cmd.RefuseCorrection(lesson=LESSON, request=asked, basis="нет оснований")
        same_person_other_role = Actor(DEPUTY.id, "administrator")
        somebody_for_the_same = Actor(ADMIN.id, "administrator", on_behalf_of=DEPUTY.id, basis="приказ")
        for actor in (DEPUTY, same_person_other_role, somebody_for_the_same):
            assert closed.school.refuse(approve, actor, AFTER_QUARTER).rule == "second_person_needed"
            assert closed.school.refuse(refuse, actor, AFTER_QUARTER).rule == "second_person_needed"
        assert closed.school.refuse(approve, TEACHER_2, AFTER_QUARTER).rule == "role_not_allowed"
        assert closed.school.do(approve, DEPUTY_2, AFTER_QUARTER)

    def test_needs_a_second_person_beside_the_one_it_was_asked_for(self, closed: Recorded) -> None:
        asked = self.ask(closed, Actor(DEPUTY.id, "deputy", on_behalf_of=DEPUTY_2.id, basis="приказ"))
        approve = cmd.ApproveCorrection(lesson=LESSON, request=asked)
        refuse = cmd.RefuseCorrection(lesson=LESSON, request=asked, basis="нет оснований")
        for_the_same = Actor(ADMIN.id, "administrator", on_behalf_of=DEPUTY_2.id, basis="приказ")
        for actor in (DEPUTY, DEPUTY_2, for_the_same):
            assert closed.school.refuse(approve, actor, AFTER_QUARTER).rule == "second_person_needed"
            assert closed.school.refuse(refuse, actor, AFTER_QUARTER).rule == "second_person_needed"
        assert closed.school.do(approve, ADMIN, AFTER_QUARTER)

    @pytest.mark.parametrize("first_answer", ["approve", "refuse"])
    def test_is_answered_once(self, closed: Recorded, first_answer: str) -> None:
        asked = self.ask(closed)
        approve = cmd.ApproveCorrection(lesson=LESSON, request=asked)
        refuse = cmd.RefuseCorrection(lesson=LESSON, request=asked, basis="нет оснований")
        closed.school.do(approve if first_answer == "approve" else refuse, DEPUTY, AFTER_QUARTER)
        for second in (approve, refuse):
            assert closed.school.refuse(second, DEPUTY_2, AFTER_QUARTER).rule == "request_answered"

    def test_changes_nothing_when_refused(self, closed: Recorded) -> None:
        asked = self.ask(closed)
        (event,) = closed.school.do(
            cmd.RefuseCorrection(lesson=LESSON, request=asked, basis="нет оснований"), DEPUTY, AFTER_QUARTER
        )
        assert event == ev.CorrectionRefused(request=asked, basis="нет оснований")
        assert closed.value(closed.mark) == "4"
        assert self.ask(closed)

    def test_waits_for_the_answer_before_another_request(self, closed: Recorded) -> None:
        self.ask(closed)
        assert closed.school.refuse(request(closed.mark, new="3"), now=AFTER_QUARTER).rule == "request_pending"

    def test_checks_again_when_it_is_approved(self, closed: Recorded) -> None:
        remove_mark = self.ask(closed, new=None)
        refused = closed.school.refuse(request(closed.work, new=None), now=AFTER_QUARTER)
        assert refused.rule == "work_has_marks"
        closed.school.do(cmd.ApproveCorrection(lesson=LESSON, request=remove_mark), DEPUTY, AFTER_QUARTER)
        annulled = closed.school.journal.size - 1
        remove_work = closed.school.index(request(closed.work, new=None), TEACHER, AFTER_QUARTER)
        mark_again = closed.school.index(request(annulled, new="4"), TEACHER, AFTER_QUARTER)
        closed.school.do(cmd.ApproveCorrection(lesson=LESSON, request=mark_again), DEPUTY, AFTER_QUARTER)
        refused = closed.school.refuse(cmd.ApproveCorrection(lesson=LESSON, request=remove_work), DEPUTY, AFTER_QUARTER)
        assert refused.rule == "work_has_marks"

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"basis": ""}, "malformed_text"),
            ({"new": "4"}, "nothing_changes"),
            ({"reason": "other"}, "note_missing"),
            ({"reason": "mood"}, "unknown_code"),
        ],
    )
    def test_judges_a_request_as_a_correction(self, closed: Recorded, changes: dict[str, Any], rule: str) -> None:
        assert closed.school.refuse(request(closed.mark, **changes), now=AFTER_QUARTER).rule == rule

    def test_refuses_a_request_by_a_stranger(self, closed: Recorded) -> None:
        assert closed.school.refuse(request(closed.mark), TEACHER_2, AFTER_QUARTER).rule == "not_the_author"

    def test_refuses_an_answer_to_no_request(self, closed: Recorded) -> None:
        command = cmd.ApproveCorrection(lesson=LESSON, request=closed.mark)
        assert closed.school.refuse(command, DEPUTY, AFTER_QUARTER).rule == "not_a_request"


def request(corrects: int, **changes: Any) -> cmd.RequestCorrection:
    fields: dict[str, Any] = {"new": "5", "reason": "appeal", "basis": "заявление 3", **changes}
    return cmd.RequestCorrection(lesson=LESSON, corrects=corrects, **fields)


def test_the_work_of_the_lesson_is_known_by_its_id() -> None:
    assert Recorded().school.lesson().works.keys() == {WORK}
