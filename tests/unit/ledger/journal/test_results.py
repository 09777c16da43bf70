"""Rules of results: who records them, for whom, when, what they rest on, publication and corrections, the council."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.codec import CODEC
from ledger.journal.computing import Input, compute_period_mark
from ledger.journal.decide import decide
from ledger.journal.events import Event, WorkRecorded
from ledger.journal.reopening_commands import ApprovePeriodReopening, RequestPeriodReopening
from ledger.journal.result_events import (
    CouncilDecisionRecorded,
    ExamResultRecorded,
    PeriodMarkRecorded,
    ResultAnnulled,
    ResultCorrected,
)
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.graded_school import (
    END,
    RULES,
    SHEET,
    STUDENT,
    YEAR_SHEET,
    GradedSchool,
    adopt_rules,
    period_marks,
    result,
)
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    DEPUTY,
    DEPUTY_2,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    WHOLE_YEAR,
    YEAR,
    SmallSchool,
    digest,
    moscow,
    period,
    uid,
)


def exam(student: str = STUDENT, value: str = "5", **changes: Any) -> cmd.RecordExamResults:
    fields: dict[str, Any] = {"sheet": YEAR_SHEET, "protocol": "Протокол № 2", "obtained_at": "2027-05-28T11:00"}
    taken = (cmd.NewExamResult(student=student, value=value),)
    return cmd.RecordExamResults(**{**fields, **changes}, results=taken)


def publish(sheet: str = SHEET, what: Any = "period_mark", at: str = "2027-05-28T12:00") -> cmd.PublishResults:
    return cmd.PublishResults(sheet=sheet, what=what, obtained_at=at)


def correct(corrects: int, new: str | None, **more: Any) -> cmd.CorrectResult:
    return cmd.CorrectResult(**{"sheet": SHEET, "corrects": corrects, "new": new, "reason": "typo", **more})


def request(corrects: int, new: str | None) -> cmd.RequestResultCorrection:
    return cmd.RequestResultCorrection(sheet=SHEET, corrects=corrects, new=new, reason="appeal", basis="Заявление № 9")


def council(*students: str, **changes: Any) -> cmd.RecordCouncilDecision:
    fields = {"year": YEAR, "protocol": "Протокол № 5", "held_on": "2027-05-28", "decision": "promoted", **changes}
    return cmd.RecordCouncilDecision(**fields, students=students)


@pytest.fixture
def school() -> GradedSchool:
    return GradedSchool(marks_min=1)


def test_records_a_whole_class_at_once_and_opens_the_sheet(school: GradedSchool) -> None:
    school.give("2026-09-07", "5")
    events = school.do(period_marks(*(result(student) for student in STUDENTS_A)), now=END)
    assert [type(event).__name__ for event in events] == ["ResultSheetOpened"] + ["PeriodMarkRecorded"] * 4
    assert [event.value for event in events[1:]] == ["5", "na", "na", "na"]  # type: ignore[attr-defined]


def test_adds_to_a_sheet_that_is_there(school: GradedSchool) -> None:
    school.grade()
    assert len(school.do(period_marks(result(STUDENTS_A[1])), now=END)) == 1
    assert school.refuse(period_marks(), now=END).rule == "result_stands"


@pytest.mark.parametrize(
    ("command", "actor", "rule", "where"),
    [
        (period_marks(), TEACHER_2, "not_the_course_teacher", ""),
        (period_marks(), ADMIN, "role_not_allowed", "actor.role"),
        (period_marks(result(STUDENTS_B[0])), TEACHER, "not_of_this_class_then", "marks[0].student"),
        (period_marks(period=uid(99)), TEACHER, "unknown_period", "period"),
        (period_marks(course=uid(99)), TEACHER, "unknown_course", "course"),
        (period_marks(result(), result()), TEACHER, "twice_in_one_command", "marks[1].student"),
        (period_marks(result(value="4/5", reason="trend")), TEACHER, "unknown_code", "marks[0].value"),
        (period_marks(result(value="5", reason="mercy")), TEACHER, "unknown_code", "marks[0].reason"),
        (period_marks(result(value="5", reason="other", note="?")), TEACHER, "malformed_digest", "marks[0].note"),
        (period_marks(sheet="S"), TEACHER, "malformed_id", "sheet"),
        (
            cmd.RecordPeriodMarks(sheet=SHEET, course=MATHS_B, period=QUARTER_1, marks=()),
            TEACHER,
            "too_many_or_no_students",
            "marks",
        ),
    ],
)
def test_refuses_period_marks(
    command: cmd.JournalCommand, actor: Actor, rule: str, where: str, school: GradedSchool
) -> None:
    refusal = school.refuse(command, actor, END)
    assert (refusal.rule, refusal.where) == (rule, where)


def test_refuses_a_period_that_has_not_begun_and_one_of_other_grades(school: GradedSchool) -> None:
    assert school.refuse(period_marks(period=QUARTER_2)).rule == "period_not_begun"
    school.do(period(uid(43), "quarter", 3, "2027-01-11", "2027-03-20", grades=(6,)), ADMIN)
    assert school.refuse(period_marks(period=uid(43)), now=END).rule == "wrong_period"


def test_a_course_has_one_sheet_for_a_period(school: GradedSchool) -> None:
    school.grade()
    assert school.refuse(period_marks(result(STUDENTS_A[1]), sheet=uid(3009)), now=END).rule == "sheet_exists"
    assert school.refuse(period_marks(period=QUARTER_2), now=END).rule == "wrong_sheet"


def test_computes_by_the_rules_of_the_periods_last_day() -> None:
    school = GradedSchool(marks_min=1)
    school.give("2026-09-07", "4")
    school.do(adopt_rules("2026-10-26", marks_min=9), ADMIN)
    (event,) = school.grade()
    assert isinstance(event, PeriodMarkRecorded)
    assert (event.computed, event.rule) == ("4", school.rule)


def test_refuses_results_before_there_are_rules() -> None:
    assert SmallSchool().refuse(period_marks(), now=END).rule == "no_assessment_rules"


def test_takes_the_standing_entry_of_a_corrected_mark_and_weight(school: GradedSchool) -> None:
    school.give("2026-09-07", "3")
    first = school.give("2026-09-08", "2")
    now = moscow("2026-09-08 13:00")
    standing = school.index(cmd.Correct(lesson=uid(4002), corrects=first, new="5", reason="rechecked"), now=now)
    weight = {"kind": "answer", "written": False, "weight": 300}
    school.do(cmd.Correct(lesson=uid(4002), corrects=first - 1, new=weight, reason="typo"), now=now)
    (event,) = school.grade()
    assert isinstance(event, PeriodMarkRecorded)
    assert (event.sum, event.weight, event.computed) == (1800, 400, "4")
    assert event.inputs[-1] == standing


def test_does_not_count_an_annulled_mark(school: GradedSchool) -> None:
    first = school.give("2026-09-08", "2")
    now = moscow("2026-09-08 13:00")
    school.do(cmd.Correct(lesson=uid(4001), corrects=first, new=None, reason="wrong_student"), now=now)
    (event,) = school.grade()
    assert isinstance(event, PeriodMarkRecorded)
    assert (event.computed, event.inputs) == ("na", ())


def test_who_changed_classes_has_results_in_the_last_one_alone(school: GradedSchool) -> None:
    school.move(STUDENT, "2026-10-01", "2026-09-30")
    assert school.refuse(period_marks(), now=END).rule == "not_of_this_class_then"
    school.grade(period_marks(course=MATHS_B))
    (event,) = school.grade(period_marks(course=MATHS_B, period=WHOLE_YEAR, sheet=YEAR_SHEET))
    assert isinstance(event, PeriodMarkRecorded)


def test_a_subgroup_has_results_of_those_alone_who_were_in_it_last(school: GradedSchool) -> None:
    """Or one subject had two marks of one student for one period, and the year's were computed from both."""
    halves, sheets = (uid(60), uid(61)), (uid(3010), uid(3011))
    for title, half in enumerate(halves, 1):
        more = {"class_group": CLASS_A, "year": YEAR, "subject": "Английский язык", "teacher": TEACHER.id}
        opened = cmd.OpenCourse(course=half, **more, starts_on="2026-09-01", subgroup=str(title))
        school.do(opened, ADMIN)
    marks = [period_marks(course=half, sheet=sheet) for half, sheet in zip(halves, sheets, strict=True)]
    refusal = school.refuse(marks[0], now=END)
    assert (refusal.rule, refusal.where) == ("not_of_this_subgroup_then", "marks[0].student")
    school.do(cmd.JoinSubgroup(course=halves[0], student=STUDENT, starts_on="2026-09-01"), ADMIN)
    school.do(cmd.LeaveSubgroup(course=halves[0], student=STUDENT, ends_on="2026-09-09"), ADMIN)
    assert decide(marks[0], school.journal, TEACHER, END).reads.keys() >= {f"course/{half}" for half in halves}
    school.do(cmd.JoinSubgroup(course=halves[1], student=STUDENT, starts_on="2026-09-10"), ADMIN)
    assert school.refuse(marks[0], now=END).rule == "not_of_this_subgroup_then"
    school.grade(marks[1])


