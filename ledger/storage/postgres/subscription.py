"""Subscriptions: woken by appends of this process, and looking for those of others from time to time.

No NOTIFY: PostgreSQL queues notifications under one lock for the whole cluster, held through the commit, and schools do
not wait for each other here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import ListenNotifySubscription

if TYPE_CHECKING:
    from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder

POLL_SECONDS: Final = 0.5


class PollingSubscription(ListenNotifySubscription["LetopisPostgresApplicationRecorder"]):
    """Yields notifications as they are committed, here or by another process."""

    def __init__(
        self, recorder: LetopisPostgresApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        recorder.datastore.listen(recorder.school, self._has_been_notified)
        # What was committed between the thread's first look and now.
        self._has_been_notified.set()

    def stop(self) -> None:
        """Stop; a reader that waits gets no more."""
        super().stop()
        self._recorder.datastore.unlisten(self._recorder.school, self._has_been_notified)

    def _loop_on_pull(self) -> None:
        try:
            self._pull()
            while not self._has_been_stopped:
                self._has_been_notified.wait(timeout=POLL_SECONDS)
                self._pull()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that reads
            if self._thread_error is None:
                self._thread_error = error
            self.stop()
