from __future__ import annotations

import re
from collections import Counter

from api.sample.draws import Draws, Weighted


def test_gives_the_same_draws_for_the_same_seed_and_topic() -> None:
    one, other = Draws(1, "a"), Draws(1, "a")
    assert [one.below(1000) for _ in range(20)] == [other.below(1000) for _ in range(20)]


def test_keeps_topics_apart() -> None:
    assert [Draws(1, "a").below(10**9), Draws(1, "b").below(10**9), Draws(2, "a").below(10**9)] != [
        Draws(1, "a").below(10**9)
    ] * 3


def test_draws_are_pinned_for_every_python() -> None:
    draws = Draws(2026, "pin")
    assert [draws.below(1000) for _ in range(6)] == PINNED
    assert draws.uuid() == PINNED_UUID


def test_makes_uuids_of_version_4() -> None:
    draws = Draws(1, "ids")
    made = [draws.uuid() for _ in range(500)]
    assert all(re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id_) for id_ in made)
    assert len(set(made)) == 500


def test_both_ends_of_a_range_are_drawn_and_nothing_beyond() -> None:
    draws = Draws(1, "range")
    assert {draws.between(3, 6) for _ in range(200)} == {3, 4, 5, 6}


def test_some_are_different_and_from_the_pool() -> None:
    draws = Draws(1, "some")
    for count in (0, 1, 5, 10):
        some = draws.some(range(10), count)
        assert len(some) == len(set(some)) == count
    assert sorted(draws.some(range(3), 9)) == [0, 1, 2]
    assert sorted(draws.shuffled("абвгд")) == sorted("абвгд")


def test_weights_are_kept() -> None:
    draws = Draws(1, "weights")
    weighted = Weighted({"often": 9, "rarely": 1, "never": 0})
    counted = Counter(weighted.pick(draws) for _ in range(5_000))
    assert 4_300 < counted["often"] < 4_700
    assert counted["never"] == 0


PINNED = [569, 162, 700, 58, 613, 210]
PINNED_UUID = "9daf8cdf-13c9-4151-a1f6-a57c1fee104b"
