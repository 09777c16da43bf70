"""The application on real databases against the journal in memory: the same commands, the same entries or refusals."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ledger.application import School
from ledger.clock import find_zone
from ledger.errors import Refused
from ledger.journal.memory import Journal
from ledger.wire.entry import format_at, parse_entry
from tests.integration.application_settings import BACKENDS, fresh_settings
from tests.properties.journal_moves import KINDS, START, WEIGHTS, Move, command_of, item_of
from tests.properties.journal_oracle import Item, check_log
from tests.unit.ledger.journal.small_school import Step, setup_commands

MOVES = 120


class Twins:
    """The same school twice: in memory, and in a database behind two applications that take turns."""

    def __init__(self, applications: tuple[School, School]) -> None:
        self.applications = applications
        self.journal = Journal(find_zone)
        self.expected: list[Item] = []

    def take(self, step: Step, turn: int) -> None:
        command, actor, now = step
        size = self.journal.size
        try:
            made = self.journal.apply(command, actor, now)
        except Refused as refused:
            self.refuse(step, turn, (refused.rule, refused.where, refused.clause))
            return
        receipt = self.applications[turn % 2].execute(command, actor=actor, at=now)
        assert (receipt.first_index, receipt.count) == (size, len(made))
        at = format_at(now)
        self.expected += [item_of(index, *event, actor)._replace(at=at) for index, event in enumerate(made, size)]

    def refuse(self, step: Step, turn: int, expected: tuple[str, str, str]) -> None:
        command, actor, now = step
        with pytest.raises(Refused) as caught:
            self.applications[turn % 2].execute(command, actor=actor, at=now)
        assert (caught.value.rule, caught.value.where, caught.value.clause) == expected


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", [3, 4])
def test_does_what_the_journal_in_memory_does(
    backend: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = fresh_settings(backend, tmp_path, request)
    source = random.Random(seed)
    with School(settings) as first, School({**settings, "LETOPIS_CREATE": "n"}) as second:
        twins = Twins((first, second))
        for turn, step in enumerate(setup_commands()):
            twins.take(step, turn)
        now = START
        for turn in range(MOVES):
            kind = source.choices(KINDS, weights=[*WEIGHTS.values()])[0]
            move = Move(kind, source.choice((0, 0, 0, 1, 2)), tuple(source.randrange(841) for _ in range(24)))
            step = command_of(move, twins.journal, now)
            now = step[2]
            twins.take(step, turn)
        assert recorded_items(first) == twins.expected
        check_log(twins.expected)
        for stream, state in twins.journal.aggregates.items():
            assert first.aggregate(stream) == second.aggregate(stream) == (state, state.version)


def recorded_items(school: School) -> list[Item]:
    """The log as the oracle reads it."""
    items = []
    for raw in school.ledger.entries():
        entry = parse_entry(raw)
        type_ = entry.type.partition("/")[0]
        actor = entry.actor
        who = (actor.id, actor.on_behalf_of)
        items.append(Item(entry.index, entry.stream, entry.version, type_, entry.data, *who, entry.at))
    return items
