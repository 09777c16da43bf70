from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from eventsourcing.persistence import InterfaceError

from ledger.storage.sqlite.turns import Call, Turns


def work(_: object) -> None:
    pass


class Waiting:
    """A caller in a thread of its own."""

    def __init__(self, turns: Turns, call: Call) -> None:
        self.call = call
        self.thread = threading.Thread(target=turns.enter, args=(call,))
        self.thread.start()
        while call not in turns._queue:
            pass

    def came_back(self) -> bool:
        self.thread.join(5)
        return not self.thread.is_alive()


@pytest.fixture
def turns() -> Turns:
    return Turns(calls_max=3, bytes_max=100)


def leading(turns: Turns) -> Call:
    call = Call(work)
    turns.enter(call)
    assert call.leads
    return call


def test_the_first_leads_at_once_and_alone(turns: Turns) -> None:
    call = leading(turns)
    assert turns.take_group() == [call]
    turns.hand_over()
    leading(turns)


def test_the_lead_goes_to_the_first_who_waits(turns: Turns) -> None:
    leading(turns)
    turns.take_group()
    first, second = Waiting(turns, Call(work)), Waiting(turns, Call(work))
    turns.hand_over()
    assert first.came_back()
    assert first.call.leads
    assert turns.take_group() == [first.call, second.call]
    second.call.finish()
    assert second.came_back()
    assert not second.call.leads


@pytest.mark.parametrize(
    ("sizes", "taken"),
    [([1, 1, 1], 3), ([1, 1, 1, 1], 3), ([60, 40, 1], 2), ([60, 41], 1), ([500, 1], 1)],
)
def test_a_group_is_limited_but_never_empty(turns: Turns, sizes: list[int], taken: int) -> None:
    leading(turns)
    turns.take_group()
    waiting = [Waiting(turns, Call(work, size_bytes=size)) for size in sizes]
    turns.hand_over()
    assert turns.take_group() == [one.call for one in waiting[:taken]]
    finish(turns, waiting)


def test_who_wants_the_turn_alone_gets_it_alone(turns: Turns) -> None:
    leading(turns)
    turns.take_group()
    waiting = [Waiting(turns, Call(some)) for some in (work, None, work)]
    for one in waiting:
        turns.hand_over()
        assert one.came_back()
        assert one.call.leads
        assert turns.take_group() == [one.call]


def test_shutting_refuses_who_waits_and_who_comes(turns: Turns) -> None:
    leading(turns)
    turns.take_group()
    late = Waiting(turns, Call(work))
    turns.shut()
    assert late.came_back()
    assert isinstance(late.call.error, InterfaceError)
    assert not late.call.leads
    with pytest.raises(InterfaceError, match="the ledger is closed"):
        turns.enter(Call(work))


class InterruptedLock:
    """A lock that is interrupted while it is waited for, once the condition holds."""

    def __init__(self, before: Callable[[], None]) -> None:
        self._before = before
        self._acquired = False

    def acquire(self) -> bool:
        if not self._acquired:
            self._acquired = True
            return True
        self._before()
        raise KeyboardInterrupt

    def release(self) -> None:
        pass


def interrupt_waiting(turns: Turns, monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> None:
    monkeypatch.setattr("ledger.storage.sqlite.turns.Lock", lambda: InterruptedLock(before))
    with pytest.raises(KeyboardInterrupt):
        turns.enter(Call(work))
    monkeypatch.undo()


def test_a_caller_that_is_interrupted_withdraws(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    leading(turns)
    turns.take_group()
    interrupt_waiting(turns, monkeypatch, lambda: None)
    assert turns.take_group() == []
    turns.hand_over()
    leading(turns)


def test_a_caller_that_is_interrupted_as_it_gets_the_lead_hands_it_on(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    leading(turns)
    turns.take_group()
    interrupt_waiting(turns, monkeypatch, turns.hand_over)
    leading(turns)


def finish(turns: Turns, waiting: list[Waiting]) -> None:
    """Let every thread end."""
    for one in waiting:
        if one.call.leads:
            assert one.came_back()
        elif one.call in turns._queue:
            turns.hand_over()
            assert one.came_back()
            turns.take_group()
        else:
            one.call.finish()
            assert one.came_back()


def together(turns: Turns) -> None:
    """Two callers in one group, and then nobody."""
    leading(turns)
    turns.take_group()
    first, second = Waiting(turns, Call(work)), Waiting(turns, Call(work))
    turns.hand_over()
    assert first.came_back()
    assert turns.take_group() == [first.call, second.call]
    second.call.finish()
    assert second.came_back()
    turns.hand_over()


def test_who_comes_after_company_lets_the_others_come(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    together(turns)
    monkeypatch.setattr("ledger.storage.sqlite.turns._COMPANY_SECONDS", 60.0)
    others: list[Waiting] = []

    def come_meanwhile(_: float) -> None:
        others.append(Waiting(turns, Call(work)))

    monkeypatch.setattr("ledger.storage.sqlite.turns.time.sleep", come_meanwhile)
    call = leading(turns)
    assert turns.take_group() == [call, others[0].call]
    assert len(others) == 1  # as many as the last time are enough
    others[0].call.finish()
    assert others[0].came_back()


def test_company_that_does_not_come_is_not_waited_for_again(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    together(turns)
    call = leading(turns)
    assert turns.take_group() == [call]
    turns.hand_over()
    monkeypatch.setattr("ledger.storage.sqlite.turns.time.sleep", lambda _: pytest.fail("a lone caller waits"))
    call = leading(turns)
    assert turns.take_group() == [call]
    turns.hand_over()
