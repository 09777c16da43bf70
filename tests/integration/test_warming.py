"""A server counts the months that are over before anybody asks: once its views are level, and in nobody's way."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from api import warming
from api.logs import set_up_logs
from api.sample import Shape
from api.schools import OpenSchool, open_school
from api.warming import Warming
from projections.reading import Reader
from projections.views.conformity import conformity
from projections.views.deadline_ahead import count_ahead
from projections.views.deadline_basis import Judging
from projections.views.deadline_kept import Changes, Kept, Part, Span, Wanted, kept_for
from tests.command_line import logs_put_back
from tests.conftest import Database
from tests.integration.test_projections_runner import SOON_SECONDS, wait_until
from tests.sample_folders import sample_folder, sample_on_postgres

SIZE: Final = Shape(classes=(1,), students=2, quarters=2)
MONTHS: Final = ("2026-09", "2026-10", "2026-11")
"""Over when its second quarter ends."""
OFTEN_SECONDS: Final = 0.01


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A school on SQLite."""
    with sample_folder(tmp_path / "school", size=SIZE):
        return tmp_path / "school"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server says of itself."""
    with logs_put_back():
        stream = io.StringIO()
        set_up_logs(stream)
        yield stream


def told(log: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Month -> how often its counts were found by who asked."""
    counted: Counter[str] = Counter()
    find = Kept.find

    def counting(kept: Kept, wanted: Wanted, span: Span, judged: Judging, changes: Changes) -> Part | None:
        part = find(kept, wanted, span, judged, changes)
        counted[span.label] += part is not None
        return part

    monkeypatch.setattr(Kept, "find", counting)
    return counted


def check_counted_once(school: OpenSchool, log: io.StringIO, found: Counter[str]) -> None:
    """The first asking finds what the server counted, which it says in a line, and tells the access log nothing of."""
    with Warming([school], poll_seconds=OFTEN_SECONDS):
        wait_until(lambda: told(log))
    (line,) = told(log)
    assert (line["logger"], line["level"], line["school"]) == ("api.warming", "info", school.code)
    assert (line["counted"], line["is_whole"]) == (2 * len(MONTHS), True)
    assert line["ms"] > 0
    found.clear()
    conformity(school.views)
    assert +found == dict.fromkeys(MONTHS, 1)


def test_the_first_asking_finds_the_months_that_are_over(folder: Path, log: io.StringIO, found: Counter[str]) -> None:
    with open_school(folder) as school:
        check_counted_once(school, log, found)
        assert list(school.access.log.seen()) == []


def test_the_same_on_postgresql(
    tmp_path: Path,
    postgres_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
    found: Counter[str],
) -> None:
    with sample_on_postgres(tmp_path / "school", postgres_database, monkeypatch, size=SIZE):
        pass
    with open_school(tmp_path / "school") as school:
        check_counted_once(school, log, found)


def test_a_school_whose_views_are_behind_is_waited_for_and_holds_up_no_other(
    folder: Path, tmp_path: Path, log: io.StringIO
) -> None:
    with sample_folder(tmp_path / "other", size=SIZE, limit=20):
        pass
    with open_school(folder, background=False) as behind, open_school(tmp_path / "other") as level:
        with Warming([behind, level], poll_seconds=OFTEN_SECONDS):
            wait_until(lambda: told(log))
            assert [line["counted"] for line in told(log)] == [0]
            assert len(kept_for(behind.views)) == 0
            behind.runner.start()
            wait_until(lambda: len(told(log)) == 2)
            behind.runner.stop()
    assert told(log)[1]["counted"] == 2 * len(MONTHS)


def test_a_server_that_is_stopped_meanwhile_lets_the_month_at_hand_end_and_no_more(
    folder: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def held(views: Reader) -> Iterator[str]:
        for month in count_ahead(views):
            begun.set()
            goes_on.wait(SOON_SECONDS)
            yield month

    monkeypatch.setattr(warming, "count_ahead", held)
    with open_school(folder) as school:
        keeper = Warming([school], poll_seconds=OFTEN_SECONDS)
        keeper.start()
        assert begun.wait(SOON_SECONDS)
        stopping = threading.Thread(target=keeper.stop)
        stopping.start()
        wait_until(keeper._stopping.is_set)
        goes_on.set()
        stopping.join()
        assert len(kept_for(school.views)) == 1
    (line,) = told(log)
    assert (line["counted"], line["is_whole"]) == (1, False)


def test_a_server_that_is_stopped_before_its_views_are_level_counts_nothing(folder: Path, log: io.StringIO) -> None:
    with open_school(folder, background=False) as school:
        with Warming([school], poll_seconds=OFTEN_SECONDS):
            pass
        Warming([school]).stop()
    assert told(log) == []


def test_what_goes_wrong_is_told_and_who_asks_counts_all_the_same(
    folder: Path, log: io.StringIO, found: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(views: Reader) -> Iterator[str]:
        for month in count_ahead(views):
            yield month
            views.select("SELECT a.nothing FROM {lessons} a", {})

    monkeypatch.setattr(warming, "count_ahead", closed)
    with open_school(folder) as school:
        with Warming([school], poll_seconds=OFTEN_SECONDS):
            wait_until(lambda: told(log))
        (line,) = told(log)
        assert (line["level"], line["logger"]) == ("warning", "api.warming")
        assert line["message"].startswith(f"{school.recorder.origin}: months were not counted ahead: ")
        found.clear()
        conformity(school.views)
        assert +found == {MONTHS[0]: 1}
