"""What changed between two positions: facts recorded, corrected, annulled; requests; by whom, when and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import orjson

from projections.reading import Answer, Reader, listed, stands

_STRETCH: Final = 2
"""Entries of a first stretch for each change that is wanted, and how much longer the next one is."""
_LESSONS_MAX: Final = 3_000
"""So many lessons are looked up each by itself, as many as a class has in some years; of more, all entries are read."""


class _OfEntry(Protocol):
    @property
    def entry(self) -> int: ...


_ChangeT = TypeVar("_ChangeT", bound=_OfEntry)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that changed something.

    Attributes:
        entry: its index.
        fact: the entry that first stated the fact.
        what: the fact's name (`ledger.journal.vocabulary.Fact`).
        action: ``recorded``, ``corrected``, ``annulled``, ``reason_set``, ``requested`` or ``refused``; the last two
            change nothing that stands.
        lesson, held_on, number, class_group, class_name, subject: where; as it stands at the later position.
        student, work: whose, for marks, absences and lateness.
        old, new: what stood and what stands: a code, minutes, or the JSON of what is more than that; None: nothing.
        reason: reason code; `note`: digest of the disclosure that says more; `basis`: the document.
        corrects: the entry that it replaces; `request`: the request that it answers.
        at, actor, role, on_behalf_of, command: when, who and in which command.
    """

    entry: int
    fact: int
    what: str
    action: str
    lesson: str
    held_on: str
    number: int
    class_group: str
    class_name: str
    subject: str
    student: str | None
    work: str | None
    old: str | None
    new: str | None
    reason: str | None
    note: str | None
    basis: str | None
    corrects: int | None
    request: int | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    command: str


def changes(
    views: Reader,
    first: int,
    last: int,
    *,
    class_group: str | None = None,
    subject: str | None = None,
    student: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    count: int | None = None,
) -> Answer[Change]:
    """What the entries from position `first` up to position `last` changed, in their order; days are of lessons.

    An entry changes one thing at most, so who wants more than the first `count` asks from the entry behind them.

    Args:
        views: whom to ask.
        first: what was known then, a position, is not among the changes.
        last: what was known then is.
        class_group: only of this class.
        subject: only of this subject.
        student: only of this student's cells.
        from_date: only of lessons held on this day or later.
        to_date: only of lessons held on this day or earlier.
        count: only so many, the first of them; None: all.
    """
    parameters: dict[str, object] = {"at": last}
    conditions = ""
    for column, condition, value in (
        ("class_group", "o.class_group = :class_group", class_group),
        ("subject", "o.subject = :subject", subject),
        ("student", "t.student = :student", student),
        ("from_date", "l.held_on >= :from_date", from_date),
        ("to_date", "l.held_on <= :to_date", to_date),
    ):
        if value is not None:
            parameters[column] = value
            conditions += f" AND {condition}"
    if conditions and student is None and _lessons_count(views, conditions, parameters) <= _LESSONS_MAX:
        span = {**parameters, "first": first, "until": last}
        return Answer(last, _of_lessons(views, conditions, span, count))
    asked = [(_placed(stated) + conditions, is_json) for stated, is_json in _IN_ONE]
    if count is not None and conditions:
        first = max(first, _begin(views, conditions, parameters))

    def of_entries(begin: int, end: int) -> Iterator[Change]:
        span = {**parameters, "first": begin, "until": end}
        return (_change(row, is_json=is_json) for sql, is_json in asked for row in views.select(sql, span))

    return Answer(last, first_changes(of_entries, first, last, count))


def first_changes(
    of_entries: Callable[[int, int], Iterable[_ChangeT]], first: int, last: int, count: int | None
) -> tuple[_ChangeT, ...]:
    """Return the first `count` changes of the entries from `first` up to `last`, in their order; None: all.

    Args:
        of_entries: the changes of a stretch of entries, in any order.
        first: the first entry.
        last: the one behind the last.
        count: how many.
    """
    found: list[_ChangeT] = []
    for begin, end in _stretches(first, last, count):
        found += sorted(of_entries(begin, end), key=lambda change: change.entry)
        if count is not None and len(found) >= count:
            break
    return tuple(found[:count])


