"""A class's journal that was closed, opened again, closed anew and its summary sheet handed over; and lies about that.

What lacks and the sheet's bytes were worked out by hand, never asked of a program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.verify_archive import Builder, write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_results import Graded, graded
from verify.archive import verify_archive
from verify.findings import Report

HEADER = (
    "\ufeffstudent (ученик);subject (предмет);quarter_1 (1 четверть);quarter_2 (2 четверть);quarter_3 (3 четверть);"
    "quarter_4 (4 четверть);trimester_1 (1 триместр);trimester_2 (2 триместр);trimester_3 (3 триместр);"
    "half_year_1 (1 полугодие);half_year_2 (2 полугодие);year (год);exam (экзамен);final (итоговая);"
    "council (педагогический совет)\r\n"
)


@dataclass
class Finished:
    """5А's small school and beside it 7Г, whose journal is closed at the end and whose sheet was handed over twice."""

    g: Graded
    group: str
    course: str
    period: str
    lesson: str
    sheet: str
    students: list[str]
    mark: int

    @property
    def b(self) -> Builder:
        return self.g.b

    @property
    def lacks(self) -> list[tuple[str, int, str | None]]:
        """Nobody took attendance; the second student has no mark; two results, two decisions, a remark without answer."""
        return [
            ("attendance", 1, self.course), ("council", 1, None), ("mark", 1, self.course), ("remark", 1, None),
            ("result", 1, self.course),
        ]  # fmt: skip

    def rows(self, quarter: str) -> bytes:
        """The sheet: the first student has a mark of the quarter and is promoted, the second has nothing."""
        cells = {self.students[0]: [quarter, *[""] * 11, "переведены"], self.students[1]: [""] * 13}
        lines = [";".join([student, "'=Физика", *cells[student]]) for student in sorted(self.students)]
        return (HEADER + "".join(line + "\r\n" for line in lines)).encode()

    def close(self) -> int:
        return self.b.close_journal(self.group, *self.lacks)


def finished() -> Finished:
    """Write what happened in 7Г."""
    g = graded()
    b, school = g.b, g.school
    b.begin()
    students = [b.person("student", "Фомин", "Юрий"), b.person("student", "Ясина", "Эмма")]
    group = b.class_group(school.year, 7, "Г")
    for student in students:
        b.enroll(group, student)
    course = b.course(group, "=Физика", school.year, school.teacher)
    period = b.period(school.year, 1, [7], "2026-09-01", "2026-10-25")
    lesson = b.lesson(course, school.teacher, "2026-09-07", "Сила", "not_taken")
    work = b.work(lesson, "control_work", written=True)
    b.work(lesson)
    mark = b.mark(lesson, work, students[0], "4")
    b.remark(group, school.teacher, "marks", "")
    b.close_remark(b.remark(group, school.teacher, "marks", ""))
    # Results that come behind the close are not settled by it.
    b.close(period, lambda info: info["course"] == course)
    sheet = g.open(period, course)
    result = g.mark(sheet, students[0], "4", "4", (400, 100), [mark])
    g.rows[result][3:5] = ["7Г", "=Физика"]
    b.begin()
    g.decide("promoted", students[:1])
    f = Finished(g, group, course, period, lesson, sheet, students, result)
    f.close()
    b.hand_over(group, f.rows("4"))
    b.reopen_journal(group, school.employee, "other", "=Забыли")
    b.begin()
    g.correct(result, "5", "rechecked")
    f.close()
    b.hand_over(group, f.rows("5"))
    return f