def test_a_result_stays_when_its_input_is_corrected(school: GradedSchool) -> None:
    first = school.give("2026-09-08", "2")
    school.grade()
    school.do(cmd.Correct(lesson=uid(4001), corrects=first, new="5", reason="rechecked"), now=END)
    sheet = school.journal.find(f"results/{SHEET}")
    assert [fact.value for fact in sheet.facts.values()] == ["2"]  # type: ignore[union-attr]


@pytest.mark.clause("R29", breaks="ledger.journal.results:_check_obtained")
def test_examinations_are_the_administrations_and_in_the_years_sheet(school: GradedSchool) -> None:
    school.grade()
    assert school.refuse(exam(), DEPUTY, END).rule == "unknown_results"
    school.year_marks()
    assert school.refuse(exam(), TEACHER, END).rule == "role_not_allowed"
    assert school.refuse(exam(sheet=SHEET), DEPUTY, END).rule == "not_the_years_sheet"
    assert school.refuse(exam(obtained_at="2027-05-28T12:01"), DEPUTY, END).rule == "obtained_later"
    assert school.refuse(exam(obtained_at="2027-05-28"), DEPUTY, END).rule == "malformed_minute"
    (event,) = school.do(exam(), DEPUTY, END)
    assert isinstance(event, ExamResultRecorded)
    assert school.refuse(exam(), DEPUTY, END).rule == "result_stands"


