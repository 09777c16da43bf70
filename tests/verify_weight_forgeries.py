"""Weights of kinds of work in the rules of assessment, worked by hand, and lies about them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verify_archive import write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_results import Graded, graded
from verify.archive import verify_archive
from verify.findings import Report

WEIGHTS = {"control_work": 300, "dictation": 200, "homework_check": 50}


def weighed() -> Graded:
    """The graded school, and by new rules a second quarter of one student.

    5 for an answer, of which the rules say nothing (100), 3 for a control work (300), 5 for a dictation whose own weight
    is 50: 500 + 900 + 250 = 1650 of 450 is 3.67, at least 3.60, so 4. The check of homework has no mark.
    """
    g = graded()
    b, school = g.b, g.school
    g.rule = g.adopt("2026-11-01", weights=WEIGHTS)
    b.begin()
    period = b.period(school.year, 2, [5], "2026-11-05", "2026-12-30")
    lesson = b.lesson(school.course, school.teacher, "2026-11-09")
    student = school.students[4]
    given = [("answer", None, "5"), ("control_work", None, "3"), ("dictation", 50, "5")]
    inputs = [b.mark(lesson, b.work(lesson, kind, weight=weight), student, value) for kind, weight, value in given]
    b.work(lesson, "homework_check", weight=None)
    g.sheet = g.open(period)
    g.marks = [g.mark(g.sheet, student, "4", "4", (1650, 450), [b.rows[each].standing for each in inputs])]
    g.rows[g.marks[0]][5] = "четверть 2"
    return g


def weighed_story(*codes: str) -> Callable[[Callable[[Graded], None]], object]:
    """Register a change of the school with weights, sealed and signed as if it were right."""

    def register(change: Callable[[Graded], None]) -> object:
        def run(folder: Path) -> Report:
            g = weighed()
            change(g)
            return verify_archive(write_folder(g.b.files(), folder / "bag"), pinned(g.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def _say(g: Graded, total: int, weight: int, computed: str) -> None:
    """Make the result say that it was computed so."""
    g.b.entries[g.marks[0]]["data"] |= {"sum": total, "weight": weight, "computed": computed, "value": computed}
    row, shown = g.rows[g.marks[0]], g.word(computed)
    row[9:12], row[14], row[-3] = [shown, total, weight], shown, shown


@weighed_story("result-computed")
def control_work_that_weighs_like_any_other(g: Graded) -> None:
    """The weights of the rules left out: 500 + 300 + 250 = 1050 of 250 is 4.20."""
    _say(g, 1050, 250, "4")


@weighed_story("result-computed")
def own_weight_that_the_rules_overrule(g: Graded) -> None:
    """The dictation as if it had no weight of its own: 500 + 900 + 1000 = 2400 of 600 is 4.00."""
    _say(g, 2400, 600, "4")


@weighed_story("result-computed")
def weight_of_rules_that_are_not_in_force_yet(g: Graded) -> None:
    """Rules of the next quarter double the control work: 500 + 1800 + 250 = 2550 of 750 is 3.40."""
    g.adopt("2026-12-31", weights={"control_work": 600})
    _say(g, 2550, 750, "3")


def wrong_weights(name: str, *codes: str, **changes: Any) -> None:
    """Register rules whose weights may not be so."""

    def adopted(g: Graded) -> None:
        g.adopt("2026-12-31", **changes)

    adopted.__name__ = name
    weighed_story("data-field", *codes)(adopted)


wrong_weights("weights_of_nothing", "table-row-extra", weights={})
wrong_weights("weight_of_a_kind_that_there_is_not", "table-row-extra", weights={"quiz": 100})
wrong_weights("kind_that_weighs_nothing", "table-row-extra", weights={"test": 0})
wrong_weights("kind_that_weighs_too_much", "table-row-extra", weights={"answer": 100, "test": 1001})
wrong_weights("weights_where_all_marks_are_alike", weights={"test": 200}, average="plain")


@weighed_story("table-cell")
def weight_in_the_table_that_the_work_does_not_have(g: Graded) -> None:
    g.b.shown["works", -1] = (9, "100")
