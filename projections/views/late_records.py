"""What was recorded late, or lacks: the register of deadlines of those lessons alone that the database finds suspect.

A lesson all of which came in time is not judged: most are such, and to tell them takes a comparison of numbers. What
lacks may be missing, or pending while its term runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from ledger.journal.deadlines.marks import class_term
from ledger.journal.deadlines.verdict import Rule
from projections.reading import AsOf, Reader
from projections.views.deadline_basis import Judging, judging
from projections.views.deadline_cells import ANNULLED, annulled_cells
from projections.views.deadline_doubts import Doubt, Doubts
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadline_sums import Selection, Sums
from projections.views.deadline_terms import Terms
from projections.views.deadline_written import WorkRow, written_works
from projections.views.deadlines import Asked, deadline_register
from projections.views.lookups import lessons_among

_WRITTEN: Final[frozenset[Rule]] = frozenset({"written_mark", "written_work"})


def late_records(
    views: Reader,
    asked: Asked,
    *,
    now: datetime,
    at: AsOf = None,
    due_by: datetime | None = None,
    by: Judging | None = None,
) -> Sequence[DeadlineRow]:
    """The register's rows of what is late, missing or pending, as is asked; of all students.

    Of written works whose class has more time than until `due_by` there may be none. `by`: what `judging` says of `now`
    and `at`, where it is known.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = by or judging(views, now, at)
    selection = Selection(asked, by.position)
    days = selection.days(views)
    suspects: set[str] = set()
    works: defaultdict[str, set[str]] = defaultdict(set)
    if days:
        sums = Sums(views, selection, Terms(views, by, days), days, by_teacher=False, by_class=False, span_of=None)
        suspects = sums.suspects()
        if _WRITTEN & set(asked.rules):
            annulled = annulled_cells(selection.of_additions(views, ANNULLED))
            for work, _, of in written_works(views, sums, annulled):
                if any(of.get(status) for status in asked.statuses) and _is_due(work, by, due_by):
                    works[work.lesson].add(work.work)
    among = lessons_among(views, sorted(suspects | works.keys()), at=by.position).rows
    doubts = None if "oral_mark" in asked.rules else _doubts(asked, suspects, works)
    return deadline_register(views, asked, now=now, at=at, among=among, doubts=doubts, by=by).rows


def _doubts(asked: Asked, suspects: set[str], works: defaultdict[str, set[str]]) -> Doubts:
    """What of each lesson may be in the answer; of oral marks, works are not known here."""
    rules = frozenset(asked.rules)
    of_lessons: frozenset[Rule] = rules - _WRITTEN
    of_works: frozenset[Rule] = rules & _WRITTEN
    nothing: frozenset[Rule] = frozenset()
    return {
        lesson: Doubt(
            (of_lessons if lesson in suspects else nothing) | (of_works if lesson in works else nothing),
            frozenset(works.get(lesson, ())),
        )
        for lesson in suspects | works.keys()
    }


def _is_due(work: WorkRow, by: Judging, due_by: datetime | None) -> bool:
    """Whether the term of a work's class ends by a moment; without one, or without a regulation, it is as if it did."""
    found = None if due_by is None else class_term(date.fromisoformat(work.last_day), by.of(work.class_group))
    return found is None or due_by is None or found[1].due <= due_by
