from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.engine import Views
from projections.views.class_page import class_page
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, SchoolLog


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    return views_dsn(request.getfixturevalue("postgres_database"))


@pytest.fixture
def views(views_url: str) -> Iterator[Views]:
    with Views.open(views_url, ORIGIN) as opened:
        yield opened


@pytest.fixture(scope="module")
def school() -> SchoolLog:
    return SchoolLog(7).work(60)


def test_catching_up_and_rebuilding_give_the_same_views(views: Views, school: SchoolLog) -> None:
    assert views.catch_up(school.log, batch_entries=17) == len(school.log.raws)
    before = views.check(school.log)
    assert before.findings == ()
    assert before.rows > 0
    assert views.rebuild(school.log, batch_entries=50) == len(school.log.raws)
    after = views.check(school.log)
    assert after.equal
    assert after.digests == before.digests


def test_a_class_page_shows_lessons_and_values(views: Views, school: SchoolLog) -> None:
    views.catch_up(school.log)
    page = class_page(views, school.classes[0], from_date="2026-09-01", to_date="2027-05-31")
    assert page.position == len(school.log.raws)
    assert page.columns
    assert sum(len(line.values) for line in page.lines) > 10
