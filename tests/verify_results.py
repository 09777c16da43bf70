"""Results in the verifier's small school: a quarter's, the year's, an examination, the council; and lies about them.

What the results say was worked by hand from the marks of `tests.verify_archive.sample`, never asked of a program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.verify_archive import MARKS, REASONS, Builder, Sample, canonical, sample, write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify.archive import verify_archive
from verify.findings import Report

WHAT = {"period_mark": "отметка за период", "exam_result": "отметка за экзамен", "final_mark": "итоговая отметка"}
DEVIATIONS = {"trend": "учтена динамика", "other": "иное (с пояснением)", "council": "решение педагогического совета"}
RULES: dict[str, Any] = {
    "average": "weighted", "marks_min": 1, "five_from": 460, "four_from": 360, "three_from": 251,
    "period_marks_min": 1, "mean_up_from": 50, "final_from": "mean_of_year_and_exam",
}  # fmt: skip


@dataclass
class Graded:
    """The small school with its results; each mark by its first entry, rows of the table by it too."""

    school: Sample
    rule: int
    quarter: str
    sheet: str
    year_sheet: str
    rows: dict[int, list[Any]]
    standing: dict[int, tuple[int, Any]]
    marks: list[int]
    request: int
    decision: int

    @property
    def b(self) -> Builder:
        return self.school.builder

    def word(self, value: Any) -> str:
        return "" if value is None else MARKS.get(value, value)

    def adopt(self, effective_from: str, **changes: Any) -> int:
        """Adopt rules of assessment."""
        rules = RULES | changes
        index = self.b.add(
            "assessment", self.b.school_id, "assessment_rules_adopted",
            order_number="21-о", order_date="2026-08-24", effective_from=effective_from, rules=rules,
        )  # fmt: skip
        shown = canonical(rules).decode()
        self.b.tables["assessment"].append([index, "21-о", "2026-08-24", effective_from, shown])
        return index

    def open(self, period: str, course: str = "") -> str:
        """Open a sheet."""
        sheet = self.b.uuid()
        self.b.begin()
        self.b.add("results", sheet, "result_sheet_opened", course=course or self.school.course, period=period)
        return sheet

    def mark(
        self, sheet: str, student: str, value: str, computed: str, mean: tuple[int, int], inputs: list[int],
        what: str = "period_mark", note: str = "", **more: Any,
    ) -> int:  # fmt: skip
        """Record a result that the rules compute; `mean`: sum and weight."""
        index = len(self.b.entries)
        if note:
            more["sd"] = [self.b.disclose("note", note, index)]
        data = {
            "student": student, "value": value, "computed": computed, "sum": mean[0], "weight": mean[1],
            "inputs": inputs, "rule": self.rule, **more,
        }  # fmt: skip
        self.b.add("results", sheet, f"{what}_recorded", **data)
        reason = DEVIATIONS[more["reason"]] if more.get("reason") else ""
        listed = " ".join(map(str, inputs))
        cells = [self.word(computed), *mean, listed, data["rule"], self.word(value), reason, note, "", ""]
        cells.append(" ".join(map(str, more.get("lacks", []))))
        self._row(index, sheet, what, student, cells, value)
        return index

    def exam(self, sheet: str, student: str, value: str) -> int:
        """Record an examination's result."""
        index = self.b.add(
            "results", sheet, "exam_result_recorded",
            student=student, value=value, protocol="=Протокол № 2", obtained_at="2027-05-29T12:00",
        )  # fmt: skip
        cells = ["", "", "", "", "", self.word(value), "", "", "2027-05-29T12:00", "=Протокол № 2", ""]
        self._row(index, sheet, "exam_result", student, cells, value)
        return index

    def _row(self, index: int, sheet: str, what: str, student: str, cells: list[Any], value: str) -> None:
        name = self.b.names.get(student, student)
        period = "год" if sheet == self.year_sheet else "четверть 1"
        row = [
            index, self.b.entries[index]["at"], sheet, "5А", "Математика", period, WHAT[what], student, name,
            *cells, self.word(value), "", "",
        ]  # fmt: skip
        self.rows[index] = row
        self.standing[index] = (index, value)
        self.b.tables["results"].append(row)

    def publish(self, sheet: str, what: str = "period_mark") -> int:
        """Publish the results of a kind that a sheet has."""
        index = self.b.add("results", sheet, "results_published", what=what, obtained_at="2026-10-24T15:00")
        for row in self.rows.values():
            if (row[2], row[6], row[-1]) == (sheet, WHAT[what], ""):
                row[-1] = index
        return index

    def correct(
        self, first: int, new: str | None, reason: str = "typo", request: int | None = None, **more: Any
    ) -> int:
        """Correct a result, or annul it."""
        (corrects, old), row = self.standing[first], self.rows[first]
        verb = "annulled" if new is None else "corrected"
        data = {"corrects": corrects, "old": old, "new": new, "reason": reason, "request": request, **more}
        index = self.b.add("results", row[2], f"result_{verb}", **data)
        self.standing[first] = (index, new)
        row[-3:-1] = [self.word(new), index]
        entry = self.b.entries[index]
        self.b.tables["result_corrections"].append([
            index, entry["at"], row[6], corrects, row[2], row[7], self.word(old), self.word(new), REASONS[reason], "",
            more.get("basis", ""), "" if request is None else request, entry["actor"]["id"],
        ])  # fmt: skip
        return index

    def ask(self, first: int, new: str | None) -> int:
        """Ask for a correction of a published result."""
        corrects, old = self.standing[first]
        fields = {"corrects": corrects, "old": old, "new": new, "reason": "appeal", "basis": "Заявление № 9"}
        return self.b.add("results", self.rows[first][2], "result_correction_requested", **fields)

    def decide(self, decision: str, students: list[str], **more: Any) -> int:
        """Record a decision of the council."""
        words = {"admitted": "допущены к итоговой аттестации", "promoted": "переведены"}
        data = {"protocol": "Протокол № 5", "held_on": "2027-05-28", "decision": decision, "students": students}
        index = self.b.add("council", self.school.year, "council_decision_recorded", **data, **more)
        names = ", ".join(self.b.names[student] for student in students)
        self.b.tables["council"].append([
            index, self.b.entries[index]["at"], self.school.year, "Протокол № 5", "2027-05-28", words[decision],
            " ".join(students), names, more.get("basis", ""), "",
        ])  # fmt: skip
        for row in self.b.tables["council"]:
            if row[0] == more.get("replaces"):
                row[-1] = index
        return index


