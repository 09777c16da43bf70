"""Who is ill, who plays truant, who comes late.

Absences come in spells of whole school days, three times as often in a class's two flu weeks; beside them, single
lessons are missed. Together they are 6 % of pupil-lessons, as in the model school.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from api.sample.draws import Draws, Weighted
from api.sample.facts import Fact
from api.sample.roster import ClassGroup, Roster
from api.sample.school_year import DAY, HOUR, MINUTE, moment
from ledger.journal.vocabulary import AbsenceCode

_SPELL_SHARE: Final = 0.0127
_FLU_FACTOR: Final = 3
_SPELL_DAYS: Final = Weighted({1: 25, 2: 15, 3: 15, 4: 10, 5: 15, 7: 10, 10: 10})
_SPELL_CODES: Final[Weighted[AbsenceCode]] = Weighted({"ill": 78, "excused": 17, "unexcused": 5})
_SINGLE_CODES: Final[Weighted[AbsenceCode]] = Weighted({"ill": 25, "excused": 50, "unexcused": 25})
_KNOWN_AT_ONCE_SHARE: Final = 0.9
"""Most families call on the first morning; of the others the reason comes days later, with a document."""
_WITH_CERTIFICATE_SHARE: Final = 0.78
_EXCUSED_LATER_SHARE: Final = 0.3
"""Of single missed lessons."""
SINGLE_SHARE: Final = 0.0085
"""Of pupil-lessons."""
LATENESS_SHARE: Final = 0.005
"""Of pupil-lessons."""
EARLY_LEAVE_SHARE: Final = 0.004
"""Of lessons: one student leaves before the end."""


@dataclass(slots=True, eq=False)
class Spell:
    """A student's absence over several days.

    Attributes:
        ends_on: last day.
        code: what the reason turns out to be.
        known: whether it was known at once, so that the absences carry the code from the start.
        reason_at: the moment when the reason is entered; None: never.
        absences: what was recorded so far.
        days: on which days.
    """

    ends_on: date
    code: AbsenceCode
    known: bool
    reason_at: int | None
    absences: list[Fact] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


class Attendance:
    """The state of health of a school."""

    def __init__(self, seed: int, roster: Roster) -> None:
        self._draws = Draws(seed, "attendance")
        self._days = roster.days
        self._places = {day: place for place, day in enumerate(roster.days)}
        self._spells: dict[str, Spell] = {}
        weeks = max(1, len(roster.days) // 5)
        self._flu = {
            group.id: frozenset(self._draws.some(range(weeks), 2 if weeks > 10 else 1)) for group in roster.classes
        }

    def absent(self, group: ClassGroup, day: date, closes_at: int) -> tuple[dict[str, Spell], list[Spell]]:
        """Return the class's students who are away on this day, and the spells that begin on it."""
        share = _SPELL_SHARE
        if self._places[day] // 5 in self._flu[group.id]:
            share *= _FLU_FACTOR
        away: dict[str, Spell] = {}
        begun = []
        for student in group.students:
            spell = self._spells.get(student)
            if spell is None or spell.ends_on < day:
                if self._draws.random() >= share:
                    continue
                spell = self._spells[student] = self._begin(day, closes_at)
                begun.append(spell)
            away[student] = spell
        return away, begun

    def single_code(self) -> AbsenceCode | None:
        """Return the reason of a single missed lesson, or None where none is ever given."""
        return _SINGLE_CODES.pick(self._draws) if self._draws.chance(_EXCUSED_LATER_SHARE) else None

    def _begin(self, day: date, closes_at: int) -> Spell:
        draws = self._draws
        place = min(self._places[day] + _SPELL_DAYS.pick(draws) - 1, len(self._days) - 1)
        ends_on = self._days[place]
        reason_at = None
        if draws.chance(_WITH_CERTIFICATE_SHARE):
            back = moment(ends_on + timedelta(days=1)) + draws.below(4) * DAY
            reason_at = back + draws.between(9 * 60, 19 * 60) * MINUTE
            # What belongs to a period has to be known before it is closed.
            reason_at = min(reason_at, closes_at - HOUR - draws.below(20 * 60) * MINUTE)
        return Spell(ends_on, _SPELL_CODES.pick(draws), draws.chance(_KNOWN_AT_ONCE_SHARE), reason_at)