def _stretches(first: int, last: int, count: int | None) -> Iterator[tuple[int, int]]:
    """Entries from `first` up to `last` in stretches, to look through until `count` are found; of all, one stretch.

    Each is longer than the one before: what is frequent is found in the first, and what is rare in few.
    """
    if count is None:
        yield first, last
        return
    length = _STRETCH * max(count, 1)
    while first < last:
        yield first, min(first + length, last)
        first += length
        length *= _STRETCH


def _lessons_count(views: Reader, conditions: str, parameters: dict[str, object]) -> int:
    """How many lessons are asked about; counted no further than where they are too many to look each up."""
    sql = f"""SELECT count(*) FROM (SELECT 1 FROM {{lessons}} l
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        WHERE {stands("l")}{conditions} LIMIT {_LESSONS_MAX + 1}) f"""
    return int(views.select(sql, parameters)[0][0])


def _of_lessons(views: Reader, conditions: str, parameters: dict[str, object], count: int | None) -> tuple[Change, ...]:
    """The first `count` changes of some lessons, found by the lessons; None: all.

    Which entries they are is found first: where each is and who made it is asked of those alone that are wanted.
    """
    union = " UNION ALL ".join(_entries(place, stated) for place, (stated, _) in enumerate(_STATED))
    limit = "" if count is None else f" ORDER BY 2 LIMIT {count}"
    by_place: dict[int, list[int]] = {}
    for place, entry in views.select(f"{_OF_LESSONS}{conditions}) {union}{limit}", parameters):
        by_place.setdefault(place, []).append(entry)
    found = []
    for place, entries in by_place.items():
        stated, is_json = _STATED[place]
        for wanted, named in listed(entries):
            rows = views.select(f"{_listed(stated)}{wanted}", {"at": parameters["at"], **named})
            found += [_change(row, is_json=is_json) for row in rows]
    return tuple(sorted(found, key=lambda change: change.entry))


def _begin(views: Reader, conditions: str, parameters: dict[str, object]) -> int:
    """The first entry that can be about one of these lessons: its own. Where there is none, the last position."""
    if "student" in parameters:
        return 0
    sql = f"""SELECT min(l.fact) FROM {{lessons}} l JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        WHERE {stands("l")}{conditions}"""
    begin = views.select(sql, parameters)[0][0]
    return int(str(parameters["at"])) if begin is None else int(begin)


def _change(row: tuple[Any, ...], *, is_json: bool) -> Change:
    *before, grade, letter, subject, student, work, old, new = row[:15]
    values = (_plain(old), _plain(new)) if is_json else (old, new)
    fields = (*before, f"{grade}{letter}", subject, student, work, *values, *row[15:])
    return Change(*fields)