def test_the_author_corrects_before_the_publication_and_annuls(school: GradedSchool) -> None:
    school.give("2026-09-08", "4")
    first = school.index(period_marks(), now=END) + 1
    assert school.refuse(correct(first, "3"), TEACHER_2, END).rule == "not_the_author"
    assert school.refuse(correct(first, "4"), now=END).rule == "nothing_changes"
    assert school.refuse(correct(first, "4/5"), now=END).rule == "unknown_code"
    assert school.refuse(request(first, "3"), now=END).rule == "result_not_published"
    (event,) = school.do(correct(first, None), now=END)
    assert isinstance(event, ResultAnnulled)
    annulled = school.journal.size - 1
    school.do(period_marks(), now=END)
    assert school.refuse(correct(annulled, "3"), now=END).rule == "result_stands"


@pytest.mark.clause("R29", breaks="ledger.journal.sheet:ResultSheet.is_published", instead=lambda *_: False)
def test_after_the_publication_a_second_person_answers(school: GradedSchool) -> None:
    school.give("2026-09-08", "4")
    first = school.index(period_marks(), now=END) + 1
    assert school.refuse(publish(what="final_mark"), now=END).rule == "nothing_to_publish"
    school.do(publish(), now=END)
    assert school.refuse(publish(), now=END).rule == "nothing_to_publish"
    assert school.refuse(correct(first, "3"), now=END).rule == "result_published"
    asked = school.index(request(first, "3"), DEPUTY, END)
    assert school.refuse(request(first, "5"), now=END).rule == "request_pending"
    approve = cmd.ApproveResultCorrection(sheet=SHEET, request=asked)
    assert school.refuse(approve, DEPUTY, END).rule == "second_person_needed"
    (event,) = school.do(approve, DEPUTY_2, END)
    assert isinstance(event, ResultCorrected)
    assert (event.corrects, event.old, event.new, event.request) == (first, "4", "3", asked)
    assert school.refuse(approve, DEPUTY_2, END).rule == "request_answered"


