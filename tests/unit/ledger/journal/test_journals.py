"""A class's journal of the year: closed when everything is settled or excused, opened again, its sheet handed over."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.context import Context
from ledger.journal.events import Event, LessonRecorded
from ledger.journal.journal_events import Excused, JournalClosed, SheetTransferred
from ledger.journal.lacking import read_journal
from ledger.journal.reopening_events import (
    JournalReopeningApproved,
    JournalReopeningRefused,
    JournalReopeningRequested,
)
from ledger.journal.roster import ClassGroup
from ledger.journal.summary_sheet import StandingResult, make_sheet, sheet_of
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.graded_school import adopt_rules
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    MONDAY,
    NOON,
    QUARTER_1,
    QUARTER_2,
    RUSSIAN_A,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    WHOLE_YEAR,
    YEAR,
    SmallSchool,
    digest,
    lesson,
    moscow,
    uid,
)

DIRECTOR = Actor(uid(13), "director")
AFTER_YEAR = moscow("2027-06-01 09:00")
SHEETS = {QUARTER_1: uid(300), QUARTER_2: uid(301), WHOLE_YEAR: uid(302)}
RESULTS = 3 * len(STUDENTS_B)
WORK = cmd.NewWork(work=uid(2000), kind="control_work", written=True)


def excused(what: Any, count: int, course: str | None = MATHS_B) -> Excused:
    return Excused(what=what, count=count, reason="order", basis="приказ № 7", course=course)


def close(*excuses: Excused, class_group: str = CLASS_B) -> cmd.CloseJournal:
    return cmd.CloseJournal(class_group=class_group, excused=excuses)


def ask(**changes: Any) -> cmd.RequestJournalReopening:
    fields = {"class_group": CLASS_B, "reason": "inspection", "basis": "акт № 5"}
    return cmd.RequestJournalReopening(**{**fields, **changes})


def approve(request: int, **changes: Any) -> cmd.ApproveJournalReopening:
    return cmd.ApproveJournalReopening(**{"class_group": CLASS_B, "request": request, "basis": "приказ", **changes})


def refuse(request: int, **changes: Any) -> cmd.RefuseJournalReopening:
    return cmd.RefuseJournalReopening(**{"class_group": CLASS_B, "request": request, "basis": "нет", **changes})


def transfer(sha256: str, **changes: Any) -> cmd.TransferSheet:
    fields = {"class_group": CLASS_B, "number": "12", "received_on": "2027-06-01", "to": "архив школы"}
    return cmd.TransferSheet(**{**fields, "sha256": sha256, **changes})


@pytest.fixture
def school() -> SmallSchool:
    """5Б at the end of its year: all periods are closed, nobody has a result, the council decided nothing."""
    made = SmallSchool()
    for period in (QUARTER_1, QUARTER_2, WHOLE_YEAR):
        made.close(period, AFTER_YEAR)
    return made


@pytest.fixture
def settled() -> SmallSchool:
    """5Б with all its results, and everybody promoted."""
    made = SmallSchool()
    made.do(adopt_rules(), ADMIN, NOON)
    for period, sheet in SHEETS.items():
        given: dict[str, Any] = {} if period == WHOLE_YEAR else {"value": "4", "reason": "no_marks"}
        marks = tuple(cmd.NewResult(student=one, **given) for one in STUDENTS_B)
        made.do(cmd.RecordPeriodMarks(sheet=sheet, course=MATHS_B, period=period, marks=marks), TEACHER, AFTER_YEAR)
    council = cmd.RecordCouncilDecision(
        year=YEAR, protocol="№ 4", held_on="2027-05-31", decision="promoted", students=STUDENTS_B
    )
    made.do(council, DEPUTY, AFTER_YEAR)
    for period in SHEETS:
        made.close(period, AFTER_YEAR)
    return made


def group(school: SmallSchool) -> ClassGroup:
    found = school.journal.find(f"class/{CLASS_B}")
    assert isinstance(found, ClassGroup)
    return found


def sheet_digest(school: SmallSchool) -> str:
    """The digest that a transfer has to state."""
    context = Context(school.journal, ADMIN, AFTER_YEAR)
    return sheet_of(read_journal(group(school), context), context).sha256


class TestClosing:
    def test_what_is_settled_needs_no_excuse(self, settled: SmallSchool) -> None:
        assert settled.do(close(), DEPUTY, AFTER_YEAR) == [JournalClosed(excused=())]
        assert group(settled).journal_closed
        refused = settled.refuse(close(), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.clause) == ("journal_closed_already", "3.2")

    @pytest.mark.clause("R41", breaks="ledger.journal.journals:_check_accounted")
    def test_what_lacks_is_named_with_its_count_and_first_place(self, school: SmallSchool) -> None:
        refused = school.refuse(close(), DIRECTOR, AFTER_YEAR)
        assert (refused.rule, refused.clause, refused.where) == ("journal_incomplete", "3.2", "excused")
        counts = {name: value for name, value in refused.values.items() if name != "first"}
        assert counts == {
            "lessons": 0, "attendance": 0, "marks": 0, "results": RESULTS, "remarks": 0, "decisions": 2,
        }  # fmt: skip
        assert refused.values["first"] == f"course/{MATHS_B} period/{QUARTER_1} person/{STUDENTS_B[0]}"

    def test_what_lacks_and_is_excused_stands_in_the_entry(self, school: SmallSchool) -> None:
        excuses = (excused("council", 2, None), excused("result", RESULTS))
        assert school.do(close(*excuses), DIRECTOR, AFTER_YEAR) == [JournalClosed(excused=excuses)]

    @pytest.mark.parametrize(
        ("excuses", "rule", "where"),
        [
            ((excused("council", 2, None),), "journal_incomplete", "excused"),
            ((excused("council", 2, None), excused("result", RESULTS - 1)), "excuse_misfits", "excused[1].count"),
            ((excused("council", 2, None), excused("result", RESULTS, MATHS_A)), "excuse_misfits", "excused[1].count"),
            ((excused("attendance", 1), excused("council", 2, None)), "excuse_misfits", "excused[0].count"),
            ((excused("result", RESULTS), excused("council", 2, None)), "excuses_not_in_order", "excused"),
            ((excused("council", 2, None),) * 2, "excuses_not_in_order", "excused"),
            ((excused("period", 1, None),), "unknown_code", "excused[0].what"),
            ((excused("result", 0),), "out_of_range", "excused[0].count"),
            ((excused("result", 1, "5А"),), "malformed_id", "excused[0].course"),
            (tuple(excused("result", 1) for _ in range(101)), "out_of_range", "excused"),
        ],
    )
    def test_excuses_come_to_what_lacks_and_to_nothing_else(
        self, school: SmallSchool, excuses: tuple[Excused, ...], rule: str, where: str
    ) -> None:
        refused = school.refuse(close(*excuses), DIRECTOR, AFTER_YEAR)
        assert (refused.rule, refused.where) == (rule, where)

    def test_a_period_that_is_open_is_never_excused(self, settled: SmallSchool) -> None:
        settled.reopen(QUARTER_2, AFTER_YEAR)
        refused = settled.refuse(close(), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.values) == ("journal_not_settled", {"periods": 1, "requests": 0})

    def test_a_request_that_waits_is_never_excused(self) -> None:
        school = SmallSchool()
        school.do(lesson(course=MATHS_B))
        for period in SHEETS:
            school.close(period, AFTER_YEAR)
        at = school.lesson().lesson
        new = {"topic": "Иная тема", "number": 3, "starts_at": "10:40", "ends_at": "11:25"}
        ask = cmd.RequestCorrection(lesson=school.lesson().id, corrects=at, new=new, reason="typo", basis="заявление")
        request = school.index(ask, TEACHER, AFTER_YEAR)
        excuses = (excused("council", 2, None), excused("result", RESULTS))
        refused = school.refuse(close(*excuses), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.values) == ("journal_not_settled", {"periods": 0, "requests": 1})
        school.do(cmd.RefuseCorrection(lesson=school.lesson().id, request=request, basis="нет"), DEPUTY, AFTER_YEAR)
        school.do(close(*excuses), DEPUTY, AFTER_YEAR)

    @pytest.mark.parametrize("actor", [TEACHER, Actor(uid(14), "inspector")])
    def test_the_administration_or_the_director_closes(self, school: SmallSchool, actor: Actor) -> None:
        refused = school.refuse(close(), actor, AFTER_YEAR)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "3.2")


class TestWhatLacks:
    """What of 5А's Monday lacks beside its results: the counts are worked out by hand."""

    def lacks(self, school: SmallSchool) -> dict[str, int]:
        for period in (QUARTER_1, QUARTER_2, WHOLE_YEAR):
            school.close(period, AFTER_YEAR)
        values = school.refuse(close(class_group=CLASS_A), DEPUTY, AFTER_YEAR).values
        return {name: value for name, value in values.items() if isinstance(value, int) and value}

    def test_every_course_period_and_student_needs_a_result(self) -> None:
        # Two courses, three periods, four students.
        assert self.lacks(SmallSchool()) == {"results": 24, "decisions": 4}

    def test_attendance_that_nobody_took(self) -> None:
        school = SmallSchool()
        school.do(lesson(attendance_taken=False))
        assert self.lacks(school)["attendance"] == 1

    def test_a_written_work_needs_a_mark_of_everybody_who_was_there(self) -> None:
        school = SmallSchool()
        absent, marked, *_ = STUDENTS_A
        parts: dict[str, Any] = {
            "works": (WORK, cmd.NewWork(work=uid(2001), kind="answer", written=False)),
            "absences": (cmd.NewAbsence(student=absent),),
            "marks": (cmd.NewMark(student=marked, work=WORK.work, value="5"),),
        }
        school.do(lesson(**parts))
        # Four students, of whom one was absent and one has a mark; the oral answer needs none.
        assert self.lacks(school)["marks"] == 2

    def test_a_remark_that_nobody_closed(self) -> None:
        school = SmallSchool()
        for remark in (uid(700), uid(701)):
            raised = cmd.RaiseRemark(remark=remark, class_group=CLASS_A, to=TEACHER.id, about="marks")
            school.do(raised, DEPUTY)
        school.do(cmd.CloseRemark(remark=uid(700), how="withdrawn"), DEPUTY)
        assert self.lacks(school)["remarks"] == 1

    def test_a_planned_lesson_that_is_neither_recorded_nor_cancelled(self) -> None:
        school = SmallSchool()
        bell = [
            Bell(number=number, starts_at=f"{7 + number:02}:40", ends_at=f"{8 + number:02}:25") for number in (3, 4)
        ]
        school.do(
            cmd.SetBellSchedule(bells=uid(60), title="1", effective_from="2026-09-01", lessons=tuple(bell)), ADMIN
        )
        week = tuple(TimetableLesson(course=MATHS_A, weekday=1, number=number, weeks="every") for number in (3, 4))
        for first, lessons in ((MONDAY, week), ("2026-09-22", ())):
            timetable = cmd.SetTimetable(class_group=CLASS_A, effective_from=first, bells=uid(60), lessons=lessons)
            school.do(timetable, ADMIN)
        # Mondays 7, 14 and 21 September, two lessons each: one is recorded in its place, one in another, one cancelled.
        school.do(lesson())
        school.do(lesson(uid(1001), held_on="2026-09-14", number=6), now=moscow("2026-09-14 18:00"))
        place: dict[str, Any] = {"course": MATHS_A, "held_on": "2026-09-21", "number": 4}
        school.do(cmd.CancelLesson(**place, reason="weather", basis="приказ № 8"), DEPUTY)
        assert self.lacks(school)["lessons"] == 3


