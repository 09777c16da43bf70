"""Question 20: what changed in a year's results since it was archived, or since a day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from ledger.journal.vocabulary import REASON_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Question, Row
from projections.questions.results import PERIOD_KIND, PERIOD_NUMBER, WHAT
from projections.reading import position_at, stands

CHANGE_WORDS: Final = {"added": "внесена", "changed": "исправлена", "annulled": "аннулирована"}

# What a result was at the size that it is compared with: the row of the same fact that stood then.
_CHANGED: Final = f"""
    SELECT o.class_group, o.subject, p.kind, p.number, r.what, r.student, r.fact, r.entry, r.value,
      (SELECT b.value FROM {{results}} b WHERE b.fact = r.fact AND b.entry < :size AND b.to_position > :size),
      k.reason, k.note, k.basis, m.at, m.actor
    FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND o.year = :year AND {stands("o")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    JOIN {{commands}} m ON m.entry = {choosing.COMMAND_OF.format("r.entry")}
    LEFT JOIN {{result_corrections}} k ON k.entry = r.entry AND {stands("k")}
    WHERE {stands("r")} AND r.entry >= :size"""


def changed_results(asked: Asked) -> Found:
    """Results that were added, changed or annulled behind the size that an archive or a day names."""
    rows: list[Row] = []
    for year, (size, archived) in _sizes(asked).items():
        condition, values = asked.selected(("class", "o.class_group"), ("subject", "o.subject"))
        found = asked.select(f"{_CHANGED}{condition} ORDER BY r.entry", year=year, size=size, **values)
        for class_group, subject, kind, number, what, student, fact, entry, value, before, *rest in found:
            if value == before:
                continue
            change = "added" if before is None else "annulled" if value is None else "changed"
            place = (asked.class_names[class_group], subject, kind, number, what, student)
            rows.append((change, *place, before, value, *rest, size, sorted({fact, entry, *archived})))
    counts = Counter(row[0] for row in rows)
    return Found(rows, {change: counts[change] for change in CHANGE_WORDS})


def _sizes(asked: Asked) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Year -> the size to compare with, and the entry of the archive that has it."""
    if asked["from"] is not None:
        begins = choosing.day_begins(asked["from"], asked.zone) - timedelta(microseconds=1)
        size = min(position_at(asked.views, begins), asked.position)
        return {year: (size, ()) for (year,) in asked.select(f"SELECT y.year FROM {{years}} y WHERE {stands('y')}")}
    sql = f"SELECT a.year, a.size, a.entry FROM {{archives}} a WHERE {stands('a')} ORDER BY a.entry"
    return {year: (size, (entry,)) for year, size, entry in asked.select(sql)}


CHANGED: Final = Question(
    number=20,
    slug="result-changes",
    title_ru="Что изменилось в итоговых отметках года после его архива или с названного дня",
    title_en="What changed in a year's results since its archive, or since a day",
    answer=changed_results,
    parameters=(choosing.CLASS, choosing.SUBJECT, choosing.ENTERED_FROM),
    columns=(
        *(Column("change", "что сделано", words=CHANGE_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(PERIOD_KIND, PERIOD_NUMBER, WHAT, choosing.STUDENT_ID),
        *(Column("old", "была", is_named=True), Column("new", "стала", is_named=True)),
        *(Column("reason", "причина", words=REASON_WORDS), Column("note", "пояснение", "note"), choosing.BASIS),
        *(choosing.AT, choosing.ACTOR, Column("size", "сравнено с записей"), ENTRIES),
    ),
    limits_ru="Без from — с последним архивом года, о котором есть запись; года без архива в ответе нет. "
    "Был ли архив передан и какой ведомостью, в журнале нет.",
    limits_en="Without `from`: since the last archive of the year that an entry tells of; a year without one is not in "
    "the answer. Whether an archive was handed over, and as which sheet, is not in the log.",
)
