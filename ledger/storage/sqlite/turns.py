"""Who leads: callers queue, the first takes what waits and works for all, then hands the lead on.

A caller who was alone the last time takes his own call at once. Those who came together are likely to come together
again, a moment later: they have been woken one after another. Then the one who leads lets them come, half a millisecond
at most, for what he leaves behind will have to wait for a commit of its own.

No database here. At any time at most one caller leads; whoever leads is the owner of the call at the queue's front.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from eventsourcing.persistence import InterfaceError

_COMPANY_SECONDS: Final = 0.0005


class Call:
    """One caller's unit of work and what became of it.

    Attributes:
        work: what to run; None where the caller wants the turn for itself and works in its own thread.
        key: the command's key, for messages.
        size_bytes: about what it will write.
        leads: its caller has the lead.
        result, error: what became of it.
    """

    __slots__ = ("error", "key", "leads", "result", "size_bytes", "wake", "work")

    def __init__(self, work: Callable[[Any], Any] | None = None, key: str = "", size_bytes: int = 0) -> None:
        self.work = work
        self.key = key
        self.size_bytes = size_bytes
        self.leads = False
        self.wake: Lock | None = None
        self.result: Any = None
        self.error: Exception | None = None

    def finish(self) -> None:
        """Let the waiting caller go on: it is done, or leads now."""
        if self.wake is not None:
            self.wake.release()


class Turns:
    """The queue of calls; any thread may use it."""

    def __init__(self, *, calls_max: int, bytes_max: int) -> None:
        self._calls_max = calls_max
        self._bytes_max = bytes_max
        self._lock = Lock()  # held for a few instructions only
        self._queue: deque[Call] = deque()
        self._led = False
        self._closed = False
        self._company = 1  # in the last group

    def enter(self, call: Call) -> None:
        """Queue the call; return when it is done (its error or result says how) or leads.

        Raises:
            InterfaceError: the ledger is closed.
        """
        with self._lock:
            if self._closed:
                raise InterfaceError("the ledger is closed")
            self._queue.append(call)
            if not self._led:
                self._led = call.leads = True
                return
            call.wake = wake = Lock()
            wake.acquire()
        try:
            wake.acquire()
        except BaseException:
            # Interrupted while waiting. What no leader has taken yet is withdrawn; the lead, if it came, goes on.
            with self._lock:
                withdrawn = call in self._queue
                if withdrawn:
                    self._queue.remove(call)
            if withdrawn and call.leads:
                self.hand_over()
            raise

    def take_group(self) -> list[Call]:
        """For the leader: take what waits, its own call first, within the limits.

        A call without `work` is a group by itself.
        """
        if self._company > 1:
            self._await_company()
        group: list[Call] = []
        size_bytes = 0
        with self._lock:
            while self._queue and len(group) < self._calls_max:
                call = self._queue[0]
                size_bytes += call.size_bytes
                if group and (call.work is None or size_bytes > self._bytes_max):
                    break
                group.append(self._queue.popleft())
                if call.work is None:
                    break
            self._company = len(group)
        return group

    def _await_company(self) -> None:
        limit = time.monotonic() + _COMPANY_SECONDS
        while len(self._queue) < self._company and time.monotonic() < limit:
            time.sleep(_COMPANY_SECONDS / 10)

    def hand_over(self) -> None:
        """For the leader: give the lead to whoever is first in the queue, if anybody waits."""
        with self._lock:
            if self._queue:
                successor = self._queue[0]
                successor.leads = True
                successor.finish()
            else:
                self._led = False

    def shut(self) -> None:
        """For the leader: refuse all that waits and all that comes."""
        with self._lock:
            self._closed = True
            late, self._queue = self._queue, deque()
        for call in late:
            call.error = InterfaceError("the ledger was closed; nothing was recorded")
            call.finish()
