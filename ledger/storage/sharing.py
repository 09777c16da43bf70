"""What several users in one process share: made for the first of them, closed with the last.

The collector may close a user at any moment, in any thread: the library's `Application` closes itself when it is
dropped. That can be in the midst of a taking or a giving back in the same thread, under the lock that is held there; so
a hold that is given back then is only noted, and given back with the next one that is taken or given back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Hold(Generic[Thing]):
    """One user's hold on a shared thing."""

    def __init__(self, key: Hashable, thing: Thing) -> None:
        self.key = key
        self.thing = thing


class Shared(Generic[Thing]):
    """The shared things of one kind, by key. Any thread may call."""

    def __init__(self, close: Callable[[Thing], None]) -> None:
        """Share things that `close` closes."""
        self._close = close
        self._lock = threading.Lock()
        self._owner: int | None = None  # the thread that has the lock
        self._things: dict[Hashable, tuple[Thing, set[Hold[Thing]]]] = {}
        self._dropped: deque[Hold[Thing]] = deque()

    def take(self, key: Hashable, make: Callable[[], Thing]) -> Hold[Thing]:
        """Hold the thing under this key, made if there is none; while it is made or closed, others wait.

        Raises:
            Whatever `make` raises.
        """
        self._give_back_dropped()
        with self._locked():
            found = self._things.get(key)
            thing, holds = found or (make(), set())
            hold = Hold(key, thing)
            holds.add(hold)
            self._things[key] = (thing, holds)
        return hold

    def give_back(self, hold: Hold[Thing]) -> None:
        """Let go; the last to do so closes the thing. Again: nothing."""
        if self._owner == threading.get_ident():
            self.drop(hold)
            return
        self._give_back_dropped()
        self._let_go(hold)

    def drop(self, hold: Hold[Thing]) -> None:
        """Note that nobody will give this hold back: for the collector, at any moment and under any lock."""
        self._dropped.append(hold)

    def forget(self) -> list[Thing]:
        """For a forked child, where no other thread is: share nothing any more, and give what was shared."""
        things = [thing for thing, _ in self._things.values()]
        self._lock, self._owner = threading.Lock(), None
        self._things.clear()
        self._dropped.clear()
        return things

    def _give_back_dropped(self) -> None:
        while self._dropped:
            try:
                hold = self._dropped.popleft()
            except IndexError:  # another thread has it
                return
            self._let_go(hold)

    def _let_go(self, hold: Hold[Thing]) -> None:
        with self._locked():
            thing, holds = self._things.get(hold.key, (None, set()))
            if hold not in holds or thing is None:
                return  # given back before, or forgotten in a fork
            holds.remove(hold)
            if not holds:
                del self._things[hold.key]
                # Under the lock: who takes it now waits until it is closed.
                self._close(thing)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None
