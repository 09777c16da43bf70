"""The views: modules that declare tables with their handlers, and modules that ask them.

A new view is a module with a `VIEW`, named here, and functions that take a `Reader`; no other module knows it.
"""

from __future__ import annotations

from typing import Final

from projections.folding import View
from projections.views import (
    accounts,
    backups,
    cancellations,
    cell_sets,
    cells,
    certificates,
    closings,
    commands,
    control,
    corrections,
    duties,
    erasures,
    evidence,
    excuses,
    freshness,
    journals,
    lessons,
    papers,
    people_data,
    plans,
    portals,
    posted_homework,
    prints,
    regulation,
    results,
    schedules,
    school,
    subgroups,
    substitution_plans,
    substitutions,
    timetables,
    witnesses,
)

VIEWS: Final[tuple[View, ...]] = (
    commands.VIEW,
    school.VIEW,
    closings.VIEW,
    journals.VIEW,
    lessons.VIEW,
    cells.VIEW,
    cell_sets.VIEW,
    corrections.VIEW,
    regulation.VIEW,
    evidence.VIEW,
    accounts.VIEW,
    backups.VIEW,
    people_data.VIEW,
    control.VIEW,
    substitutions.VIEW,
    plans.VIEW,
    duties.VIEW,
    subgroups.VIEW,
    timetables.VIEW,
    certificates.VIEW,
    cancellations.VIEW,
    excuses.VIEW,
    freshness.VIEW,
    portals.VIEW,
    substitution_plans.VIEW,
    posted_homework.VIEW,
    prints.VIEW,
    erasures.VIEW,
    papers.VIEW,
    schedules.VIEW,
    results.VIEW,
    witnesses.VIEW,
)
