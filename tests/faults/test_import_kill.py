"""`letopis import` killed between the vault and the log: run again, it goes on, and every name that is recorded opens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.console import Console, Exit
from api.cli.founding import run_init
from api.cli.importing import run_import_files
from api.schools import open_school
from ledger.wire.entry import parse_entry

EXAMPLES = Path(__file__).parents[2] / "examples/small"
PEOPLE = 36
FOUNDER = 1
"""The key of whoever founded the folder."""

KILLED = """
import os, sys
from pathlib import Path
from api.cli.console import Console
from api.cli.importing import run_import_files
from ledger.application import School
from ledger.journal.commands import RegisterPerson
var, examples, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
execute = School.execute
def dying(school, command, **more):
    global left
    if isinstance(command, RegisterPerson):
        if not left:
            os.kill(os.getpid(), 9)
        left -= 1
    return execute(school, command, **more)
School.execute = dying
run_import_files(Console(as_json=True), var, [examples], dry_run=False)
"""


@pytest.mark.parametrize("recorded", [0, 1, 20])
def test_an_import_killed_between_vault_and_log_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recorded: int
) -> None:
    var = tmp_path / "school"
    run_init(Console(as_json=True), var, "letopis.example/school/7", "Школа № 7", "Europe/Moscow", "sqlite")
    command = [sys.executable, "-c", KILLED, str(var), str(EXAMPLES), str(recorded)]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    with open_school(var, background=False) as school:
        entries = [parse_entry(raw) for raw in school.recorder.entries()]
        assert [entry.type for entry in entries].count("person_registered/1") == recorded
    # Kept for all of them before the first was recorded.
    assert len(list((var / "keys" / "vault").rglob("*.key"))) == FOUNDER + PEOPLE
    capsys.readouterr()
    assert run_import_files(Console(as_json=True), var, [EXAMPLES], dry_run=False) == Exit.DONE
    with open_school(var, background=False) as school:
        entries = [parse_entry(raw) for raw in school.recorder.entries()]
        digests = [digest for entry in entries for digest in entry.data.get("_sd", ())]
        assert [entry.type for entry in entries].count("person_registered/1") == PEOPLE
        assert len(school.vault.read(digests)) == len(digests)
    assert len(list((var / "keys" / "vault").rglob("*.key"))) == FOUNDER + PEOPLE + (PEOPLE - recorded)
