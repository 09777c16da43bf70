"""The commands that make evidence for regulation 3.3 really verify, open and ask, on both databases."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.cli.auditing import audit_school
from api.cli.console import Console, Exit
from api.cli.exporting import ExportOptions, run_export
from api.cli.keeping import verifier
from api.cli.obliging import run_obligations
from api.cli.proving import record_archive, run_prove, run_register_printout, verify_archive
from api.schools import open_school
from api.settings import SettingsError
from ledger.journal.commands import RegisterPrintout
from projections.views.lookups import periods, years
from tests.command_line import letopis
from tests.conftest import Database
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.unit.ledger.journal.small_school import uid

QUIET = Console(as_json=True)


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


def rows(archive: Path, table: str) -> list[dict[str, str]]:
    with (archive / "data" / "tables" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_what_is_recorded_is_what_was_found_and_the_verifier_confirms_it(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_school(QUIET, var, 1, unlatch=False, record=True) == Exit.DONE
    verified = said(capsys)["recorded"]
    assert verified["verdict"] == "verified"
    assert verified["program_sha256"] == hashlib.sha256(verifier()).hexdigest()
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        title = years(school.views).rows[0].title
        staff = school.views.select("SELECT count(*) FROM {persons} p WHERE p.kind <> 'student'", {})[0][0]
    assert run_export(QUIET, var, tmp_path / "a", ExportOptions(record=True, year=title)) == Exit.DONE
    archived = said(capsys)["recorded"]
    assert archived["opened_with"] == ["csv", "sha256sum", "verify.pyz"]
    manifest = (tmp_path / "a" / "manifest-sha256.txt").read_bytes()
    assert archived["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert run_prove(QUIET, var, "2026-09-01", "2026-10-31") == Exit.DONE
    timed = said(capsys)["recorded"]
    assert [one["month"] for one in timed] == ["2026-09", "2026-10"]
    assert {one["requests"] for one in timed} == {staff + 1}
    assert run_export(QUIET, var, tmp_path / "b", ExportOptions()) == Exit.DONE
    vkey = said(capsys)["vkey"]
    assert verify_archive(tmp_path / "b", vkey).verdict == "verified"
    shown = rows(tmp_path / "b", "evidence")
    assert [int(row["entry (запись)"]) for row in shown] == [
        verified["entry"],
        archived["entry"],
        *(one["entry"] for one in timed),
    ]
    assert int(shown[0]["size (записей)"]) == verified["size"]


def test_an_archive_that_was_changed_is_recorded_as_such(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_export(QUIET, var, tmp_path / "a", ExportOptions())
    table = tmp_path / "a" / "data" / "tables" / "marks.csv"
    table.write_bytes(table.read_bytes()[:-10])
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        found = record_archive(school, tmp_path / "a", years(school.views).rows[0].year)
    assert (found["verdict"], found["opened_with"]) == ("finding", ["verify.pyz"])


def test_paper_meets_an_obligation_and_the_command_says_what_is_left(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        period = periods(school.views).rows[0]
        teacher = school.views.select("SELECT min(p.person) FROM {persons} p WHERE p.kind = 'teacher'", {})[0][0]
    command = RegisterPrintout(
        printout=uid(6_000),
        condition="substitutions",
        number="7",
        printed_on=f"{int(period.starts_on[:4])}-10-01",
        pages=2,
        kept="архив, шкаф 2",
        signed_by=teacher,
        month=f"{period.starts_on[:4]}-09",
    )
    assert run_register_printout(QUIET, var, command) == Exit.DONE
    entry = said(capsys)["entry"]
    assert run_obligations(QUIET, var, None, None, as_csv=False) == Exit.DONE
    found = said(capsys)
    assert found["required"] > 0
    (month,) = [row for row in found["rows"] if row["scope"] == command.month]
    assert (month["state"], month["met_by"], month["printout"]) == ("printed", entry, "7")


def test_nothing_is_recorded_beside_a_server_that_has_the_file(tmp_path: Path) -> None:
    folder = str(tmp_path / "school")
    with sample_folder(tmp_path / "school", limit=50) as school:
        size = school.recorder.head().size
        for command in (
            ("audit", "--var", folder, "--record"),
            ("export", "--var", folder, "--out", str(tmp_path / "a"), "--record"),
            ("substitutions", "--var", folder, "--month", "2026-09", "--prove"),
        ):
            assert letopis(*command).returncode == Exit.UNAVAILABLE
        assert school.recorder.head().size == size
    assert not (tmp_path / "a").exists()


def test_only_a_whole_archive_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--since"):
        run_export(QUIET, tmp_path, tmp_path / "a", ExportOptions(since=5, record=True))
