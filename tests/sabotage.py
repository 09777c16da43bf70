"""A pytest plugin that breaks what a test says it shows: a test that still passes shows nothing.

A test of a clause names it, and the one thing in the code that makes it so, as the code looks it up:

    @pytest.mark.clause("R14", breaks="ledger.journal.teaching:check_begun")
    def test_refuses_a_lesson_one_second_before_it_starts(school): ...

``python -m pytest -p tests.sabotage --sabotage-report report.json FILES`` runs such tests alone, each with that thing
replaced by a function that does nothing and returns None (or by `instead`), and writes what became of them:

    {"tests/unit/…/test_teaching.py::TestX::test_y": {"clauses": ["R14"], "outcomes": ["failed"]}}

What a fixture does is not broken: only the test's own call is. Parametrised cases are outcomes of one test, until one
fails: then it shows what it says, and the others are not run (LETOPIS_LONG=1 runs them all).
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests import http_school

_SHOWN = "another case of this test has failed"


def _nothing(*_: object, **__: object) -> None:
    """What stands in the place of what is broken."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file to report to."""
    parser.addoption("--sabotage-report", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run."""
    config.pluginmanager.register(Sabotage(config.getoption("--sabotage-report")))


class Sabotage:
    """One run."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._found: dict[str, dict[str, list[str]]] = {}
        self._runs_all = "LETOPIS_LONG" in os.environ

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave only tests of clauses."""
        items[:] = [item for item in items if item.get_closest_marker("clause")]
        for item in items:
            (marker,) = item.iter_markers("clause")
            name = item.nodeid.partition("[")[0]
            self._found[name] = {"clauses": list(marker.args), "outcomes": []}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave a case alone whose test has failed already, before its fixtures are made."""
        if not self._runs_all and "failed" in self._of(item.nodeid)["outcomes"]:
            pytest.skip(_SHOWN)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Call a test while what it shows is broken."""
        (marker,) = item.iter_markers("clause")
        module, _, path = marker.kwargs["breaks"].partition(":")
        *owners, name = path.split(".")
        owner: Any = importlib.import_module(module)
        for part in owners:
            owner = getattr(owner, part)
        with pytest.MonkeyPatch.context() as patch:
            # A school that is founded now is founded by what is broken: none but this test has a copy of it.
            patch.setattr(http_school, "_founded", dict(http_school._founded))
            patch.setattr(owner, name, marker.kwargs.get("instead", _nothing))
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what became of a call; a fixture that failed is no answer."""
        if report.skipped and _SHOWN in report.longreprtext:
            return
        if report.when == "call" or report.outcome != "passed":
            outcome = report.outcome if report.when == "call" else f"{report.when} {report.outcome}"
            self._of(report.nodeid)["outcomes"].append(outcome)

    def _of(self, name: str) -> dict[str, list[str]]:
        """What is known of a case's test."""
        return self._found[name.partition("[")[0]]

    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        self._report.write_text(json.dumps(self._found, indent=1, sort_keys=True), encoding="utf-8")
