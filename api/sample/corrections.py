"""Mistakes and how they are put right: before the period's close by the author, after it by request and approval.

Shares as in the model school: 3 % of marks, 5 % of lessons, 5 % of absences; 4 % of all come after the close.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from api.sample.draws import Draws, Weighted
from api.sample.facts import Fact
from api.sample.school_year import DAY, HOUR, MINUTE, local_day, moment
from ledger.journal.events import HomeworkBody, LessonHeader, WorkHeader
from ledger.journal.vocabulary import CorrectionReason, Fact as FactName

_SHARES: Final[dict[FactName, float]] = {
    "mark": 0.03,
    "lesson": 0.05,
    "absence": 0.05,
    "lateness": 0.03,
    "homework": 0.006,
    "work": 0.004,
}
_AFTER_CLOSE_SHARE: Final = 0.04
_SAME_DAY_SHARE: Final = 0.45
_AGAIN_SHARE: Final = 0.03
_STANDS_AGAIN_SHARE: Final = 0.1
_ANNULLED: Final[dict[FactName, float]] = {"mark": 0.2, "absence": 0.45, "lateness": 0.4, "homework": 0.2}
_REFUSED_SHARE: Final = 0.1

_REASONS: Final[dict[FactName, Weighted[CorrectionReason]]] = {
    "mark": Weighted({"typo": 30, "rechecked": 30, "wrong_column": 12, "made_up": 14, "appeal": 8, "other": 6}),
    "absence": Weighted({"typo": 45, "document": 40, "wrong_student": 10, "other": 5}),
    "lateness": Weighted({"typo": 80, "wrong_student": 20}),
    "lesson": Weighted({"typo": 85, "other": 15}),
    "homework": Weighted({"typo": 90, "other": 10}),
    "work": Weighted({"typo": 70, "wrong_column": 30}),
}
_SUFFIXES: Final = (". Закрепление", ". Обобщение", ". Практикум")
_NOTES: Final = (
    "отметка выставлена не в ту строку, сверено с тетрадью",
    "учтена дополнительная устная часть",
    "исправлено по просьбе классного руководителя",
    "сверено с работой ученика",
    "техническая ошибка при вводе",
)


class Corrections:
    """Draws which facts turn out to be wrong, when that is noticed, and what should stand instead."""

    def __init__(self, seed: int) -> None:
        self._draws = Draws(seed, "corrections")

    def wrong(self, what: FactName) -> bool:
        """Tell whether a fact of this kind will be corrected."""
        return self._draws.random() < _SHARES[what]

    def noticed_at(self, fact: Fact, now: int) -> int:
        """Draw when: the same day, in the days after, or (4 %) after the period's close."""
        draws = self._draws
        if draws.chance(_AFTER_CLOSE_SHARE):
            return self._working_hour(fact.closes_at + draws.between(1, 12) * DAY)
        if draws.chance(_SAME_DAY_SHARE):
            at = now + draws.between(2, 180) * MINUTE
        else:
            at = self._working_hour(now + draws.between(1, 14) * DAY)
        return max(min(at, fact.closes_at - draws.between(10, 600) * MINUTE), now + MINUTE)

    def again_at(self, fact: Fact, now: int) -> int | None:
        """Draw when a fact that was just corrected or annulled is corrected once more; None: never."""
        share = _STANDS_AGAIN_SHARE if fact.value is None else _AGAIN_SHARE
        if not self._draws.chance(share):
            return None
        at = now + self._draws.between(5, 3000) * MINUTE
        return at if at < fact.closes_at else None

    def new_value(self, fact: Fact) -> Any:
        """Draw what should stand instead; None: nothing."""
        draws, old = self._draws, fact.value
        if old is not None and draws.chance(_ANNULLED.get(fact.what, 0)):
            return None
        return _NEW_VALUES[fact.what](draws, old)

    def reason(self, fact: Fact, new: Any) -> CorrectionReason:
        """Draw why."""
        if new is None and fact.what == "mark":
            return "wrong_student"
        return _REASONS[fact.what].pick(self._draws)

    def note(self) -> str:
        """Draw the text that goes with the reason ``other``."""
        return self._draws.pick(_NOTES)

    def certificate(self, at: int) -> str:
        """Draw the document that gives the reason of an absence; its number, never what is in it."""
        return f"справка № {self._draws.between(1, 999)} от {local_day(at).isoformat()}"

    def memo(self, at: int) -> str:
        """Draw the document that a request after the close rests on."""
        return f"служебная записка № {self._draws.between(1, 400)} от {local_day(at).isoformat()}"

    def answer(self, now: int) -> tuple[int, bool]:
        """Draw when a request is answered, and whether with yes."""
        return self._working_hour(now + self._draws.between(1, 3) * DAY), not self._draws.chance(_REFUSED_SHARE)

    def _working_hour(self, at: int) -> int:
        """Return a moment of that day between 9 and 18 o'clock."""
        return moment(local_day(at)) + 9 * HOUR + self._draws.below(9 * 3600) * (MINUTE // 60)


def _other(draws: Draws, values: Sequence[Any], old: Any) -> Any:
    """Draw one of the values, but not the one that stood."""
    return draws.pick([value for value in values if value != old])


def _new_mark(draws: Draws, old: str | None) -> str:
    values = ("3", "4", "5") if old is None or "/" not in old else ("4/3", "4/4", "5/4")
    return str(_other(draws, values, old))


def _new_absence(draws: Draws, old: str | None) -> str:
    return str(_other(draws, ("ill", "excused", "unexcused"), old))


def _new_lateness(draws: Draws, old: int | None) -> int:
    return draws.between(1, 12) if old is None else old % 20 + draws.between(1, 5)


def _new_lesson(draws: Draws, old: LessonHeader) -> LessonHeader:
    topic = min((old.topic.removesuffix(suffix) for suffix in _SUFFIXES), key=len)
    return LessonHeader(
        topic=_other(draws, [topic + suffix for suffix in _SUFFIXES], old.topic),
        number=old.number,
        starts_at=old.starts_at,
        ends_at=old.ends_at,
        plan_items=old.plan_items,
    )


def _new_homework(_draws: Draws, old: HomeworkBody | None) -> HomeworkBody:
    text = "§ 1, повторить" if old is None or old.text == "" else f"{old.text}; повторить правило"
    return HomeworkBody(text=text) if old is None else msgspec.structs.replace(old, text=text)


def _new_work(draws: Draws, old: WorkHeader) -> WorkHeader:
    return msgspec.structs.replace(old, weight=_other(draws, (100, 150, 200), old.weight))


_NEW_VALUES: Final[dict[FactName, Callable[[Draws, Any], Any]]] = {
    "mark": _new_mark,
    "absence": _new_absence,
    "lateness": _new_lateness,
    "lesson": _new_lesson,
    "homework": _new_homework,
    "work": _new_work,
}
