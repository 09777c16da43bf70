"""`deadlines.csv` and `deadline_counts.csv` beside an archive's tables (`verify/spec/tables.md`): what was not in time.

Judged as of the archive's last entry, class by class, so that memory does not grow with the school.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from exports.tables import Table, format_table, typed
from ledger.journal.deadlines.verdict import Rule, Status
from ledger.journal.vocabulary import LESSON_RULE_WORDS, RESULT_WORDS
from projections.reading import Reader
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadlines import Asked, deadline_register
from projections.views.lookups import classes
from projections.views.office_deadlines import OfficeAsked, OfficeRow, office_deadlines

_LESSON_RULES: Final[tuple[Rule, ...]] = ("lesson", "attendance", "homework", "oral_mark", "written_mark")
_OFFICE_RULES: Final[tuple[Rule, ...]] = ("result", "notice", "refresh")
_RULES: Final = (*_LESSON_RULES, *_OFFICE_RULES)
_STATUSES: Final[tuple[Status, ...]] = ("on_time", "late", "missing", "pending", "exempt", "no_regulation")
_LISTED: Final[dict[Status, str]] = {"late": "с опозданием", "missing": "нет", "exempt": "не нужно"}
_RULE_WORDS: Final = {
    **LESSON_RULE_WORDS,
    "result": "показ итога",
    "notice": "уведомление об изменении данных",
    "refresh": "обновление данных",
}
_COLUMNS: Final = (
    *("rule (правило)", "class (класс)", "since (с)", "of (о чём)"),
    *("planned_number (номер урока по расписанию)", "teacher (учитель)", "student (ученик)", "work (работа)"),
    *("due (срок)", "done (внесено)", "verdict (вывод)", "minutes_late (опоздание, минут)"),
    "done_entry (внесено записью)",
)
_COUNTS: Final = (
    *("class (класс)", "rule (правило)", "on_time (в срок)", "late (с опозданием)", "missing (нет)"),
    *("pending (срок не вышел)", "exempt (не нужно)", "no_regulation (нет регламента)"),
)
# Of a position the moment of its last entry is taken, which this is never before.
_LATER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_SECONDS: Final = 60


def deadline_files(views: Reader, position: int) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Both files, path and pieces; each is to be written before the next one is asked for."""
    counted: defaultdict[tuple[str, Rule], Counter[Status]] = defaultdict(Counter)
    rows = _rows(views, position, counted)
    yield "data/tables/deadlines.csv", format_table(Table("deadlines", _COLUMNS, rows))
    yield "data/tables/deadline_counts.csv", format_table(Table("deadline_counts", _COUNTS, _count_rows(counted)))


def _rows(
    views: Reader, position: int, counted: defaultdict[tuple[str, Rule], Counter[Status]]
) -> Iterator[Sequence[str]]:
    """What is listed; everything is counted on the way, by class and rule."""
    for group in sorted(classes(views, at=position).rows, key=lambda one: one.entry):
        asked = Asked(class_group=group.class_group, rules=_LESSON_RULES, statuses=_STATUSES)
        listed = []
        for row in deadline_register(views, asked, now=_LATER, at=position).rows:
            counted[group.name, row.rule][row.status] += 1
            if row.status in _LISTED:
                listed.append(row)
        yield from map(_of_lesson, sorted(listed, key=_place))
    yield from _of_office(views, position, counted)


def _place(row: DeadlineRow) -> tuple[object, ...]:
    of, number = (row.course, row.number) if row.lesson is None else (row.lesson, -1)
    place = row.held_on, of, number, _LESSON_RULES.index(row.rule), row.work or "", row.student or ""
    return *place, _STATUSES.index(row.status)


def _of_lesson(row: DeadlineRow) -> Sequence[str]:
    """What a timetable planned and nobody recorded is told by its course and number."""
    of, number = (row.course, str(row.number)) if row.lesson is None else (row.lesson, "")
    about = (row.class_name, row.held_on, of, number, row.teacher or "", row.student or "", row.work or "")
    return _row(row, about, row.recorded_by)


def _of_office(
    views: Reader, position: int, counted: defaultdict[tuple[str, Rule], Counter[Status]]
) -> Iterator[Sequence[str]]:
    names = {group.class_group: group.name for group in classes(views, at=position).rows}
    asked = OfficeAsked(rules=_OFFICE_RULES, statuses=_STATUSES)
    found = office_deadlines(views, asked, now=_LATER, at=position).rows
    for row in found:
        counted[names.get(row.class_group or "", ""), row.rule][row.status] += 1
    for row in sorted((row for row in found if row.status in _LISTED), key=_office_place):
        about = (names.get(row.class_group or "", ""), row.since, row.sheet or row.person or "", "", "", "")
        yield _row(row, (*about, RESULT_WORDS[row.what] if row.what else ""), row.recorded_by)


def _office_place(row: OfficeRow) -> tuple[object, ...]:
    done = -1 if row.recorded_by is None else row.recorded_by
    if row.rule == "result":
        return 1, row.sheet, row.what, row.since, done, row.due
    return _OFFICE_RULES.index(row.rule) + 1, row.since, row.person, done


def _row(row: DeadlineRow | OfficeRow, about: Sequence[str], done: int | None) -> Sequence[str]:
    late = "" if row.late_by_seconds is None else str(row.late_by_seconds // _SECONDS)
    name, *rest = about
    return (
        *(_RULE_WORDS[row.rule], typed(name), *rest, row.due or "", row.recorded_at or "", _LISTED[row.status], late),
        "" if done is None else str(done),
    )


def _count_rows(counted: dict[tuple[str, Rule], Counter[Status]]) -> Iterator[Sequence[str]]:
    for name, rule in sorted(counted, key=lambda one: (one[0].encode(), _RULES.index(one[1]))):
        of = counted[name, rule]
        yield (typed(name), _RULE_WORDS[rule], *(str(of[status]) for status in _STATUSES))
