from __future__ import annotations

import threading

import pytest

from ledger.storage.sharing import Hold, Shared


class Things:
    """Numbered things, and which of them are closed."""

    def __init__(self) -> None:
        self.made = 0
        self.closed: list[int] = []
        self.shared: Shared[int] = Shared(self.closed.append)

    def make(self) -> int:
        self.made += 1
        return self.made

    def take(self, key: str = "a") -> Hold[int]:
        return self.shared.take(key, self.make)


@pytest.fixture
def things() -> Things:
    return Things()


def test_the_first_makes_it_and_the_last_closes_it(things: Things) -> None:
    first, second = things.take(), things.take()
    assert first.thing == second.thing == 1
    things.shared.give_back(first)
    assert things.closed == []
    things.shared.give_back(second)
    assert things.closed == [1]
    assert things.take().thing == 2


def test_giving_back_again_takes_nothing_from_others(things: Things) -> None:
    first, second = things.take(), things.take()
    for _ in range(3):
        things.shared.give_back(first)
    assert things.closed == []
    things.shared.give_back(second)
    assert things.closed == [1]


def test_keys_share_nothing(things: Things) -> None:
    one, other = things.take("a"), things.take("b")
    things.shared.give_back(one)
    assert things.closed == [one.thing]
    assert things.take("b").thing == other.thing


def test_what_fails_to_be_made_is_tried_again(things: Things) -> None:
    def fail() -> int:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        things.shared.take("a", fail)
    assert things.take().thing == 1


def test_the_collector_may_close_a_user_while_another_is_being_made(things: Things) -> None:
    """In the same thread, under the same lock: what is dropped then is closed with the next one taken or given back."""
    dropped = things.take("a")

    def make_and_collect() -> int:
        things.shared.give_back(dropped)
        assert things.closed == []
        return things.make()

    ended = threading.Event()

    def open_another() -> None:
        things.shared.take("b", make_and_collect)
        ended.set()

    threading.Thread(target=open_another, daemon=True).start()
    assert ended.wait(10)  # it does not wait for itself
    things.take("c")
    assert things.closed == [dropped.thing]


def test_the_collector_may_close_a_user_while_another_is_being_closed() -> None:
    shared: Shared[str]
    closed: list[str] = []

    def close(thing: str) -> None:
        if thing == "b":
            shared.give_back(first)
        closed.append(thing)

    shared = Shared(close)
    first, second = shared.take("a", lambda: "a"), shared.take("b", lambda: "b")
    shared.give_back(second)
    assert closed == ["b"]
    shared.give_back(shared.take("c", lambda: "c"))
    assert closed == ["b", "a", "c"]


def test_what_was_dropped_is_closed_with_the_next_one_taken(things: Things) -> None:
    things.shared.drop(things.take())
    assert things.closed == []
    assert things.take().thing == 2
    assert things.closed == [1]


def test_a_forked_child_shares_nothing(things: Things) -> None:
    hold = things.take()
    assert things.shared.forget() == [1]
    things.shared.give_back(hold)
    assert things.closed == []
    assert things.take().thing == 2
