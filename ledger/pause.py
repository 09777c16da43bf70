"""A closing asks this process's other commands on the same log to wait a moment.

A closing commits to the whole log, so the log must not grow between its decision and its append. Writers that never
pause would overtake it again and again. After a few attempts in vain it asks them to: commands that begin then wait
until it is done, a few milliseconds, and no longer than two seconds whatever becomes of it. Other processes on the
same log are not asked; there only the number of attempts helps.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from weakref import WeakValueDictionary

WAIT_SECONDS_MAX: Final = 2.0

_lock: Final = threading.Lock()
_pauses: Final[WeakValueDictionary[str, Pause]] = WeakValueDictionary()


class Pause:
    """Whether commands on one log may go on. Any thread may call."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._open = threading.Event()
        self._open.set()

    def wait(self) -> None:
        """Wait while a closing has asked for it, at most `WAIT_SECONDS_MAX`."""
        if not self._open.is_set():
            self._open.wait(WAIT_SECONDS_MAX)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Have commands that begin wait until the end of the block; one asks at a time."""
        with self._asking:
            self._open.clear()
            try:
                yield
            finally:
                self._open.set()


def pause_of(origin: str) -> Pause:
    """Give the pause that all applications of this process on one log share."""
    with _lock:
        pause = _pauses.get(origin)
        if pause is None:
            pause = _pauses[origin] = Pause()
        return pause
