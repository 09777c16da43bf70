"""Question 7: what was entered late or is missing, counted by teacher, class or month, or thing by thing."""

from __future__ import annotations

from typing import Final

from ledger.journal.vocabulary import EXCUSE_WORDS, LESSON_RULE_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import LATE_WORDS, counted_days, judging_now
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_tally import By, DeadlineCount
from projections.views.deadlines import RULES, Asked as OfRegister
from projections.views.late_records import late_records

_BY: Final[dict[str, tuple[By, ...]]] = {"teacher": ("teacher",), "class": ("class_group",), "month": ("month",)}


def late_entries(asked: Asked) -> Found:
    """Counts of what is late or missing with how much was due, or each such thing with its entries."""
    rules = RULES if asked["rule"] is None else (asked["rule"],)
    now = judging_now(asked).now

    def of_register(first: str | None, last: str | None) -> OfRegister:
        return OfRegister(asked["teacher"], asked["class"], None, first, last, rules)

    if asked["by"] == "each":
        found_late = late_records(asked.views, of_register(asked["from"], asked["to"]), now=now, at=asked.position)
        rows: list[Row] = []
        for row in found_late:
            late = None if row.late_by_seconds is None else row.late_by_seconds // 60
            rows.append((
                *(row.rule, None, row.teacher, row.class_name, row.subject, row.held_on, row.number, row.student),
                *(row.status, row.due_local, late, row.excused and row.excused.reason),
                *(None, None, None, None, list(row.basis)),
            ))  # fmt: skip
    else:
        found = deadline_counts(
            asked.views, of_register(*counted_days(asked)), now=now, by=_BY[asked["by"]], at=asked.position
        )
        rows = [_counted(asked, count) for count in found.rows if count.late or count.missing]
        rows.sort(key=lambda row: (RULES.index(row[0]), row[1] or "", -row[12] - row[13]))
    if asked["by"] == "each":
        totals = {status: sum(row[8] == status for row in rows) for status in LATE_WORDS}
        totals["excused"] = sum(row[11] is not None for row in rows)
    else:
        totals = {"late": sum(row[12] for row in rows), "missing": sum(row[13] for row in rows)}
        totals["excused"] = sum(row[14] for row in rows)
    return Found(rows, totals)


def _counted(asked: Asked, count: DeadlineCount) -> Row:
    class_name = None if count.class_group is None else asked.class_names[count.class_group]
    due = count.on_time + count.late + count.missing
    return (
        *(count.rule, count.week, count.teacher, class_name, None, None, None, None, None, None, None, None),
        *(count.late, count.missing, count.excused, due, []),
    )


LATE: Final = Question(
    number=7,
    slug="late-entries",
    title_ru="Внесено с опозданием или не внесено: по учителям, классам, месяцам или поштучно",
    title_en="Entered late or not at all: by teacher, class, month, or thing by thing",
    answer=late_entries,
    parameters=(
        *(choosing.CLASS, choosing.TEACHER, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("rule", "choice", "только это", "only this", choices=RULES),
        Parameter("by", "choice", "как считать; each — поштучно", "how to count; each: thing by thing",
                  choices=("teacher", "class", "month", "each"), default="teacher"),
    ),
    columns=(
        *(Column("rule", "что", words=LESSON_RULE_WORDS), Column("month", "месяц"), choosing.TEACHER_ID),
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.HELD_ON, choosing.NUMBER, choosing.STUDENT_ID),
        *(Column("status", "что найдено", words=LATE_WORDS), Column("due", "срок")),
        *(Column("minutes", "опоздание, минут"), Column("excuse", "уважительная причина", words=EXCUSE_WORDS)),
        *(Column("late", "с опозданием"), Column("missing", "нет"), Column("excused", "из них с причиной")),
        *(Column("judged", "срок вышел у"), ENTRIES),
    ),
    limits_ru="Сроки — по положению в силе на день урока, «нет» — на момент последней известной записи. "
    "Уважительная причина стоит рядом и из опоздавших не исключает. Суммы записей не называют: их называет by=each.",
    limits_en="By the regulation in force on the lesson's day; missing is so as of the last known entry. "
    "An excuse stands beside what is late and takes nothing out of it. Sums name no entries: `by=each` does.",
)  # fmt: skip
