"""What lacks in a class's journal, as the view has it at every position, is what the rules of a closing count there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.journal.context import Context
from ledger.journal.lacking import Lack, read_journal, what_lacks
from ledger.journal.roster import ClassGroup
from ledger.journal.vocabulary import LACKING, UNSETTLED
from ledger.tree import leaf_hash
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.lacking import journal_lacks
from tests.conftest import Database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.properties.test_journal_machine import World, moved
from tests.properties.test_verify_journal import entries
from tests.unit.ledger.journal.small_school import CLASS_A, CLASS_B, Step, uid

CLASSES = (CLASS_A, CLASS_B, uid(999))
NOBODY = Actor("", "")
SEEDS = range(300, 312)


class Watched(World):
    """A journal that keeps of every position what its rules say lacks in which class; None: there is no such class."""

    def __init__(self) -> None:
        self.lacks: dict[int, dict[str, list[Lack] | None]] = {}
        super().__init__()

    def take(self, step: Step) -> None:
        size = self.journal.size
        super().take(step)
        if self.journal.size > size:
            context = Context(self.journal, NOBODY, step[2])
            self.lacks[self.journal.size] = {group: self._of(group, context) for group in CLASSES}

    @staticmethod
    def _of(class_group: str, context: Context) -> list[Lack] | None:
        try:
            group = context.find(ClassGroup, "class", class_group, "class_group")
        except Refused:
            return None
        return what_lacks(read_journal(group, context), context)


def views_of(raws: list[bytes], url: str) -> Views:
    views = Views.open(url, ORIGIN)
    views.catch_up(ListLog(raws, ORIGIN, last=leaf_hash(raws[-1])))
    return views


def differing(world: Watched, views: Views) -> list[tuple[int, str]]:
    """Positions and classes of which the view says something else than the rules."""
    found = []
    for position, by_class in world.lacks.items():
        for group, expected in by_class.items():
            answer = journal_lacks(views, group, at=position)
            if (None if answer is None else list(answer.rows)) != expected:
                found.append((position, group))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_position_has_what_its_rules_count(seed: int, tmp_path: Path) -> None:
    world = moved(Watched(), seed)
    with views_of(entries(world, world.log), f"sqlite:{tmp_path}/views.db") as views:
        assert differing(world, views) == []


def test_postgresql_says_the_same(postgres_database: Database) -> None:
    world = moved(Watched(), 301, 400)
    with views_of(entries(world, world.log), views_dsn(postgres_database)) as views:
        assert differing(world, views) == []


def test_every_kind_of_what_lacks_is_seen_and_settled() -> None:
    """The tests above would mean little of journals in which nothing ever lacks, or is made good."""
    came: set[str] = set()
    went: set[str] = set()
    for seed in SEEDS:
        world = moved(Watched(), seed)
        for group in (CLASS_A, CLASS_B):
            before: Counter[str] = Counter()
            for by_class in world.lacks.values():
                now = Counter[str](lack.what for lack in by_class[group] or ())
                came |= (now - before).keys()
                went |= (before - now).keys()
                before = now
    assert came == went == LACKING | UNSETTLED
