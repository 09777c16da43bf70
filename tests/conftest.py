"""Fixtures shared by every test: a throw-away PostgreSQL and databases in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cluster import Cluster, running_cluster

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One database: how its superuser, the ledger's owner and the application come in."""

    name: str
    superuser_dsn: str
    owner_dsn: str
    app_dsn: str


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A running PostgreSQL for the whole session (one per xdist worker); fsync is off."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def durable_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the test's own with fsync on: for crashes."""
    with running_cluster(durable=True) as cluster:
        yield cluster


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """A fresh database of the test's own."""
    name = f"test_{next(_numbers)}"
    postgres_cluster.execute(f"CREATE DATABASE {name}")
    dsn = postgres_cluster.dsn(name)
    yield Database(name, dsn, dsn, dsn)
    postgres_cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")
