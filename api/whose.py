"""Whose data an answer holds: ids of registered people found in its bytes, named one by one or by their classes.

Looked for in the answer itself and not declared by each route: an id that a new field brings along is found like any
other. That an id is a person's is known from the views, which name everybody who was ever registered.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from ledger.access.events import NAMED_MAX
from projections.reading import Reader

_ID: Final = re.compile(rb'-....-....-....-(?=.{12}["\\,; \r\n](?<=["/,; \n](.{36}).))', re.DOTALL)
"""An id, the group, by its middle: before that stand eight digits, behind it twelve, and what may stand around an id:
between the cells of our tables a semicolon.

Of the digits any will do: what is no id is nobody's, and in an id no such middle begins elsewhere.
"""
_NOTHING: Final = frozenset(("",))


class Whose(NamedTuple):
    """Who is in an answer: named people, class groups that hold the others, and how many they are together.

    Nobody named and no class: all of the school, of `number` people. `position` is how much of the journal was known.
    """

    people: tuple[str, ...]
    classes: tuple[str, ...]
    number: int
    position: int


def ids_in(content: bytes) -> set[str]:
    """All texts in an answer that may be ids: whole texts of JSON, cells of a table, or the end of a stream's name."""
    # An answer waits for this: an id's middle is found fastest, since hardly any other text begins so, and the search
    # itself cuts out the id. Most are there again and again, so they are made texts once each, and all at once.
    return set(b"\n".join({*_ID.findall(content)}).decode("latin-1").split("\n")) - _NOTHING


class Directory:
    """Everybody who was ever registered, and which classes each student was ever in. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._position = 0
        self._people: set[str] = set()
        self._classes: dict[str, list[str]] = {}

    def find(self, views: Reader, ids: Iterable[str], *, as_of: int | None = None) -> Whose | None:
        """The people among these ids; None where there are none.

        `as_of`: the position that an answer with these ids was made at. Nobody in it was registered later, so views
        that this has followed beyond it are not asked: on PostgreSQL that is one way to the server and back of two.

        More than `NAMED_MAX` are told by classes, each student by one that the ids name too, else by the last one; and
        where that is too much as well, by nothing but their number: then the entry says all of the school.
        """
        given = set(ids)
        with self._lock:
            if as_of is None or as_of > self._position:
                self._follow(views)
            people = given & self._people
            if not people:
                return None
            if len(people) <= NAMED_MAX:
                return Whose(tuple(sorted(people)), (), len(people), self._position)
            return self._by_classes(people, given)

    def students_of(self, views: Reader, classes: Collection[str]) -> Whose:
        """All who were ever in these classes; without any, all of the school."""
        with self._lock:
            self._follow(views)
            if not classes:
                return Whose((), (), len(self._people), self._position)
            count = sum(not own.isdisjoint(classes) for own in map(set, self._classes.values()))
            return Whose((), tuple(sorted(classes)), count, self._position)

    def _by_classes(self, people: Collection[str], given: Collection[str]) -> Whose:
        named: set[str] = set()
        classes: set[str] = set()
        for person in people:
            own = self._classes.get(person)
            if own is None:
                named.add(person)
            elif classes.isdisjoint(own):
                classes.add(next((one for one in own if one in given), own[-1]))
        if len(named) > NAMED_MAX or len(classes) > NAMED_MAX:
            return Whose((), (), len(people), self._position)
        return Whose(tuple(sorted(named)), tuple(sorted(classes)), len(people), self._position)

    def _follow(self, views: Reader) -> None:
        """Learn what was recorded since the last time."""
        position = views.position()
        if position <= self._position:
            return
        since = {"since": self._position, "at": position}
        rows = views.select("SELECT p.person FROM {persons} p WHERE p.entry >= :since AND p.entry < :at", since)
        self._people.update(person for (person,) in rows)
        rows = views.select(
            "SELECT e.student, e.class_group FROM {enrollments} e WHERE e.entry >= :since AND e.entry < :at"
            " ORDER BY e.entry",
            since,
        )
        for student, class_group in rows:
            own = self._classes.setdefault(student, [])
            if class_group not in own:
                own.append(class_group)
        self._position = position
