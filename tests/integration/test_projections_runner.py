from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.engine import Views
from projections.runner import ViewsRunner
from tests.projection_logs import ORIGIN, ListLog, SchoolLog

SOON_SECONDS = 20.0


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as opened:
        yield opened


class FailingLog(ListLog):
    """A log that cannot be read for a while."""

    failing = True
    tries = 0

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        self.tries += 1
        if self.failing:
            raise OSError("the disk is gone")
        return super().entries(start, stop)


def failing(log: ListLog) -> FailingLog:
    return FailingLog(log.raws, log.origin, log.versions, log.at, log.last)


def wait_until(condition: object, seconds: float = SOON_SECONDS) -> None:
    assert callable(condition)
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.01)


def test_an_answer_waits_for_what_was_just_written(views: Views) -> None:
    school = SchoolLog(1)
    with ViewsRunner(views, school.log, poll_seconds=3600) as runner:
        assert runner.wait(len(school.log.raws), SOON_SECONDS)
        for _ in range(5):
            school.lesson()
            runner.poke()
            assert runner.wait(len(school.log.raws), SOON_SECONDS)
            assert views.position() == len(school.log.raws)


def test_what_nobody_poked_about_is_found_by_looking(views: Views) -> None:
    school = SchoolLog(1)
    with ViewsRunner(views, school.log, poll_seconds=0.02) as runner:
        assert runner.wait(len(school.log.raws), SOON_SECONDS)
        school.lesson()
        assert runner.wait(len(school.log.raws), SOON_SECONDS)


def test_waiting_ends_in_time_with_no_for_an_answer(views: Views) -> None:
    with ViewsRunner(views, ListLog()) as runner:
        assert runner.wait(0, SOON_SECONDS)
        began = time.monotonic()
        assert not runner.wait(1, 0.05)
        assert time.monotonic() - began < SOON_SECONDS


def test_a_transient_error_is_told_once_and_got_over(views: Views, caplog: pytest.LogCaptureFixture) -> None:
    log = failing(SchoolLog(1).log)
    with caplog.at_level(logging.WARNING), ViewsRunner(views, log, poll_seconds=0.01) as runner:
        wait_until(lambda: log.tries >= 3)
        assert runner.failure == "OSError: the disk is gone"
        assert not runner.wait(1, 0.01)
        log.failing = False
        assert runner.wait(len(log.raws), SOON_SECONDS)
        wait_until(lambda: runner.failure is None)
    assert [record.getMessage() for record in caplog.records] == ["views stand still: OSError: the disk is gone"]


def test_it_tries_less_and_less_often(views: Views) -> None:
    log = failing(SchoolLog(1).log)
    with ViewsRunner(views, log, poll_seconds=0.001):
        time.sleep(0.6)
    # 0.1 s, 0.2 s, 0.4 s … between them.
    assert 2 <= log.tries <= 4


def test_views_that_refuse_the_log_go_on_after_a_rebuild(views: Views) -> None:
    school = SchoolLog(1).work(3)
    views.catch_up(school.log)
    shorter = school.log.truncated(len(school.log.raws) - 1)
    with ViewsRunner(views, shorter, poll_seconds=0.01) as runner:
        wait_until(lambda: runner.failure is not None)
        assert runner.failure is not None
        assert "rebuild" in runner.failure
        views.rebuild(shorter)
        assert runner.wait(len(shorter.raws), SOON_SECONDS)


def test_stopping_ends_the_thread_between_batches(views: Views) -> None:
    school = SchoolLog(1).work(30)
    runner = ViewsRunner(views, school.log, batch_entries=1)
    runner.start()
    assert runner.wait(1, SOON_SECONDS)
    runner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "views"]
    assert views.position() <= len(school.log.raws)
    assert views.check(school.log).equal


def test_stopping_what_never_started_is_no_error(views: Views) -> None:
    ViewsRunner(views, ListLog()).stop()