def _plain(value: str) -> str | None:
    """The text of a value that is kept as JSON."""
    if value[0] in "{[":
        return value
    found = orjson.loads(value)
    return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A kind of entries that change something of lessons.

    Attributes:
        table: their table, as ``x``; what else of them is joined: `joined`.
        condition: which of its rows are such an entry's.
        values: the columns, in the order of `_VALUES`; types are said, for a union of nulls has none.
    """

    table: str
    joined: str
    condition: str
    values: tuple[str, ...]


_VALUES: Final = (
    *("fact", "what", "action", "lesson", "student", "work", "old", "new", "reason", "note", "basis", "corrects"),
    "request",
)
_PLACE: Final = "l.held_on, l.number, o.class_group, g.grade, g.letter, o.subject"
_AUTHOR: Final = "m.at, m.actor, m.role, m.on_behalf_of, m.command"


def _made_by(entry: str) -> str:
    """Joins that give an entry's author, and the class of its lesson's course."""
    return f"""
        JOIN {{commands}} m ON m.entry = (SELECT n.entry FROM {{commands}} n WHERE n.entry <= {entry}
          ORDER BY n.entry DESC LIMIT 1)
        JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}"""


_OF_LESSONS: Final = f"""WITH asked (lesson) AS MATERIALIZED (SELECT l.lesson FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND {stands("l")} WHERE {stands("o")}"""


def _entries(place: int, stated: _Stated) -> str:
    """A select of the entries about lessons that were asked for, by the index of their table by lesson.

    What an entry must be stands in a function: so neither database goes by the index by entry, of a long stretch of
    which it has a hundred times as many, and PostgreSQL reckons with half of the rows. It would with next to none, and
    look up the lesson of every entry of the school.
    """
    return f"""SELECT {place}, x.entry FROM asked a CROSS JOIN {{{stated.table}}} x
        WHERE x.lesson = a.lesson
          AND coalesce(x.entry >= :first AND x.entry < :until AND {stated.condition}, FALSE)"""


def _listed(stated: _Stated) -> str:
    """A select of changes by their entries, whose list comes behind it."""
    named = dict(zip(_VALUES, stated.values, strict=True))
    before, behind = (", ".join(named[name] for name in names) for names in (_VALUES[:4], _VALUES[4:]))
    return f"""SELECT x.entry, {before}, {_PLACE}, {behind}, {_AUTHOR}
        FROM {{{stated.table}}} x {stated.joined}
        JOIN {{lessons}} l ON l.lesson = x.lesson AND {stands("l")}
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}{_made_by("x.entry")}
        WHERE x.entry IN """


def _in_one(stated: _Stated) -> str:
    """A select of the entries of a stretch, wherever they belong."""
    columns = ", ".join(f"{value} AS {name}" for name, value in zip(_VALUES, stated.values, strict=True))
    return f"""SELECT x.entry, {columns} FROM {{{stated.table}}} x {stated.joined}
        WHERE x.entry >= :first AND x.entry < :until AND {stated.condition}"""


def _placed(stated: str) -> str:
    """A select of what entries state, with where it is and who made it."""
    before, behind = (", ".join(f"t.{name}" for name in names) for names in (_VALUES[:4], _VALUES[4:]))
    return f"""
        SELECT t.entry, {before}, {_PLACE}, {behind}, {_AUTHOR}
        FROM ({stated}) t
        JOIN {{lessons}} l ON l.lesson = t.lesson AND {stands("l")}
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}{_made_by("t.entry")}
        WHERE t.entry >= :first AND t.entry < :until"""


def _first_stated(what: str, new: str, table: str, student: str = "CAST(NULL AS text)", work: str = "") -> _Stated:
    """The entries that first state a fact."""
    none, no_entry = "CAST(NULL AS text)", "CAST(NULL AS bigint)"
    values = ("x.fact", what, "'recorded'", "x.lesson", student, work or none, none, new, none, none, none)
    return _Stated(table, "", "x.fact = x.entry", (*values, no_entry, no_entry))


_RECORDED: Final = (
    _first_stated("'lesson'", "x.topic", "lessons"),
    _first_stated("'substitution'", "x.reason", "substitutions"),
    _first_stated("'work'", "x.kind", "works", work="x.work"),
    _first_stated("'homework'", "x.text", "homework"),
    _first_stated("x.what", "x.value", "cells", student="x.student", work="x.work"),
)
_CORRECTED: Final = _Stated(
    "corrections",
    "LEFT JOIN {cells} c ON c.entry = x.entry",
    "1 = 1",
    (
        """CASE x.what
        WHEN 'lesson' THEN (SELECT f.fact FROM {lessons} f WHERE f.entry = x.entry)
        WHEN 'substitution' THEN (SELECT f.fact FROM {substitutions} f WHERE f.entry = x.entry)
        WHEN 'work' THEN (SELECT f.fact FROM {works} f WHERE f.entry = x.entry)
        WHEN 'homework' THEN (SELECT f.fact FROM {homework} f WHERE f.entry = x.entry)
        ELSE c.fact END""",
        *("x.what", "x.action", "x.lesson", "c.student", "c.work", "x.old", "x.new", "x.reason", "x.note", "x.basis"),
        *("x.corrects", "x.request"),
    ),
)
# An approval is the correction itself.
_REQUESTED: Final = _Stated(
    "requests",
    "LEFT JOIN {cells} c ON c.entry = x.corrects",
    "x.status <> 'approved'",
    (
        "coalesce(c.fact, x.corrects)",
        *("x.what", "CASE x.status WHEN 'refused' THEN 'refused' ELSE 'requested' END", "x.lesson", "c.student"),
        *("c.work", "x.old", "x.new", "x.reason", "x.note"),
        "CASE x.status WHEN 'refused' THEN x.answer_basis ELSE x.basis END",
        *("x.corrects", "CASE x.status WHEN 'refused' THEN x.request END"),
    ),
)
_STATED: Final = (*((one, False) for one in _RECORDED), (_CORRECTED, True), (_REQUESTED, True))
"""Each with whether its values are JSON."""
_IN_ONE: Final = (
    (" UNION ALL ".join(_in_one(one) for one in _RECORDED), False),
    (_in_one(_CORRECTED), True),
    (_in_one(_REQUESTED), True),
)
