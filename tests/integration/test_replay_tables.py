"""`letopis replay --view table:…`: every table of an archive, as the log gave it at any position."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from api.cli.app import run
from api.cli.console import Console
from api.cli.keeping import export_archive
from api.schools import open_school
from tests.sample_folders import sample_folder
from verify.columns import COLUMNS


def test_a_table_is_what_the_archive_of_that_position_has(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    var = tmp_path / "school"
    with sample_folder(var, limit=300) as school:
        position = export_archive(Console(as_json=True), school, tmp_path / "archive").size
    with open_school(var, background=False) as school:
        head = school.recorder.head().size
    assert head >= position
    replay = ["replay", "--var", str(var), "--position", str(position), "--view"]
    capsysbinary.readouterr()
    for name in ("marks", "people", "lessons", "regulations", "timetables"):
        assert name in COLUMNS
        assert run([*replay, f"table:{name}", "--csv"]) == 0
        assert capsysbinary.readouterr().out == (tmp_path / f"archive/data/tables/{name}.csv").read_bytes(), name
    assert run([*replay, "table:marks", "--json"]) == 0
    whole = orjson.loads(capsysbinary.readouterr().out)
    assert run(["replay", "--var", str(var), "--position", "120", "--view", "table:marks", "--json"]) == 0
    early = orjson.loads(capsysbinary.readouterr().out)
    assert all(int(row[0]) < 120 for row in early["rows"])
    assert len(early["rows"]) < len(whole["rows"])
    with open_school(var, background=False, recording=False) as school:
        looks = [one.look for one in school.access.log.seen()]
    assert {look.what for look in looks} == {"letopis replay"}
    assert {look.form for look in looks} == {"csv", None}


def test_a_table_that_there_is_not_is_refused_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "school"
    with sample_folder(var, limit=60):
        pass
    assert run(["replay", "--var", str(var), "--view", "table:diaries"]) == 2
    assert "table:marks" in capsys.readouterr().err
    assert run(["replay", "--var", str(var), "--view", "table:marks", "--class", "2А"]) == 2
    assert run(["replay", "--var", str(var), "--view", "class", "--csv"]) == 2
