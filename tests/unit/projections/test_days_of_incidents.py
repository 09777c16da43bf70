"""Which days' lessons, and which of their rules, a question about incidents has judged."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from ledger.journal.deadlines.excuses import Incident
from ledger.journal.deadlines.verdict import School, Version
from projections.questions.availability import _OF_MARKS, _days
from projections.views.deadline_basis import Judging
from projections.views.deadlines import RULES
from projections.views.plan import Until
from tests.unit.ledger.journal.small_school import PARAMETERS

TERMS = msgspec.structs.replace(
    PARAMETERS, lesson_days=0, attendance_days=1, homework_days=0, oral_mark_days=0, written_mark_days=7
)
BY = Judging(
    0, datetime(2026, 12, 1, tzinfo=UTC), School(UTC, (Version(1, date(2026, 9, 1), TERMS),)), Until("", ""), {}
)


def incident(first: str, last: str) -> Incident:
    began, ended = (datetime.fromisoformat(f"{day}T10:00+00:00") for day in (first, last))
    return Incident(1, began, ended, 2)


def test_marks_are_judged_from_the_longest_term_on_and_the_rest_from_its_own() -> None:
    assert _days(BY, [incident("2026-10-20", "2026-10-21")]) == [
        ("2026-10-11", "2026-10-16", _OF_MARKS),
        ("2026-10-17", "2026-10-21", RULES),
    ]


def test_days_of_several_incidents_are_judged_once() -> None:
    assert _days(BY, [incident("2026-10-20", "2026-10-20"), incident("2026-10-26", "2026-10-26")]) == [
        ("2026-10-11", "2026-10-16", _OF_MARKS),
        ("2026-10-17", "2026-10-20", RULES),
        ("2026-10-21", "2026-10-22", _OF_MARKS),
        ("2026-10-23", "2026-10-26", RULES),
    ]
