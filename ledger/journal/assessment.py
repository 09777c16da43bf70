"""Rules of assessment: how results follow from marks, adopted by orders as the regulation is (ФЗ-273, art. 28, 58).

All versions of a school are entries of one stream, `assessment/<id of the school>`: whoever computes by the list of
versions reads that stream, whoever adopts one writes to it, and so neither can miss the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import AdoptAssessmentRules
from ledger.journal.context import Context
from ledger.journal.in_force import Dated, InForce, evolve_dated, follow
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.result_events import AssessmentRules, AssessmentRulesAdopted, FinalOverYears
from ledger.journal.vocabulary import AVERAGES, FINALS, PERIOD_KINDS, WEIGHT_MAX, WORK_KINDS, WorkKind
from ledger.journal.year import GRADE_MAX, check_grades

LEAST_AND_MOST: Final[dict[str, tuple[int, int]]] = {
    "marks_min": (1, 99),
    "five_from": (401, 500),
    "four_from": (301, 400),
    "three_from": (201, 300),
    "period_marks_min": (1, 9),
    "mean_up_from": (1, 99),
}


class Assessment(Dated[AssessmentRulesAdopted], frozen=True, kw_only=True):
    """The rules of a school: versions in the order of their adoption, which is that of their days."""


def evolve_assessment(state: Assessment | None, events: Iterable[Recorded]) -> Assessment | None:
    """Apply events of a stream of assessment rules."""
    return evolve_dated(Assessment, "effective_from", AssessmentRulesAdopted, state, events)


def adopt_assessment_rules(command: AdoptAssessmentRules, context: Context) -> list[Planned]:
    """Adopt rules by an order, from a day on, never before an earlier version's; a wrong one is followed by another."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.1")
    rules.check_order(command.order_number, command.order_date)
    rules.check_date(command.effective_from, "effective_from")
    _check_rules(command.rules)
    event = AssessmentRulesAdopted(
        order_number=command.order_number,
        order_date=command.order_date,
        effective_from=command.effective_from,
        rules=command.rules,
    )
    return follow(
        Assessment,
        f"assessment/{context.books.school}",
        event.effective_from,
        event,
        context,
        earlier=Refused(
            "assessment_not_later",
            "rules of assessment take effect on the day of those before them, or later",
            clause=LOCAL_ACT,
            where="effective_from",
        ),
        same=Refused("same_assessment", "these rules are recorded already", clause=LOCAL_ACT),
    )


def rules_in_force(context: Context, day: str) -> InForce[AssessmentRulesAdopted]:
    """Return the rules of a day, which must still be those at the append.

    Raises:
        Refused: there are none yet.
    """
    known = context.find_if_any(Assessment, f"assessment/{context.books.school}")
    found = known.on(day) if known is not None else None
    if found is None:
        raise Refused(
            "no_assessment_rules", "no rules of assessment are in force on the period's last day", clause=LOCAL_ACT
        )
    return found


def _check_rules(wanted: AssessmentRules) -> None:
    rules.check_code(wanted.average, AVERAGES, "rules.average")
    rules.check_code(wanted.final_from, FINALS, "rules.final_from")
    for name, (least, most) in LEAST_AND_MOST.items():
        rules.check_integer(getattr(wanted, name), least, most, f"rules.{name}")
    if wanted.weights is not None:
        _check_weights(wanted.weights, wanted.average)
    if wanted.final_over_years is not None:
        _check_over_years(wanted.final_over_years)


def _check_weights(weights: Mapping[WorkKind, int], average: str) -> None:
    """Judge the weights of kinds of work: at least one, of kinds there are, and only where marks are weighed."""
    if average != "weighted":
        raise Refused(
            "weights_idle",
            "weights do not count where the mean is plain: leave them out",
            clause=LOCAL_ACT,
            where="rules.weights",
        )
    if not weights:
        raise Refused(
            "no_weights", "name a kind of work, or leave the weights out", clause=LOCAL_ACT, where="rules.weights"
        )
    for kind, weight in weights.items():
        rules.check_code(kind, WORK_KINDS, "rules.weights")
        rules.check_integer(weight, 1, WEIGHT_MAX, f"rules.weights.{kind}")


def _check_over_years(over: FinalOverYears) -> None:
    """Judge how final marks are of several years: of which grades and periods, and what a subject was called before."""
    where = "rules.final_over_years."
    rules.check_integer(over.first_grade, 1, GRADE_MAX, where + "first_grade")
    check_grades(over.grades, where + "grades")
    if over.grades[0] < over.first_grade:
        raise Refused(
            "grade_before_the_first",
            "a final mark is of a year of study at least: no grade is below the first",
            clause=LOCAL_ACT,
            where=where + "grades",
        )
    for position, kind in enumerate(over.marks):
        rules.check_code(kind, PERIOD_KINDS, f"{where}marks[{position}]")
    if list(over.marks) != sorted(set(over.marks)) or "year" not in over.marks:
        raise Refused(
            "final_without_years_mark",
            "the kinds of periods are in order, each once, and the year is one of them",
            clause=LOCAL_ACT,
            where=where + "marks",
        )
    rules.check_line(over.source, rules.TITLE_LENGTH_MAX, where + "source")
    for position, one in enumerate(over.renamed):
        rules.check_line(one.title, rules.TITLE_LENGTH_MAX, f"{where}renamed[{position}].title")
        rules.check_line(one.was, rules.TITLE_LENGTH_MAX, f"{where}renamed[{position}].was")
    was = [one.was for one in over.renamed]
    if was != sorted(set(was)) or any(one.title == one.was for one in over.renamed):
        raise Refused(
            "renamed_not_sorted",
            "earlier titles are in order, each once, and another than the subject's now",
            clause=LOG,
            where=where + "renamed",
        )
