"""The eventsourcing library's own test cases, unchanged, against `ledger.storage.sqlite`.

What is set here is what the cases leave open: where the recorder comes from, and that ids are text. Ids are made with
`new_originator_id`, the hook that the cases have for it.

What is imported by module here would be collected twice if it were imported by class.

Left out:

- `AggregateRecorderTestCase`: aggregate recorders (snapshots) are the library's own class on its own table, run by
  `ExampleApplicationTestCase`; there is nothing of ours in them.
- `TaggedDecisionCountersProjectionTestCase`, the `dcb` cases: dynamic consistency boundaries are another recorder
  interface, which this module does not offer.
- `TranscoderTestCase`: the transcoder is the library's own; our entries are made by our mapper.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteTrackingRecorder
from eventsourcing.tests import (
    application as application_cases,
    persistence as persistence_cases,
    projection as projection_cases,
)
from eventsourcing.utils import Environment

from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder, LetopisSQLiteProcessRecorder
from tests.conformance.counting_views import SQLiteCountingView

pytestmark = [
    # Cases make applications and leave them to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    # One case counts this warning, and so needs it shown.
    pytest.mark.filterwarnings("always:'log' is deprecated:DeprecationWarning"),
]


def _env(file: Path) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_SQLITE_FILE": str(file),
        "LETOPIS_STATES": "any",
        "LETOPIS_CREATE": "y",
    }


class _OnFile:
    """Gives each case a factory on a fresh file."""

    factory: LetopisSQLiteFactory

    @pytest.fixture(autouse=True)
    def _make_factory(self, tmp_path: Path) -> Iterator[None]:
        self.factory = LetopisSQLiteFactory(_env(tmp_path / "school.db"))
        yield
        self.factory.close()

    def new_originator_id(self) -> UUID | str:
        return str(uuid4())


class TestApplicationRecorder(_OnFile, persistence_cases.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(_OnFile, persistence_cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class TestTrackingRecorder(_OnFile, persistence_cases.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.tracking_recorder()


class TestProcessRecorder(_OnFile, persistence_cases.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


class OwnTrackingRecorder(SQLiteTrackingRecorder):
    pass


class TestInfrastructureFactory(persistence_cases.InfrastructureFactoryTestCase[LetopisSQLiteFactory]):
    @pytest.fixture(autouse=True)
    def _make_env(self, tmp_path: Path) -> None:
        self.env = Environment("TestCase", _env(tmp_path / "school.db"))

    def expected_factory_class(self) -> type[LetopisSQLiteFactory]:
        return LetopisSQLiteFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return SQLiteAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LetopisSQLiteApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return SQLiteTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return LetopisSQLiteProcessRecorder


class _InEnvironment:
    """Gives each case a fresh file through the process environment, which the cases read."""

    @pytest.fixture(autouse=True)
    def _set_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for key, value in _env(tmp_path / "school.db").items():
            monkeypatch.setenv(key, value)


class TestApplication(_InEnvironment, application_cases.ApplicationTestCase):
    pass


class TestExampleApplication(_InEnvironment, application_cases.ExampleApplicationTestCase):
    expected_factory_topic = "ledger.storage.sqlite.factory:LetopisSQLiteFactory"


class TestEventSourcedProjection(projection_cases.EventSourcedProjectionTestCase):
    env: ClassVar[dict[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _set_files(self, tmp_path: Path) -> None:
        # An event-sourced projection keeps a log of its own: one file per log.
        type(self).env = _env(tmp_path / "school.db") | {"COUNTERS_LETOPIS_SQLITE_FILE": str(tmp_path / "counters.db")}


class TestEventCountersView(_OnFile, projection_cases.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> projection_cases.EventCountersView:
        view = self.factory.tracking_recorder(SQLiteCountingView)
        assert isinstance(view, SQLiteCountingView)
        return view


class TestAggregateEventCountersProjection(projection_cases.AggregateEventCountersProjectionTestCase):
    view_class = SQLiteCountingView
    env: ClassVar[dict[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _set_files(self, tmp_path: Path) -> None:
        type(self).env = _env(tmp_path / "school.db") | {
            "EVENTCOUNTERS_LETOPIS_SQLITE_FILE": str(tmp_path / "counters.db")
        }
