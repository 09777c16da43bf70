"""docs/clauses.md and the tests name each other, and each test of a clause fails once that is broken which it shows.

Short: of a test's cases, those until one fails. Long, by ``make soak``: all of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from projections.views.conformity import CLAUSES as MATRIX

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "clauses.md"
CLAUSES = [f"R{number:02d}" for number in range(1, 47)]
STATES = re.compile(r"built|not yet|(?:in part|not yet): .+")


class Row(NamedTuple):
    """One line of the table; `tests` are ``file::function``."""

    clause: str
    regulation: str
    what: str
    state: str
    tests: set[str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    cells = [line.strip("|").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:3] == "| R"]
    stripped = [[cell.strip() for cell in row] for row in cells]
    return [Row(row[0], row[1], row[2], row[3], set(re.findall(r"`([^`]+)`", row[4]))) for row in stripped]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of every test of a clause with that broken which it shows."""
    report = tmp_path_factory.mktemp("sabotage") / "report.json"
    files = [
        path
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "@pytest.mark.clause(" in path.read_text(encoding="utf-8") and path != Path(__file__)
    ]
    options = ["-q", "-p", "tests.sabotage", "-p", "no:cacheprovider", "--sabotage-report", str(report)]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, *map(str, files)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_CORE"))},
        capture_output=True,
        check=False,
        timeout=2_400,
    )
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _short(name: str) -> str:
    """``file::function`` of a test's whole name."""
    path, *_, function = name.split("::")
    return f"{Path(path).name}::{function}"


def test_every_clause_has_one_row(rows: list[Row]) -> None:
    assert [row.clause for row in rows] == CLAUSES
    assert [row for row in rows if not STATES.fullmatch(row.state) or not row.what or not row.regulation] == []


def test_what_is_built_is_shown_and_what_is_not_is_not(rows: list[Row]) -> None:
    assert [row.clause for row in rows if row.state == "built" and not row.tests] == []
    assert [row.clause for row in rows if row.state.startswith("not yet") and row.tests] == []


def test_the_matrix_that_a_school_is_shown_says_what_the_table_says(rows: list[Row]) -> None:
    states: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        states[row.regulation].add(row.state.partition(":")[0])
    told = {
        clause: next(iter(of)).replace(" ", "_") if of in ({"built"}, {"not yet"}) else "in_part"
        for clause, of in states.items()
    }
    assert {row.clause: row.state for row in MATRIX} == told
    assert [row.part for row in MATRIX if row.part is not None] == [row.part for row in MATRIX if row.clause == "1.1"]


def test_the_table_and_the_tests_name_each_other(rows: list[Row], shown: dict[str, Any]) -> None:
    marked = defaultdict(set)
    for name, test in shown.items():
        for clause in test["clauses"]:
            marked[clause].add(_short(name))
    assert {row.clause: row.tests for row in rows if row.tests} == dict(marked)


def test_no_test_names_a_clause_that_it_does_not_show(shown: dict[str, Any]) -> None:
    assert len(shown) == len({_short(name) for name in shown})
    survived = {name: test["outcomes"] for name, test in shown.items() if "failed" not in test["outcomes"]}
    assert survived == {}
    unmade = {
        name: test["outcomes"] for name, test in shown.items() if not {"failed", "passed"} >= set(test["outcomes"])
    }
    assert unmade == {}
