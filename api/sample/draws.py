"""Random draws that are the same on every machine.

Python promises that `random.Random.random` gives the same sequence for the same seed in every version; it promises
nothing of `choice`, `sample` or `shuffle`. So everything here is built on `random` and `getrandbits` alone. Each topic
has its own stream: a draw more in one never moves another.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Draws:
    """One stream of draws, named by its seed and topic."""

    def __init__(self, seed: int, *topic: str | int) -> None:
        name = "/".join(["letopis-sample", str(seed), *map(str, topic)])
        self._source = random.Random(name)  # noqa: S311 -- repeatable on purpose; nothing secret comes from it
        self.random = self._source.random

    def below(self, bound: int) -> int:
        """Return an integer from 0 up to but not including `bound`."""
        return int(self.random() * bound)

    def between(self, least: int, most: int) -> int:
        """Return an integer, both ends included."""
        return least + int(self.random() * (most - least + 1))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random() < probability

    def pick(self, items: Sequence[_T]) -> _T:
        """Return one of the items."""
        return items[int(self.random() * len(items))]

    def some(self, items: Sequence[_T], count: int) -> list[_T]:
        """Return `count` different items (all, where there are fewer) in the order drawn."""
        pool = list(items)
        size = len(pool)
        for place in range(min(count, size)):
            other = place + int(self.random() * (size - place))
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:count]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """Return all items in another order."""
        return self.some(items, len(items))

    def uuid(self) -> str:
        """Return canonical text of a version-4 UUID."""
        text = f"{self._source.getrandbits(128):032x}"
        variant = "89ab"[int(text[16], 16) & 3]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def bytes(self, count: int) -> bytes:
        """Return `count` bytes."""
        return self._source.getrandbits(8 * count).to_bytes(count, "big")


class Weighted(Generic[_T]):
    """A fixed choice with weights: `pick(draws)` costs one draw and one bisection."""

    def __init__(self, weights: dict[_T, float]) -> None:
        self._items = tuple(weights)
        self._bounds = list(accumulate(weights.values()))

    def pick(self, draws: Draws) -> _T:
        """Return one of the items."""
        return self._items[bisect_right(self._bounds, draws.random() * self._bounds[-1])]
