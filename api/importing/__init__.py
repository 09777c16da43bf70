"""Import of a school's roster and timetable from CSV files; `docs/import.md` describes them.

    plan = plan_import({"people.csv": …, "classes.csv": …}, know_school(school, vault))
    print(describe_plan(plan))                  # a dry run
    apply_import(plan, school, vault, actor)

Planning is pure and collects every problem with its file, line and column; where there is one, nothing is written.
Applying can be repeated: what was done is found by its key and not done twice.
"""

from api.importing.applying import Imported, ImportRefusedError, apply_import
from api.importing.known import KnownSchool, know_school
from api.importing.plan import ImportPlan, plan_import
from api.importing.problems import KINDS, Problem
from api.importing.report import describe_plan

__all__ = [
    "KINDS",
    "ImportPlan",
    "ImportRefusedError",
    "Imported",
    "KnownSchool",
    "Problem",
    "apply_import",
    "describe_plan",
    "know_school",
    "plan_import",
]
