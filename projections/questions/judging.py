"""What questions about deadlines share: by which versions and as of when they judge, and what they find."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from ledger.journal.deadlines.verdict import Verdict
from projections.questions.asking import Asked
from projections.views.deadline_basis import Judging, judging

LATE_WORDS: Final = {"late": "с опозданием", "missing": "срок вышел, записи нет"}
"""The verdicts that an inspector looks for."""


def judging_now(asked: Asked) -> Judging:
    """The regulation as known at the position; what is not recorded is missing as of its last entry's moment."""
    return judging(asked.views, datetime(1, 1, 2, tzinfo=UTC), asked.position)


def shown_due(asked: Asked, verdict: Verdict) -> str | None:
    """The end of a verdict's term by the school's clock."""
    return None if verdict.due is None else verdict.due.astimezone(asked.zone).isoformat(timespec="minutes")
