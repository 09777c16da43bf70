"""A sample school over HTTP with an account in every role, and the foreign judges of its interface, `.venv/contract`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from api.auth import Identity
from api.founding import open_accounts
from api.sample import SampleSchool
from ledger.wire.entry import parse_entry
from tests.http_rights import ROLES
from tests.http_school import Served, admit, served
from tests.sample_folders import SEED, sample_folder

CONTRACT: Final = Path(__file__).resolve().parents[1] / ".venv" / "contract" / "bin"
_KINDS: Final = {"class": "class_group", "work_sheet": "work", "results": "sheet"}
"""Kinds of streams whose ids stand in paths under another name."""
_TEACHES: Final = ("teacher", "substitute")


def judge(name: str) -> str:
    """The path of a judge's program; the test is skipped where it is not installed, but fails in CI."""
    program = CONTRACT / name
    if not program.exists():
        if "CI" in os.environ:
            pytest.fail(f"{program} is not there: make {CONTRACT.parent.parent.name}/contract.stamp")
        pytest.skip(f"{name} is not installed: make test installs it")
    return str(program)


@contextmanager
def contract_school(folder: Path, *, commands: int = 1_500) -> Iterator[Served]:
    """The sample school's first commands, served, with a token for each role."""
    roster = SampleSchool(SEED, "demo").roster()
    teacher = next(person for group in roster.teachers.values() for person in group)
    people = [(roster.administrator.id, "administrator"), (roster.deputy.id, "deputy"), (teacher.id, "teacher")]
    people.append(("00000000-0000-4000-8000-00000000001c", "inspector"))
    identities = [Identity(actor, role, "sample", role) for actor, role in people]
    with sample_folder(folder, limit=commands) as school:
        school.checkpointer.sign()
        open_accounts(school.app, school.vault, identities, school.confidentiality.sha256)
        tokens = {role: school.secrets.make_token(actor, role, role, int(time.time())) for actor, role in people}
    with served(folder, tokens, {role: actor for actor, role in people}) as server:
        admit(server, *(role for role in ROLES if role not in tokens))
        yield server


def ids_of(server: Served, before: str = "9") -> dict[str, list[str]]:
    """What is there to be asked about: name of a path's or a query's parameter -> some ids; of entries before a day."""
    recorder = server.school.recorder
    found: dict[str, list[str]] = {}
    for index, raw in enumerate(recorder.entries(0, recorder.head().size)):
        entry = parse_entry(raw)
        if entry.at >= before:
            break
        kind, _, name = entry.stream.partition("/")
        names = [_KINDS.get(kind, kind)]
        if entry.type.startswith("person_registered"):
            names += ["student"] if entry.data["kind"] == "student" else list(_TEACHES)
        for one in names:
            found.setdefault(one, []).append(name)
        found.setdefault("index", []).append(str(index))
    del found["school"]
    found["place"] = ["0/000", "0/000.p/7", "1/000.p/1", "entries/000"]
    return {name: sorted(set(ids))[:: max(1, len(set(ids)) // 8)][:8] for name, ids in found.items()}


def run_schemathesis(
    server: Served, role: str, folder: Path, *arguments: str, document: dict[str, Any], examples: int, seed: int
) -> subprocess.CompletedProcess[str]:
    """Let Schemathesis send requests of its own making in one role, and judge the answers.

    Args:
        server: what is judged.
        role: whose token is sent; real ids stand in most requests.
        folder: for its settings.
        arguments: settings beside ours.
        document: the server's description, or a part of it.
        examples: how many cases for each operation.
        seed: of its choices.
    """
    ids, lines = ids_of(server), list[str]()
    for name, values in ids.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines += ["[parameters]", '"path.school" = "sample"', '"path.request_index" = { dictionary = "index" }']
    for name in ids:
        bound = f'{{ dictionary = "{name}", probability = 0.8 }}'
        lines += [f'"{place}.{name}" = {bound}' for place in ("path", "query", "body")]
    settings = folder / "schemathesis.toml"
    settings.write_text("\n".join([*_SETTINGS, *lines]) + "\n", encoding="utf-8")
    (folder / "openapi.json").write_text(json.dumps(document))
    ours = ["--config-file", str(settings), "run", "openapi.json", "--url", server.base, "--no-color"]
    ours += ["--header", f"Authorization: Bearer {server.tokens[role]}", "--generation-database", "none"]
    ours += ["--max-examples", str(examples), "--seed", str(seed)]
    return subprocess.run(
        [judge("schemathesis"), *ours, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=3_600,
        check=False,
    )


_SETTINGS: Final = (
    "continue-on-failure = true",
    "[checks.positive_data_acceptance]",
    # A schema says what a value looks like; whether it is a day that exists, and what the rules say, comes after it.
    'expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422, 429]',
    "[checks.negative_data_rejection]",
    "expected-statuses = [400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 422, 428, 429]",
    "[checks.missing_required_header]",
    # Where If-Match is wanted and not sent, RFC 6585 section 3 has a status of its own.
    "expected-statuses = [400, 401, 403, 406, 415, 422, 428]",
)


def cases_of(output: str) -> int:
    """How many cases a run says that it sent."""
    found = re.search(r"(\d+) generated", output)
    return int(found[1]) if found else 0
