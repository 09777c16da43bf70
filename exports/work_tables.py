"""Tables of works, their schedule, and the days on which students made them up (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import RESCHEDULE_WORDS, WORK_WORDS
from projections.reading import stands

_ENTRY, _AT, _LESSON, _HELD_ON = "entry (запись)", "at (внесено)", "lesson (урок)", "held_on (дата)"
_PLACE: Final = (_ENTRY, _AT, _LESSON, _HELD_ON, "class (класс)", "subject (предмет)", "work (работа)")
_BY: Final = "standing_entry (действует запись)"
_AT_OF: Final = "(SELECT m.at FROM {commands} m WHERE m.entry <= f.entry ORDER BY m.entry DESC LIMIT 1)"

Pages = Callable[[str], Iterator[tuple[Any, ...]]]
ClassAndSubject = Callable[[str], tuple[str, str]]


def work_tables(pages: Pages, place: ClassAndSubject, name: Callable[[str, int], str]) -> list[Table]:
    """All of them; `pages` reads long answers, `place` gives a course's class and subject, `name` a person's name."""
    return [
        Table(
            "works",
            (
                *(*_PLACE, "kind (вид работы)", "written (письменная)", "weight (вес, сотые)"),
                *("ends_on (последний день)", "scheduled (по графику)", "stands (действует)", _BY),
            ),
            _works(pages, place),
        ),
        Table(
            "make_ups",
            (
                *(*_PLACE, "student (ученик)", "name (имя)", "recorded (внесено значение)"),
                *("standing (действует значение)", _BY),
            ),
            _make_ups(pages, place, name),
        ),
        Table(
            "schedule",
            (
                *(_ENTRY, _AT, "course (курс)", "class (класс)", "subject (предмет)", "scheduled (работа графика)"),
                *("kind (вид работы)", "minutes (минут)", "action (что)", "planned_on (на дату)", "number (номер)"),
                *("reason (причина)", "basis (основание)"),
            ),
            _schedule(pages, place),
        ),
    ]


def _works(pages: Pages, place: ClassAndSubject) -> Iterator[Sequence[str]]:
    sql = f"""SELECT f.entry, {_AT_OF}, f.lesson, l.held_on, l.course, f.work, s.kind, s.written, s.weight, s.ends_on,
          s.scheduled, s.stands, s.entry
        FROM {{works}} f
        JOIN {{works}} s ON s.lesson = f.lesson AND s.fact = f.entry AND {stands("s")}
        JOIN {{lessons}} l ON l.lesson = f.lesson AND l.fact = l.entry
        WHERE f.fact = f.entry AND f.entry < :at AND f.entry > :after ORDER BY f.entry"""
    for entry, at, lesson, held_on, course, work, kind, written, weight, ends_on, scheduled, standing, by in pages(sql):
        yield (
            *(str(entry), at, lesson, held_on, *place(course), work, WORK_WORDS[kind], _yes(written)),
            *("" if weight is None else str(weight), ends_on or "", scheduled or "", _yes(standing)),
            "" if by == entry else str(by),
        )


def _make_ups(pages: Pages, place: ClassAndSubject, name: Callable[[str, int], str]) -> Iterator[Sequence[str]]:
    sql = f"""SELECT f.entry, {_AT_OF}, f.lesson, l.held_on, l.course, f.work, f.student, f.value, s.value, s.entry
        FROM {{cells}} f
        JOIN {{cells}} s ON s.lesson = f.lesson AND s.fact = f.entry AND {stands("s")}
        JOIN {{lessons}} l ON l.lesson = f.lesson AND l.fact = l.entry
        WHERE f.what = 'make_up' AND f.fact = f.entry AND f.entry < :at AND f.entry > :after ORDER BY f.entry"""
    for entry, at, lesson, held_on, course, work, student, recorded, standing, by in pages(sql):
        yield (
            *(str(entry), at, lesson, held_on, *place(course), work, student, name(student, entry)),
            *(recorded, standing or "", "" if by == entry else str(by)),
        )


def _schedule(pages: Pages, place: ClassAndSubject) -> Iterator[Sequence[str]]:
    sql = f"""SELECT f.entry, {_AT_OF}, f.course, f.scheduled, f.kind, f.minutes, f.entry = f.fact, f.stands,
          f.planned_on, f.number, f.reason, f.basis
        FROM {{scheduled_works}} f WHERE f.entry < :at AND f.entry > :after ORDER BY f.entry"""
    for entry, at, course, scheduled, kind, minutes, is_first, standing, day, number, reason, basis in pages(sql):
        action = "назначена" if is_first else "перенесена" if standing else "отменена"
        yield (
            *(str(entry), at, course, *place(course), scheduled, WORK_WORDS[kind], str(minutes), action, day),
            *("" if number is None else str(number), RESCHEDULE_WORDS[reason] if reason else "", typed(basis or "")),
        )


def _yes(value: object) -> str:
    return "да" if value else "нет"
