"""Hours of teachers and classes as tables for a spreadsheet, in the form of `verify/spec/tables.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from exports.tables import Table, format_table, typed
from projections.views.workload import CourseHours, TeacherHours, Workload

TEACHER_COLUMNS: Final = (
    *("teacher (учитель)", "teacher_name (учитель, имя)", "span (месяц или неделя)", "given (дано)", "own (своих)"),
    *("for_others (замещая)", "in_subgroups (в подгруппах)", "planned (по расписанию)", "cancelled (отменено)"),
    "moved (перенесено)",
)
COURSE_COLUMNS: Final = (
    *("subject (предмет)", "subgroup (подгруппа)", "teacher (учитель)", "teacher_name (учитель, имя)"),
    *("planned (по расписанию)", "held (проведено)", "cancelled (отменено)", "moved (перенесено)"),
    *("plan_hours (по КТП за год)", "course (курс)", "entry (запись)", "plan_entry (запись КТП)"),
)


def format_hours(found: Workload, names: Mapping[str, str]) -> bytes:
    """The rows as CSV; `names` of teachers, by id, where known."""
    columns = COURSE_COLUMNS if found.rows and isinstance(found.rows[0], CourseHours) else TEACHER_COLUMNS
    rows = (_course(row, names) if isinstance(row, CourseHours) else _teacher(row, names) for row in found.rows)
    return b"".join(format_table(Table("workload", columns, rows)))


def _teacher(row: TeacherHours, names: Mapping[str, str]) -> tuple[str, ...]:
    numbers = (row.given, row.own, row.for_others, row.in_subgroups, row.planned, row.cancelled, row.moved)
    return (row.teacher, typed(names.get(row.teacher, row.teacher)), row.span, *map(str, numbers))


def _course(row: CourseHours, names: Mapping[str, str]) -> tuple[str, ...]:
    teacher = row.teacher or ""
    numbers = (row.planned, row.held, row.cancelled, row.moved, row.plan_hours)
    return (
        *(typed(row.subject), typed(row.subgroup or ""), teacher, typed(names.get(teacher, teacher))),
        *(*map(str, numbers), row.course, str(row.entry), "" if row.plan_entry is None else str(row.plan_entry)),
    )
