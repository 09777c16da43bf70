"""An archive's tables of results, their corrections, rules of assessment and the council (verify/spec/tables.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import orjson

from exports.names import Open
from exports.paging import pages
from exports.tables import Table, typed
from ledger.journal.vocabulary import (
    COUNCIL_WORDS,
    DEVIATION_WORDS,
    MARK_WORDS,
    PERIOD_WORDS,
    REASON_WORDS,
    RESULT_WORDS,
)
from ledger.wire.canonical import format_canonical
from projections.reading import Reader, command_join, stands
from projections.views.result_register import assessment_rules, council_decisions

_ENTRY, _AT, _SHEET = "entry (запись)", "at (внесено)", "sheet (ведомость)"
_STUDENT, _WHAT = "student (ученик)", "what (что)"
_AT_OF: Final = "(SELECT m.at FROM {{commands}} m WHERE m.entry <= {} ORDER BY m.entry DESC LIMIT 1)"


def result_tables(views: Reader, position: int, name: Callable[[str, int], str], open_: Open) -> list[Table]:
    """The four tables; `name` gives a person's name, `open_` opens disclosures by their digests."""
    of = _Results(views, position, name, open_)
    return [
        Table(
            "assessment",
            (
                *(_ENTRY, "order_number (номер приказа)", "order_date (дата приказа)"),
                *("effective_from (действует с)", "rules (правила)"),
            ),
            of.assessment(),
        ),
        Table(
            "results",
            (
                *(_ENTRY, _AT, _SHEET, "class (класс)", "subject (предмет)", "period (период)", _WHAT, _STUDENT),
                *("name (имя)", "computed (вычислено)", "sum (сумма)", "weight (вес)", "inputs (по записям)"),
                *("rule (правила)", "recorded (внесено значение)", "reason (причина)", "note (пояснение)"),
                *("obtained_at (получено)", "protocol (протокол)", "lacks (не хватает классов)"),
                *("standing (действует значение)", "standing_entry (действует запись)"),
                "published_entry (опубликовано записью)",
            ),
            of.results(),
        ),
        Table(
            "result_corrections",
            (
                *(_ENTRY, _AT, _WHAT, "corrects (исправляет запись)", _SHEET, _STUDENT, "old (было)", "new (стало)"),
                *("reason (причина)", "note (пояснение)", "basis (основание)", "request (заявка)", "actor (кто внёс)"),
            ),
            of.corrections(),
        ),
        Table(
            "council",
            (
                *(_ENTRY, _AT, "year (учебный год)", "protocol (протокол)", "held_on (дата)", "decision (решение)"),
                *("students (ученики)", "names (имена)", "basis (основание)", "replaced_by (заменено записью)"),
            ),
            of.council(),
        ),
    ]


class _Results:
    """Rows of one archive's tables."""

    def __init__(self, views: Reader, position: int, name: Callable[[str, int], str], open_: Open) -> None:
        self._views = views
        self._position = position
        self._name = name
        self._open = open_

    def _pages(self, sql: str) -> Iterator[tuple[Any, ...]]:
        return pages(self._views, self._position, sql)

    def assessment(self) -> Iterator[Sequence[str]]:
        for row in assessment_rules(self._views, at=self._position).rows:
            rules = format_canonical(row.rules).decode()
            yield str(row.entry), typed(row.order_number), row.order_date, row.effective_from, rules

    def results(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT f.entry, {_AT_OF.format("f.entry")}, f.sheet, g.grade, g.letter, o.subject, p.kind, p.number,
              f.what, f.student, f.computed, f.sum, f.weight, f.inputs, f.rule, f.recorded, f.reason, f.note,
              f.obtained_at, f.protocol, f.lacks, s.value, s.entry,
              (SELECT min(b.entry) FROM {{publications}} b
                WHERE b.sheet = f.sheet AND b.what = f.what AND b.entry > f.entry AND {stands("b")})
            FROM {{results}} f
            JOIN {{results}} s ON s.fact = f.entry AND {stands("s")}
            JOIN {{result_sheets}} h ON h.sheet = f.sheet AND {stands("h")}
            JOIN {{courses}} o ON o.course = h.course AND {stands("o")}
            JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
            JOIN {{periods}} p ON p.period = h.period AND {stands("p")}
            WHERE f.fact = f.entry AND f.entry < :at AND f.entry > :after ORDER BY f.entry"""
        for row in self._pages(sql):
            entry, at, sheet, grade, letter, subject, kind, number, what, student, computed, *rest = row
            total, weight, inputs, rule, recorded, reason, note, obtained_at, protocol, lacks, value, by, shown = rest
            period = PERIOD_WORDS[kind] if kind == "year" else f"{PERIOD_WORDS[kind]} {number}"
            yield (
                *(str(entry), at, sheet, typed(f"{grade}{letter}"), typed(subject), period, RESULT_WORDS[what]),
                *(student, typed(self._name(student, entry)), _mark(computed), _number(total), _number(weight)),
                *(_listed(inputs), _number(rule), _mark(recorded), "" if reason is None else DEVIATION_WORDS[reason]),
                self._note(note),
                *(
                    obtained_at or "",
                    typed(protocol or ""),
                    _listed(lacks),
                    _mark(value),
                    "" if by == entry else str(by),
                ),
                _number(shown),
            )

    def corrections(self) -> Iterator[Sequence[str]]:
        sql = f"""SELECT k.entry, m.at, r.what, k.corrects, k.sheet, r.student, k.old, k.new, k.reason, k.note,
              k.basis, k.request, m.actor
            FROM {{result_corrections}} k
            {command_join("k.entry")}
            JOIN {{results}} r ON r.entry = k.entry
            WHERE {stands("k")} AND k.entry > :after ORDER BY k.entry"""
        for row in self._pages(sql):
            entry, at, what, corrects, sheet, student, old, new, reason, note, basis, request, actor = row
            yield (
                *(str(entry), at, RESULT_WORDS[what], str(corrects), sheet, student, _mark(old), _mark(new)),
                *(REASON_WORDS[reason], self._note(note), typed(basis or ""), _number(request), actor),
            )

    def council(self) -> Iterator[Sequence[str]]:
        for row in council_decisions(self._views, at=self._position).rows:
            names = typed(", ".join(self._name(student, row.entry) for student in row.students))
            yield (
                *(str(row.entry), row.at, row.year, typed(row.protocol), row.held_on, COUNCIL_WORDS[row.decision]),
                *(
                    " ".join(row.students),
                    names,
                    typed(row.basis or ""),
                ),
                _number(row.replaced_by),
            )

    def _note(self, digest: str | None) -> str:
        opened = self._open([digest]) if digest else {}
        return typed(opened[digest][1]) if digest and digest in opened else ""


def _listed(numbers: str | None) -> str:
    """Numbers of a JSON array, joined by spaces; None: nothing."""
    return "" if numbers is None else " ".join(map(str, orjson.loads(numbers)))


def _mark(value: str | None) -> str:
    return "" if value is None else MARK_WORDS.get(value, value)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
