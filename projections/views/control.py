"""Control of a class's journal (regulation 1.6): checks that were made, and remarks with what closed or filled each.

That a gap is filled is derived: the first entry after the remark that states what was missing and stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.journal.control_events import ControlCheckRecorded, RemarkClosed, RemarkRaised
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class CheckRow(NamedTuple):
    """A check of a class's journal; `note`: digest."""

    entry: int
    class_group: str
    held_on: str
    from_date: str
    to_date: str
    note: str | None
    to_position: int = OPEN


class RemarkRow(NamedTuple):
    """A remark; `recipient` is its `to`, `found_by` its `check`; `note`: digest."""

    entry: int
    remark: str
    class_group: str
    recipient: str
    about: str
    course: str | None
    lesson: str | None
    held_on: str | None
    found_by: int | None
    note: str | None
    to_position: int = OPEN


class ClosingRow(NamedTuple):
    """A person closed a remark; `note`: digest."""

    entry: int
    remark: str
    how: str
    note: str | None
    to_position: int = OPEN


CHECKS: Final = Table("control_checks", CheckRow, (("class_group",),))
REMARKS: Final = Table("remarks", RemarkRow, (("class_group",), ("recipient",)))
CLOSINGS: Final = Table("remark_closings", ClosingRow, (("remark",),))


def _checked(event: ControlCheckRecorded, entry: Entry) -> Operations:
    row = CheckRow(entry.index, entry.stream_id, event.held_on, event.from_date, event.to_date, _first(event.sd))
    return (row,)


def _raised(event: RemarkRaised, entry: Entry) -> Operations:
    row = RemarkRow(
        entry=entry.index,
        remark=entry.stream_id,
        class_group=event.class_group,
        recipient=event.to,
        about=event.about,
        course=event.course,
        lesson=event.lesson,
        held_on=event.held_on,
        found_by=event.check,
        note=_first(event.sd),
    )
    return (row,)


def _closed(event: RemarkClosed, entry: Entry) -> Operations:
    return (ClosingRow(entry.index, entry.stream_id, event.how, _first(event.sd)),)


def _first(digests: tuple[str, ...]) -> str | None:
    return digests[0] if digests else None


VIEW: Final = View(
    (CHECKS, REMARKS, CLOSINGS),
    {ControlCheckRecorded: _checked, RemarkRaised: _raised, RemarkClosed: _closed},
)


@dataclass(frozen=True, slots=True)
class Check:
    """A check: of which class, when, of which days, by whom; `note`: digest of a text."""

    entry: int
    at: str
    class_group: str
    held_on: str
    from_date: str
    to_date: str
    actor: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark; `closed_by`: the entry of who closed it; `filled_by`: the entry that stated what was missing.

    `note` and `answer` are digests of texts.
    """

    entry: int
    at: str
    remark: str
    class_group: str
    class_teacher: str | None
    to: str
    about: str
    course: str | None
    subject: str | None
    lesson: str | None
    held_on: str | None
    check: int | None
    actor: str
    note: str | None
    closed_by: int | None
    how: str | None
    answer: str | None
    filled_by: int | None

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.closed_by is None and self.filled_by is None


def checks(views: Reader, *, class_group: str | None = None, at: AsOf = None) -> Answer[Check]:
    """The checks of all classes, or of one."""
    position = resolve(views, at)
    chosen, given = _of_class("k", class_group)
    sql = f"""SELECT k.entry, m.at, k.class_group, k.held_on, k.from_date, k.to_date, m.actor, k.note
        FROM {{control_checks}} k {command_join("k.entry")}
        WHERE {stands("k")}{chosen} ORDER BY k.entry"""
    return Answer(position, tuple(Check(*row) for row in views.select(sql, {"at": position, **given})))


def remarks(
    views: Reader, *, class_group: str | None = None, only_open: bool = False, at: AsOf = None
) -> Answer[Remark]:
    """The remarks about all classes, or about one: all, or those that still wait."""
    position = resolve(views, at)
    chosen, given = _of_class("r", class_group)
    sql = f"""SELECT r.entry, m.at, r.remark, r.class_group, COALESCE(t.teacher, g.class_teacher), r.recipient, r.about,
          r.course, c.subject, r.lesson, r.held_on, r.found_by, m.actor, r.note, d.entry, d.how, d.note,
          CASE r.about WHEN 'homework' THEN {_FILLED["homework"]} WHEN 'attendance' THEN {_FILLED["attendance"]}
            WHEN 'marks' THEN {_FILLED["marks"]} WHEN 'lesson' THEN {_FILLED["lesson"]} END
        FROM {{remarks}} r {command_join("r.entry")}
        JOIN {{classes}} g ON g.class_group = r.class_group AND {stands("g")}
        LEFT JOIN {{class_teachers}} t ON t.entry = (
          SELECT max(b.entry) FROM {{class_teachers}} b WHERE b.class_group = r.class_group AND {stands("b")})
        LEFT JOIN {{courses}} c ON c.course = r.course AND {stands("c")}
        LEFT JOIN {{remark_closings}} d ON d.remark = r.remark AND {stands("d")}
        WHERE {stands("r")}{chosen} ORDER BY r.entry"""
    found = (Remark(*row) for row in views.select(sql, {"at": position, **given}))
    return Answer(position, tuple(row for row in found if not only_open or row.is_open))


_OF_THE_DAY: Final = f"l.course = r.course AND l.held_on = r.held_on AND l.stands = 1 AND {stands('l')}"
"""A lesson of the day that a remark names, where nobody had recorded one."""


def _first_of(table: str, first: str, chosen: str) -> str:
    """Select the first row behind a remark that states what it missed, in its lesson or in one of its day."""
    select, stated = f"SELECT min({first}) FROM {{{table}}} f", f"{first} > r.entry AND {chosen} AND {stands('f')}"
    return f"""CASE WHEN r.held_on IS NULL THEN ({select} WHERE f.lesson = r.lesson AND {stated})
            ELSE ({select} JOIN {{lessons}} l ON l.lesson = f.lesson WHERE {_OF_THE_DAY} AND {stated}) END"""


def _first_lesson(chosen: str = "1 = 1") -> str:
    return f"(SELECT min(l.fact) FROM {{lessons}} l WHERE {_OF_THE_DAY} AND l.fact > r.entry AND {chosen})"


_TAKEN_WITH: Final = _first_lesson("l.attendance = 'taken'")
_TAKEN_LATER: Final = _first_of("later_attendance", "f.entry", "1 = 1")
_FILLED: Final = {
    "homework": _first_of("homework", "f.fact", "f.stands = 1"),
    "marks": _first_of("cells", "f.fact", "f.what = 'mark' AND f.value IS NOT NULL"),
    "attendance": f"(SELECT min(u.entry) FROM (SELECT {_TAKEN_WITH} AS entry UNION SELECT {_TAKEN_LATER}) u)",
    "lesson": _first_lesson(),
}


def _of_class(alias: str, class_group: str | None) -> tuple[str, dict[str, Any]]:
    if class_group is None:
        return "", {}
    return f" AND {alias}.class_group = :class_group", {"class_group": class_group}
