"""One evening of the year on which the journal could not be used, and what the deputy head excused because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final

from api.sample.draws import Draws
from api.sample.planned import Planned, Scribe
from api.sample.roster import Roster
from api.sample.school_year import HOUR, local_day, local_minute, moment
from api.sample.teaching import Sitting
from ledger.journal import commands as cmd
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]

_AFTER_DAYS: Final = 10
"""So many school days pass before it."""
_BEGAN, _NOTICED, _ENDED, _CLOSED = "18:10", "18:25", "19:40", "19:45"
_EXCUSES_MAX: Final = 3


class Outage:
    """The one incident: on the first evening, some days into the year, on which a lesson stays unrecorded."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe) -> None:
        self._scribe = scribe
        self._draws = Draws(seed, "outage")
        self._deputy = Actor(roster.deputy.id, "deputy")
        self._first_day = roster.days[_AFTER_DAYS] if len(roster.days) > _AFTER_DAYS else None

    def agenda(self, day: date, sittings: Sequence[Sitting]) -> Iterator[tuple[int, Action]]:
        """Yield what the outage leads to, if it is on this day: `sittings` are all lessons of the day."""
        late = [sitting for sitting in sittings if local_day(sitting.recorded_at) > day]
        if self._first_day is None or day < self._first_day or not late:
            return
        self._first_day = None
        incident = self._draws.uuid()
        yield moment(day, _NOTICED), partial(self._open, incident, moment(day, _BEGAN))
        yield moment(day, _CLOSED), partial(self._close, incident, moment(day, _ENDED))
        for sitting in late[:_EXCUSES_MAX]:
            yield sitting.recorded_at + HOUR, partial(self._excuse, incident, sitting)

    def _open(self, incident: str, began: int, at: int) -> Iterator[Planned]:
        note = make_disclosure("note", "Не отвечал сервер: переполнен диск", self._draws.bytes)
        command = cmd.OpenIncident(incident=incident, kind="system", began_at=local_minute(began), note=note.digest)
        yield self._scribe.plan(at, self._deputy, command, {self._deputy.id: (note.text,)})

    def _close(self, incident: str, ended: int, at: int) -> Iterator[Planned]:
        command = cmd.CloseIncident(incident=incident, ended_at=local_minute(ended))
        yield self._scribe.plan(at, self._deputy, command)

    def _excuse(self, incident: str, sitting: Sitting, at: int) -> Iterator[Planned]:
        command = cmd.AcceptExcuse(
            excuse=self._draws.uuid(),
            teacher=sitting.teacher,
            rules=("attendance", "lesson"),
            reason="outage",
            lesson=sitting.id,
            incident=incident,
        )
        yield self._scribe.plan(at, self._deputy, command)
