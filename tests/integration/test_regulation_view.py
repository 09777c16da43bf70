"""Versions of the regulation and who answered for the journal, with their days, on both databases, now and before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.journal.events import RegulationAdopted, ResponsibleAppointed
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.errors import NotYetProjected
from projections.views.regulation import Responsible, regulation
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.unit.ledger.journal.small_school import PARAMETERS, uid

ACTOR = Actor(uid(10), "administrator")
SECRETARY, HEAD = uid(25), uid(26)


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        yield opened


def adopted(day: str, **parameters: Any) -> tuple[str, RegulationAdopted]:
    changed = msgspec.structs.replace(PARAMETERS, **parameters)
    event = RegulationAdopted(order_number="17-о", order_date="2026-08-24", effective_from=day, parameters=changed)
    return f"regulation/{uid(1)}", event


def appointed(day: str, person: str) -> tuple[str, ResponsibleAppointed]:
    event = ResponsibleAppointed(person=person, order_number="18-о", order_date="2026-08-24", starts_on=day)
    return f"responsible/{uid(1)}", event


def recorded(views: Views, *events: tuple[str, Any]) -> ListLog:
    log = ListLog()
    for number, event in enumerate(events):
        log.append(event, actor=ACTOR, command=uid(100 + number))
    views.catch_up(log)
    return log


def test_each_version_is_in_force_until_the_next_one_begins(views: Views) -> None:
    log = recorded(views, adopted("2026-09-01"), adopted("2026-11-01", result_hours=48), adopted("2026-11-01"))
    found = regulation(views)
    assert [(row.entry, row.effective_from, row.replaced_on, row.replaced_by) for row in found.versions] == [
        (0, "2026-09-01", "2026-11-01", 1),
        (1, "2026-11-01", "2026-11-01", 2),
        (2, "2026-11-01", None, None),
    ]
    assert [row.parameters["result_hours"] for row in found.versions] == [24, 48, 24]
    assert found.versions[0].parameters == msgspec.to_builtins(PARAMETERS)
    assert found.versions[0].order_number == "17-о"
    assert found.versions[0].order_date == "2026-08-24"
    assert views.check(log).findings == ()


def test_the_director_answers_until_somebody_is_appointed(views: Views) -> None:
    recorded(views, appointed("2026-09-01", SECRETARY), appointed("2026-11-01", HEAD))
    assert regulation(views).responsible == (
        Responsible(None, "director", None, None, None, None, "2026-09-01", 0),
        Responsible(0, None, SECRETARY, "18-о", "2026-08-24", "2026-09-01", "2026-11-01", 1),
        Responsible(1, None, HEAD, "18-о", "2026-08-24", "2026-11-01", None, None),
    )


def test_what_was_known_before_is_told_as_it_was_known(views: Views) -> None:
    log = recorded(
        views,
        adopted("2026-09-01"),
        appointed("2026-09-01", SECRETARY),
        adopted("2026-11-01"),
        appointed("2026-11-01", HEAD),
    )
    empty = regulation(views, at=0)
    assert (empty.versions, [row.by_default for row in empty.responsible]) == ((), ["director"])
    assert empty.responsible[0].replaced_on is None
    before = regulation(views, at=2)
    assert [(row.entry, row.replaced_by) for row in before.versions] == [(0, None)]
    assert [(row.person, row.replaced_by) for row in before.responsible] == [(None, 1), (SECRETARY, None)]
    assert regulation(views, at=log.at) == regulation(views, at=4) == regulation(views)
    with pytest.raises(NotYetProjected):
        regulation(views, at=5)


def test_the_view_is_the_same_after_a_rebuild(views: Views) -> None:
    log = recorded(views, adopted("2026-09-01"), appointed("2026-09-01", SECRETARY), adopted("2026-11-01"))
    before = regulation(views)
    views.rebuild(log, batch_entries=1)
    assert regulation(views) == before
