"""A thread that keeps views level with their log."""

from __future__ import annotations

import logging
import threading
from typing import Final, Self

from projections.engine import CATCH_UP_ENTRIES, Log, Views

POLL_SECONDS: Final = 1.0
BACKOFF_FIRST_SECONDS: Final = 0.1
BACKOFF_MAX_SECONDS: Final = 30.0

_logger = logging.getLogger(__name__)


class ViewsRunner:
    """Catches up when poked, and every second in case nobody pokes (another process appends).

    An error never ends the thread: it tries again, less and less often. `failure` says what the last try met.
    """

    def __init__(
        self,
        views: Views,
        log: Log,
        *,
        poll_seconds: float = POLL_SECONDS,
        batch_entries: int = CATCH_UP_ENTRIES,
    ) -> None:
        """Prepare; `start` starts it."""
        self._views = views
        self._log = log
        self._poll_seconds = poll_seconds
        self._batch_entries = batch_entries
        self._poked = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._position = 0
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)

    @property
    def position(self) -> int:
        """Tree size that the last successful try reached."""
        return self._position

    @property
    def failure(self) -> str | None:
        """What the last try met; None when it went well."""
        return self._failure

    def start(self) -> None:
        """Start the thread, once."""
        self._thread.start()

    def poke(self) -> None:
        """Say that there may be new entries; returns at once."""
        self._poked.set()

    def wait(self, position: int, timeout_seconds: float) -> bool:
        """Wait until the views have consumed `position` entries; whether they have."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position, timeout_seconds)

    def stop(self) -> None:
        """Let the batch at hand end, and the thread with it."""
        self._stopping.set()
        self._poked.set()
        if self._thread.ident is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        backoff_seconds = BACKOFF_FIRST_SECONDS
        while not self._stopping.is_set():
            self._poked.clear()
            try:
                self._views.catch_up(self._log, batch_entries=self._batch_entries, progress=self._reached)
            except Exception as error:  # noqa: BLE001 - the thread's boundary: whatever it is, it is told and tried again
                self._fail(error)
                self._stopping.wait(backoff_seconds)
                backoff_seconds = min(backoff_seconds * 2, BACKOFF_MAX_SECONDS)
            else:
                self._failure = None
                backoff_seconds = BACKOFF_FIRST_SECONDS
                self._poked.wait(self._poll_seconds)

    def _reached(self, position: int) -> bool:
        with self._moved:
            self._position = position
            self._moved.notify_all()
        return self._stopping.is_set()

    def _fail(self, error: Exception) -> None:
        message = f"{type(error).__name__}: {error}"
        if message != self._failure:
            _logger.warning("views stand still: %s", message)
        self._failure = message
