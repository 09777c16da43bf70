"""A school over HTTP on either database, for tests that ask for `server`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import set_database
from tests.http_school import Served, make_school, served


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two, with its settings in the environment."""
    kind: str = request.param
    if kind == "postgresql":
        set_database(monkeypatch, request.getfixturevalue("school_database"))
    return kind


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Served]:
    """A school without anything but its first entry, served."""
    tokens, actors = make_school(tmp_path / "school", database)
    with served(tmp_path / "school", tokens, actors) as running:
        yield running
