"""People's names as whoever receives an export may read them: in tables and in documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from projections.reading import Reader
from projections.views.blocking import blocked_names
from projections.views.erasures import erased_people
from projections.views.people_registers import Named, digests_of, disclosed

Open = Callable[[Sequence[str]], Mapping[str, tuple[str, str]]]
"""Digests -> (name, value) of the disclosures among them that this receiver may read."""


class Names:
    """Everybody's names, of everybody who was registered before a position."""

    def __init__(
        self, views: Reader, position: int, open_: Open, *, erased: str | None = None, blocked: str = ""
    ) -> None:
        """`erased` and `blocked` are shown for who is that; None: the id, as for whoever is not disclosed."""
        histories = disclosed(views, at=position)
        opened = open_(digests_of(histories))
        self._erased = erased
        self._gone = erased_people(views) if erased is not None else frozenset()
        self._blocked = blocked
        self._hidden = blocked_names(views, at=position) if erased is not None else frozenset()
        self._named = {person: Named(history, opened) for person, history in histories.items()}

    def at(self, person: str, entry: int | None = None) -> str:
        """A person's name that stood at an entry (None: at the position); the id where nothing of it may be read."""
        if self._erased is not None and person in self._gone:
            return f"{self._erased} {person[:8]}"
        if person in self._hidden:
            return f"{self._blocked} {person[:8]}"
        known = self._named.get(person)
        return (known and known.at(entry)) or person
