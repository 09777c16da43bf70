"""Views fed by the recorders that a server uses, each database from each."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from eventsourcing.persistence import InfrastructureFactory, StoredEvent, TrackingRecorder
from eventsourcing.utils import Environment

from ledger.log import Command, LogRecorder
from ledger.wire.entry import Actor, entry_data, parse_at
from projections.engine import Views
from projections.runner import ViewsRunner
from projections.views.class_page import class_page
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog, SchoolLog


@pytest.fixture(params=["sqlite", "postgres"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogRecorder]:
    """An empty ledger on the sample clock."""
    if request.param == "sqlite":
        environment = {
            "PERSISTENCE_MODULE": "ledger.storage.sqlite",
            "LETOPIS_SQLITE_FILE": str(tmp_path / "school.db"),
            "LETOPIS_CREATE": "y",
            "LETOPIS_ORIGIN": ORIGIN,
            "LETOPIS_CLOCK": "sample",
        }
    else:
        environment = request.getfixturevalue("postgres_database").environment(ORIGIN, LETOPIS_CLOCK="sample")
    factory: InfrastructureFactory[TrackingRecorder] = InfrastructureFactory.construct(
        Environment("School", environment)
    )
    found = factory.application_recorder()
    assert isinstance(found, LogRecorder)
    yield found
    factory.close()


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    return views_dsn(request.getfixturevalue("postgres_database"))


def replay(log: ListLog, recorder: LogRecorder, start: int = 0) -> None:
    """Record a log's commands again, one append each."""
    entries = [(raw, orjson.loads(raw)) for raw in log.raws[start:]]
    for command, group in itertools.groupby(entries, key=lambda pair: pair[1]["command"]):
        recorded = list(group)
        events = []
        for raw, entry in recorded:
            stream, type_, version = entry["stream"], entry["type"], entry["version"]
            state = entry_data(raw, index=entry["index"], stream=stream, type=type_, version=version)
            events.append(StoredEvent(stream, version, type_, state))
        first = recorded[0][1]
        at = parse_at(first["at"])
        recorder.insert_events(events, command=Command(command, Actor(**first["actor"]), key=command, at=at))


def test_views_of_a_real_ledger_are_those_of_the_same_entries(recorder: LogRecorder, views_url: str) -> None:
    school = SchoolLog(11).work(40)
    replay(school.log, recorder)
    # The tests' own logs are real ones, byte for byte.
    assert list(recorder.entries()) == school.log.raws
    with Views.open(views_url, recorder.origin) as views:
        size = len(school.log.raws)
        assert views.catch_up(recorder, batch_entries=37) == size
        assert views.check(recorder).findings == ()
        assert views.rebuild(recorder) == size
        report = views.check(recorder)
        assert report.findings == ()
        with tempfile.TemporaryDirectory() as folder, Views.open(f"sqlite:{folder}/v.db", ORIGIN) as others:
            others.catch_up(school.log)
            assert others.check(school.log).digests == report.digests
        # Settled on both sides of the last entry: the log is the one consumed.
        assert views.state().tail.last == recorder.head().last.hex()


def test_a_command_is_read_back_after_a_poke(recorder: LogRecorder, views_url: str) -> None:
    school = SchoolLog(12)
    with Views.open(views_url, recorder.origin) as views:
        with ViewsRunner(views, recorder, poll_seconds=3600) as runner:
            for _ in range(4):
                size = recorder.head().size
                replay(school.log, recorder, size)
                runner.poke()
                assert runner.wait(len(school.log.raws), 20)
                school.lesson()
            assert runner.failure is None
        group = school.classes[0]
        page = class_page(views, group, from_date="", to_date="2027-05-31")
        with tempfile.TemporaryDirectory() as folder, Views.open(f"sqlite:{folder}/v.db", ORIGIN) as others:
            others.catch_up(school.log, stop=page.position)
            assert class_page(others, group, from_date="", to_date="2027-05-31") == page
