"""Question 13: substituted lessons; question 19: what the log can say of its own integrity."""

from __future__ import annotations

from typing import Final

from ledger.journal.vocabulary import SUBSTITUTION_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import stands
from projections.views.backups import backups
from projections.views.lookups import periods
from projections.views.substitution_register import substitution_register


def substitutions(asked: Asked) -> Found:
    """Substituted lessons that stand, of any employee or all."""
    register = substitution_register(
        asked.views,
        employee=asked["employee"],
        from_date=asked["from"],
        to_date=asked["to"],
        at=asked.position,
    )
    rows: list[Row] = [
        (
            *(row.held_on, row.number, row.class_name, row.subject, row.absent_teacher, row.substitute, row.reason),
            *(row.basis, "yes" if row.same_subject else "no", row.coefficient, row.lesson),
            sorted({row.fact, row.entry, row.lesson_entry}),
        )
        for row in register.rows
    ]
    return Found(rows, {"lessons": register.lessons, "coefficient": register.coefficient})


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
    title_ru="Замещённые уроки любого сотрудника за любые дни: основание, часы, коэффициент",
    title_en="Substituted lessons of any employee on any days: basis, hours, coefficient",
    answer=substitutions,
    parameters=(
        Parameter("employee", "employee", "сотрудник: id; без него все", "an employee: id; left out: all"),
        *(choosing.HELD_FROM, choosing.HELD_TO),
    ),
    columns=(
        *(choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(Column("absent_teacher", "отсутствовал", "person"), Column("substitute", "замещал", "person")),
        *(Column("reason", "причина", words=SUBSTITUTION_WORDS), choosing.BASIS),
        Column("same_subject", "тот же предмет", words={"yes": "да", "no": "нет"}),
        *(Column("coefficient", "коэффициент, сотые"), choosing.LESSON, ENTRIES),
    ),
    limits_ru="Уроки, которые не состоялись и не замещены, видны только по расписанию; сверки с табелем нет.",
    limits_en="Lessons that were neither held nor substituted show only against a timetable; no pay sheet is compared.",
)

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
