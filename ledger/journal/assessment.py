"""Rules of assessment: how results follow from marks, adopted by orders as the regulation is (ФЗ-273, art. 28, 58).

All versions of a school are entries of one stream, `assessment/<id of the school>`: whoever computes by the list of
versions reads that stream, whoever adopts one writes to it, and so neither can miss the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AdoptAssessmentRules
from ledger.journal.context import Context
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.result_events import AssessmentRules, AssessmentRulesAdopted
from ledger.journal.vocabulary import AVERAGES, FINALS

LEAST_AND_MOST: Final[dict[str, tuple[int, int]]] = {
    "marks_min": (1, 99),
    "five_from": (401, 500),
    "four_from": (301, 400),
    "three_from": (201, 300),
    "period_marks_min": (1, 9),
    "mean_up_from": (1, 99),
}


class AssessmentVersion(NamedTuple):
    """A version of the rules and the index of its entry."""

    entry: int
    adopted: AssessmentRulesAdopted


class Assessment(Aggregate, frozen=True, kw_only=True):
    """The rules of a school: versions in the order of their adoption, which is that of their days."""

    versions: tuple[AssessmentVersion, ...] = ()

    def rules_on(self, day: str) -> AssessmentVersion | None:
        """Return the version in force on a day, or None before the first; of two from one day, the later adopted."""
        return next((one for one in reversed(self.versions) if one.adopted.effective_from <= day), None)


def evolve_assessment(state: Assessment | None, events: Iterable[Recorded]) -> Assessment | None:
    """Apply events of a stream of assessment rules."""
    for event in events:
        data = event.data
        if type(data) is not AssessmentRulesAdopted:
            raise TypeError(f"{type(data).__name__} is no event of assessment rules")
        versions = (*(state.versions if state else ()), AssessmentVersion(event.index, data))
        state = Assessment(stream=event.originator_id, version=event.originator_version, versions=versions)
    return state


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
    stream = f"assessment/{context.books.school}"
    known = context.books.find(stream)
    if not isinstance(known, Assessment):
        return [Planned(stream, 1, event)]
    last = known.versions[-1].adopted
    if event.effective_from < last.effective_from:
        raise Refused(
            "assessment_not_later",
            "rules of assessment take effect on the day of those before them, or later",
            clause=LOCAL_ACT,
            where="effective_from",
        )
    if event == last:
        raise Refused("same_assessment", "these rules are recorded already", clause=LOCAL_ACT)
    return [Planned(stream, known.version + 1, event)]


def rules_in_force(context: Context, day: str) -> AssessmentVersion:
    """Return the rules of a day, which must still be those at the append.

    Raises:
        Refused: there are none yet.
    """
    stream = f"assessment/{context.books.school}"
    known = context.books.find(stream)
    context.reads[stream] = known.version if known else 0
    found = known.rules_on(day) if isinstance(known, Assessment) else None
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
