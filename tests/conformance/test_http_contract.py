"""The HTTP interface as foreign programs judge it: a validator of its description, and Schemathesis in every role.

Short: some dozens of cases a role. Long, by ``make schemathesis``: at least 5,000 a role, all operations and phases.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract_school import cases_of, contract_school, judge, run_schemathesis
from tests.http_rights import ROLES
from tests.http_school import Served

LONG = "LETOPIS_LONG" in os.environ
OPERATIONS = 12
CASES = 5_000


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    judge("schemathesis")
    with contract_school(tmp_path_factory.mktemp("contract") / "school") as server:
        yield server


def test_the_description_is_openapi_3_1(school: Served, tmp_path: Path) -> None:
    answer = httpx.get(f"{school.base}/openapi.json", timeout=60)
    assert answer.json()["openapi"].startswith("3.1.")
    (tmp_path / "openapi.json").write_bytes(answer.content)
    command = [judge("openapi-spec-validator"), "--schema", "3.1.0", str(tmp_path / "openapi.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_is_answered_as_the_description_says(
    school: Served, role: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    document = httpx.get(f"{school.base}/openapi.json", timeout=60).json()
    sent, seed = 0, 0
    while not seed or (LONG and sent < CASES):
        seed += 1
        if not LONG:
            names = random.Random(role).sample(sorted(document["paths"]), OPERATIONS)
            document["paths"] = {name: document["paths"][name] for name in names}
        phases = "examples,coverage,fuzzing" if LONG and seed == 1 else "fuzzing"
        more = ["--phases", phases, "--suppress-health-check", "all", "--workers", "1"]
        examples = 10 if LONG else 2
        done = run_schemathesis(school, role, tmp_path, *more, document=document, examples=examples, seed=seed)
        assert done.returncode == 0, done.stdout + done.stderr
        sent += cases_of(done.stdout)
    assert sent >= (CASES if LONG else OPERATIONS), done.stdout
    assert not [record for record in caplog.records if record.name.startswith(("api", "ledger", "projections"))]