@pytest.mark.clause("R44", breaks="ledger.journal.result_corrections:_is_behind_close", instead=lambda *_: False)
def test_from_the_periods_close_on_a_second_person_answers_too(school: GradedSchool) -> None:
    """Or a result that nobody said was shown would stay its author's to change alone for ever."""
    school.give("2026-09-08", "4")
    first = school.index(period_marks(), now=END) + 1
    school.do(cmd.ClosePeriod(period=QUARTER_1), DEPUTY, END)
    assert school.refuse(correct(first, "3"), now=END).rule == "period_closed"
    later = school.index(period_marks(result(STUDENTS_A[1])), now=END)
    school.do(correct(later, "3"), now=END)
    approve = cmd.ApproveResultCorrection(sheet=SHEET, request=school.index(request(first, "3"), now=END))
    standing = school.index(approve, DEPUTY, END)
    assert f"period/{QUARTER_1}" in decide(request(standing, "5"), school.journal, TEACHER, END).reads
    waiting = school.index(request(standing, "2"), now=END)
    reopening = RequestPeriodReopening(period=QUARTER_1, reason="recorded_wrongly", basis="записка № 5")
    asked = school.index(reopening, DEPUTY, END)
    school.do(ApprovePeriodReopening(period=QUARTER_1, request=asked, basis="приказ № 6"), ADMIN, END)
    assert school.refuse(request(later + 1, "5"), now=END).rule == "result_not_published"
    opened = school.index(correct(later + 1, "4"), now=END)
    school.do(cmd.ApproveResultCorrection(sheet=SHEET, request=waiting), DEPUTY, END)
    school.do(cmd.ClosePeriod(period=QUARTER_1), DEPUTY, END)
    assert school.refuse(correct(opened, "5"), now=END).rule == "period_closed"


def test_a_refused_request_changes_nothing(school: GradedSchool) -> None:
    first = school.index(period_marks(), now=END) + 1
    school.do(publish(), now=END)
    asked = school.index(request(first, "3"), now=END)
    school.do(cmd.RefuseResultCorrection(sheet=SHEET, request=asked, basis="Нет оснований"), DEPUTY, END)
    sheet = school.journal.find(f"results/{SHEET}")
    assert [fact.value for fact in sheet.facts.values()] == ["na"]  # type: ignore[union-attr]


def test_who_comes_after_the_publication_is_open_until_the_next_one(school: GradedSchool) -> None:
    school.grade()
    school.do(publish(), now=END)
    later = school.index(period_marks(result(STUDENTS_A[1])), now=END)
    school.do(correct(later, "3", reason="typo"), now=END)
    school.do(publish(), now=END)
    assert school.refuse(correct(later + 1, "4"), now=END).rule == "result_published"