def story(*codes: str) -> Callable[[Callable[[Finished], None]], object]:
    """Register a change of what happened, sealed and signed as if it were right: only the replay can tell."""

    def register(change: Callable[[Finished], None]) -> object:
        def run(folder: Path) -> Report:
            f = finished()
            change(f)
            return verify_archive(write_folder(f.b.files(), folder / "bag"), pinned(f.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def _again(f: Finished, *excused: tuple[str, int, str | None]) -> None:
    """Open the journal once more, and close it with these excuses."""
    f.b.reopen_journal(f.group, f.g.school.employee)
    f.b.close_journal(f.group, *excused)


@story("journal-closed")
def journal_closed_twice(f: Finished) -> None:
    f.close()


@story("journal-closed")
def journal_reopened_while_it_is_open(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)
    f.b.reopen_journal(f.group, f.g.school.employee)


@story("journal-closed")
def journal_reopened_a_tenth_time(f: Finished) -> None:
    for _ in range(8):  # it had its first
        _again(f, *f.lacks)
    f.b.reopen_journal(f.group, f.g.school.employee)


@story("request-same-person")
def journal_reopened_by_the_one_who_asked(f: Finished) -> None:
    f.b.actor = {"id": f.g.school.employee, "role": "director"}
    f.b.reopen_journal(f.group, f.g.school.employee)


@story("person-kind")
def journal_reopened_for_a_student(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.students[0])


@story("correction-note-missing")
def journal_reopened_for_another_reason_without_a_note(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee, "other")


@story("journal-closed", "recorded-after-close")
def lesson_in_a_closed_journal(f: Finished) -> None:
    f.b.lesson(f.course, f.g.school.teacher, "2026-09-14", "Сила")


@story("journal-closed")
def lesson_in_a_closed_journal_outside_its_periods(f: Finished) -> None:
    f.b.lesson(f.course, f.g.school.teacher, "2026-11-09", "Сила")


@story("journal-closed")
def result_corrected_in_a_closed_journal(f: Finished) -> None:
    f.g.correct(f.mark, "3")


@story("journal-closed")
def lesson_cancelled_in_a_closed_journal(f: Finished) -> None:
    f.b.cancel(f.course, "2026-11-09")


@story("journal-closed")
def homework_posted_in_a_closed_journal(f: Finished) -> None:
    f.b.post(f.course, "2026-11-09", "§ 5")


@story("journal-closed")
def substitution_planned_in_a_closed_journal(f: Finished) -> None:
    teacher = f.b.person("teacher", "Зуева", "Нина")
    f.b.plan_substitute(f.course, f.g.school.teacher, teacher, "2026-11-09")


@story("journal-closed")
def work_scheduled_in_a_closed_journal(f: Finished) -> None:
    f.b.schedule(f.course, "2026-11-09")


@story("journal-mismatch")
def journal_closed_in_silence(f: Finished) -> None:
    _again(f)


@story("journal-mismatch")
def journal_that_hides_a_missing_mark(f: Finished) -> None:
    _again(f, *(one for one in f.lacks if one[0] != "mark"))


@story("journal-mismatch")
def journal_that_hides_a_missing_result(f: Finished) -> None:
    _again(f, *(one for one in f.lacks if one[0] != "result"))


@story("journal-mismatch")
def journal_that_hides_a_student_without_a_decision(f: Finished) -> None:
    _again(f, *(one for one in f.lacks if one[0] != "council"))


@story("journal-mismatch")
def journal_that_hides_a_remark(f: Finished) -> None:
    _again(f, *(one for one in f.lacks if one[0] != "remark"))


@story("journal-mismatch")
def journal_that_hides_attendance_nobody_took(f: Finished) -> None:
    _again(f, *f.lacks[1:])


@story("journal-mismatch")
def journal_that_excuses_more_than_lacks(f: Finished) -> None:
    attendance, *rest = f.lacks
    _again(f, (attendance[0], 2, f.course), *rest)


@story("journal-mismatch")
def journal_that_excuses_lessons_of_another_class(f: Finished) -> None:
    attendance, council, *rest = f.lacks
    _again(f, attendance, council, ("lesson", 1, f.g.school.course), *rest)


@story("data-field")
def journal_with_excuses_in_another_order(f: Finished) -> None:
    _again(f, *reversed(f.lacks))


@story("data-field", "table-row-extra")
def journal_with_a_reason_that_there_is_not(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)
    index = f.close()
    f.b.entries[index]["data"]["excused"][0]["reason"] = "boredom"


@story("journal-mismatch", "closing-mismatch")
def journal_closed_over_an_open_period(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)
    f.b.reopen(f.period, f.g.school.employee)
    f.close()
    f.b.close(f.period, lambda info: False)


@story("journal-mismatch")
def journal_closed_over_a_request_that_waits(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)
    lesson = next(row.standing for row in f.b.rows.values() if row.lesson == f.lesson and row.what == "mark")
    f.b.begin()
    f.b.request(lesson, "5")
    f.close()


@story("journal-mismatch")
def journal_of_a_class_without_a_period(f: Finished) -> None:
    group = f.b.class_group(f.g.school.year, 9, "А")
    f.b.close_journal(group)


@story("journal-mismatch")
def journal_of_a_class_too_large(f: Finished) -> None:
    for number in range(199):
        f.b.begin()
        f.b.enroll(f.group, f.b.person("student", f"Ученик {number}"), "2026-11-01")
    _again(f)


@story("journal-closed")
def sheet_handed_over_before_the_closing(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)
    f.b.hand_over(f.group, f.rows("5"))


@story("sheet-digest")
def sheet_as_it_was_before_the_correction(f: Finished) -> None:
    f.b.hand_over(f.group, f.rows("4"))


@story("sheet-digest")
def sheet_handed_over_again(f: Finished) -> None:
    f.b.hand_over(f.group, f.rows("5"))


@story("journal-closed")
def sheet_handed_over_for_the_hundredth_time(f: Finished) -> None:
    for number in range(97):  # it was handed over twice
        f.b.begin()
        f.g.decide("admitted", [f.students[number % 2]])
        f.b.hand_over(f.group, _with(f, number + 1))
    f.b.hand_over(f.group, b"")


def _with(f: Finished, admitted: int) -> bytes:
    """The sheet after so many decisions of admission, in turn of the first and the second student."""
    word = "допущены к итоговой аттестации"
    first, second = (admitted + 1) // 2, admitted // 2
    cells = {
        f.students[0]: ["5", *[""] * 11, ", ".join(["переведены", *[word] * first])],
        f.students[1]: [*[""] * 12, ", ".join([word] * second)],
    }
    lines = [";".join([student, "'=Физика", *cells[student]]) for student in sorted(f.students)]
    return (HEADER + "".join(line + "\r\n" for line in lines)).encode()


@story("table-cell")
def closing_whose_excuses_the_table_counts_otherwise(f: Finished) -> None:
    f.b.shown["journal_excuses", 0] = (7, "2")


@story("table-cell")
def closing_whose_excuse_has_another_reason_in_the_table(f: Finished) -> None:
    f.b.shown["journal_excuses", 1] = (8, "иное")


@story("table-cell")
def closing_whose_excuse_is_of_another_subject_in_the_table(f: Finished) -> None:
    f.b.shown["journal_excuses", 2] = (6, "История")
