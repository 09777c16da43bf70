"""Final marks over two years of study in the verifier's small school, worked by hand, and lies about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verify_archive import canonical, write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_results import Graded, graded
from verify.archive import verify_archive
from verify.findings import Report

OVER: dict[str, Any] = {
    "first_grade": 4,
    "grades": [5],
    "marks": ["quarter", "year"],
    "renamed": [{"title": "Математика", "was": "Счёт"}],
    "source": "приказ Минпросвещения России от 05.10.2020 № 546, п. 5.3",
}


def over_years() -> Graded:
    """The graded school with the year before, when 5А was 4А and maths was «Счёт»; means are rounded up from 0.99.

    Pyotr has 4 and 4 there, 2 and 2 here: 12/4 = 3.00, so 3. The fifth has 4 and 4 there, 5 and 5 here: 18/4 = 4.50, and
    a half goes up: 5. The fourth was not here: of the quarter (exempt) and the year (3) one digit counts, grade 4 lacks.
    """
    g = graded("2025-09-01")
    b, school = g.b, g.school
    first_rule = g.rule
    last_rule = g.adopt("2027-05-31", final_over_years=OVER, mean_up_from=99)
    b.begin()
    before, whole = b.uuid(), b.uuid()
    b.add("year", before, "school_year_opened", title="2025/26", starts_on="2025-09-01", ends_on="2026-05-31")
    quarter = b.period(before, 1, [4], "2025-09-01", "2025-10-25")
    b.add(
        "period", whole, "period_defined",
        year=before, kind="year", number=1, grades=[4], starts_on="2025-09-01", ends_on="2026-05-31",
    )  # fmt: skip
    b.add("year", before, "period_listed", period=whole)
    group = b.class_group(before, 4, "А")
    pyotr, fourth, fifth = school.students[0], school.students[3], school.students[4]
    for student in (pyotr, fifth):
        b.enroll(group, student, "2025-09-01")
    course = b.course(group, "Счёт", before, school.teacher)
    of_quarter, of_year = g.open(quarter, course), g.open(whole, course)
    inputs: dict[str, list[int]] = {pyotr: [], fifth: []}
    for student in (pyotr, fifth):
        given = g.mark(of_quarter, student, "4", "na", (0, 0), [], reason="council", rule=first_rule)
        inputs[student] = [given, g.mark(of_year, student, "4", "4", (4, 1), [given], rule=first_rule)]
        for entry, shown in zip(inputs[student], ("четверть 1", "год"), strict=True):
            g.rows[entry][3:6] = ["4А", "Счёт", shown]
    given = g.mark(g.sheet, fifth, "5", "na", (0, 0), [], reason="council", rule=first_rule)
    inputs[fifth] += [given, g.mark(g.year_sheet, fifth, "5", "5", (5, 1), [given], rule=last_rule)]
    three = g.mark(g.year_sheet, fourth, "3", "na", (0, 0), [], reason="council", rule=last_rule)
    two = g.standing[g.marks[0]][0]
    (years_two,) = [entry for entry, row in g.rows.items() if (row[2], row[7]) == (g.year_sheet, pyotr)]
    g.rule = last_rule
    b.begin()
    g.marks = [
        g.mark(g.year_sheet, pyotr, "3", "3", (12, 4), sorted([*inputs[pyotr], two, years_two]), "final_mark"),
        g.mark(g.year_sheet, fifth, "5", "5", (18, 4), inputs[fifth], "final_mark"),
        g.mark(g.year_sheet, fourth, "4", "na", (3, 1), [three], "final_mark", reason="council", lacks=[4]),
    ]
    return g


def over_years_story(*codes: str) -> Callable[[Callable[[Graded], None]], object]:
    """Register a change of that school, sealed and signed as if it were right."""

    def register(change: Callable[[Graded], None]) -> object:
        def run(folder: Path) -> Report:
            g = over_years()
            change(g)
            return verify_archive(write_folder(g.b.files(), folder / "bag"), pinned(g.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def _data(g: Graded, which: int) -> dict[str, Any]:
    """What one of the three final marks says: Pyotr's, the fifth's, the fourth's."""
    data: dict[str, Any] = g.b.entries[g.marks[which]]["data"]
    return data


