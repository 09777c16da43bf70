"""What questions about deadlines share: by which versions and as of when they judge, and what they find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ledger.journal.deadlines.verdict import Verdict
from projections.questions.asking import Asked
from projections.reading import FIRST_DAY, LAST_DAY
from projections.views.deadline_basis import Judging, judging
from projections.views.lookups import years
from projections.views.print_rules import months

LATE_WORDS: Final = {"late": "с опозданием", "missing": "срок вышел, записи нет"}
"""The verdicts that an inspector looks for."""


def judging_now(asked: Asked) -> Judging:
    """The regulation as known at the position; what is not recorded is missing as of its last entry's moment."""
    return judging(asked.views, datetime(1, 1, 2, tzinfo=UTC), asked.position)


def shown_due(asked: Asked, verdict: Verdict) -> str | None:
    """The end of a verdict's term by the school's clock."""
    return None if verdict.due is None else verdict.due.astimezone(asked.zone).isoformat(timespec="minutes")


def counted_days(asked: Asked) -> tuple[str | None, str | None]:
    """The first and the last day to count: those asked about; by month, of the school years' months only."""
    if asked["by"] != "month":
        return asked["from"], asked["to"]
    found = list(months_of(asked))
    return (found[0][1], found[-1][2]) if found else (LAST_DAY, FIRST_DAY)


def months_of(asked: Asked) -> Iterator[tuple[str | None, str | None, str | None]]:
    """The days to count: all at once, or each month of the school years by itself."""
    if asked["by"] != "month":
        yield None, asked["from"], asked["to"]
        return
    known = years(asked.views, at=asked.position).rows
    for month, first, last in months(
        min((year.starts_on for year in known), default="9999-12-31"), max((year.ends_on for year in known), default="")
    ):
        if first <= asked.last and asked.first <= last:
            yield month, max(first, asked.first), min(last, asked.last)