class TestAfterTheClosing:
    """Every ordinary command on the class's lessons, marks, results and corrections is refused."""

    @pytest.mark.parametrize(
        ("command", "actor"),
        [
            (lesson(course=MATHS_B), TEACHER),
            (cmd.CancelLesson(course=MATHS_B, held_on=MONDAY, number=1, reason="weather", basis="№ 8"), DEPUTY),
            (cmd.WithdrawCancellation(course=MATHS_B, corrects=1, basis="№ 8"), DEPUTY),
            (cmd.PostHomework(course=MATHS_B, held_on=MONDAY, number=1, text="§ 1"), TEACHER),
            (cmd.WithdrawHomework(course=MATHS_B, corrects=1), TEACHER),
            (
                cmd.PlanSubstitution(
                    course=MATHS_B, held_on=MONDAY, number=1, substitute=TEACHER_2.id, reason="ill", basis="№ 8"
                ),
                DEPUTY,
            ),
            (cmd.WithdrawSubstitutionPlan(course=MATHS_B, corrects=1, basis="№ 8"), DEPUTY),
            (
                cmd.ScheduleWork(course=MATHS_B, scheduled=uid(2100), planned_on=MONDAY, kind="test", minutes=45),
                TEACHER,
            ),
            (cmd.MoveScheduledWork(course=MATHS_B, corrects=1, planned_on=MONDAY, reason="load"), TEACHER),
            (cmd.CancelScheduledWork(course=MATHS_B, corrects=1, reason="load"), TEACHER),
            (
                cmd.RecordPeriodMarks(
                    sheet=SHEETS[QUARTER_1],
                    course=MATHS_B,
                    period=QUARTER_1,
                    marks=(cmd.NewResult(student=STUDENTS_B[0]),),
                ),
                TEACHER,
            ),
            (
                cmd.RecordFinalMarks(sheet=SHEETS[WHOLE_YEAR], marks=(cmd.NewResult(student=STUDENTS_B[0]),)),
                TEACHER,
            ),
            (
                cmd.RecordExamResults(
                    sheet=SHEETS[WHOLE_YEAR], protocol="1", obtained_at="2027-05-30T10:00", results=()
                ),
                DEPUTY,
            ),
            (
                cmd.PublishResults(sheet=SHEETS[WHOLE_YEAR], what="period_mark", obtained_at="2027-05-30T10:00"),
                TEACHER,
            ),
            (cmd.CorrectResult(sheet=SHEETS[WHOLE_YEAR], corrects=1, new="5", reason="typo"), TEACHER),
        ],
    )
    def test_is_refused(self, settled: SmallSchool, command: cmd.JournalCommand, actor: Actor) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        refused = settled.refuse(command, actor, AFTER_YEAR)
        assert (refused.rule, refused.clause) == ("journal_closed", "3.2")

    def test_of_a_lesson_even_a_request_for_a_correction_is_refused(self) -> None:
        school = SmallSchool()
        school.do(lesson(course=MATHS_B, attendance_taken=True))
        for period in SHEETS:
            school.close(period, AFTER_YEAR)
        school.do(close(excused("council", 2, None), excused("result", RESULTS)), DEPUTY, AFTER_YEAR)
        change: dict[str, Any] = {
            "lesson": school.lesson().id,
            "corrects": school.lesson().lesson,
            "new": None,
            "reason": "typo",
        }
        for command in (
            cmd.RequestCorrection(**change, basis="заявление"),
            cmd.Correct(**change),
            cmd.AddToLesson(lesson=school.lesson().id, homework=cmd.NewHomework(text="§ 1")),
            cmd.SetAbsenceReason(lesson=school.lesson().id, absence=1, code="ill"),
        ):
            assert school.refuse(command, TEACHER, AFTER_YEAR).rule == "journal_closed"

    def test_another_class_goes_on(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        for period in (QUARTER_1, WHOLE_YEAR):
            settled.reopen(period, AFTER_YEAR)
        of_russian = lesson(uid(1002), course=RUSSIAN_A)
        assert isinstance(settled.do(of_russian, TEACHER_2, AFTER_YEAR)[0], LessonRecorded)
        assert settled.refuse(lesson(course=MATHS_B), TEACHER, AFTER_YEAR).rule == "journal_closed"


class TestReopening:
    def test_one_asks_another_approves_and_ordinary_commands_are_taken_again(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        request = settled.journal.size
        expected = JournalReopeningRequested(reason="other", basis="акт № 5", sd=(digest(9),))
        assert settled.do(ask(reason="other", note=digest(9)), TEACHER, AFTER_YEAR) == [expected]
        sheet = settled.journal.find(f"results/{SHEETS[WHOLE_YEAR]}")
        standing = next(iter(sheet.facts))  # type: ignore[union-attr]
        change = cmd.RequestResultCorrection(
            sheet=SHEETS[WHOLE_YEAR], corrects=standing, new="5", reason="typo", basis="записка № 2"
        )
        assert settled.refuse(change, TEACHER, AFTER_YEAR).rule == "journal_closed"
        approved = JournalReopeningApproved(request=request, basis="приказ")
        assert settled.do(approve(request), DIRECTOR, AFTER_YEAR) == [approved]
        second = cmd.ApproveResultCorrection(
            sheet=SHEETS[WHOLE_YEAR], request=settled.index(change, TEACHER, AFTER_YEAR)
        )
        settled.do(second, DEPUTY, AFTER_YEAR)
        settled.do(close(), DEPUTY, AFTER_YEAR)

    def test_a_refusal_leaves_it_closed(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        request = settled.index(ask(), TEACHER, AFTER_YEAR)
        assert settled.refuse(ask(), DEPUTY, AFTER_YEAR).rule == "reopening_waits"
        expected = JournalReopeningRefused(request=request, basis="нет")
        assert settled.do(refuse(request), DIRECTOR, AFTER_YEAR) == [expected]
        assert settled.refuse(approve(request), DIRECTOR, AFTER_YEAR).rule == "not_a_request"
        assert settled.refuse(close(), DEPUTY, AFTER_YEAR).rule == "journal_closed_already"

    @pytest.mark.parametrize("actor", [TEACHER_2, DEPUTY])
    def test_only_the_director_or_the_administrator_answers(self, settled: SmallSchool, actor: Actor) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        request = settled.index(ask(), TEACHER, AFTER_YEAR)
        for answer in (approve(request), refuse(request)):
            refused = settled.refuse(answer, actor, AFTER_YEAR)
            assert (refused.rule, refused.clause) == ("role_not_allowed", "3.2")

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"reason": "boredom"}, "unknown_code", "reason"),
            ({"reason": "other"}, "note_missing", "note"),
            ({"note": "x"}, "malformed_digest", "note"),
            ({"basis": ""}, "malformed_text", "basis"),
            ({"class_group": CLASS_A}, "journal_not_closed", "class_group"),
            ({"class_group": uid(999)}, "unknown_class", "class_group"),
        ],
    )
    def test_a_request_needs_a_closed_journal_a_reason_and_a_document(
        self, settled: SmallSchool, changes: dict[str, str], rule: str, where: str
    ) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        refused = settled.refuse(ask(**changes), ADMIN, AFTER_YEAR)
        assert (refused.rule, refused.where) == (rule, where)

    def test_who_asked_does_not_answer(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        request = settled.index(ask(), ADMIN, AFTER_YEAR)
        for answer in (approve(request), refuse(request)):
            refused = settled.refuse(answer, Actor(ADMIN.id, "director"), AFTER_YEAR)
            assert (refused.rule, refused.clause, refused.where) == ("second_person_needed", "3.2", "actor.id")

    def test_a_journal_is_not_reopened_for_ever(self, settled: SmallSchool) -> None:
        for _ in range(9):
            settled.do(close(), DEPUTY, AFTER_YEAR)
            settled.reopen_journal(CLASS_B, AFTER_YEAR)
        settled.do(close(), DEPUTY, AFTER_YEAR)
        assert settled.refuse(ask(), ADMIN, AFTER_YEAR).rule == "reopened_too_often"


class TestTransferring:
    def test_the_sheet_as_it_is_is_handed_over_once(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        sha256 = sheet_digest(settled)
        made: list[Event] = settled.do(transfer(sha256), DEPUTY, AFTER_YEAR)
        assert made == [SheetTransferred(sha256=sha256, number="12", received_on="2027-06-01", to="архив школы")]
        assert settled.refuse(transfer(sha256), DEPUTY, AFTER_YEAR).rule == "sheet_transferred_already"

    @pytest.mark.clause("R41", breaks="ledger.journal.journals:closed_journal")
    def test_never_before_the_journal_is_closed(self, settled: SmallSchool) -> None:
        refused = settled.refuse(transfer(sheet_digest(settled)), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.clause) == ("journal_not_closed", "3.2")

    def test_another_sheet_than_the_present_one_is_refused(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        refused = settled.refuse(transfer("0" * 64), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.clause, refused.where) == ("sheet_differs", "3.2", "sha256")

    def test_what_changed_behind_a_reopening_is_another_version(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        before = sheet_digest(settled)
        settled.do(transfer(before), DEPUTY, AFTER_YEAR)
        settled.reopen_journal(CLASS_B, AFTER_YEAR)
        sheet = settled.journal.find(f"results/{SHEETS[WHOLE_YEAR]}")
        standing = next(iter(sheet.facts))  # type: ignore[union-attr]
        change = cmd.RequestResultCorrection(
            sheet=SHEETS[WHOLE_YEAR], corrects=standing, new="5", reason="typo", basis="записка № 2"
        )
        request = settled.index(change, TEACHER, AFTER_YEAR)
        settled.do(cmd.ApproveResultCorrection(sheet=SHEETS[WHOLE_YEAR], request=request), DEPUTY, AFTER_YEAR)
        settled.do(close(), DEPUTY, AFTER_YEAR)
        after = sheet_digest(settled)
        assert after != before
        assert settled.refuse(transfer(before), DEPUTY, AFTER_YEAR).rule == "sheet_transferred_already"
        settled.do(transfer(after, number="13"), DEPUTY, AFTER_YEAR)

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"sha256": "x"}, "malformed_hash", "sha256"),
            ({"number": ""}, "malformed_text", "number"),
            ({"to": " "}, "malformed_text", "to"),
            ({"received_on": "2027-06-02"}, "day_not_come", "received_on"),
        ],
    )
    def test_has_a_receipt(self, settled: SmallSchool, changes: dict[str, str], rule: str, where: str) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        refused = settled.refuse(transfer(**{"sha256": sheet_digest(settled), **changes}), DEPUTY, AFTER_YEAR)
        assert (refused.rule, refused.where) == (rule, where)

    def test_a_teacher_hands_nothing_over(self, settled: SmallSchool) -> None:
        settled.do(close(), DEPUTY, AFTER_YEAR)
        assert settled.refuse(transfer("0" * 64), TEACHER, AFTER_YEAR).clause == "3.2"


