"""Counts of months that are over, made before anybody asks, so that the first who does finds them kept.

What is asked of a whole school's year is counted by teacher, with what became of each lesson (question 24, the matrix
of clauses, question 7), or by class (question 7). The outermost months of the years take all days outside them too, as
they do where all days are asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from projections.reading import FIRST_DAY, LAST_DAY, Reader, resolve
from projections.views.deadline_basis import judging
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_kept import spans_of
from projections.views.deadline_tally import By
from projections.views.deadlines import Asked

_APART: Final[tuple[tuple[By, ...], ...]] = (("teacher", "month"), ("class_group", "month"))
_DAY_ONE: Final = datetime(1, 1, 2, tzinfo=UTC)
"""In place of the clock: what is judged as of the last entry holds for whoever asks later."""


def count_ahead(views: Reader) -> Iterator[str]:
    """Count each month that was over at the last entry, in one of the ways at a time; yields it when it is done."""
    position = resolve(views, None)
    judged = judging(views, _DAY_ONE, position)
    today = judged.now.astimezone(judged.school.zone).date().isoformat()
    spans = spans_of(views, position, FIRST_DAY, LAST_DAY, by_week=False)
    for by in _APART:
        for span in (one for one in spans if one.last < today):
            asked = Asked(from_date=span.first, to_date=span.last)
            deadline_counts(
                views, asked, now=_DAY_ONE, by=by, at=position, of_days=Counter() if "teacher" in by else None
            )
            yield span.label
