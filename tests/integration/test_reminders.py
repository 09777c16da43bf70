"""What falls due soon, on both databases, over HTTP for overseers, and by `letopis deadlines`. Times are Moscow's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.cli.console import Console
from api.cli.deadlines import Kind, Question, run_deadlines
from api.settings import SettingsError
from ledger.journal import commands as cmd
from projections.engine import Views
from projections.views.office_deadlines import OfficeAsked, office_deadlines
from projections.views.reminders import Due, due_within
from tests.http_class import SmallClass, problem
from tests.http_school import Served
from tests.integration.test_api_deadlines import adopt
from tests.integration.test_office_deadlines import ANNA, BORIS, CLASS, MOSCOW, views
from tests.integration.test_timetable_views import World
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.sample_folders import sample_folder
from tests.unit.ledger.journal.small_school import (
    CLASS_A,
    CLASS_B,
    PARAMETERS,
    TEACHER,
    TEACHER_2,
    WORK,
    lesson,
    moscow,
)

__all__ = ["views"]


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A maths lesson in 5А on Monday, 7 September, with a written work: no homework entered, nobody marked."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        made = World(opened)
        order: dict[str, Any] = {"order_number": "41-о", "order_date": "2026-08-24", "effective_from": "2026-09-01"}
        made.set_up(cmd.AdoptRegulation(**order, parameters=PARAMETERS))
        work = cmd.NewWork(work=WORK, kind="control_work", written=True)
        made.do(lesson(works=(work,)), TEACHER, moscow("2026-09-07 12:00"))
        yield made


def due(world: World, now: str, days: int, **more: Any) -> list[tuple[str, str | None]]:
    found = due_within(world.views, days, now=moscow(now), **more)
    assert {row.status for row in found.lessons} <= {"pending"}
    return [(row.rule, row.due_local) for row in found.lessons]


HOMEWORK, WRITTEN = ("homework", "2026-09-08T00:00:00+03:00"), ("written_work", "2026-09-15T00:00:00+03:00")


def test_what_ends_today_or_within_the_days_is_due_and_what_is_over_is_not(world: World) -> None:
    assert due(world, "2026-09-07 12:30", 0) == [HOMEWORK]
    assert due(world, "2026-09-07 12:30", 6) == [HOMEWORK]
    assert due(world, "2026-09-07 12:30", 7) == [HOMEWORK, WRITTEN]
    assert due(world, "2026-09-08 00:00", 7) == [WRITTEN], "the homework is missing by now"
    assert due(world, "2026-09-14 23:59", 0) == [WRITTEN], "the last day of its term"
    assert due(world, "2026-09-15 00:00", 31) == []


def test_a_class_or_a_teacher_is_asked_about_alone(world: World) -> None:
    assert due(world, "2026-09-07 12:30", 0, class_group=CLASS_A, teacher=TEACHER.id) == [HOMEWORK]
    assert due(world, "2026-09-07 12:30", 0, class_group=CLASS_B) == []
    assert due(world, "2026-09-07 12:30", 0, teacher=TEACHER_2.id) == []


def test_a_past_moment_and_position_stand_for_now(world: World) -> None:
    later = moscow("2026-10-01 12:00")
    at = moscow("2026-09-07 12:30")
    assert [row.rule for row in due_within(world.views, 0, now=later, at=at).lessons] == ["homework"]
    position = world.views.position()
    assert [row.rule for row in due_within(world.views, 0, now=later, at=position).lessons] == ["homework"]
    assert due_within(world.views, 0, now=later, at=position - 3).lessons == ()
    assert due_within(world.views, 3, now=later, at=0).lessons == ()


def of_office(found: Due) -> list[tuple[Any, ...]]:
    return [(row.rule, row.person or row.what) for row in found.office]


@pytest.mark.clause("R11", breaks="projections.views.reminders:office_deadlines")
def test_notices_and_the_refresh_are_due_by_their_days(views: Views) -> None:
    noon = datetime(2026, 9, 4, 12, tzinfo=MOSCOW)
    notices = [("notice", ANNA), ("notice", BORIS)]
    assert of_office(due_within(views, 0, now=noon, at=noon)) == notices
    assert of_office(due_within(views, 1, now=noon, at=noon)) == [*notices, ("refresh", ANNA), ("refresh", BORIS)]
    assert of_office(due_within(views, 9, now=noon, at=noon, class_group=CLASS)) == []
    assert of_office(due_within(views, 9, now=noon, at=noon, teacher=ANNA)) == []
    pending = office_deadlines(views, OfficeAsked(statuses=("pending",)), now=noon, at=noon).rows
    assert sorted(row.basis for row in pending) == sorted(
        row.basis for row in due_within(views, 31, now=noon, at=noon).office
    )


def test_results_are_due_within_their_hours(views: Views) -> None:
    moment = datetime(2026, 9, 11, 12, 30, tzinfo=MOSCOW)
    found = due_within(views, 1, now=moment, at=moment, class_group=CLASS).office
    assert [(row.rule, row.what, row.due_local, row.results) for row in found if row.person is None] == [
        ("result", "exam_result", "2026-09-12T08:59:00+03:00", 1),
        ("result", "final_mark", "2026-09-12T09:01:00+03:00", 1),
    ]
    assert due_within(views, 0, now=moment, at=moment, class_group=CLASS).office == ()


def test_overseers_alone_are_told_over_http(server: Served) -> None:
    school = SmallClass(server)
    adopt(server, homework_days=3)
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
        problem(teacher.get("/deadlines/due"), 403, "forbidden")
    with server.as_("deputy") as deputy:
        content = deputy.get("/deadlines/due", params={"within": "3"}).json()
        assert [row["rule"] for row in content["lessons"]] == ["homework"]
        assert content["lessons"][0]["teacher"] in content["people"]
        assert content["until"] > content["now"]
        assert content["office"] == []
        assert deputy.get("/deadlines/due", params={"within": "0"}).json()["lessons"] == []
        problem(deputy.get("/deadlines/due", params={"within": "32"}), 400, "bad_request")


# The command line ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reminders") / "var"
    with sample_folder(folder, limit=1_500):
        pass
    return folder


NOTHING = Question(None, None, None, None, None, None, None, None)


def test_the_command_tells_what_is_due_and_the_office(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = NOTHING._replace(position=1_400)
    assert run_deadlines(Console(as_json=True), sample, asked, Kind(due_within=7)) == 0
    content = orjson.loads(capsys.readouterr().out)
    row = content["lessons"][0]
    assert (row["status"], row["teacher"] in content["people"]) == ("pending", True)
    assert run_deadlines(Console(as_json=False), sample, asked, Kind(due_within=7)) == 0
    said = capsys.readouterr().out
    assert f"срок / due {row['due_local']}" in said
    assert content["people"][row["teacher"]] in said
    own = asked._replace(class_="5Б")
    assert run_deadlines(Console(as_json=True), sample, own, Kind(due_within=7)) == 0
    assert {row["class_name"] for row in orjson.loads(capsys.readouterr().out)["lessons"]} <= {"5Б"}
    for counts in (False, True):
        assert run_deadlines(Console(as_json=False), sample, asked, Kind(counts=counts, office=True)) == 0
        assert run_deadlines(Console(as_json=True), sample, asked, Kind(counts=counts, office=True)) == 0
    said = capsys.readouterr().out
    assert "изменение данных / changed data: " in said
    assert [row["rule"] for row in orjson.loads(said[said.rindex("{\n  \"now\"") :])["rows"]] == [
        "result", "notice", "refresh"
    ]  # fmt: skip


MISUSED: dict[str, tuple[Question, Kind, str]] = {
    "the office of a class": (NOTHING._replace(class_="5А"), Kind(office=True), "--office"),
    "due in a month": (NOTHING._replace(month="2026-09"), Kind(due_within=3), "--due-within"),
    "due as counts": (NOTHING, Kind(counts=True, due_within=3), "--due-within"),
}


@pytest.mark.parametrize(("question", "kind", "named"), MISUSED.values(), ids=MISUSED.keys())
def test_options_that_do_not_go_together_are_told(sample: Path, question: Question, kind: Kind, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        run_deadlines(Console(as_json=False), sample, question, kind)
