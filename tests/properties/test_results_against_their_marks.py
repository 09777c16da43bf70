"""Results that do not follow from the marks any more, found by what changed, against computing every result again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ledger.tree import leaf_hash
from projections.engine import Views
from projections.views.result_register import Result, deviations, results
from tests.cluster import Cluster
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.properties.test_journal_machine import random_world
from tests.properties.test_verify_journal import entries

WANTED = {("period_mark", False, True), ("period_mark", True, True), ("final_mark", True, True)} | {
    ("period_mark", False, False)
}
"""What is to be found at least once: kind of the result, whether of the year, whether it is outdated or only differs."""
SEEDS = range(300, 400)
POSITIONS = 4


def open_views(url: str, seed: int, raws: list[bytes]) -> Views:
    """Views of a log that have all of it."""
    origin = f"{ORIGIN}/{seed}"
    views = Views.open(f"{url}{seed}" if url.startswith("sqlite:") else url, origin)
    views.catch_up(ListLog(raws, origin, last=leaf_hash(raws[-1])))
    return views


def unfollowing(views: Views, at: int) -> list[Result]:
    """Results that do not follow from the marks, each computed again."""
    return [row for row in results(views, at=at).rows if row.deviates or row.outdated]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[bytes]]:
    """Random journals, by seed, in which everything wanted is found at the end."""
    url = f"sqlite:{tmp_path_factory.mktemp('wanted')}/"
    found, wanted = {}, set(WANTED)
    for seed in SEEDS:
        world = random_world(seed)
        raws = entries(world, world.log)
        with open_views(url, seed, raws) as views:
            kinds = {(row.what, row.period_kind == "year", row.outdated) for row in unfollowing(views, len(raws))}
        if kinds & wanted:
            found[seed] = raws
            wanted -= kinds
        if not wanted:
            return found
    pytest.fail(f"no journal has {wanted}")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return views_dsn(make_database(cluster))


def test_what_changed_finds_the_same_results_as_computing_all_again(url: str, logs: dict[int, list[bytes]]) -> None:
    for seed, raws in logs.items():
        with open_views(url, seed, raws) as views:
            for position in (*random.Random(seed).sample(range(len(raws) // 3, len(raws)), POSITIONS), len(raws)):
                expected = unfollowing(views, position)
                assert list(deviations(views, at=position).rows) == expected, (seed, position)
                begin, end = len(expected) // 3, len(expected) // 2
                assert list(deviations(views, rows=slice(begin, end), at=position).rows) == expected[begin:end]
                for teacher in {row.actor for row in expected}:
                    own = [row for row in expected if row.actor == teacher]
                    assert list(deviations(views, teacher=teacher, at=position).rows) == own, (seed, position, teacher)
                for group in {row.class_group for row in results(views, at=position).rows}:
                    found = deviations(views, class_group=group, at=position).rows
                    of_group = [row for row in expected if row.class_group == group]
                    assert list(found) == of_group, (seed, position, group)


def test_marks_of_a_class_read_whole_are_those_read_by_the_student(
    url: str, logs: dict[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_any = False
    for seed, raws in logs.items():
        with open_views(url, seed, raws) as views:
            found = []
            for least in (1, 1_000):
                monkeypatch.setattr("projections.views.results_now._WHOLE_CLASS_FROM", least)
                found.append(results(views).rows)
            assert found[0] == found[1], seed
            is_any |= any(row.inputs_now for row in found[0] if row.period_kind != "year")
    assert is_any
