"""What every test shares: a throw-away PostgreSQL and databases in it, and how Hypothesis runs.

Hypothesis judges no example by its time: a busy machine is not a wrong answer.
"""

from __future__ import annotations

import gc
import itertools
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from api.identity import postgres as identity
from ledger.storage.postgres.install import install
from ledger.vault import postgres as vault
from projections.engine import Views
from tests.cluster import Cluster, running_cluster
from tests.folders import use_memory
from verify import ed25519

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.http_school import Founded

settings.register_profile("letopis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("letopis")

LONGEST = {
    "test_clauses_are_shown.py", "test_http_contract.py", "test_verifier_mutations.py", "test_verifier_hostile.py",
    "test_viewer_mutations.py", "test_http_soak.py", "test_access_log.py", "test_command_line.py", "test_readme_blocks.py",
    "test_beside_a_server.py", "test_http_slice.py", "test_api_methods.py", "test_fuzz_verify.py", "test_fuzz_wire.py",
    "test_demo.py", "test_journal_machine.py", "test_export_kill.py", "test_viewer_database.py", "test_answer_examples.py",
    "test_postgres_crashes.py", "test_reading_without_a_database.py",
}  # fmt: skip
"""Files of more than half a minute: one that began last would run while the other workers have nothing left."""

TEMPLATE = "letopis_template"
_numbers = itertools.count(1)


def pytest_configure() -> None:
    """Before pytest makes its folder."""
    use_memory()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have the garbage collector walk over what tests make, not over all that is imported and collected, which stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give out the longest files first where workers share them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (item.path.name not in LONGEST, -tests[item.path], item.path))


@dataclass(frozen=True)
class Database:
    """One database with the ledger's schema: how a superuser, the ledger's owner and the application come in.

    `owner_dsn` is a member of letopis_owner that may also create schemas of its own, `app_dsn` one of letopis_app.
    """

    name: str
    superuser_dsn: str
    owner_dsn: str
    app_dsn: str

    def environment(self, origin: str = "letopis.example/school/test", **settings: str) -> dict[str, str]:
        """Settings for the eventsourcing library that make this log here."""
        return {
            "PERSISTENCE_MODULE": "ledger.storage.postgres",
            "LETOPIS_POSTGRES_DSN": self.app_dsn,
            "LETOPIS_POSTGRES_OWNER_DSN": self.owner_dsn,
            "LETOPIS_CREATE": "y",
            "LETOPIS_ORIGIN": origin,
            "ORIGINATOR_ID_TYPE": "text",
        } | settings


def make_template(cluster: Cluster) -> None:
    """Make the database that the tests' databases are copies of, and the roles that log in to them."""
    cluster.execute(f"CREATE DATABASE {TEMPLATE}")
    install(cluster.dsn(TEMPLATE))
    cluster.execute("CREATE ROLE test_owner LOGIN IN ROLE letopis_owner")
    cluster.execute("CREATE ROLE test_app LOGIN IN ROLE letopis_app")


def make_database(cluster: Cluster, template: str = TEMPLATE) -> Database:
    """Make a database of the test's own: by copies of files, which cost a third of what a log of their pages does."""
    name = f"test_{next(_numbers)}"
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    cluster.execute(f"GRANT CREATE ON DATABASE {name} TO test_owner")
    return Database(name, cluster.dsn(name), cluster.dsn(name, "test_owner"), cluster.dsn(name, "test_app"))


@pytest.fixture(scope="session", autouse=True)
def signatures_judged_once() -> Iterator[None]:
    """The verifier's own Ed25519 is slow, and archives of the corpora carry the same signatures: same bytes, same answer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ed25519, "verify", lru_cache(maxsize=8_192)(ed25519.verify))
        yield


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A running PostgreSQL for the whole session (one per xdist worker); fsync is off."""
    with running_cluster() as cluster:
        make_template(cluster)
        yield cluster


@pytest.fixture(scope="session")
def school_template(postgres_cluster: Cluster) -> Callable[[str], str]:
    """Origin -> a database that has all that a school of this origin keeps, its views' tables too, but no log yet.

    Making its 160 tables of views and their 280 indexes is half of what a short test costs on PostgreSQL. They are made
    by the functions that make them for a school, so that who founds one in a copy finds what it would have made.
    """

    @cache
    def made(origin: str) -> str:
        database = make_database(postgres_cluster)
        vault.install(database.owner_dsn)
        identity.install(database.owner_dsn)
        Views.open(database.owner_dsn, origin).close()
        return database.name

    return made


@pytest.fixture
def durable_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the test's own with fsync on: for crashes."""
    with running_cluster(durable=True) as cluster:
        make_template(cluster)
        yield cluster


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """A fresh database with the ledger's schema, of the test's own."""
    database = make_database(postgres_cluster)
    yield database
    drop_database(postgres_cluster, database)


@pytest.fixture(scope="session")
def founded_template(
    postgres_cluster: Cluster, school_template: Callable[[str], str]
) -> Callable[[], tuple[str, Founded]]:
    """-> a database to be copied, and the folder that belongs to it: the school of `tests.http_school`, founded just now."""
    from tests.http_school import ORIGIN, Founded

    made: list[tuple[Database, Founded]] = []

    def fresh() -> tuple[str, Founded]:
        if not made or not made[0][1].is_fresh:
            while made:
                stale, founded = made.pop()
                drop_database(postgres_cluster, stale)
                founded.remove()
            database = make_database(postgres_cluster, school_template(ORIGIN))
            with pytest.MonkeyPatch.context() as patched:
                set_database(patched, database)
                made.append((database, Founded.now("postgresql")))
        return made[0][0].name, made[0][1]

    return fresh


@pytest.fixture
def school_database(
    postgres_cluster: Cluster, founded_template: Callable[[], tuple[str, Founded]]
) -> Iterator[Database]:
    """A fresh database that `tests.http_school.make_school` takes for a school, which is founded in it already."""
    from tests.http_school import founded_in

    template, founded = founded_template()
    database = make_database(postgres_cluster, template)
    with founded_in(database.owner_dsn, founded):
        yield database
    drop_database(postgres_cluster, database)


@pytest.fixture
def sample_database(postgres_cluster: Cluster, school_template: Callable[[str], str]) -> Iterator[Database]:
    """The same for the sample school."""
    database = make_database(postgres_cluster, school_template("letopis.example/school/sample"))
    yield database
    drop_database(postgres_cluster, database)


@pytest.fixture
def bare_postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """A fresh database with nothing in it."""
    database = make_database(postgres_cluster, "template1")
    yield database
    drop_database(postgres_cluster, database)


@pytest.fixture(scope="module")
def module_postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """One database with the ledger's schema for all tests of a module."""
    database = make_database(postgres_cluster)
    yield database
    drop_database(postgres_cluster, database)


def set_database(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """Put it into the environment as the one where a school's ledger and views are."""
    monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
    monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    monkeypatch.setenv("LETOPIS_VIEWS_DSN", database.owner_dsn)


def drop_database(cluster: Cluster, database: Database) -> None:
    """Drop it, whoever is still connected."""
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a module's tests. Its driver keeps an event loop in this thread, in which no other test could begin one."""
    from tests.viewer_browser import running_chromium

    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def viewer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ПРОЧТИ.html`, apart from any archive."""
    from tests.viewer_browser import write_viewer

    return write_viewer(tmp_path_factory.mktemp("viewer") / "ПРОЧТИ.html")
