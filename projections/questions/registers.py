"""Question 13: missed and substituted lessons, with their hours."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from ledger.journal.vocabulary import CANCELLATION_WORDS, SUBSTITUTION_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.views.substitution_register import (
    UNRECORDED,
    EmployeeTotal,
    Missed,
    Substituted,
    substitution_register,
)

FINDING_WORDS: Final = {"replaced": "замещён", "missed": "не дан и не замещён"}
SUM_WORDS: Final = {
    "given_sum": "всего дал за других",
    "replaced_sum": "всего замещено за него",
    "missed_sum": "всего не дано и не замещено",
}
REASONS: Final = SUBSTITUTION_WORDS | CANCELLATION_WORDS | {"unrecorded": UNRECORDED}
_SUMMED: Final = {"given_sum": "replaced", "replaced_sum": "replaced", "missed_sum": "missed"}


def substitutions(asked: Asked) -> Found:
    """Missed lessons, replaced or not, of any employee or all: each with its hours; or every employee's sums."""
    register = substitution_register(
        asked.views,
        employee=asked["employee"],
        from_date=asked["from"],
        to_date=asked["to"],
        at=asked.position,
    )
    missed = register.missed or ()
    lessons = [_replaced(row) for row in register.rows] + [_missed(row) for row in missed]
    lessons.sort(key=itemgetter(1, 2))
    rows = lessons if asked["by"] == "lesson" else [row for total in register.totals for row in _sums(total)]
    known = {} if register.missed is None else {"missed": len(missed)}
    kept = [row for row in rows if asked["finding"] in (None, row[0], _SUMMED.get(row[0]))]
    return Found(kept, {"lessons": register.lessons, "coefficient": register.coefficient, **known})


def _replaced(row: Substituted) -> Row:
    return (
        *("replaced", row.held_on, row.number, row.class_name, row.subject, row.absent_teacher, row.substitute),
        *(row.reason, row.basis, "yes" if row.same_subject else "no"),
        *(1, row.coefficient, row.lesson, sorted({row.fact, row.entry, row.lesson_entry})),
    )


def _missed(row: Missed) -> Row:
    entries = {row.assigned_by, row.timetable_entry, row.bells_entry, row.calendar_entry, row.cancelled_by}
    why = row.cancelled_for or "unrecorded"
    return (
        *("missed", row.held_on, row.number, row.class_name, row.subject, row.teacher, None, why, row.basis, None),
        *(1, None, None, sorted(entry for entry in entries if entry is not None)),
    )


def _sums(total: EmployeeTotal) -> Iterator[Row]:
    """An employee's hours as they are held against a pay sheet: given for others, given by others, given by nobody."""

    def row(finding: str, absent: str | None, substitute: str | None, hours: int, coefficient: int | None) -> Row:
        return (finding, *(None,) * 4, absent, substitute, *(None,) * 3, hours, coefficient, None, [])

    if total.given_lessons:
        yield row("given_sum", None, total.employee, total.given_lessons, total.given_coefficient)
    if total.missed_lessons:
        yield row("replaced_sum", total.employee, None, total.missed_lessons, total.missed_coefficient)
    if total.unreplaced_lessons:
        yield row("missed_sum", total.employee, None, total.unreplaced_lessons, None)


SUBSTITUTIONS: Final = Question(
    number=13,
    slug="substitutions",
    title_ru="Пропущенные и замещённые уроки любого сотрудника за любые дни: основание, часы, коэффициент; суммы",
    title_en="Missed and substituted lessons of any employee on any days: basis, hours, coefficient; sums",
    answer=substitutions,
    parameters=(
        Parameter("employee", "employee", "сотрудник: id; без него все", "an employee: id; left out: all"),
        *(choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
        Parameter(
            "by", "choice", "урок за уроком или суммы по сотрудникам", "lesson by lesson, or employees' sums",
            choices=("lesson", "employee"), default="lesson",
        ),
    ),
    columns=(
        Column("finding", "что", words=FINDING_WORDS | SUM_WORDS),
        *(choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        Column("absent_teacher", "отсутствовал", "person", is_named=True),
        Column("substitute", "замещал", "person", is_named=True),
        *(Column("reason", "причина", words=REASONS), choosing.BASIS),
        Column("same_subject", "тот же предмет", words={"yes": "да", "no": "нет"}, is_named=True),
        *(Column("hours", "часов"), Column("coefficient", "коэффициент, сотые"), choosing.LESSON, ENTRIES),
    ),
    limits_ru="Час — один урок. Не дан и не замещён — по расписанию, на момент последней записи; у класса без "
    "расписания таких не видно, а урок, который провели в другое время, не пропущен. Табеля в журнале нет: с ним "
    "сверяют суммы, by=employee. Суммы записей не называют.",
    limits_en="An hour is a lesson. Missed and not replaced is so by the timetable, as of the last known entry; of a "
    "class without one nothing shows, and a lesson held at another time is not missed. The journal has no pay sheet: "
    "by=employee gives the sums to hold against it. Sums name no entries.",
)  # fmt: skip