def test_a_sheets_bytes_are_those_worked_out_by_hand() -> None:
    """Two students, two subjects; one result was given twice, by the teachers of two subgroups."""
    first, second = STUDENTS_B
    results = [
        StandingResult(90, first, '=Химия; "проф"', "quarter_1", "5"),
        StandingResult(80, first, '=Химия; "проф"', "quarter_1", "na"),
        StandingResult(70, second, "Алгебра", "year", "3"),
        StandingResult(71, second, "Алгебра", "exam", "4"),
        StandingResult(72, second, "Алгебра", "final", "pass"),
    ]
    decisions = [("admitted", (second,)), ("graduated", (first, second))]
    sheet = make_sheet([second, first], ['=Химия; "проф"', "Алгебра", "Алгебра"], results, decisions)
    both = "допущены к итоговой аттестации, выпущены"
    assert sheet.csv.decode("utf-8-sig").split("\r\n")[1:] == [
        f"""{first};"'=Химия; ""проф\""";н/а, 5;;;;;;;;;;;;выпущены""",
        f"{first};Алгебра;;;;;;;;;;;;;выпущены",
        f"""{second};"'=Химия; ""проф\""";;;;;;;;;;;;;{both}""",
        f"{second};Алгебра;;;;;;;;;;3;4;зачёт;{both}",
        "",
    ]
    assert sheet.csv.startswith(b"\xef\xbb\xbfstudent (")