def test_the_council_decides_and_a_wrong_entry_is_replaced(school: GradedSchool) -> None:
    first = school.index(council(STUDENTS_A[1], STUDENTS_A[0]), DEPUTY, END)
    (event,) = school.do(council(STUDENTS_A[0], decision="retained", replaces=first), ADMIN, END)
    assert isinstance(event, CouncilDecisionRecorded)
    assert school.refuse(council(STUDENT, replaces=first), ADMIN, END).rule == "not_a_decision"
    assert school.refuse(council(STUDENT), TEACHER, END).rule == "role_not_allowed"
    assert school.refuse(council(STUDENT, STUDENT), ADMIN, END).rule == "twice_in_one_command"
    assert school.refuse(council(TEACHER.id), ADMIN, END).rule == "wrong_kind_of_person"
    assert school.refuse(council(STUDENT, held_on="2027-05-29"), ADMIN, END).rule == "not_held_yet"
    assert school.refuse(council(), ADMIN, END).rule == "too_many_or_no_students"


def test_rules_take_effect_in_order_and_are_adopted_once() -> None:
    school = GradedSchool()
    assert school.refuse(adopt_rules("2026-08-31"), ADMIN).rule == "assessment_not_later"
    assert school.refuse(adopt_rules(), ADMIN).rule == "same_assessment"
    assert school.refuse(adopt_rules(marks_min=1), TEACHER).rule == "role_not_allowed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("average", "median"),
        ("marks_min", 0),
        ("five_from", 400),
        ("four_from", 401),
        ("three_from", 200),
        ("period_marks_min", 10),
        ("mean_up_from", 100),
        ("final_from", "exam"),
    ],
)
def test_refuses_rules_that_no_school_can_mean(name: str, value: Any) -> None:
    refusal = SmallSchool().refuse(adopt_rules(**{name: value}), ADMIN)
    assert refusal.where == f"rules.{name}"


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"weights": {"quiz": 100}}, "unknown_code", "rules.weights"),
        ({"weights": {"test": 0}}, "out_of_range", "rules.weights.test"),
        ({"weights": {"test": 1001}}, "out_of_range", "rules.weights.test"),
        ({"weights": {}}, "no_weights", "rules.weights"),
        ({"weights": {"test": 200}, "average": "plain"}, "weights_idle", "rules.weights"),
    ],
)
def test_refuses_weights_that_no_school_can_mean(changes: dict[str, Any], rule: str, where: str) -> None:
    refusal = SmallSchool().refuse(adopt_rules(**changes), ADMIN)
    assert (refusal.rule, refusal.where) == (rule, where)


def test_rules_without_weights_leave_no_trace_of_them() -> None:
    name, data = CODEC.encode(adopt_rules_event())
    assert (name, b"weights" in data) == ("assessment_rules_adopted/1", False)
    named = adopt_rules_event(weights={"test": 200, "answer": 50})
    assert b'"weights":{"answer":50,"test":200}' in CODEC.encode(named)[1]
    assert CODEC.decode(*CODEC.encode(named)) == named


def adopt_rules_event(**changes: Any) -> Event:
    (event,) = SmallSchool().do(adopt_rules(**changes), ADMIN)
    return event


def test_a_weight_that_was_recorded_is_the_works_own_and_stays_in_the_bytes() -> None:
    for weight, shown in ((100, b'"weight":100'), (None, b"")):
        work = WorkRecorded(work=uid(1), kind="test", written=True, weight=weight)
        name, data = CODEC.encode(work)
        assert (name, shown in data, b"weight" in data) == ("work_recorded/1", True, weight is not None)
        assert CODEC.decode(name, data) == work


def test_computing_can_be_asked_with_other_weights_and_rules() -> None:
    marks = [Input(1, "5", 100), Input(2, "2", 300)]
    assert compute_period_mark(marks, RULES).value == "na"
    heavier = [mark._replace(weight=100) for mark in marks]
    assert compute_period_mark([*heavier, Input(3, "5")], RULES).value == "4"


def test_a_note_is_a_digest_and_stands_with_its_reason(school: GradedSchool) -> None:
    (event,) = school.grade(period_marks(result(value="3", reason="other", note=digest(7))))
    assert isinstance(event, PeriodMarkRecorded)
    assert (event.reason, event.sd) == ("other", (digest(7),))
