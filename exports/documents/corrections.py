"""The register of a class's corrections as paper, by the period of the lesson (regulation 3.3, example 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from exports.documents.cells import say
from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import NOTHING, Source, period_name, shown_day
from ledger.journal.vocabulary import (
    CANCELLATION_WORDS,
    FACT_WORDS,
    REASON_WORDS,
    RESULT_WORDS,
    SUBSTITUTION_WORDS,
    WORK_WORDS,
)
from projections.reading import command_join, stands
from projections.views.correction_register import Registered, correction_register
from projections.views.lookups import ClassGroup

_COLUMNS: Final = (
    Column("Внесено", "date", width_mm=17),
    Column("Кто внёс", "name", width_mm=32),
    Column("Что", width_mm=20),
    Column("Предмет и урок", width_mm=32),
    Column("Ученик", "name", width_mm=34),
    Column("Было", width_mm=27),
    Column("Стало", width_mm=27),
    Column("Причина, основание"),
    Column("Когда", width_mm=22),
    Column("Запись", "number", width_mm=14),
)
_TIMINGS: Final = {
    "same_day": "в тот же день",
    "before_close": "до закрытия периода",
    "reopened": "период открыт снова",
    "after_close": "после закрытия, по заявке",
}
_CELLS: Final = ("mark", "absence", "lateness", "early_leave")
_SAID: Final = {
    "held_on": "дата",
    "number": "урок №",
    "starts_at": "начало",
    "ends_at": "конец",
    "topic": "тема",
    "teacher": "учитель",
    "plan_items": "пункты плана",
    "text": "задание",
    "due_on": "к дате",
    "kind": "вид",
    "weight": "вес, сотые",
    "written": "письменная",
    "ends_on": "последний день",
    "absent_teacher": "отсутствовал",
    "reason": "причина",
    "basis": "основание",
    "same_subject": "тот же предмет",
    "coefficient": "коэффициент, сотые",
}
_WORDS: Final = {"kind": WORK_WORDS, "reason": {**SUBSTITUTION_WORDS, **CANCELLATION_WORDS}}
_PEOPLE: Final = ("teacher", "absent_teacher")


def correction_sheets(source: Source, group: ClassGroup) -> Iterator[tuple[str, str, Sheet]]:
    """(Part of a file's name, title, sheet) for each period, for lessons outside of them, and for results.

    What has nothing has no sheet, but for periods.
    """
    rows = correction_register(source.views, class_group=group.class_group, at=source.position).rows
    notes = source.opened(row.note for row in rows)
    scope = [("класс", group.name), ("учебный год", source.years[group.year].title)]
    pages = source.pages_of(group)
    for number, one in enumerate(pages, 1):
        title = period_name(one)
        days = f"{title}, {shown_day(one.starts_on)}–{shown_day(one.ends_on)}"
        of_span = [row for row in rows if one.starts_on <= row.held_on <= one.ends_on]
        yield str(number), title, _sheet(source, [*scope, ("период", days)], of_span, notes)
    outside = [row for row in rows if not any(one.starts_on <= row.held_on <= one.ends_on for one in pages)]
    if outside:
        title = "вне отчётных периодов"
        yield "other", title, _sheet(source, [*scope, ("период", title)], outside, notes)
    results = list(_results(source, group))
    if results:
        title = "Исправления итоговых отметок"
        yield "results", "итоги", source.sheet("result_corrections", title, scope, _COLUMNS, results)


def _sheet(source: Source, scope: Iterable[tuple[str, str]], rows: list[Registered], notes: dict[str, str]) -> Sheet:
    counts = [(words, sum(row.timing == timing for row in rows)) for timing, words in _TIMINGS.items()]
    return source.sheet(
        "correction_register",
        "Журнал исправлений",
        scope,
        _COLUMNS,
        (_row(source, row, notes) for row in rows),
        totals=[("всего", str(len(rows))), *((words, str(count)) for words, count in counts if count)],
    )


def _row(source: Source, row: Registered, notes: dict[str, str]) -> Row:
    at = source.local(row.at)
    why = [REASON_WORDS[row.reason], notes.get(row.note or "", ""), row.basis or ""]
    if row.request is not None:
        why.append(f"заявка — запись {row.request}")
    action = {"annulled": "аннулирование", "reason_set": "причина стала известна"}.get(row.action)
    what = FACT_WORDS[row.what]
    cells = (
        f"{shown_day(at[:10])} {at[11:16]}",
        source.name(row.actor, row.entry),
        f"{what}: {action}" if action else what,
        f"{row.subject}, {shown_day(row.held_on)}",
        source.name(row.student, row.entry) if row.student else "",
        *_was_is(source, row.what, orjson.loads(row.old), orjson.loads(row.new)),
        "; ".join(part for part in why if part),
        _TIMINGS[row.timing],
        f"{row.entry}\nк {row.corrects}",
    )
    return Row(cells, tuple(sorted({row.corrects, row.entry})))


def _was_is(source: Source, what: str, old: Any, new: Any) -> tuple[str, str]:
    """What stood and what stands; of a header only the parts that differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        old, new = ({name: side.get(name) for name in changed} for side in (old, new))
    return _shown(source, what, old), _shown(source, what, new)


def _shown(source: Source, what: str, plain: Any) -> str:
    """A cell's value, or the parts of a header, a line each."""
    if plain is None:
        return NOTHING
    if what in _CELLS:
        return say(what, str(plain))
    if not isinstance(plain, dict):
        return shown_day(plain) if what == "make_up" else str(plain)
    return "\n".join(_part(source, name, part) for name, part in plain.items())


def _part(source: Source, name: str, part: Any) -> str:
    if part is None or part == []:
        said = NOTHING
    elif name in _PEOPLE:
        said = source.name(str(part))
    elif isinstance(part, bool):
        said = "да" if part else "нет"
    elif isinstance(part, list):
        said = ", ".join(str(one) if not isinstance(one, dict) else "файл" for one in part)
    elif isinstance(part, dict):
        said = ", ".join(map(str, part.values()))
    else:
        said = _WORDS.get(name, {}).get(str(part), str(part))
    return f"{_SAID.get(name, name)}: {said}"


def _results(source: Source, group: ClassGroup) -> Iterator[Row]:
    """Corrections of results of a class's courses, in the order of their entries."""
    sql = f"""SELECT k.entry, m.at, m.actor, r.what, r.student, o.subject, p.kind, p.number, k.corrects, k.old, k.new,
          k.reason, k.note, k.basis, k.request
        FROM {{courses}} o
        JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
        JOIN {{result_corrections}} k ON k.sheet = s.sheet AND {stands("k")}
        JOIN {{results}} r ON r.entry = k.entry
        JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
        {command_join("k.entry")}
        WHERE o.class_group = :class_group AND {stands("o")} ORDER BY k.entry"""
    found = source.views.select(sql, {"class_group": group.class_group, "at": source.position})
    notes = source.opened(row[12] for row in found)
    for entry, moment, actor, what, student, subject, kind, number, corrects, old, new, *why in found:
        reason, note, basis, request = why
        at = source.local(moment)
        said = [REASON_WORDS[reason], notes.get(note or "", ""), basis or ""]
        if request is not None:
            said.append(f"заявка — запись {request}")
        period = "год" if kind == "year" else f"{number} {_KINDS[kind]}"
        cells = (
            *(f"{shown_day(at[:10])} {at[11:16]}", source.name(actor, entry), RESULT_WORDS[what]),
            *(f"{subject}, {period}", source.name(student, entry)),
            *(NOTHING if value is None else say("mark", value) for value in (old, new)),
            *("; ".join(part for part in said if part), "", f"{entry}\nк {corrects}"),
        )
        yield Row(cells, (corrects, entry))


_KINDS: Final = {"quarter": "четверть", "trimester": "триместр", "half_year": "полугодие"}
