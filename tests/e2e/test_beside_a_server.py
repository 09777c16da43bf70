"""Commands beside a running server on SQLite: what reads works, and what must write says what to do."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from tests.command_line import acknowledge, founded, letopis, letopis_here, serving

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "small"


@dataclass
class Served:
    """A school with rosters that a server has open; it signs only when it is asked to."""

    var: Path
    base: str
    headers: dict[str, str]

    def record(self) -> None:
        person = {"kind": "staff", "family_name": "Петров", "given_name": "Пётр"}
        answer = httpx.post(f"{self.base}/people", json=person, headers=self.headers)
        assert answer.status_code == 201, answer.text

    def sign(self) -> str:
        note: str = httpx.post(f"{self.base}/checkpoints", json={}, headers=self.headers).json()["note"]
        return note


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    var = tmp_path_factory.mktemp("beside") / "var"
    token = founded(var)["sign_ins"]["administrator"]["token"]  # type: ignore[index]
    done = letopis_here("import", "--var", str(var), str(EXAMPLES))
    assert done.returncode == 0, done.stdout + done.stderr
    return var, token


@pytest.fixture
def served(imported: tuple[Path, str]) -> Iterator[Served]:
    var, token = imported
    with serving("--var", str(var), LETOPIS_CHECKPOINT_SECONDS="9999") as (process, base, _):
        school = Served(var, f"{base}/v1/schools/1534", {"Authorization": f"Bearer {token}"})
        acknowledge(school.base, school.headers)
        yield school
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0


def test_what_only_reads_works_beside_a_server(served: Served) -> None:
    served.record()
    for command in (
        ["replay", "--class", "5А"],
        ["rebuild", "--check"],
        ["rebuild"],
        ["audit"],
        ["import", str(EXAMPLES), "--dry-run"],
    ):
        for run, env in ((letopis, {}), (letopis_here, {"LETOPIS_READ_ONLY": "y"})):
            done = run(command[0], "--var", str(served.var), "--json", *command[1:], **env)
            assert (done.returncode, done.stderr) == (0, ""), (command, env, done.stdout)
    served.record()
    people = httpx.get(f"{served.base}/classes", headers=served.headers)
    assert people.status_code == 200, "the server goes on with the views that were rebuilt beside it"


def test_a_page_without_corrections_has_no_legend_and_a_latin_letter_gets_a_hint(served: Served) -> None:
    page = letopis_here("replay", "--var", str(served.var), "--class", "5А")
    assert "5А, позиция" in page.stdout
    assert "*" not in page.stdout
    latin = letopis_here("replay", "--var", str(served.var), "--class", "5A")
    assert (latin.returncode, latin.stderr.strip().endswith("Russian one: 5А")) == (2, True), latin.stderr


def test_an_archive_of_a_range_says_how_many_entries_it_has(served: Served, tmp_path: Path) -> None:
    served.sign()
    since = orjson.loads(letopis_here("checkpoint", "--var", str(served.var), "--json").stdout)["size"]
    for _ in range(3):
        served.record()
    served.sign()
    done = letopis_here("export", "--var", str(served.var), "--out", str(tmp_path / "range"), "--since", str(since))
    assert "записей / entries: 3\n" in done.stdout, done.stdout + done.stderr


def test_a_checkpoint_and_an_archive_are_what_the_server_signed(served: Served, tmp_path: Path) -> None:
    served.record()
    note = served.sign()
    printed = letopis("checkpoint", "--var", str(served.var))
    assert (printed.returncode, printed.stdout.strip()) == (0, note.strip())
    done = letopis("export", "--var", str(served.var), "--out", str(tmp_path / "archive"), "--json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "archive/data/log/checkpoint").read_text() == note


def test_a_server_that_signs_by_itself_is_waited_for(imported: tuple[Path, str]) -> None:
    var, token = imported
    with serving("--var", str(var), LETOPIS_CHECKPOINT_SECONDS="2") as (_, base, _):
        school = Served(var, f"{base}/v1/schools/1534", {"Authorization": f"Bearer {token}"})
        school.record()
        size = httpx.get(f"{base}/v1/health").json()["schools"]["1534"]["size"]
        done = letopis("checkpoint", "--var", str(var), "--json", LETOPIS_CHECKPOINT_SECONDS="20")
        assert done.returncode == 0, done.stderr
        assert orjson.loads(done.stdout)["size"] == size


def test_an_unsigned_log_says_in_both_languages_how_it_gets_signed(served: Served, tmp_path: Path) -> None:
    served.record()
    for command in (["checkpoint"], ["export", "--out", str(tmp_path / "archive")]):
        done = letopis_here(command[0], "--var", str(served.var), *command[1:], LETOPIS_CHECKPOINT_SECONDS="1")
        assert (done.returncode, done.stdout) == (3, "")
        assert re.search("[а-я]{4}.* / .*a server has the journal", done.stderr)
        assert "POST /v1/schools/1534/checkpoints" in done.stderr
    assert not (tmp_path / "archive").exists()


def test_what_must_record_asks_to_stop_the_server(served: Served) -> None:
    for command in (["import", str(EXAMPLES)], ["migrate"], ["serve", "--port", "0"], ["audit", "--unlatch"]):
        done = letopis_here(command[0], "--var", str(served.var), *command[1:])
        assert (done.returncode, done.stdout) == (3, ""), command
        assert re.search("остановите .* / .*stop", done.stderr), done.stderr
        assert "READ_ONLY" not in done.stderr
