"""Who is in which subgroup of a class: stays in a course of a part of it, both days inclusive (regulation 1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from ledger.journal.events import SubgroupJoined, SubgroupLeft, SubgroupListed
from projections.folding import Entry, View
from projections.reading import LAST_DAY, Answer, AsOf, Reader, filters, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.lookups import memberships


class JoiningRow(NamedTuple):
    """A student belongs to a course's subgroup from `starts_on`."""

    entry: int
    course: str
    student: str
    starts_on: str
    to_position: int = OPEN


class DepartureRow(NamedTuple):
    """A student's last day in a course's subgroup."""

    entry: int
    course: str
    student: str
    ends_on: str
    to_position: int = OPEN


JOININGS: Final = Table("joinings", JoiningRow, (("course",), ("student",)))
DEPARTURES: Final = Table("departures", DepartureRow, (("course", "student"),))


def _listed(_event: SubgroupListed, _entry: Entry) -> Operations:
    """What the class lists has a row of its own that names the class."""
    return ()


def _joined(event: SubgroupJoined, entry: Entry) -> Operations:
    return (JoiningRow(entry.index, entry.stream_id, event.student, event.starts_on),)


def _left(event: SubgroupLeft, entry: Entry) -> Operations:
    return (DepartureRow(entry.index, entry.stream_id, event.student, event.ends_on),)


VIEW: Final = View((JOININGS, DEPARTURES), {SubgroupListed: _listed, SubgroupJoined: _joined, SubgroupLeft: _left})


@dataclass(frozen=True, slots=True)
class SubgroupMember:
    """A student's time in a subgroup; `left_by`, `ends_on`: None while nothing says the end."""

    entry: int
    course: str
    class_group: str
    subject: str
    subgroup: str
    student: str
    starts_on: str
    left_by: int | None
    ends_on: str | None

    def holds(self, day: str) -> bool:
        """Whether the day is one of the stay's."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def subgroup_members(
    views: Reader,
    *,
    course: str | None = None,
    class_group: str | None = None,
    student: str | None = None,
    from_date: str = "",
    to_date: str = LAST_DAY,
    at: AsOf = None,
) -> Answer[SubgroupMember]:
    """Stays in subgroups of a course, a class or a student that have a day in the range, in order of their entries.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    conditions, parameters = filters(("j.course", course), ("o.class_group", class_group), ("j.student", student))
    sql = f"""SELECT j.entry, j.course, o.class_group, o.subject, o.subgroup, j.student, j.starts_on, d.entry, d.ends_on
        FROM {{joinings}} j JOIN {{courses}} o ON o.course = j.course AND {stands("o")}
        LEFT JOIN {{departures}} d ON d.entry = (
          SELECT min(f.entry) FROM {{departures}} f WHERE f.course = j.course AND f.student = j.student
            AND f.entry > j.entry AND {stands("f")})
        WHERE {stands("j")}{conditions} ORDER BY j.entry"""
    found = (SubgroupMember(*row) for row in views.select(sql, {"at": position, **parameters}))
    return Answer(
        position,
        tuple(
            member
            for member in found
            if member.starts_on <= to_date and (member.ends_on is None or from_date <= member.ends_on)
        ),
    )


Days = tuple[str, str]
"""First and last day, both inclusive."""


def shared_days(views: Reader, *, class_group: str | None = None, at: AsOf = None) -> dict[frozenset[str], list[Days]]:
    """Two courses of a class's subgroups -> the days on which a student of the class is in both.

    Days of several students may overlap.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    stays: dict[tuple[str, str], list[tuple[str, Days]]] = {}
    for of in subgroup_members(views, class_group=class_group, at=position).rows:
        known = stays.setdefault((of.class_group, of.student), [])
        known.append((of.course, (of.starts_on, of.ends_on or LAST_DAY)))
    twofold = {of: known for of, known in stays.items() if len({course for course, _ in known}) > 1}
    shared: dict[frozenset[str], list[Days]] = {}
    if not twofold:
        return shared
    for member in memberships(views, class_group=class_group, at=position).rows:
        known = twofold.get((member.class_group, member.student), [])
        for (course, days), (other, others_days) in combinations(known, 2):
            first = max(days[0], others_days[0], member.starts_on)
            last = min(days[1], others_days[1], member.ends_on or LAST_DAY)
            if course != other and first <= last:
                shared.setdefault(frozenset((course, other)), []).append((first, last))
    return shared