def _say(g: Graded, which: int, computed: str, **more: Any) -> None:
    """Make a final mark say that it was computed so."""
    _data(g, which).update(more, computed=computed, value=computed)
    row = g.rows[g.marks[which]]
    row[9], row[14], row[-3] = (g.word(computed),) * 3
    if "sum" in more:
        row[10:12] = [more["sum"], more["weight"]]
    if "inputs" in more:
        row[12] = " ".join(map(str, more["inputs"]))


@over_years_story("result-computed")
def half_of_a_final_mark_that_is_rounded_as_the_school_rounds(g: Graded) -> None:
    """4.50 by `mean_up_from` 99."""
    _say(g, 1, "4")


@over_years_story("result-inputs")
def final_mark_of_the_last_year_alone(g: Graded) -> None:
    _say(g, 0, "2", inputs=_data(g, 0)["inputs"][:2], sum=4, weight=2)


@over_years_story("result-computed")
def lacking_grade_that_is_not_told(g: Graded) -> None:
    del _data(g, 2)["lacks"]
    g.rows[g.marks[2]][19] = ""


@over_years_story("result-computed")
def lacking_grade_of_another_number(g: Graded) -> None:
    _data(g, 2)["lacks"] = [5]
    g.rows[g.marks[2]][19] = "5"


@over_years_story("result-computed")
def final_mark_computed_though_a_grade_lacks(g: Graded) -> None:
    _data(g, 2)["computed"] = "3"
    g.rows[g.marks[2]][9] = "3"


@over_years_story("result-computed", "result-reason")
def grade_that_lacks_though_nothing_does(g: Graded) -> None:
    _data(g, 0)["lacks"] = [4]
    g.rows[g.marks[0]][19] = "4"


@over_years_story("result-reason")
def final_mark_without_a_reason_though_a_grade_lacks(g: Graded) -> None:
    del _data(g, 2)["reason"]
    _say(g, 2, "na")
    g.rows[g.marks[2]][15] = ""


@over_years_story("result-inputs")
def title_that_the_rules_do_not_name(g: Graded) -> None:
    """Without its earlier title, 4А was taught another subject: only the two marks of 5А count."""
    rules = g.b.entries[g.rule]["data"]["rules"]
    rules["final_over_years"] = {name: value for name, value in OVER.items() if name != "renamed"}
    g.b.tables["assessment"][-1][-1] = canonical(rules).decode()


@over_years_story("table-cell")
def lacking_grade_left_out_of_the_table(g: Graded) -> None:
    g.rows[g.marks[2]][19] = ""


def wrong_over_years(name: str, *codes: str, **changes: Any) -> None:
    """Register a rule over years that may not be so."""

    def adopted(g: Graded) -> None:
        g.adopt("2027-05-31", final_over_years=OVER | changes)

    adopted.__name__ = name
    over_years_story("data-field", *codes)(adopted)


_TITLES = [{"title": "Математика", "was": was} for was in ("Алгебра", "Счёт")]

wrong_over_years("final_marks_of_no_grade", "table-row-extra", grades=[])
wrong_over_years("grade_that_there_is_not", "table-row-extra", grades=[13])
wrong_over_years("final_mark_of_no_years_mark", "table-row-extra", marks=["quarter"])
wrong_over_years("kinds_of_periods_out_of_order", "table-row-extra", marks=["year", "quarter"])
wrong_over_years("rule_of_no_norm", "table-row-extra", source="")
wrong_over_years("no_earlier_titles", "table-row-extra", renamed=[])
wrong_over_years("grades_that_fall", grades=[6, 5])
wrong_over_years("grade_below_the_first", grades=[3])
wrong_over_years("earlier_titles_out_of_order", renamed=_TITLES[::-1])
wrong_over_years("earlier_title_twice", renamed=[_TITLES[0], _TITLES[0]])
wrong_over_years("subject_that_was_called_the_same", renamed=[{"title": "Математика", "was": "Математика"}])