def graded(rules_from: str = "2026-09-01") -> Graded:
    """The small school, with everything of "Results" and "The council" once at least."""
    school = sample()
    b = school.builder
    b.begin()
    year = b.uuid()
    b.add(
        "period", year, "period_defined",
        year=school.year, kind="year", number=1, grades=[5], starts_on="2026-09-01", ends_on="2027-05-31",
    )  # fmt: skip
    b.add("year", school.year, "period_listed", period=year)
    g = Graded(school, 0, school.period, "", "", {}, {}, [], 0, 0)
    g.rule = g.adopt(rules_from)
    _quarter(g)
    _year(g, year)
    b.begin()
    students = sorted(school.students)
    g.decide("admitted", students[:2], basis="+ведомость")
    g.decision = g.decide("promoted", students)
    g.decision = g.decide("promoted", students[:3], replaces=g.decision)
    return g


def _quarter(g: Graded) -> None:
    """Pyotr has 3 (weight 100) and 2 (weight 200): 700/300. Maria has 5 since her 4/5 was corrected. The third has н/а."""
    school, b = g.school, g.b
    pyotr, maria, third, fourth = school.students[:4]
    g.sheet = g.open(g.quarter)
    two = next(
        entry["index"] for entry in b.entries if entry["type"] == "mark_recorded/1" and entry["data"]["value"] == "2"
    )
    fives = [row.standing for row in b.rows.values() if (row.what, row.value, row.student) == ("mark", "5", maria)]
    first = g.mark(g.sheet, pyotr, "3", "2", (700, 300), sorted([school.marks[0], two]), reason="trend")
    second = g.mark(g.sheet, maria, "5", "5", (500, 100), fives)
    third_mark = g.mark(g.sheet, third, "na", "na", (0, 0), [])
    g.mark(g.sheet, fourth, "exempt", "na", (0, 0), [], reason="other", note="=освобождена; справка")
    b.begin()
    g.correct(third_mark, None, "wrong_student")
    g.correct(third_mark, "na", "wrong_column")
    g.correct(third_mark, None)
    again = g.mark(g.sheet, third, "na", "na", (0, 0), [])
    g.publish(g.sheet)
    b.begin()
    asked_by = b.actor
    g.request = g.ask(first, "2")
    refused = g.ask(second, "4")
    b.actor = {"id": b.uuid(), "role": "deputy"}
    g.correct(first, "2", "appeal", g.request, basis="Заявление № 9")
    b.add("results", g.sheet, "result_correction_refused", request=refused, basis="Нет оснований")
    b.actor = asked_by
    g.marks = [first, second, again]


