"""The HTTP interface as foreign programs judge it: a validator of its description, and Schemathesis in every role.

Short: some dozens of cases a role. Long, by ``make schemathesis``: at least 5,000 a role, all operations and phases, in
parts. What a part sent and how long it took is written to ``var/schemathesis``, and a part that was done of the same
description is not done again: the long form may be stopped and gone on with.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract_school import cases_of, contract_school, judge, run_schemathesis
from tests.http_rights import ROLES
from tests.http_school import Served

LONG = "LETOPIS_LONG" in os.environ
OPERATIONS = 12
CASES = 5_000
PARTS = 8 if LONG else 1


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


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_is_answered_as_the_description_says(
    school: Served, role: str, part: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    document = httpx.get(f"{school.base}/openapi.json", timeout=60).json()
    names = sorted(document["paths"])
    chosen = names[part::PARTS] if LONG else random.Random(role).sample(names, OPERATIONS)
    document["paths"] = {name: document["paths"][name] for name in chosen}
    note = _note_of(role, part, document)
    if LONG and note.exists():
        pytest.skip(f"done before: {note}")
    begun, sent, seed, wanted = time.monotonic(), 0, 0, CASES // PARTS if LONG else OPERATIONS
    while not seed or (LONG and sent < wanted):
        seed += 1
        phases = "examples,coverage,fuzzing" if LONG and seed == 1 else "fuzzing"
        more = ["--phases", phases, "--suppress-health-check", "all", "--workers", "1"]
        examples = 10 if LONG else 2
        done = run_schemathesis(school, role, tmp_path, *more, document=document, examples=examples, seed=seed)
        assert done.returncode == 0, done.stdout + done.stderr
        sent += cases_of(done.stdout)
    assert sent >= wanted, done.stdout
    assert not [record for record in caplog.records if record.name.startswith(("api", "ledger", "projections"))]
    if LONG:
        note.parent.mkdir(parents=True, exist_ok=True)
        found = {"role": role, "part": part, "cases": sent, "seconds": round(time.monotonic() - begun)}
        note.write_text(json.dumps(found) + "\n")


def _note_of(role: str, part: int, document: dict[str, Any]) -> Path:
    """Where it is written that a part of the long form was done, of this very description."""
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return Path("var/schemathesis") / f"{role}-{part}-{digest[:16]}.json"
