"""Sample schools: a seed, a size, and all that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api.sample.draws import Draws
from api.sample.life import Life
from api.sample.planned import Planned
from api.sample.roster import SIZES, Roster, Shape, make_roster
from api.sample.timetable import Week, make_week
from ledger.journal.commands import AddToLesson, RecordLesson

_REPEATED_SHARE: Final = 0.01


class SampleSchool:
    """A school made from a seed: the same commands, byte for byte, on every machine.

    Attributes:
        seed: everything follows from it, the size and the origin.
        size: name of a shape in `SIZES`, or the word ``other``.
        shape: how large it is.
        origin: of the log that it is meant for.
        name: the school's name.
    """

    def __init__(
        self,
        seed: int,
        size: str | Shape = "S",
        *,
        origin: str = "letopis.example/school/sample",
        repeats: bool = False,
    ) -> None:
        """Describe a school; nothing is drawn yet.

        Args:
            seed: any integer.
            size: ``S``, ``demo``, ``M``, or a shape of one's own.
            origin: the log's origin, as `OpenSchool` states it.
            repeats: give every command a key, and 1 % of the lessons' commands twice, as a client does that lost the
                answer.

        Raises:
            KeyError: no such size.
        """
        self.seed = seed
        self.shape = SIZES[size] if isinstance(size, str) else size
        self.size = size if isinstance(size, str) else "other"
        self.origin = origin
        self.name = f"Школа № {100 + seed % 900} (образец)"
        self._repeats = repeats

    def roster(self) -> Roster:
        """Return the school's people, classes and courses on its first day."""
        return make_roster(self.seed, self.shape)

    def week(self, roster: Roster) -> Week:
        """Return the timetable of a roster that `roster` gave."""
        return make_week(self.seed, roster)

    def __iter__(self) -> Iterator[Planned]:
        """Yield the school's commands from its opening to the last correction, in the order of `at`."""
        roster = self.roster()
        life = Life(self.seed, roster, self.week(roster), keyed=self._repeats, has_office=self.shape.has_office)
        planned = life.live(self.origin, self.name)
        return _with_repeats(self.seed, planned) if self._repeats else planned


def many(count: int, seed: int = 1) -> Iterator[SampleSchool]:
    """Yield small schools of mixed size, one to six classes and one or two quarters, with origins of their own."""
    draws = Draws(seed, "many")
    for number in range(count):
        grades = draws.some(range(1, 12), draws.between(1, 4))
        classes = tuple(draws.between(1, 2) if grade in grades else 0 for grade in range(1, 12))
        students = sum(classes) * draws.between(8, 30)
        shape = Shape(classes, students, quarters=draws.between(1, 2))
        yield SampleSchool(seed * 100_000 + number, shape, origin=f"letopis.example/school/sample-{number}")


def _with_repeats(seed: int, planned: Iterator[Planned]) -> Iterator[Planned]:
    draws = Draws(seed, "repeats")
    for item in planned:
        yield item
        if isinstance(item.command, RecordLesson | AddToLesson) and draws.chance(_REPEATED_SHARE):
            yield Planned(item.at, item.actor, item.command, item.first_index, 0, item.key)
