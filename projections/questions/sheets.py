"""Question 20: what changed in a year's results since its sheets were handed over, or since a day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from operator import itemgetter
from typing import Final

from ledger.journal.vocabulary import REASON_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Question, Row
from projections.questions.results import PERIOD_KIND, PERIOD_NUMBER, WHAT
from projections.reading import command_of, position_at, stands
from projections.rows import OPEN

SINCE_WORDS: Final = {"transfer": "передача ведомости", "archive": "архив", "day": "день"}
CHANGE_WORDS: Final = {"added": "внесена", "changed": "исправлена", "annulled": "аннулирована"}

_PLACES: Final = f"""
    SELECT s.sheet, o.class_group, o.subject, p.kind, p.number FROM {{result_sheets}} s
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE {stands("s")}"""
_OF_SIZE: Final = f"FROM {{results}} r WHERE {stands('r')} AND r.entry >= :size"
_OF_SHEETS: Final = f""" AND r.sheet IN (SELECT s.sheet FROM {{courses}} o
      JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")} WHERE {stands("o")}"""
# What a result was at the size that it is compared with: the row of the same fact that stood then.
_CHANGED: Final = f"""
    SELECT r.sheet, r.what, r.student, r.fact, r.entry, r.value,
      CASE WHEN r.fact < :size THEN
        (SELECT b.value FROM {{results}} b WHERE b.fact = r.fact AND b.entry < :size AND b.to_position > :size) END
    {_OF_SIZE}"""
# Results come by many in few commands.
_COMMANDS: Final = f"""
    SELECT m.entry, m.at, m.actor FROM {{commands}} m
    WHERE m.entry IN (SELECT DISTINCT {command_of("r.entry")} {_OF_SIZE}"""
_CORRECTIONS: Final = f"""
    SELECT k.entry, k.reason, k.note, k.basis FROM {{result_corrections}} k WHERE {stands("k")} AND k.entry >= :size"""
_UNCORRECTED: Final = (None, None, None)


def changed_results(asked: Asked) -> Found:
    """Results that were added, changed or annulled behind the size that a transfer, an archive or a day names."""
    rows: list[Row] = []
    sizes = _sizes(asked)
    condition, values = asked.selected(("class", "o.class_group"), ("subject", "o.subject"))
    names = asked.class_names
    places = {
        sheet: (group, (names[group], *place))
        for sheet, group, *place in asked.select(f"{_PLACES}{condition}", **values)
    }
    of_sheets = f"{_OF_SHEETS}{condition})" if condition else ""
    # Mostly all classes are compared with one size: they are asked about at once.
    for size in {size for group, (_, size, _) in sizes.items() if asked["class"] in (None, group)}:
        of_class = {group: (since, cited) for group, (since, compared, cited) in sizes.items() if compared == size}
        found = asked.select(f"{_CHANGED}{of_sheets} ORDER BY r.entry", size=size, **values)
        corrected = {entry: tuple(why) for entry, *why in asked.select(_CORRECTIONS, size=size)}
        commands = asked.select(f"{_COMMANDS}{of_sheets}) ORDER BY m.entry", size=size, **values)
        begins = [*(entry for entry, _, _ in commands), OPEN]
        number = -1
        for sheet, what, student, fact, entry, value, before in found:
            while begins[number + 1] <= entry:
                number += 1
            place = places.get(sheet)
            if place is None or value == before or place[0] not in of_class:
                continue
            since, cited = of_class[place[0]]
            change = "added" if before is None else "annulled" if value is None else "changed"
            entries = [entry] if fact == entry and not cited else sorted({fact, entry, *cited})
            why = corrected.get(entry, _UNCORRECTED)
            _, moment, actor = commands[number]
            rows.append(
                (change, *place[1], what, student, before, value, *why, moment, actor, since, size, entries)
            )  # fmt: skip
    if asked["from"] is None:
        rows.sort(key=lambda row: row[-1][-1])
    counts = Counter(map(itemgetter(0), rows))
    return Found(rows, {change: counts[change] for change in CHANGE_WORDS})


def _sizes(asked: Asked) -> dict[str, tuple[str, int, tuple[int, ...]]]:
    """Class -> what it is compared with, the size of that, and the entry of the transfer or archive."""
    classes = asked.select(f"SELECT g.class_group, g.year FROM {{classes}} g WHERE {stands('g')} ORDER BY g.entry")
    if asked["from"] is not None:
        begins = choosing.day_begins(asked["from"], asked.zone) - timedelta(microseconds=1)
        size = min(position_at(asked.views, begins), asked.position)
        return {group: ("day", size, ()) for group, _ in classes}
    sql = f"SELECT a.year, a.size, a.entry FROM {{archives}} a WHERE {stands('a')} ORDER BY a.entry"
    archived = {year: (size, entry) for year, size, entry in asked.select(sql)}
    sql = f"SELECT t.class_group, t.entry FROM {{sheet_transfers}} t WHERE {stands('t')} ORDER BY t.entry"
    transferred: dict[str, int] = dict(asked.select(sql))
    found: dict[str, tuple[str, int, tuple[int, ...]]] = {}
    for group, year in classes:
        if group in transferred:
            found[group] = ("transfer", transferred[group], (transferred[group],))
        elif year in archived:
            size, entry = archived[year]
            found[group] = ("archive", size, (entry,))
    return found


CHANGED: Final = Question(
    number=20,
    slug="result-changes",
    title_ru="Что изменилось в итогах после передачи ведомости класса, архива года или с названного дня",
    title_en="What changed in results since a class's sheet was handed over, its year's archive, or a day",
    answer=changed_results,
    parameters=(choosing.CLASS, choosing.SUBJECT, choosing.ENTERED_FROM),
    columns=(
        *(Column("change", "что сделано", words=CHANGE_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(PERIOD_KIND, PERIOD_NUMBER, WHAT, choosing.STUDENT_ID),
        *(Column("old", "была", is_named=True), Column("new", "стала", is_named=True)),
        *(Column("reason", "причина", words=REASON_WORDS), Column("note", "пояснение", "note"), choosing.BASIS),
        *(
            choosing.AT,
            choosing.ACTOR,
            Column("since", "сравнено с", words=SINCE_WORDS),
            Column("size", "записей тогда"),
            ENTRIES,
        ),
    ),
    limits_ru="Без from — с последней передачей сводной ведомости класса, а если её не передавали, с последним архивом "
    "года; класса без того и другого в ответе нет. Решения педсовета здесь не сравниваются: версии ведомости целиком "
    "даёт letopis sheet --versions.",
    limits_en="Without `from`: since the class's summary sheet was last handed over or, if it never was, since the "
    "last archive of the year; a class without either is not in the answer. Decisions of the council are not compared "
    "here: letopis sheet --versions gives whole versions.",
)
