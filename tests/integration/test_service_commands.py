"""`freshness` and `portals` on the command line, on both databases: what is measured and asked is what is recorded."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.cli.console import Console, Exit
from api.cli.describing import format_description
from api.cli.exporting import ExportOptions, run_export
from api.cli.freshness import Asked as OfFreshness, run_freshness
from api.cli.importing import founder
from api.cli.portals import Asked, run_portals
from api.cli.proving import verify_archive
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.commands import DropPortal, ListPortal
from projections.engine import Views
from projections.measuring import measure
from projections.views.portals import portals
from tests.conftest import Database
from tests.portal_server import DIARY, portal
from tests.projection_logs import ORIGIN
from tests.question_register_school import REGISTER_SCHOOL
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.unit.ledger.journal.small_school import uid

QUIET = Console(as_json=True)
SIGN_IN = 'Через <"вход"> & ключ'


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample school, which nobody has open."""
    folder = tmp_path / "school"
    if request.param == "sqlite":
        with sample_folder(folder, limit=500):
            return folder
    database: Database = request.getfixturevalue("sample_database")
    with sample_on_postgres(folder, database, monkeypatch, limit=500):
        return folder


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return answer


def listed(var: Path, *links: str) -> None:
    """Put these links on the list."""
    with open_school(var, background=False) as school:
        for number, link in enumerate(links):
            school.execute(ListPortal(portal=uid(8_000 + number), name=f"Портал {number}", link=link), founder(school))


def rows(archive: Path, table: str) -> list[dict[str, str]]:
    with (archive / "data" / "tables" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_views_are_measured_as_they_stand_and_each_measurement_is_kept(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        level = school.views.position()
        school.execute(ListPortal(portal=uid(8_000), name="ГУ", link="https://gu.example/"), founder(school))
        school.execute(DropPortal(portal=uid(8_000), basis="закрыт"), founder(school))
        at = datetime.now(UTC) + timedelta(minutes=61)
        hour = measure(school.views, school.recorder, at)
        assert (hour.size, hour.position) == (level + 2, level)
        assert 60 <= hour.last_entry_minutes <= hour.minutes_behind <= 61
    assert run_freshness(QUIET, var, OfFreshness(), record=False) == Exit.DONE
    seen = said(capsys)
    assert (seen["measured"]["position"], seen["measured"]["size"]) == (level, level + 2), (
        "nothing was caught up for it"
    )
    assert (seen["recorded"], seen["alarms"]) == (None, [])
    assert run_freshness(QUIET, var, OfFreshness(), record=True) == Exit.DONE
    first = said(capsys)
    assert (first["recorded"], first["measured"]["position"]) == (level + 2, level)
    assert run_freshness(QUIET, var, OfFreshness(), record=True) == Exit.DONE
    second = said(capsys)
    assert second["measured"]["position"] == second["measured"]["size"] == level + 3
    assert second["measured"]["minutes_behind"] == 0
    assert run_export(QUIET, var, tmp_path / "a", ExportOptions()) == Exit.DONE
    assert verify_archive(tmp_path / "a", said(capsys)["vkey"]).verdict == "verified"
    shown = [
        (row["size (записей)"], row["position (показано)"], row["behind (не показано)"])
        for row in rows(tmp_path / "a", "freshness")
    ]
    assert shown == [(str(level + 2), str(level), "2"), (str(level + 3), str(level + 3), "0")]


def test_each_link_is_asked_for_and_what_it_answers_is_recorded(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with portal() as served:
        links = [f"{served.base}/{page}" for page in ("found", "plain", "nowhere", "broken")]
        listed(var, *links)
        assert run_portals(QUIET, var, Asked(DIARY), check=True) == Exit.FINDING
        outcomes = [row["outcome"] for row in said(capsys)["checks"]]
        assert outcomes == ["found", "no_link", "not_found", "no_answer"]
        assert len(served.asked) == 4
        assert run_portals(QUIET, var, Asked(DIARY), check=True, record=True) == Exit.FINDING
        recorded = [row["recorded"] for row in said(capsys)["checks"]]
    assert run_portals(QUIET, var, Asked()) == Exit.DONE
    shown = said(capsys)["portals"]
    assert [(row["link"], row["outcome"], row["checked_by"], row["days"]) for row in shown] == [
        (link, outcome, entry, 0) for link, outcome, entry in zip(links, outcomes, recorded, strict=True)
    ]
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        later = datetime.now(UTC) + timedelta(days=31, minutes=1)
        assert [row.is_unchecked for row in portals(school.views, now=later).rows] == [True] * 4
        just = datetime.now(UTC) + timedelta(days=30, hours=23)
        assert [row.is_unchecked for row in portals(school.views, now=just).rows] == [False] * 4
        moved = ListPortal(portal=uid(8_000), name="Портал 0", link="https://gu.example/new")
        school.execute(moved, founder(school))
        school.views.catch_up(school.recorder)
        assert portals(school.views, now=datetime.now(UTC)).rows[0].outcome is None, "it was the old link's"
    assert run_export(QUIET, var, tmp_path / "a", ExportOptions()) == Exit.DONE
    assert verify_archive(tmp_path / "a", said(capsys)["vkey"]).verdict == "verified"
    checks = [row for row in rows(tmp_path / "a", "portals") if row["action (что)"] == "проверен"]
    assert [row["outcome (итог)"] for row in checks] == [
        *("найден", "найден без ссылки на дневник", "не найден", "нет ответа"),
    ]


def test_the_description_holds_the_link_that_a_check_looks_for(var: Path, tmp_path: Path) -> None:
    page = tmp_path / "service.html"
    assert run_portals(QUIET, var, Asked(DIARY, SIGN_IN), describe=page) == Exit.DONE
    text = page.read_text(encoding="utf-8")
    assert DIARY.replace("&", "&amp;") in text
    assert "Через &lt;&quot;вход&quot;&gt; &amp; ключ" in text
    with open_school(var, background=False) as school:
        assert school.school_name() in text


def test_the_description_says_what_the_log_has_by_now(tmp_path: Path) -> None:
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        views.catch_up(REGISTER_SCHOOL.log)
        text = format_description(views, DIARY, SIGN_IN)
        assert "<p>Классы: 1, 5, 9.</p>" in text
        for offered in ("расписание уроков", "домашние задания", "итоговые отметки"):
            assert f"<li>{offered}</li>" in text
    with Views.open(f"sqlite:{tmp_path}/early.db", ORIGIN) as views:
        views.catch_up(REGISTER_SCHOOL.log, stop=1)
        assert "<li>" not in format_description(views, DIARY, SIGN_IN)


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        (Asked(), {"check": True}),
        (Asked("diary.example"), {"check": True}),
        (Asked(DIARY), {"record": True}),
        (Asked(DIARY), {"describe": Path("x.html")}),
        (Asked(DIARY, position=3), {"check": True}),
        (Asked(DIARY, "ключ"), {"check": True, "describe": Path("x.html")}),
        (Asked(at="2026-11-01T12:00:00Z", position=3), {}),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, asked: Asked, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        run_portals(QUIET, tmp_path, asked, **options)
