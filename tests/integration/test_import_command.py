from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from api.cli.console import Console, Exit
from api.cli.founding import run_init
from api.cli.importing import FilesNotReadError, run_import_files
from api.schools import open_school
from ledger.wire.entry import parse_entry

MODEL_SCHOOL = Path(__file__).parents[2] / "examples"
SMALL = MODEL_SCHOOL / "small"


@pytest.fixture
def var(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "school"
    run_init(Console(as_json=True), folder, "letopis.example/school/7", "Школа № 7", "Europe/Moscow", "sqlite")
    capsys.readouterr()
    return folder


FOUNDED = 4
"""Entries of a new folder: the school, the register of accounts, the first account and its role."""


def size(var: Path) -> int:
    with open_school(var, background=False) as school:
        return school.recorder.head().size


def entry_types(var: Path) -> Counter[str]:
    with open_school(var, background=False, recording=False) as school:
        return Counter(parse_entry(entry).type for entry in school.recorder.entries())


def test_a_dry_run_says_what_would_change_and_writes_nothing(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import_files(Console(as_json=False), var, [SMALL], dry_run=True) == Exit.DONE
    said = capsys.readouterr().out
    assert "ученики: новых 24" in said
    assert "ничего не записано" in said
    assert size(var) == FOUNDED


def test_imports_files_or_a_folder_and_signs(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((SMALL / "cp1251").glob("*.csv"))
    assert run_import_files(Console(as_json=True), var, files, dry_run=False) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["done"] == 115
    assert run_import_files(Console(as_json=True), var, [SMALL], dry_run=False) == Exit.DONE
    again = json.loads(capsys.readouterr().out)
    assert (again["done"], again["unchanged"]["student"]) == (0, 24)
    with open_school(var, background=False) as school:
        checkpoint = school.recorder.checkpoint()
        assert checkpoint is not None
        assert checkpoint.size == school.recorder.head().size == FOUNDED + 145


def test_the_model_school_is_imported_whole(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import_files(Console(as_json=True), var, [MODEL_SCHOOL], dry_run=False) == Exit.DONE
    new = json.loads(capsys.readouterr().out)["new"]
    assert (new["student"], new["class"], new["teacher"], new["enrollment"]) == (1_000, 35, 60, 1_000)
    assert entry_types(var)["student_enrolled/1"] == 1_000
    assert run_import_files(Console(as_json=True), var, [MODEL_SCHOOL], dry_run=True) == Exit.DONE
    assert not any(json.loads(capsys.readouterr().out)["new"].values()), "all of it is known now"


def test_problems_end_with_exit_code_1_and_nothing_written(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "people.csv"
    bad.write_text("код;кто;фамилия;имя;дата рождения;класс\n1;ученик;Иванов;Иван;31.02.2015;5A\n", encoding="utf-8")
    assert run_import_files(Console(as_json=True), var, [SMALL / "year.csv", bad], dry_run=False) == Exit.FINDING
    said = capsys.readouterr().out
    assert [(p["line"], p["column"], p["kind"]) for p in json.loads(said)["problems"]] == [
        (2, 5, "no_such_day"),
        (2, 6, "latin_letter"),
    ]
    assert "Иванов" not in said
    assert size(var) == FOUNDED


def test_a_missing_file_is_named(var: Path, tmp_path: Path) -> None:
    with pytest.raises(FilesNotReadError, match=r"nowhere\.csv"):
        run_import_files(Console(as_json=False), var, [tmp_path / "nowhere.csv"], dry_run=True)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FilesNotReadError, match=r"no \.csv files"):
        run_import_files(Console(as_json=False), var, [tmp_path / "empty"], dry_run=True)
