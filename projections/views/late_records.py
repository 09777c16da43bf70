"""What was recorded late, or lacks: the register of deadlines of those lessons alone that the database finds suspect.

A lesson all of which came in time is not judged: most are such, and to tell them takes a comparison of numbers. What
lacks may be missing, or pending while its term runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from projections.reading import AsOf, Reader
from projections.views.deadline_basis import judging
from projections.views.deadline_cells import annulled_cells
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadline_sums import Selection, Sums
from projections.views.deadline_terms import Terms
from projections.views.deadline_written import written_works
from projections.views.deadlines import Asked, deadline_register
from projections.views.lookups import lessons_among


def late_records(views: Reader, asked: Asked, *, now: datetime, at: AsOf = None) -> Sequence[DeadlineRow]:
    """The register's rows of what is late, missing or pending, as is asked; of all students.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    selection = Selection(asked, by.position)
    days = selection.days(views)
    suspects: set[str] = set()
    if days:
        sums = Sums(views, selection, Terms(views, by, days), days, by_teacher=False, by_class=False, span_of=None)
        suspects = sums.suspects()
        if {"written_mark", "written_work"} & set(asked.rules):
            found = written_works(views, sums, annulled_cells(views, by.position))
            suspects.update(work.lesson for work, _, of in found if any(of.get(status) for status in asked.statuses))
    among = lessons_among(views, sorted(suspects), at=by.position).rows
    return deadline_register(views, asked, now=now, at=at, among=among).rows
