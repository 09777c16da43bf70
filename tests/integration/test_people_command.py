"""`letopis people`: an id by a part of the name; who looked is recorded before anybody is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from api.cli.app import run
from api.schools import open_school
from tests.sample_folders import sample_folder


def asked(capsys: pytest.CaptureFixture[str], var: Path, *arguments: str) -> list[dict[str, Any]]:
    assert run(["people", *arguments, "--var", str(var), "--json"]) == 0, capsys.readouterr().err
    rows: list[dict[str, Any]] = orjson.loads(capsys.readouterr().out)["rows"]
    return rows


def test_people_are_found_by_a_part_of_the_name_by_kind_and_by_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "school"
    with sample_folder(var, limit=60):
        pass
    everybody = asked(capsys, var)
    assert [row["name"] for row in everybody] == sorted(row["name"] for row in everybody)
    student = next(row for row in everybody if row["kind"] == "student" and row["class_name"])
    part = student["name"].split()[0][:-1].upper()
    found = asked(capsys, var, part, "--kind", "student", "--class", student["class_name"])
    assert student in found
    assert all(part.casefold() in row["name"].casefold() for row in found)
    assert {(row["kind"], row["class_name"]) for row in found} == {("student", student["class_name"])}
    with open_school(var, background=False, recording=False) as school:
        looks = [one.look for one in school.access.log.seen()]
    assert {look.what for look in looks} == {"letopis people"}
    assert student["person"] in looks[-1].people
    assert asked(capsys, var, "Никтоевич") == []
    assert run(["people", "--kind", "cat", "--var", str(var)]) == 2
    assert run(["people", "--class", "12Я", "--var", str(var)]) == 2
    assert "/ no such class" in capsys.readouterr().err