def _year(g: Graded, year: str) -> None:
    """Pyotr's year is his quarter's 2, Maria's her 5; she has 4 for the examination: 9/2, which rounds up."""
    pyotr, maria, third = g.school.students[:3]
    g.year_sheet = g.open(year)
    quarter, fives = g.standing[g.marks[0]][0], g.standing[g.marks[1]][0]
    g.mark(g.year_sheet, pyotr, "2", "2", (2, 1), [quarter])
    of_year = g.mark(g.year_sheet, maria, "5", "5", (5, 1), [fives])
    g.mark(g.year_sheet, third, "na", "na", (0, 0), [])
    g.b.begin()
    exam = g.exam(g.year_sheet, maria, "4")
    g.publish(g.year_sheet, "exam_result")
    g.mark(g.year_sheet, maria, "5", "5", (9, 2), sorted([of_year, exam]), "final_mark")
    g.mark(g.year_sheet, third, "na", "na", (0, 0), [], "final_mark")


def graded_story(*codes: str) -> Callable[[Callable[[Graded], None]], Callable[[Graded], None]]:
    """Register a change of what happened, sealed and signed as if it were right: only the replay can tell."""

    def register(change: Callable[[Graded], None]) -> Callable[[Graded], None]:
        def run(folder: Path) -> Report:
            g = graded()
            change(g)
            return verify_archive(write_folder(g.b.files(), folder / "bag"), pinned(g.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def _entry(g: Graded, first: int) -> dict[str, Any]:
    data: dict[str, Any] = g.b.entries[first]["data"]
    return data


# What was computed.


@graded_story("result-computed")
def computed_mark_that_is_better(g: Graded) -> None:
    _entry(g, g.marks[0])["computed"] = "3"
    _entry(g, g.marks[0]).pop("reason")
    g.rows[g.marks[0]][9], g.rows[g.marks[0]][15] = "3", ""


@graded_story("result-computed")
def sum_that_is_greater(g: Graded) -> None:
    _entry(g, g.marks[0])["sum"] = g.rows[g.marks[0]][10] = 800


@graded_story("result-computed")
def weight_that_is_less(g: Graded) -> None:
    _entry(g, g.marks[1])["weight"] = g.rows[g.marks[1]][11] = 50


@graded_story("result-inputs")
def bad_mark_left_out(g: Graded) -> None:
    data, row = _entry(g, g.marks[0]), g.rows[g.marks[0]]
    data |= {"inputs": data["inputs"][:1], "sum": 300, "weight": 100, "computed": "3"}
    data.pop("reason")
    row[9:13], row[15] = ["3", 300, 100, str(data["inputs"][0])], ""


@graded_story("result-inputs")
def entry_that_a_correction_replaced(g: Graded) -> None:
    data = _entry(g, g.marks[1])
    data["inputs"] = [g.school.request]
    g.rows[g.marks[1]][12] = str(g.school.request)


@graded_story("result-inputs")
def inputs_in_another_order(g: Graded) -> None:
    data = _entry(g, g.marks[0])
    data["inputs"].reverse()
    g.rows[g.marks[0]][12] = " ".join(map(str, data["inputs"]))


@graded_story("result-inputs")
def mark_recorded_just_before(g: Graded) -> None:
    """Another mark of the quarter stands by then; the next result leaves it out."""
    b, school = g.b, g.school
    b.begin()
    fifth = school.students[4]
    b.enroll(b.class_group(school.year, 6, "Б"), b.person("student"), "2026-11-05")
    course = b.course(school.group, "Математика", school.year, school.teacher, "5", starts_on="2026-11-05")
    lesson = b.lesson(course, school.teacher, "2026-11-09")
    b.mark(lesson, b.work(lesson), fifth, "2")
    period = b.period(school.year, 2, [5], "2026-11-05", "2026-12-30")
    sheet = g.open(period)
    index = g.mark(sheet, fifth, "na", "na", (0, 0), [])
    g.rows[index][5] = "четверть 2"


@graded_story("result-rule")
def rules_adopted_too_late_for_the_quarter(g: Graded) -> None:
    """The period's last day decides, not the day of the entry."""
    g.rule = g.adopt("2026-10-26", three_from=201)
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])


