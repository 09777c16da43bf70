"""Control in the sample school: class teachers look their journals through, and some of them raise a remark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from api.sample.draws import Draws
from api.sample.planned import Planned, Scribe
from api.sample.roster import ClassGroup, Roster
from api.sample.school_year import MINUTE, local_day, moment
from ledger.journal import commands as cmd
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]

_DAYS_BETWEEN: Final = 10
"""School days from check to check."""
_REMARK_SHARE: Final = 0.4
_NOTES: Final = (
    "Темы двух уроков записаны слишком коротко",
    "Проверьте виды работ за неделю",
    "Отметки за самостоятельную работу стоят не в той графе",
)


class Control:
    """The checks of every class, and remarks with their answers."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe) -> None:
        self._roster = roster
        self._scribe = scribe
        self._draws = Draws(seed, "control")

    def agenda(self) -> Iterator[tuple[int, Action]]:
        """Yield moments of the year and what happens at them."""
        days = self._roster.days
        for last in range(_DAYS_BETWEEN - 1, len(days), _DAYS_BETWEEN):
            for group in self._roster.classes:
                at = moment(days[last], "16:00") + self._draws.between(0, 90) * MINUTE
                first = days[last - _DAYS_BETWEEN + 1].isoformat()
                answered_at = at + self._draws.between(24 * 60, 72 * 60) * MINUTE
                raised: list[tuple[str, str]] = []
                yield at, partial(self._check, group, first, raised)
                yield answered_at, partial(self._answer, raised)

    def _check(self, group: ClassGroup, first: str, raised: list[tuple[str, str]], at: int) -> Iterator[Planned]:
        """Record the check, and now and then a remark to the teacher of a course."""
        draws, actor, day = self._draws, Actor(group.class_teacher, "teacher"), local_day(at).isoformat()
        command = cmd.RecordControlCheck(class_group=group.id, held_on=day, from_date=first, to_date=day)
        planned = self._scribe.plan(at, actor, command)
        yield planned
        course = draws.pick(group.courses)
        if not draws.chance(_REMARK_SHARE) or course.teacher == group.class_teacher:
            return
        note = make_disclosure("note", draws.pick(_NOTES), draws.bytes)
        remark = cmd.RaiseRemark(
            remark=draws.uuid(),
            class_group=group.id,
            to=course.teacher,
            about="other",
            course=course.id,
            check=planned.first_index,
            note=note.digest,
        )
        raised.append((remark.remark, course.teacher))
        yield self._scribe.plan(at + 5 * MINUTE, actor, remark, {course.teacher: (note.text,)})

    def _answer(self, raised: list[tuple[str, str]], at: int) -> Iterator[Planned]:
        for remark, teacher in raised:
            command = cmd.CloseRemark(remark=remark, how="answered")
            yield self._scribe.plan(at, Actor(teacher, "teacher"), command)
