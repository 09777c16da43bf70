"""How verdicts on deadlines are counted apart: by rule, teacher, class and week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal

from ledger.journal.deadlines.verdict import CLAUSES, WORST_FIRST, Rule, Status
from projections.views.deadline_rows import monday
from projections.views.deadlines import RULES

By = Literal["teacher", "class_group", "week", "month"]
"""A week or a month, not both."""

_Key = tuple[int, str, str, str]
_PLACES: Final = {rule: place for place, rule in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class DeadlineCount:
    """Verdicts of one rule, of one teacher, class and week where counted by those (else None).

    `week`: its Monday; where months are counted apart, the month, ``2026-09``.
    `excused`: how many of those that are late or missing have an excuse; they are counted there all the same.
    """

    rule: Rule
    clause: str
    teacher: str | None
    class_group: str | None
    week: str | None
    on_time: int
    late: int
    missing: int
    pending: int
    exempt: int
    no_regulation: int
    excused: int


@dataclass(frozen=True, slots=True)
class DeadlineCounts:
    """Counts at a position, as of `now`, in the order of rules, teachers, classes and weeks."""

    position: int
    now: str
    rows: tuple[DeadlineCount, ...]


class Tally:
    """The counts, by rule and whatever else is counted apart; without weeks or classes these are empty texts."""

    def __init__(self, apart: Collection[By]) -> None:
        self.by_teacher, self.by_class = (name in apart for name in ("teacher", "class_group"))
        self.span_of = monday if "week" in apart else _month if "month" in apart else None
        self._weeks: dict[str, str] = {}
        self.counted: dict[_Key, dict[Status, int]] = {}
        self.excused: Counter[_Key] = Counter()

    def key(self, rule: Rule, teacher: str, class_group: str, day: str) -> _Key:
        """Where a verdict on a lesson is counted."""
        week = ""
        if self.span_of is not None:
            week = self._weeks.get(day) or self._weeks.setdefault(day, self.span_of(day))
        return self._key(rule, teacher, class_group, week)

    def of(self, rule: Rule, teacher: str, class_group: str, day: str) -> dict[Status, int]:
        """The counts of what is counted there."""
        return self._of(self.key(rule, teacher, class_group, day))

    def add(self, rule: Rule, teacher: str, class_group: str, week: str, status: Status, count: int) -> None:
        """Count verdicts of a week."""
        self._of(self._key(rule, teacher, class_group, week))[status] += count

    def _key(self, rule: Rule, teacher: str, class_group: str, week: str) -> _Key:
        return _PLACES[rule], teacher if self.by_teacher else "", class_group if self.by_class else "", week

    def _of(self, key: _Key) -> dict[Status, int]:
        found = self.counted.get(key)
        if found is None:
            found = self.counted[key] = dict.fromkeys(WORST_FIRST, 0)
        return found

    def rows(self) -> Iterator[DeadlineCount]:
        """The counts in their order."""
        for key, counted in sorted(self.counted.items(), key=itemgetter(0)):
            place, teacher, group, week = key
            rule, excused = RULES[place], self.excused[key]
            yield DeadlineCount(
                rule, CLAUSES[rule], teacher or None, group or None, week or None, excused=excused, **counted
            )


def _month(day: str) -> str:
    return day[:7]