@graded_story("result-rule")
def rules_that_others_replaced(g: Graded) -> None:
    g.adopt("2026-09-01", marks_min=3)
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])


@graded_story("result-rule")
def rules_that_are_none(g: Graded) -> None:
    g.rule = 1
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])


@graded_story("result-reason")
def other_mark_without_a_reason(g: Graded) -> None:
    g.mark(g.sheet, g.school.students[4], "3", "na", (0, 0), [])


@graded_story("result-reason")
def reason_for_the_computed_mark(g: Graded) -> None:
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [], reason="trend")


@graded_story("result-reason")
def note_without_a_reason(g: Graded) -> None:
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [], note="так вышло")


@graded_story("correction-note-missing")
def other_reason_of_a_result_without_a_note(g: Graded) -> None:
    g.mark(g.sheet, g.school.students[4], "3", "na", (0, 0), [], reason="other")


@graded_story("digest-reused")
def note_of_another_result(g: Graded) -> None:
    noted = next(entry for entry in g.b.entries if entry["type"] == "period_mark_recorded/1" and "_sd" in entry["data"])
    index = g.mark(g.sheet, g.school.students[4], "3", "na", (0, 0), [], reason="other", sd=noted["data"]["_sd"])
    g.rows[index][16] = "=освобождена; справка"


# Where results stand.


@graded_story("result-sheet")
def second_sheet_of_a_quarter(g: Graded) -> None:
    g.open(g.quarter)


@graded_story("result-sheet")
def sheet_of_another_grades_period(g: Graded) -> None:
    g.open(g.b.period(g.school.year, 3, [6], "2027-01-10", "2027-03-20"))


@graded_story("result-sheet")
def examination_in_a_quarter(g: Graded) -> None:
    g.exam(g.sheet, g.school.students[4], "5")


@graded_story("result-sheet")
def final_mark_in_a_quarter(g: Graded) -> None:
    g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [], "final_mark")


@graded_story("recorded-twice")
def second_mark_for_the_quarter(g: Graded) -> None:
    inputs = _entry(g, g.marks[1])["inputs"]
    g.mark(g.sheet, g.school.students[1], "5", "5", (500, 100), inputs)


@graded_story("recorded-twice")
def annulled_mark_brought_back_beside_another(g: Graded) -> None:
    annulled = next(first for first, (_, value) in g.standing.items() if value is None)
    request = g.ask(annulled, "na")
    g.b.actor = {"id": g.b.uuid(), "role": "deputy"}
    g.correct(annulled, "na", "appeal", request, basis="Заявление № 9")


@graded_story("person-kind")
def mark_for_the_quarter_of_a_teacher(g: Graded) -> None:
    g.mark(g.sheet, g.school.teacher, "na", "na", (0, 0), [])


@graded_story("reference-unknown")
def sheet_of_no_course(g: Graded) -> None:
    g.open(g.quarter, g.b.uuid())


# Corrections.


@graded_story("correction-after-close")
def published_result_changed_without_a_request(g: Graded) -> None:
    g.correct(g.marks[1], "4")


def _unpublished(g: Graded) -> int:
    return g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])


def _close_again(g: Graded) -> None:
    g.b.reopen(g.quarter, g.school.employee)
    g.b.close(g.quarter, lambda info: info["held_on"] <= "2026-10-25")


@graded_story("correction-after-close")
def result_changed_behind_the_periods_close_without_a_request(g: Graded) -> None:
    index = _unpublished(g)
    _close_again(g)
    g.correct(index, "3")


@graded_story()
def result_changed_while_its_period_is_open_again(g: Graded) -> None:
    index = _unpublished(g)
    _close_again(g)
    g.b.reopen(g.quarter, g.school.employee)
    g.correct(index, "3")


@graded_story()
def result_recorded_behind_the_periods_close_and_changed(g: Graded) -> None:
    _close_again(g)
    g.correct(_unpublished(g), "3")


@graded_story("correction-old-value")
def correction_of_what_did_not_stand(g: Graded) -> None:
    index = g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])
    g.correct(index, "3")
    g.b.entries[-1]["data"]["old"] = "2"
    g.b.tables["result_corrections"][-1][6] = "2"


@graded_story("correction-changes-nothing")
def correction_to_the_same(g: Graded) -> None:
    g.correct(g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), []), "na")


