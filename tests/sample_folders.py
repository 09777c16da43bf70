"""School folders for tests: made as `letopis init` makes them, filled with a beginning of the sample school."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from api.auth import Identity
from api.founding import init_school
from api.sample import SIZES, SampleSchool, Shape, load_in_bulk
from api.schools import OpenSchool, open_school
from api.settings import Layout, SchoolFile
from tests.conftest import Database, set_database

SEED = 7
PLAIN: Final = replace(SIZES["demo"], has_office=False)
"""The demo's lessons without its office: registers that a test fills itself are empty."""


@contextmanager
def sample_folder(folder: Path, *, limit: int | None = None, size: str | Shape = PLAIN) -> Iterator[OpenSchool]:
    """A school on SQLite with the sample's first `limit` commands."""
    sample = SampleSchool(SEED, size)
    found(folder, sample, "sqlite")
    with open_school(folder, background=False) as school:
        fill(school, sample, limit)
        yield school


@contextmanager
def sample_on_postgres(
    folder: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    limit: int | None = None,
    size: str | Shape = PLAIN,
) -> Iterator[OpenSchool]:
    """The same on PostgreSQL; views in a schema of the same database."""
    set_database(monkeypatch, database)
    sample = SampleSchool(SEED, size)
    found(folder, sample, "postgresql")
    with open_school(folder, background=False) as school:
        fill(school, sample, limit)
        yield school


def found(folder: Path, sample: SampleSchool, database: str) -> None:
    roster = sample.roster()
    identity = Identity(roster.administrator.id, "administrator", "sample", "Администратор")
    file = SchoolFile(
        origin=sample.origin, code="sample", clock="sample", database="sqlite" if database == "sqlite" else "postgresql"
    )
    init_school(Layout(folder), file, [identity])


def fill(school: OpenSchool, sample: SampleSchool, limit: int | None) -> None:
    load_in_bulk(school.recorder, school.vault, sample, limit=limit)
    school.views.catch_up(school.recorder)
