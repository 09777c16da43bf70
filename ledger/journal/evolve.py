"""From events to the state of their stream: the one door to all aggregates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ledger.journal.account import evolve_account, evolve_accounts
from ledger.journal.aggregate import Aggregate
from ledger.journal.anchors import evolve_anchors
from ledger.journal.assessment import evolve_assessment
from ledger.journal.backups import evolve_backup
from ledger.journal.bells import evolve_bells
from ledger.journal.blocking import evolve_blocks
from ledger.journal.calendar import evolve_calendar
from ledger.journal.cancellations import evolve_cancellations
from ledger.journal.certificates import evolve_certificates
from ledger.journal.control import evolve_control, evolve_remark
from ledger.journal.council import evolve_council
from ledger.journal.course import evolve_course
from ledger.journal.duties import evolve_duties
from ledger.journal.erasures import evolve_erasures
from ledger.journal.evidence import evolve_evidence
from ledger.journal.excuses import evolve_excuse
from ledger.journal.freshness import evolve_freshness
from ledger.journal.incidents import evolve_incident
from ledger.journal.lesson import evolve_lesson
from ledger.journal.papers import evolve_papers
from ledger.journal.people import evolve_person
from ledger.journal.personal_data import evolve_refresh
from ledger.journal.plans import evolve_plan
from ledger.journal.portals import evolve_portal
from ledger.journal.posted_homework import evolve_posted
from ledger.journal.prints import evolve_prints
from ledger.journal.recorded import Recorded
from ledger.journal.regulation import evolve_regulation
from ledger.journal.responsible import evolve_responsibility
from ledger.journal.retention import evolve_holds, evolve_schedule as evolve_retention
from ledger.journal.roster import evolve_class_group
from ledger.journal.schedule import evolve_schedule
from ledger.journal.school import evolve_school
from ledger.journal.setup_backdating import evolve_setup_backdatings
from ledger.journal.sheet import evolve_sheet
from ledger.journal.substitution_plans import evolve_substitution_plans
from ledger.journal.timetable import evolve_timetable
from ledger.journal.witnesses import evolve_witness
from ledger.journal.year import evolve_period, evolve_year

_MUTATORS: Final[dict[str, Callable[[Any, Sequence[Recorded]], Aggregate | None]]] = {
    "school": evolve_school,
    "person": evolve_person,
    "year": evolve_year,
    "period": evolve_period,
    "class": evolve_class_group,
    "course": evolve_course,
    "plan": evolve_plan,
    "regulation": evolve_regulation,
    "duty": evolve_duties,
    "backdating": evolve_setup_backdatings,
    "responsible": evolve_responsibility,
    "verification": evolve_evidence,
    "archive": evolve_evidence,
    "handover": evolve_evidence,
    "timing": evolve_evidence,
    "printout": evolve_evidence,
    "backup": evolve_backup,
    "prints": evolve_prints,
    "paper": evolve_papers,
    "retention": evolve_retention,
    "hold": evolve_holds,
    "erasure": evolve_erasures,
    "anchor": evolve_anchors,
    "blocking": evolve_blocks,
    "accounts": evolve_accounts,
    "account": evolve_account,
    "refresh": evolve_refresh,
    "control": evolve_control,
    "remark": evolve_remark,
    "calendar": evolve_calendar,
    "bells": evolve_bells,
    "timetable": evolve_timetable,
    "certificate": evolve_certificates,
    "cancellation": evolve_cancellations,
    "incident": evolve_incident,
    "excuse": evolve_excuse,
    "freshness": evolve_freshness,
    "portal": evolve_portal,
    "witness": evolve_witness,
    "substitution": evolve_substitution_plans,
    "homework": evolve_posted,
    "schedule": evolve_schedule,
    "lesson": evolve_lesson,
    "assessment": evolve_assessment,
    "results": evolve_sheet,
    "council": evolve_council,
}


def evolve(state: Aggregate | None, event: Recorded) -> Aggregate:
    """Apply one event to its stream's state (None: there was none)."""
    return evolve_all(state, (event,))


def evolve_all(state: Aggregate | None, events: Sequence[Recorded]) -> Aggregate:
    """Apply consecutive events of one stream, at least one; copies the state once, however many they are.

    Raises:
        TypeError: an event that does not belong in this stream: the log was not written by these rules.
    """
    kind = events[0].originator_id.partition("/")[0]
    mutate = _MUTATORS.get(kind)
    if mutate is None:
        raise TypeError(f"no aggregate keeps streams of the kind {kind}")
    after = mutate(state, events)
    if after is None:
        raise TypeError(f"{type(events[0].data).__name__} does not begin a stream of the kind {kind}")
    return after