@graded_story("correction-cites-nothing", "table-cell")
def correction_of_a_result_of_another_sheet(g: Graded) -> None:
    index = g.mark(g.sheet, g.school.students[4], "na", "na", (0, 0), [])
    g.correct(index, "3")
    g.b.entries[-1]["data"]["corrects"] = g.marks[0]
    g.b.tables["result_corrections"][-1][3] = g.marks[0]


@graded_story("request-answered", "correction-cites-nothing")
def request_approved_twice(g: Graded) -> None:
    g.b.actor = {"id": g.b.uuid(), "role": "deputy"}
    g.b.begin()
    g.b.add(
        "results", g.sheet, "result_corrected",
        corrects=_entry(g, g.request)["corrects"], old="3", new="2", reason="appeal", basis="Заявление № 9",
        request=g.request,
    )  # fmt: skip
    entry = g.b.entries[-1]
    g.b.tables["result_corrections"].append([
        entry["index"], entry["at"], "", entry["data"]["corrects"], g.sheet, "", "3", "2", REASONS["appeal"], "",
        "Заявление № 9", g.request, entry["actor"]["id"],
    ])  # fmt: skip


@graded_story("request-same-person")
def request_approved_by_who_asked(g: Graded) -> None:
    request = g.ask(g.marks[1], "4")
    g.correct(g.marks[1], "4", "appeal", request, basis="Заявление № 9")


@graded_story("request-mismatch")
def correction_that_goes_beyond_its_request(g: Graded) -> None:
    request = g.ask(g.marks[1], "4")
    g.b.actor = {"id": g.b.uuid(), "role": "deputy"}
    g.correct(g.marks[1], "3", "appeal", request, basis="Заявление № 9")


# The council.


@graded_story("council-decision")
def decision_that_replaces_none(g: Graded) -> None:
    g.decide("promoted", sorted(g.school.students), replaces=g.rule)


@graded_story("council-decision")
def decision_replaced_twice(g: Graded) -> None:
    replaced = _entry(g, g.decision)["replaces"]
    g.decide("promoted", sorted(g.school.students), replaces=replaced)


@graded_story("council-decision")
def decision_on_a_student_twice(g: Graded) -> None:
    g.decide("promoted", [g.school.students[0]] * 2)


@graded_story("person-kind")
def decision_on_a_teacher(g: Graded) -> None:
    g.decide("promoted", [g.school.teacher])


@graded_story("reference-unknown")
def council_of_no_year(g: Graded) -> None:
    g.decide("promoted", sorted(g.school.students))
    other = g.b.uuid()
    g.b.entries[-1] |= {"stream": f"council/{other}", "version": 1}
    g.b.tables["council"][-1][2] = other


# Rules, and tables.


@graded_story("in-force-order")
def rules_in_force_before_those_they_follow(g: Graded) -> None:
    g.adopt("2026-08-31")


@graded_story("stream-kind")
def second_rules_of_one_school(g: Graded) -> None:
    g.adopt("2026-11-08")
    g.b.entries[-1] |= {"stream": f"assessment/{g.b.uuid()}", "version": 1}


def wrong_rules(name: str, **changes: Any) -> None:
    """Register rules with a value that may not be so."""

    def adopted(g: Graded) -> None:
        g.adopt("2026-11-08", **changes)

    adopted.__name__ = name
    graded_story("data-field", "table-row-extra")(adopted)


wrong_rules("five_from_four", five_from=400)
wrong_rules("four_from_beyond_four", four_from=401)
wrong_rules("three_from_two", three_from=200)
wrong_rules("no_marks_needed", marks_min=0)
wrong_rules("rounding_that_never_happens", mean_up_from=100)
wrong_rules("average_of_another_kind", average="median")
wrong_rules("rule_that_no_school_has", bonus=1)


@graded_story("table-cell")
def better_mark_in_a_table(g: Graded) -> None:
    g.rows[g.marks[0]][-3] = "5"


@graded_story("table-cell")
def unpublished_in_a_table(g: Graded) -> None:
    g.rows[g.marks[1]][-1] = ""


@graded_story("table-row-missing")
def result_left_out_of_its_table(g: Graded) -> None:
    g.b.tables["results"].pop()


@graded_story("table-row-missing")
def correction_of_a_result_left_out(g: Graded) -> None:
    g.b.tables["result_corrections"].pop()


@graded_story("table-cell")
def student_left_out_of_a_decision(g: Graded) -> None:
    row = g.b.tables["council"][-1]
    row[6] = row[6].split(" ", 1)[1]
