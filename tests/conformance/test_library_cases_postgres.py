"""The eventsourcing library's own test cases, unchanged, on `ledger.storage.postgres`.

They bring states, topics and stream names of their own, so the logs are opened with ``LETOPIS_STATES=any``. Each case has
a database of its own, each test a log of its own in it. Ids are text, by the hook that the cases have for them.

Left out: `AggregateRecorderTestCase`, because the recorder of snapshots is the library's own on its own table, and takes
text and UUIDs alike only because of a conversion that `ExampleApplicationTestCase` runs; the `dcb` cases, because dynamic
consistency boundaries are another recorder interface, which this module does not offer; `TranscoderTestCase`, because the
transcoder is the library's own.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.tests import (
    application as application_cases,
    persistence as persistence_cases,
    projection as projection_cases,
)
from eventsourcing.utils import Environment

from ledger.storage.postgres import LetopisPostgresFactory
from ledger.storage.postgres.recorder import (
    LetopisPostgresAggregateRecorder,
    LetopisPostgresApplicationRecorder,
    LetopisPostgresProcessRecorder,
)
from tests.cluster import Cluster
from tests.conformance.counting_views import PostgresCountingView
from tests.conftest import Database, drop_database, make_database

# One case counts this warning, and so needs it shown.
pytestmark = pytest.mark.filterwarnings("always:'log' is deprecated:DeprecationWarning")

_origins = itertools.count(1)


@pytest.fixture(scope="class")
def class_database(postgres_cluster: Cluster) -> Iterator[Database]:
    database = make_database(postgres_cluster)
    yield database
    drop_database(postgres_cluster, database)


@pytest.fixture
def case_environment(class_database: Database, request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of a log of the test's own, also given to the case as `settings`."""
    settings = class_database.environment(f"letopis.example/school/{next(_origins)}", LETOPIS_STATES="any")
    request.instance.settings = settings
    return settings


@pytest.fixture
def process_environment(case_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings in the process's environment, for cases that make their applications themselves."""
    for key, value in case_environment.items():
        monkeypatch.setenv(key, value)


@pytest.mark.usefixtures("case_environment")
class WithFactory:
    """Makes recorders on the test's own log, and closes them."""

    settings: ClassVar[dict[str, str]]

    @pytest.fixture(autouse=True)
    def _factories(self) -> Iterator[None]:
        self.stack = contextlib.ExitStack()
        with self.stack:
            yield

    def make_factory(self) -> LetopisPostgresFactory:
        factory = InfrastructureFactory.construct(Environment("Case", self.settings))
        assert isinstance(factory, LetopisPostgresFactory)
        self.stack.callback(factory.close)
        return factory


class WithTextIds:
    """Ids as the PostgreSQL recorders of the library give them back where the column is text."""

    def new_originator_id(self) -> UUID | str:
        return str(uuid4())


class TestApplicationRecorder(
    WithTextIds, WithFactory, persistence_cases.ApplicationRecorderTestCase[LetopisPostgresApplicationRecorder]
):
    def create_recorder(self) -> LetopisPostgresApplicationRecorder:
        recorder = self.make_factory().application_recorder()
        assert isinstance(recorder, LetopisPostgresApplicationRecorder)
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(WithFactory, persistence_cases.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.make_factory().tracking_recorder()


class TestProcessRecorder(WithTextIds, WithFactory, persistence_cases.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.make_factory().process_recorder()


class TestNonInterleaving(WithTextIds, WithFactory, persistence_cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.make_factory().application_recorder()


class TrackingRecorderSubclass(PostgresTrackingRecorder):
    pass


@pytest.mark.usefixtures("case_environment")
class TestFactory(persistence_cases.InfrastructureFactoryTestCase[LetopisPostgresFactory]):
    settings: ClassVar[dict[str, str]]

    def setUp(self) -> None:
        self.env = Environment("Case", self.settings)
        super().setUp()

    def expected_factory_class(self) -> type[LetopisPostgresFactory]:
        return LetopisPostgresFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return LetopisPostgresAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LetopisPostgresApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return TrackingRecorderSubclass

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return LetopisPostgresProcessRecorder


class ClosesApplications:
    """Closes the applications that a case leaves open, so that their pools do not outlive it."""

    @pytest.fixture(autouse=True)
    def _close(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        opened: list[LetopisPostgresFactory] = []
        original = LetopisPostgresFactory.__init__

        def remember(factory: LetopisPostgresFactory, *args: Any, **kwargs: Any) -> None:
            original(factory, *args, **kwargs)
            opened.append(factory)

        monkeypatch.setattr(LetopisPostgresFactory, "__init__", remember)
        yield
        for factory in opened:
            factory.close()


@pytest.mark.usefixtures("process_environment")
class TestExampleApplication(ClosesApplications, application_cases.ExampleApplicationTestCase):
    expected_factory_topic = "ledger.storage.postgres.factory:LetopisPostgresFactory"


@pytest.mark.usefixtures("process_environment")
class TestApplication(ClosesApplications, application_cases.ApplicationTestCase):
    pass


@pytest.mark.usefixtures("process_environment")
class TestEventSourcedProjection(ClosesApplications, projection_cases.EventSourcedProjectionTestCase):
    pass


class TestEventCountersView(WithFactory, projection_cases.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> projection_cases.EventCountersView:
        view = self.make_factory().tracking_recorder(PostgresCountingView)
        assert isinstance(view, PostgresCountingView)
        return view


@pytest.mark.usefixtures("process_environment")
class TestAggregateEventCountersProjection(
    ClosesApplications, projection_cases.AggregateEventCountersProjectionTestCase
):
    view_class = PostgresCountingView
