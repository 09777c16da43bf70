"""Counting the months that are over when a server begins, before anybody asks (`projections.views.deadline_ahead`).

One school after another and a month at a time, with a pause behind each as long as it took, once a school's views are
level with its log. Who asks meanwhile finds what is counted so far. Nobody looks at anything here: nothing is told to
the access log, and nothing is kept but counts in memory.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from api.logs import warming_log
from projections.views.deadline_ahead import count_ahead

if TYPE_CHECKING:
    from api.schools import OpenSchool

_POLL_SECONDS: Final = 1.0

_logger = logging.getLogger(__name__)


class Warming:
    """Counts in the background, once for each school; one whose views stand still is waited for."""

    def __init__(self, schools: Iterable[OpenSchool], *, poll_seconds: float = _POLL_SECONDS) -> None:
        """Prepare; `start` starts it.

        Args:
            schools: of one server, open, with views that are kept level in the background.
            poll_seconds: how often to look whose views are level.
        """
        self._waiting = list(schools)
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="count ahead", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        self.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self.stop()

    def start(self) -> None:
        """Begin, once."""
        self._thread.start()

    def stop(self) -> None:
        """Let the month at hand be counted, and the thread end with it; before the schools are closed."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._waiting and not self._stopping.wait(self._poll_seconds):
            self._waiting = [school for school in self._waiting if self._stopping.is_set() or not self._step(school)]

    def _step(self, school: OpenSchool) -> bool:
        """Count, where the views are level; whether the school is done with, well or not."""
        try:
            if school.runner.failure is not None or school.runner.position < school.log_size():
                return False
            self._count(school)
        except Exception as error:  # noqa: BLE001 - the thread's boundary: who asks counts all the same
            _logger.warning("%s: months were not counted ahead: %s", school.recorder.origin, type(error).__name__)
        return True

    def _count(self, school: OpenSchool) -> None:
        begun = time.perf_counter()
        months, work_seconds, since = 0, 0.0, begun
        for _ in count_ahead(school.views):
            months += 1
            took = time.perf_counter() - since
            work_seconds += took
            if self._stopping.wait(took):
                break
            since = time.perf_counter()
        warming_log.info(
            "months counted ahead",
            school=school.code,
            counted=months,
            ms=round(work_seconds * 1000),
            is_whole=not self._stopping.is_set(),
        )
