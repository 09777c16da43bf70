"""Question 13: substituted lessons; question 19: what the log can say of its own integrity."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from ledger.journal.vocabulary import CANCELLATION_WORDS, SUBSTITUTION_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import stands
from projections.views.backups import backups
from projections.views.lookups import periods
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


def integrity(asked: Asked) -> Found:
    """How far the log, its views and its last checkpoint go, and which periods were closed by which entry."""
    rows: list[Row] = [("entries_known", asked.position, None, None, None, None, [])]
    if asked.log is not None:
        signed = asked.log.checkpoint_size
        rows.append(("entries_recorded", asked.log.size, None, None, None, None, []))
        if signed is not None:
            rows.append(("checkpoint", signed, asked.log.checkpoint_root, None, None, None, []))
        rows.append(("not_signed_yet", max(0, asked.position - (signed or 0)), None, None, None, None, []))
    rows += _proofs(asked)
    for period in periods(asked.views, at=asked.position).rows:
        name = f"{period.kind} {period.number}"
        if period.closed_by is None:
            rows.append(("period_open", None, None, name, period.ends_on, None, [period.entry]))
        else:
            sql = "SELECT c.streams, c.root FROM {closings} c WHERE c.entry = :closed_by AND c.entry < :at"
            ((streams, root),) = asked.select(sql, closed_by=period.closed_by)
            rows.append(("period_closed", streams, root, name, period.ends_on, None, [period.entry, period.closed_by]))
    return Found(rows)


def _proofs(asked: Asked) -> list[Row]:
    """The last verification that found nothing, the last backup, and the last that was restored on trial."""
    sql = f"""SELECT v.size, v.root, v.entry FROM {{verifications}} v
        WHERE {stands("v")} AND v.verdict = 'verified' ORDER BY v.entry DESC LIMIT 1"""
    rows: list[Row] = [
        ("log_verified", size, root, None, None, None, [entry]) for size, root, entry in asked.select(sql)
    ]
    taken = [one for one in backups(asked.views, at=asked.position).rows if "ledger" in one.what]
    if taken:
        last = taken[0]
        rows.append(("backup_taken", last.size, last.root, None, None, last.at[:10], [last.entry]))
    proved = [(one.proved_by, one) for one in taken if one.proved_by is not None]
    if proved:
        entry, one = max(proved, key=lambda pair: pair[0])
        day = next(check.restored_at[:10] for check in one.checks if check.entry == entry)
        rows.append(("backup_verified", one.size, one.root, None, None, day, [one.entry, entry]))
    never = [one.entry for one in taken if one.proved_by is None]
    if never:
        rows.append(("backups_not_verified", len(never), None, None, None, None, never))
    return rows


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

INTEGRITY: Final = Question(
    number=19,
    slug="integrity",
    title_ru="Целостность: сколько записей, последняя контрольная точка, чем закрыты периоды",
    title_en="Integrity: how many entries, the last checkpoint, what closed the periods",
    answer=integrity,
    parameters=(),
    columns=(
        Column("what", "что", words={
            "entries_known": "записей учтено", "entries_recorded": "записей внесено",
            "checkpoint": "последняя контрольная точка", "not_signed_yet": "ещё не подписано",
            "log_verified": "журнал проверен, расхождений нет", "backup_taken": "последняя резервная копия",
            "backup_verified": "последняя копия, восстановленная на пробу",
            "backups_not_verified": "копий, которые не восстанавливали",
            "period_closed": "период закрыт", "period_open": "период открыт",
        }),
        *(Column("count", "число"), Column("digest", "отпечаток"), Column("period", "период")),
        *(Column("ends_on", "по"), Column("on", "когда"), ENTRIES),
    ),
    limits_ru="Это слова самого журнала. Проверяют не по ним: letopis audit у владельца, архив и verify.pyz у прочих. "
    "Что копия есть и восстанавливается, записи говорят словами школы.",
    limits_en="This is what the log says of itself. To verify it, its owner runs letopis audit, anybody else an "
    "archive's verify.pyz. That a backup exists and can be restored, the entries say in the school's words.",
)  # fmt: skip
