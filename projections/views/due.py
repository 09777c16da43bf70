"""What falls due by the retention schedule on a day: by person and class of values, and what is held (1.5, R39).

Nothing is done by this: an erasure is proposed and approved by people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.journal.erasure_events import RetentionRow
from ledger.journal.retention import due_day, find_row
from projections.reading import Answer, AsOf, Reader, resolve, stands
from projections.views.erasures import Hold, erasures, legal_holds, retention_schedules

_CLASSES: Final = ("journal", "person")


@dataclass(frozen=True, slots=True)
class Due:
    """Values of a person that may go.

    Attributes:
        person, kind, retention: whose they are, and of which class.
        counted_from, due_on: the last day that the log knows, and the first on which they may go.
        citation: of the schedule's row; `schedule_entry`: the entry that adopted it.
        held_by: ids of the legal holds that stand; then nothing is erased.
        erasure: the one that waits for its answer or for being carried out.
    """

    person: str
    kind: str
    retention: str
    counted_from: str
    due_on: str
    citation: str
    schedule_entry: int
    held_by: tuple[str, ...]
    erasure: str | None


class _Days(NamedTuple):
    left: str
    year_end: str


def due_values(views: Reader, *, on: str, at: AsOf = None) -> Answer[Due]:
    """Values that the schedule in force on `on` lets go on that day, in the order of the people's registration.

    People of whom the log knows no last day (guardians, employees without duties), and rows that count from a document,
    are not listed: their day is in a document. So is nobody who is at the school.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    schedules = [one for one in retention_schedules(views, at=position).rows if one.effective_from <= on]
    if not schedules:
        return Answer(position, ())
    schedule = schedules[-1]
    days = _last_days(views, position, on)
    holds = [one for one in legal_holds(views, at=position).rows if one.lifted_entry is None]
    members = _members(views, position, holds)
    gone, waiting = _known(views, position)
    sql = f"SELECT t.person, t.kind FROM {{persons}} t WHERE {stands('t')} ORDER BY t.entry"
    found = []
    for person, kind in views.select(sql, {"at": position}):
        for retention in _CLASSES:
            row = find_row(schedule.rows, retention, kind)
            known = days.get(person)
            if row is None or known is None or row.counted_from == "document" or (person, retention) in gone:
                continue
            counted_from, due_on = _due(row, known)
            if due_on <= on:
                held = tuple(hold.hold for hold in holds if _is_held(hold, person, members))
                waits = waiting.get((person, retention))
                citation = (row.citation, schedule.entry)
                found.append(Due(person, kind, retention, counted_from, due_on, *citation, held, waits))
    return Answer(position, tuple(found))


def _due(row: RetentionRow, known: _Days) -> tuple[str, str]:
    counted_from = known.left if row.counted_from == "left" else known.year_end
    return counted_from, due_day(counted_from, row.years)


def _is_held(hold: Hold, person: str, members: dict[str, frozenset[str]]) -> bool:
    if hold.class_group is not None:
        return person in members.get(hold.class_group, frozenset())
    return hold.person in (None, person)


def _last_days(views: Reader, position: int, on: str) -> dict[str, _Days]:
    """Person -> the last days that the log knows; those who are at the school on a day are left out."""
    at = {"at": position}
    ended: dict[tuple[str, str], tuple[int, str]] = {}
    sql = f"SELECT t.class_group, t.student, t.entry, t.ends_on FROM {{leavings}} t WHERE {stands('t')}"
    for group, student, entry, ends_on in views.select(f"{sql} ORDER BY t.entry", at):
        ended[group, student] = (entry, ends_on)
    sql = f"""SELECT t.class_group, t.student, max(t.entry), y.ends_on FROM {{enrollments}} t
        JOIN {{classes}} c ON c.class_group = t.class_group JOIN {{years}} y ON y.year = c.year
        WHERE {stands("t")} GROUP BY t.class_group, t.student, y.ends_on"""
    stays = defaultdict(list)
    for group, student, entry, year_end in views.select(sql, at):
        leaving = ended.get((group, student))
        left = leaving[1] if leaving is not None and leaving[0] > entry else None
        stays[student].append((left or year_end, year_end, left is None and year_end >= on))
    days = {
        student: _Days(max(left for left, _, _ in all_), max(end for _, end, _ in all_))
        for student, all_ in stays.items()
        if not any(is_here for _, _, is_here in all_)
    }
    return days | {person: _Days(last, last) for person, last in _last_duties(views, position)}


def _last_duties(views: Reader, position: int) -> Iterable[tuple[str, str]]:
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    begun: dict[tuple[str, str], int] = defaultdict(int)
    at = {"at": position}
    for person, duty in views.select(f"SELECT t.person, t.duty FROM {{duties}} t WHERE {stands('t')}", at):
        begun[person, duty] += 1
    sql = f"SELECT t.person, t.duty, t.ends_on FROM {{duty_ends}} t WHERE {stands('t')}"
    for person, duty, ends_on in views.select(sql, at):
        ends[person, duty].append(ends_on)
    people = {person for person, _ in begun}
    for person in sorted(people):
        own = [key for key in begun if key[0] == person]
        if all(len(ends[key]) == begun[key] for key in own):
            yield person, max(day for key in own for day in ends[key])


def _members(views: Reader, position: int, holds: Iterable[Hold]) -> dict[str, frozenset[str]]:
    sql = f"SELECT DISTINCT t.student FROM {{enrollments}} t WHERE {stands('t')} AND t.class_group = :group"
    groups = {hold.class_group for hold in holds if hold.class_group is not None}
    return {
        group: frozenset(student for (student,) in views.select(sql, {"at": position, "group": group}))
        for group in groups
    }


def _known(views: Reader, position: int) -> tuple[set[tuple[str, str]], dict[tuple[str, str], str]]:
    """What is erased, and what waits: person and class -> id of the erasure."""
    gone: set[tuple[str, str]] = set()
    waiting: dict[tuple[str, str], str] = {}
    for one in erasures(views, at=position).rows:
        values = [(one.person, retention) for retention in one.retention.split()]
        if one.erased_entry is not None:
            gone.update(values)
        elif one.approved is not False:
            waiting.update(dict.fromkeys(values, one.erasure))
    return gone, waiting
