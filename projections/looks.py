"""Who saw a person's data: the access log asked about one person (regulation 2.4.4), and by whom it was looked at.

A look counts where it names the person, where it is at a class that the person was a student of when the journal had as
many entries as the look was answered at, or where it is at all of the school.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from ledger.access.log import AccessLog, Seen
from projections.reading import Reader
from projections.views.lookups import school_zone

How: TypeAlias = Literal["named", "class", "school"]


@dataclass(frozen=True, slots=True)
class LookAt:
    """A look at a person's data.

    Attributes:
        entry: its index in the access log.
        at: when it was recorded.
        actor, role: who looked.
        how: whether it names the person, shows students of a class that the person was in, or is at all of the school.
        what, purpose, basis, kinds, form, as_of, operator: as the entry says them.
        count: of how many people it showed something.
    """

    entry: int
    at: str
    actor: str
    role: str
    how: How
    what: str
    purpose: str
    basis: str | None
    kinds: tuple[str, ...]
    form: str | None
    count: int
    as_of: int
    operator: int | None


class Days(NamedTuple):
    """Days that are asked about, both inclusive; None: no bound."""

    first: str | None = None
    last: str | None = None


EVER: Final = Days()


def looks_at(log: AccessLog, views: Reader, person: str, days: Days = EVER, *, at: int | None = None) -> list[LookAt]:
    """Each look at the person's data, in order.

    Args:
        log: the access log.
        views: of the journal, for the person's classes.
        person: whose data.
        days: when they were looked at, by the school's clock.
        at: a position of the access log; None: all of it.
    """
    start, stop = span(log, views, days, at)
    classes = _classes_of(views, person)
    found = []
    for seen in log.seen(start=start, stop=stop, needle=person.encode()):
        how = _how(seen, person, classes)
        if how is not None:
            look = seen.look
            found.append(
                LookAt(
                    *(seen.index, seen.at, seen.actor, seen.role, how, look.what, look.purpose, look.basis),
                    *(look.kinds, look.form, look.count, look.as_of, look.operator),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Try:
    """Something of a person's records that was asked for and refused, or that the person asked for in vain.

    Attributes:
        entry: its index in the access log.
        at: when it was recorded.
        actor, role: who tried.
        what, reason: as the entry says them.
    """

    entry: int
    at: str
    actor: str
    role: str
    what: str
    reason: str


def tries_at(log: AccessLog, views: Reader, person: str, days: Days = EVER, *, at: int | None = None) -> list[Try]:
    """Each refusal that names the person, in order; arguments as of `looks_at`."""
    start, stop = span(log, views, days, at)
    found = log.tried(person, start=start, stop=stop)
    return [Try(one.index, one.at, one.actor, one.role, one.refusal.what, one.refusal.reason) for one in found]


def own_looks(
    log: AccessLog, views: Reader, actors: Collection[str], days: Days = EVER
) -> dict[tuple[str, str], list[str]]:
    """(Actor, person) -> moments at which the actor looked at data of the person, of these actors."""
    start, stop = span(log, views, days, None)
    found: dict[tuple[str, str], list[str]] = {}
    for seen in log.seen(start=start, stop=stop, actors=frozenset(actors)):
        for person in seen.look.people:
            found.setdefault((seen.actor, person), []).append(seen.at)
    return found


def span(log: AccessLog, views: Reader, days: Days, at: int | None) -> tuple[int, int]:
    """First position and end of the looks of these days."""
    zone = school_zone(views)
    size = log.ledger.head().size
    end = size if at is None else min(at, size)
    start = 0 if days.first is None else log.position_at(_begins(days.first, zone))
    if days.last is not None:
        end = min(end, log.position_at(_begins(days.last, zone, after=1)))
    return start, end


def _begins(day: str, zone: ZoneInfo, *, after: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=after), datetime.min.time(), zone)


def _how(seen: Seen, person: str, classes: dict[str, int]) -> How | None:
    look = seen.look
    if person in look.people:
        return "named"
    if look.scope == "school":
        return "school"
    if any(classes.get(one, look.as_of) < look.as_of for one in look.classes):
        return "class"
    return None


def _classes_of(views: Reader, person: str) -> dict[str, int]:
    """Class group -> the entry that first enrolled the person there."""
    sql = "SELECT e.class_group, min(e.entry) FROM {enrollments} e WHERE e.student = :person GROUP BY e.class_group"
    return dict(views.select(sql, {"person": person}))
