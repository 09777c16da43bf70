"""Results that do not follow from the marks any more, found by what changed, against computing every result again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ledger.tree import leaf_hash
from projections.engine import Views
from projections.views.result_register import deviations, results
from tests.cluster import Cluster
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.properties.test_journal_machine import random_world
from tests.properties.test_verify_journal import entries

SEEDS = (300, 301, 304, 328)
"""Of thirty tried, some in which marks were changed behind the results; the test says if they do so no more."""
POSITIONS = 6


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return views_dsn(make_database(cluster))


def test_what_changed_finds_the_same_results_as_computing_all_again(url: str) -> None:
    kinds = set()
    for seed in SEEDS:
        world = random_world(seed)
        raws = entries(world, world.log)
        origin = f"{ORIGIN}/{seed}"
        with Views.open(f"{url}{seed}" if url.startswith("sqlite:") else url, origin) as views:
            views.catch_up(ListLog(raws, origin, last=leaf_hash(raws[-1])))
            for position in (*random.Random(seed).sample(range(len(raws) // 3, len(raws)), POSITIONS), len(raws)):
                every = results(views, at=position).rows
                expected = tuple(row for row in every if row.deviates or row.outdated)
                assert deviations(views, at=position).rows == expected, (seed, position)
                kinds |= {(row.what, row.period_kind == "year", row.outdated) for row in expected}
                for group in {row.class_group for row in every}:
                    found = deviations(views, class_group=group, at=position).rows
                    assert found == tuple(row for row in expected if row.class_group == group), (seed, position, group)
    assert {("period_mark", False), ("period_mark", True), ("final_mark", True)} <= {
        kind[:2] for kind in kinds if kind[2]
    }
    assert ("period_mark", False, False) in kinds
