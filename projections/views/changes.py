"""What changed between two positions: facts recorded, corrected, annulled; requests; by whom, when and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import orjson

from projections.reading import Answer, Reader, stands

_STRETCH: Final = 2
"""Entries of a first stretch for each change that is wanted, and how much longer the next one is."""


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
    asked = [(_placed(stated) + conditions, stated is not _RECORDED) for stated in (_RECORDED, _CORRECTED, _REQUESTED)]
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


def _placed(stated: str) -> str:
    """A select of what entries state, with where it is and who made it."""
    return f"""
        SELECT t.entry, t.fact, t.what, t.action, t.lesson, l.held_on, l.number, o.class_group, g.grade, g.letter,
          o.subject, t.student, t.work, t.old, t.new, t.reason, t.note, t.basis, t.corrects, t.request,
          m.at, m.actor, m.role, m.on_behalf_of, m.command
        FROM ({stated}) t
        JOIN {{commands}} m ON m.entry = (SELECT n.entry FROM {{commands}} n WHERE n.entry <= t.entry
          ORDER BY n.entry DESC LIMIT 1)
        JOIN {{lessons}} l ON l.lesson = t.lesson AND {stands("l")}
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
        WHERE t.entry >= :first AND t.entry < :until"""


def _first_stated(what: str, new: str, table: str, student: str = "CAST(NULL AS text)", work: str = "") -> str:
    """A select of the entries that first state a fact; types are said, for a union of nulls has none."""
    return f"""SELECT x.entry, x.fact, {what} AS what, 'recorded' AS action, x.lesson, {student} AS student,
          {work or "CAST(NULL AS text)"} AS work, CAST(NULL AS text) AS old, {new} AS new, CAST(NULL AS text) AS reason,
          CAST(NULL AS text) AS note, CAST(NULL AS text) AS basis, CAST(NULL AS bigint) AS corrects,
          CAST(NULL AS bigint) AS request
        FROM {{{table}}} x WHERE x.fact = x.entry AND x.entry >= :first AND x.entry < :until"""


_RECORDED: Final = " UNION ALL ".join(
    (
        _first_stated("'lesson'", "x.topic", "lessons"),
        _first_stated("'substitution'", "x.reason", "substitutions"),
        _first_stated("'work'", "x.kind", "works", work="x.work"),
        _first_stated("'homework'", "x.text", "homework"),
        _first_stated("x.what", "x.value", "cells", student="x.student", work="x.work"),
    )
)
_CORRECTED: Final = """
    SELECT k.entry, CASE k.what
        WHEN 'lesson' THEN (SELECT x.fact FROM {lessons} x WHERE x.entry = k.entry)
        WHEN 'substitution' THEN (SELECT x.fact FROM {substitutions} x WHERE x.entry = k.entry)
        WHEN 'work' THEN (SELECT x.fact FROM {works} x WHERE x.entry = k.entry)
        WHEN 'homework' THEN (SELECT x.fact FROM {homework} x WHERE x.entry = k.entry)
        ELSE c.fact END AS fact,
      k.what, k.action, k.lesson, c.student, c.work, k.old, k.new, k.reason, k.note, k.basis, k.corrects, k.request
    FROM {corrections} k LEFT JOIN {cells} c ON c.entry = k.entry"""
# An approval is the correction itself.
_REQUESTED: Final = """
    SELECT r.entry, coalesce(c.fact, r.corrects) AS fact, r.what,
      CASE r.status WHEN 'refused' THEN 'refused' ELSE 'requested' END AS action, r.lesson, c.student, c.work,
      r.old, r.new, r.reason, r.note, CASE r.status WHEN 'refused' THEN r.answer_basis ELSE r.basis END AS basis,
      r.corrects, CASE r.status WHEN 'refused' THEN r.request END AS request
    FROM {requests} r LEFT JOIN {cells} c ON c.entry = r.corrects WHERE r.status <> 'approved'"""
