"""The command line as people and programs meet it: exit codes, one JSON object, no tracebacks, nothing open to others."""

from __future__ import annotations

import os
import pty
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import httpx
import orjson
import pytest

from tests.command_line import LETOPIS, acknowledge, founded, letopis, letopis_here, serving
from tests.conftest import Database


def test_a_sample_school_is_served_within_seconds_and_ends_when_told(tmp_path: Path) -> None:
    var = tmp_path / "var"
    begun = time.monotonic()
    with serving("--var", str(var), "--sample") as (process, base, said):
        assert time.monotonic() - begun < 60
        assert not any("entries:" in line for line in said), "no progress off a terminal"
        token = next(line.rpartition(" ")[2] for line in said if "inspector" in line)
        health = httpx.get(f"{base}/v1/health").json()["schools"]["sample"]
        assert health["size"] == health["signed"] == health["position"] > 1_000
        classes = httpx.get(f"{base}/v1/schools/sample/classes", headers={"Authorization": f"Bearer {token}"})
        assert classes.json()["rows"]
        _check_ends_in_the_midst_of_its_feed(process, base, token, signal.SIGINT)
    assert not list(var.glob("*-wal")), "the databases were closed"
    size = health["size"]
    with serving("--var", str(var), "--sample") as (process, base, said):
        assert not any("loading" in line for line in said), "a school that is there is left as it is"
        assert any(token in line for line in said), "the sign-ins are the same"
        assert httpx.get(f"{base}/v1/health").json()["schools"]["sample"]["size"] == size
        second = letopis("serve", "--var", str(var), "--port", "0")
        assert second.returncode == 3
        assert second.stderr.count("\n") == 1
        audited = letopis("audit", "--var", str(var), "--json")
        assert audited.returncode == 0, "an audit reads beside a server"
        assert orjson.loads(audited.stdout)["entries"] == size
        assert letopis("audit", "--var", str(var), "--unlatch").returncode == 3
        _check_ends_in_the_midst_of_its_feed(process, base, token, signal.SIGTERM)
    assert not list(var.glob("*-wal")), "the databases were closed"
    _check_closed_to_others(var)


def _check_ends_in_the_midst_of_its_feed(
    process: subprocess.Popen[str], base: str, token: str, number: signal.Signals
) -> None:
    with httpx.stream("GET", f"{base}/v1/schools/sample/feed", headers={"Authorization": f"Bearer {token}"}) as stream:
        lines = stream.iter_lines()
        next(lines)
        process.send_signal(number)
        assert sum(1 for _ in lines) >= 0, "the feed ends in order"
    assert process.wait(15) == 0


def _check_closed_to_others(var: Path) -> None:
    for path in [var, *var.rglob("*")]:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and path.name not in ("school.json", "signing.vkey"):
            assert mode & 0o077 == 0, f"{path.name}: {stat.S_IMODE(mode):o}"


def test_a_school_made_by_init_is_closed_to_others_in_an_open_folder(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    founded(var)
    for path in var.rglob("*"):
        if path.name not in ("school.json", "signing.vkey") and not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path


def test_each_command_gives_programs_one_json_object(tmp_path: Path) -> None:
    var = tmp_path / "var"
    made = founded(var, "--origin", "letopis.example/school/7", "--name", "Школа № 7")
    assert made.keys() == {"vkey", "sign_ins"}
    for command in (
        ["checkpoint"],
        ["rebuild"],
        ["rebuild", "--check"],
        ["replay"],
        ["replay", "--at", "2030-01-01T00:00:00Z"],
        ["audit", "--processes", "2"],
        ["migrate"],
        ["migrate", "--claims"],
        ["export", "--out", str(tmp_path / "archive"), "--zip"],
        ["export", "--out", str(tmp_path / "open"), "--public"],
    ):
        done = (letopis if command[0] in ("checkpoint", "audit") else letopis_here)(
            command[0], "--var", str(var), "--json", *command[1:]
        )
        assert done.returncode == 0, (command, done.stderr)
        assert isinstance(orjson.loads(done.stdout), dict)
        assert done.stderr == "", command


@pytest.fixture
def school(tmp_path: Path) -> Path:
    founded(tmp_path / "var")
    return tmp_path / "var"


WRONG = {
    "no school": (["checkpoint", "--var", "{tmp}/nowhere"], 2, "letopis init"),
    "a school already": (["init", "--var", "{var}"], 2, "nothing was changed"),
    "no time zone": (["init", "--var", "{tmp}/new", "--time-zone", "Mars/Olympus"], 1, "time zone"),
    "no origin": (["init", "--var", "{tmp}/new", "--origin", "letopis.example/Школа"], 2, "origin"),
    "no database": (["init", "--var", "{tmp}/new", "--database", "oracle"], 2, "--database"),
    "no connection string": (["init", "--var", "{tmp}/new", "--database", "postgresql"], 2, "LETOPIS_POSTGRES"),
    "a wrong moment": (["replay", "--var", "{var}", "--at", "вчера"], 2, "--at"),
    "another script's moment": (["replay", "--var", "{var}", "--at", "٢٠٢٦-11-01T12:00:00Z"], 2, "--at"),
    "two moments": (["replay", "--var", "{var}", "--at", "2026-11-01T12:00:00Z", "--position", "1"], 2, "--position"),
    "no month": (["replay", "--var", "{var}", "--class", "5А", "--from", "2026-13-01"], 2, "--from"),
    "no day": (["replay", "--var", "{var}", "--to", "2026-02-29"], 2, "--to"),
    "not a day": (["replay", "--var", "{var}", "--to", "1.2.2026"], 2, "ГГГГ-ММ-ДД"),
    "a scheme": (["init", "--var", "{tmp}/new", "--origin", "http://a/b"], 2, "--origin"),
    "a position to come": (["replay", "--var", "{var}", "--position", "99"], 3, "99"),
    "no class": (["replay", "--var", "{var}", "--class", "99Я"], 2, "--class"),
    "a Latin letter": (["replay", "--var", "{var}", "--class", "1A"], 2, "--class"),
    "before the journal": (
        ["replay", "--var", "{var}", "--class", "1А", "--at", "1999-01-01T00:00:00Z"],
        2,
        "не начат",
    ),
    "no such checkpoint": (["export", "--var", "{var}", "--out", "{tmp}/a", "--since", "7"], 2, "--since"),
    "a folder in the way": (["export", "--var", "{var}", "--out", "{var}"], 2, ""),
    "no host": (["serve", "--var", "{var}", "--host", "no.such.host.invalid", "--port", "0"], 3, "no.such.host"),
    "no command": (["fly"], 2, "fly"),
    "no option": (["audit", "--var", "{var}", "--fast"], 2, "--fast"),
    "a negative port": (["serve", "--port", "-1"], 2, "port"),
    "no file to import": (["import", "--var", "{var}", "{tmp}/none.csv"], 3, "none.csv"),
}

IN_PROCESSES = ("no school", "no time zone", "a position to come", "no host", "no command", "a negative port")
"""One of each exit code, and what would begin to serve, in processes of their own; the others in this one."""


def test_what_is_wrong_is_said_in_a_line_with_its_exit_code(school: Path, tmp_path: Path) -> None:
    for name, (template, code, words) in WRONG.items():
        arguments = [part.replace("{var}", str(school)).replace("{tmp}", str(tmp_path)) for part in template]
        done = (letopis if name in IN_PROCESSES else letopis_here)(*arguments)
        assert done.returncode == code, (name, done.returncode, done.stderr)
        assert words in done.stderr, (name, done.stderr)
        assert done.stdout == "", (name, done.stdout)
    assert not (tmp_path / "new").exists() or not list((tmp_path / "new").iterdir()), "nothing is left of a failed init"


def test_an_archive_and_its_zip_are_written_both_or_neither(school: Path, tmp_path: Path) -> None:
    (tmp_path / "y.zip").write_bytes(b"another's")
    for out in ("y", "z.zip"):
        done = letopis("export", "--var", str(school), "--out", str(tmp_path / out), "--zip")
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"var", "y.zip"}
    (tmp_path / "y.zip").unlink()
    assert letopis("export", "--var", str(school), "--out", str(tmp_path / "y"), "--zip").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"var", "y", "y.zip"}


def test_a_taken_port_is_said_before_anything_is_made(school: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = letopis("serve", "--var", str(school), "--port", port)
        assert (done.returncode, done.stdout) == (3, "")
        assert port in done.stderr
        assert letopis("serve", "--var", str(tmp_path / "s"), "--sample", "--port", port).returncode == 3
    assert not (tmp_path / "s").exists()


def test_keys_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    var = tmp_path / "var"
    founded(var, LETOPIS_KEY_PASSPHRASE="верная фраза")
    good = letopis("checkpoint", "--var", str(var), LETOPIS_KEY_PASSPHRASE="верная фраза")
    assert good.returncode == 0, good.stderr
    for env in ({}, {"LETOPIS_KEY_PASSPHRASE": "неверная"}):
        done = letopis_here("checkpoint", "--var", str(var), **env)
        assert done.returncode == 3
        assert "passphrase" in done.stderr
        assert "верная" not in done.stderr
    (var / "keys" / "signing.pem").chmod(0o644)
    done = letopis_here("checkpoint", "--var", str(var), LETOPIS_KEY_PASSPHRASE="верная фраза")
    assert (done.returncode, "chmod 600" in done.stderr) == (3, True)
    (var / "keys" / "signing.pem").chmod(0o600)
    for name, code in (("keys/request.key", 2), ("keys/vault/kek", 3), ("school.json", 2)):
        moved = (var / name).rename(tmp_path / "moved")
        done = letopis_here("checkpoint", "--var", str(var), LETOPIS_KEY_PASSPHRASE="верная фраза")
        assert done.returncode == code, (name, done.stderr)
        assert done.stderr.count("\n") == 1
        moved.rename(var / name)


def test_a_changed_byte_is_a_finding_of_the_audit(school: Path) -> None:
    file = school / "ledger.sqlite3"
    raw = file.read_bytes()
    name = "Школа".encode()
    assert raw.count(name) >= 1
    file.write_bytes(raw.replace(name, "Шкала".encode()))
    done = letopis("audit", "--var", str(school), "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    report = orjson.loads(done.stdout)
    assert report["passed"] is False
    assert "checkpoint_differs" in {found["code"] for found in report["findings"]}
    assert letopis_here("checkpoint", "--var", str(school)).returncode == 1, "nothing is signed over it"


def test_a_latch_is_lifted_by_an_audit_that_is_asked_to(school: Path) -> None:
    latch = school / "ledger.sqlite3.latched"
    latch.write_text("disk I/O error")
    seen = letopis_here("audit", "--var", str(school), "--json")
    assert (seen.returncode, orjson.loads(seen.stdout)["latched"]) == (0, "disk I/O error")
    assert latch.exists()
    lifted = letopis("audit", "--var", str(school), "--json", "--unlatch")
    assert lifted.returncode == 0, lifted.stderr
    assert orjson.loads(lifted.stdout)["unlatched"] is True
    assert not latch.exists()


def test_a_school_on_postgresql_is_made_served_and_audited(tmp_path: Path, postgres_database: Database) -> None:
    env = {
        "LETOPIS_POSTGRES_DSN": postgres_database.app_dsn,
        "LETOPIS_POSTGRES_OWNER_DSN": postgres_database.owner_dsn,
    }
    made = founded(tmp_path / "var", "--database", "postgresql", **env)
    del env["LETOPIS_POSTGRES_OWNER_DSN"]  # a server never has it
    with serving("--var", str(tmp_path / "var"), **env) as (process, base, _):
        headers = {"Authorization": f"Bearer {made['sign_ins']['administrator']['token']}"}  # type: ignore[index]
        acknowledge(f"{base}/v1/schools/1534", headers)
        person = {"kind": "staff", "family_name": "Петров", "given_name": "Пётр"}
        made_person = httpx.post(f"{base}/v1/schools/1534/people", json=person, headers=headers)
        assert made_person.status_code == 201, made_person.text
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    audited = letopis("audit", "--var", str(tmp_path / "var"), "--processes", "2", "--json", **env)
    assert audited.returncode == 0, audited.stderr + audited.stdout
    assert orjson.loads(audited.stdout)["entries"] == 6, "the school, its first account in three, and these two"
    done = letopis("migrate", "--var", str(tmp_path / "var"), **env)
    assert (done.returncode, "LETOPIS_POSTGRES_OWNER_DSN" in done.stderr) == (2, True)
    env["LETOPIS_POSTGRES_OWNER_DSN"] = postgres_database.owner_dsn
    assert letopis("migrate", "--claims", "--var", str(tmp_path / "var"), **env).returncode == 0
    away = letopis("checkpoint", "--var", str(tmp_path / "var"), LETOPIS_POSTGRES_DSN="host=/nowhere dbname=x")
    assert away.returncode == 3, away.stderr
    again = letopis("init", "--var", str(tmp_path / "other"), "--database", "postgresql", **env)
    assert (again.returncode, "holds entries" in again.stderr) == (2, True)


def test_an_audit_lifts_the_latch_of_a_running_server_on_postgresql(
    tmp_path: Path, postgres_database: Database
) -> None:
    var, latch = tmp_path / "var", tmp_path / "var" / "ledger.latched"
    env = {
        "LETOPIS_POSTGRES_DSN": postgres_database.app_dsn,
        "LETOPIS_POSTGRES_OWNER_DSN": postgres_database.owner_dsn,
    }
    made = founded(var, "--database", "postgresql", **env)
    headers = {"Authorization": f"Bearer {made['sign_ins']['administrator']['token']}"}  # type: ignore[index]
    person = {"kind": "staff", "family_name": "Петров", "given_name": "Пётр"}
    reason = "the server met a disk error (58030) during an append at 2026-10-01T08:00:00.000000Z"
    with serving("--var", str(var), **env) as (_, base, _):
        acknowledge(f"{base}/v1/schools/1534", headers)
    latch.write_text(reason)
    with serving("--var", str(var), **env) as (_, base, _):

        def recording() -> tuple[bool, int]:
            health = httpx.get(f"{base}/v1/health").json()["schools"]["1534"]["recording"]
            return health, httpx.post(f"{base}/v1/schools/1534/people", json=person, headers=headers).status_code

        assert recording() == (False, 503)
        seen = letopis("audit", "--var", str(var), "--json", **env)
        assert (seen.returncode, orjson.loads(seen.stdout)["latched"]) == (0, reason)
        assert recording() == (False, 503)
        lifted = letopis("audit", "--var", str(var), "--processes", "2", "--json", "--unlatch", **env)
        assert lifted.returncode == 0, lifted.stderr
        report = orjson.loads(lifted.stdout)
        assert (report["latched"], report["unlatched"]) == (None, True)
        assert not latch.exists()
        assert recording() == (True, 201)


HEAVY = ("fastapi", "uvicorn", "sqlite3", "psycopg", "cryptography", "eventsourcing", "pydantic", "rich", "msgspec")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom api.cli.app import run\nrun(['--help'])\n"
        f"sys.exit(' '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "serve" in done.stdout


SERVING = ("fastapi", "starlette.requests", "anyio", "uvicorn", "httpx", "fido2", "joserfc", "typst")


def test_a_question_imports_nothing_of_what_serves(school: Path) -> None:
    code = (
        f"import sys\nfrom api.cli.app import run\nassert run(['ask', 'no-access', '--var', {str(school)!r}]) == 0\n"
        f"sys.exit(' '.join(name for name in {SERVING!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_an_error_that_nobody_foresaw_is_named_and_not_shown(school: Path) -> None:
    assert letopis("replay", "--var", str(school)).returncode == 0
    (school / "views").unlink()
    for path in school.glob("views.0*"):
        path.write_bytes(b"not a database at all, whatever its name says " * 40)
    (school / "views").symlink_to("views.000001")
    done = letopis("replay", "--var", str(school))
    assert done.returncode == 3, done.stderr
    assert done.stderr.count("\n") == 1


COMMANDS = ("init", "demo", "serve", "import", "checkpoint", "rebuild", "replay", "export", "audit", "migrate", "bench")


def in_two_languages(text: str) -> bool:
    russian, _, english = text.partition(" / ")
    return any("а" <= letter.lower() <= "я" for letter in russian) and any(letter.isalpha() for letter in english)


def test_every_command_and_option_is_explained_in_russian_and_english() -> None:
    summary = letopis("--help", COLUMNS="200")
    assert (summary.returncode, summary.stderr) == (0, "")
    for name in COMMANDS:
        (line,) = [line for line in summary.stdout.splitlines() if line.startswith(f"  {name} ")]
        assert in_two_languages(line.removeprefix(f"  {name}")), line
        done = letopis_here(name, "--help", COLUMNS="200")
        assert (done.returncode, done.stderr) == (0, ""), name
        assert in_two_languages(done.stdout.split("\n\n")[1]), name
        for line in done.stdout.splitlines():
            if line.startswith("  --") and not line.startswith("  --help"):
                assert in_two_languages(line.replace(" / --no-", " --no-")), (name, line)
        assert "--json" in done.stdout, name


def test_a_server_tells_programs_where_it_is_in_one_json_object(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*LETOPIS, "serve", "--port", "0", "--sample", "--json", "--var", str(tmp_path / "var")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
    )
    assert process.stdout is not None
    try:
        read = b""
        for line in process.stdout:
            read += line
            if line == b"}\n":
                break
        told = orjson.loads(read)
        (school,) = told["schools"]
        token = next(found["token"] for found in school["sign_ins"] if "inspector" in found["label"])
        answer = httpx.get(f"{school['url']}/classes", headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["rows"]
        assert httpx.get(f"{told['url']}/v1/health").status_code == 200
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest) == (0, b"")
        assert {orjson.loads(line)["logger"] for line in errors.splitlines()} - {"api.warming"} == {"api.request"}
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_benches_give_their_ratios_to_programs() -> None:
    done = letopis("bench", "--quick", "--only", "asof", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    ratios = orjson.loads(done.stdout)
    assert ratios
    assert all(found["ratio"] > 0 for found in ratios.values())
    wrong = letopis("bench", "--only", "everything")
    assert (wrong.returncode, wrong.stdout, "everything" in wrong.stderr) == (2, "", True)


def test_an_import_with_problems_is_a_finding_and_one_object(school: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "people.csv"
    wrong.write_text("код;вид;фамилия;имя\n1;рыба;Иванова;Анна\n", encoding="utf-8")
    refused = letopis("import", str(wrong), "--var", str(school), "--json")
    assert (refused.returncode, refused.stderr) == (1, "")
    assert orjson.loads(refused.stdout)["problems"]


def on_a_terminal(*arguments: str) -> tuple[int, bytes, bytes]:
    """Run a command whose standard error is a terminal, and whose standard output is a pipe."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*LETOPIS, *arguments],
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=False,
            timeout=120,
            env={"PATH": os.environ["PATH"], "TERM": "xterm"},
        )
    finally:
        os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65_536):
            seen += chunk
    except OSError:  # the other end is closed, and all was read
        pass
    finally:
        os.close(ours)
    return done.returncode, done.stdout, seen


def test_progress_is_on_standard_error_of_a_terminal_and_nowhere_else(school: Path, tmp_path: Path) -> None:
    plain = letopis("export", "--var", str(school), "--out", str(tmp_path / "a"))
    assert (plain.returncode, plain.stderr) == (0, "")
    code, out, seen = on_a_terminal("export", "--var", str(school), "--out", str(tmp_path / "b"))
    assert code == 0
    assert "архив / archive".encode() in seen
    # Not every "/b": the school's key, which stands there too, may have one.
    assert out.decode().replace(str(tmp_path / "b"), str(tmp_path / "a")) == plain.stdout
    code, out, seen = on_a_terminal("export", "--var", str(school), "--out", str(tmp_path / "c"), "--json")
    assert (code, seen) == (0, b"")
    assert orjson.loads(out)["archive"] == str(tmp_path / "c")


def test_views_that_differ_are_a_finding(school: Path) -> None:
    assert letopis("rebuild", "--var", str(school)).returncode == 0
    views = (school / "views").resolve()
    with sqlite3.connect(views) as connection:
        connection.execute("UPDATE schools SET name = 'Другая'")
    connection.close()
    done = letopis("rebuild", "--check", "--var", str(school), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = orjson.loads(done.stdout)
    assert (found["equal"], [row["table"] for row in found["findings"]]) == (False, ["schools"])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample school that was served once, for tests that only ask."""
    var = tmp_path_factory.mktemp("sample") / "var"
    with serving("--var", str(var), "--sample"):
        pass
    return var


def test_substitutions_of_a_month_are_told_as_text_json_and_table(sample: Path) -> None:
    var = sample
    whole = orjson.loads(letopis_here("substitutions", "--var", str(var), "--json").stdout)
    assert whole["lessons"] == len(whole["rows"]) > 3
    row = whole["rows"][0]
    asked = ("substitutions", "--var", str(var), "--month", row["held_on"][:7], "--employee", row["absent_teacher"])
    month = orjson.loads(letopis_here(*asked, "--json").stdout)
    assert row in month["rows"]
    assert {row["absent_teacher"]} == {total["employee"] for total in month["totals"]}
    name = whole["people"][row["absent_teacher"]]
    assert f"{name}: " in letopis_here(*asked).stdout
    table = letopis_here(*asked, "--csv").stdout
    assert table.count("\n") == len(month["rows"]) + len(month["missed"]) + 1
    assert row["basis"] in table
    before = letopis_here(*asked, "--position", str(row["fact"]), "--json")
    assert row["fact"] not in [one["fact"] for one in orjson.loads(before.stdout)["rows"]]
    for wrong in (("--month", "2026-13"), ("--month", "2026-09", "--from", "2026-09-01"), ("--employee", "Петрова")):
        assert letopis_here("substitutions", "--var", str(var), *wrong).returncode == 2


def test_what_was_recorded_late_is_told_as_text_and_json_and_counted(sample: Path) -> None:
    var = sample
    whole = orjson.loads(letopis_here("deadlines", "--var", str(var), "--json").stdout)
    assert {row["status"] for row in whole["rows"]} <= {"late", "missing"}
    row = next(row for row in whole["rows"] if row["rule"] == "lesson" and row["status"] == "late")
    asked = ("deadlines", "--var", str(var), "--month", row["held_on"][:7])
    of_class = orjson.loads(letopis_here(*asked, "--class", row["class_name"], "--json").stdout)
    assert row in of_class["rows"]
    of_teacher = orjson.loads(letopis_here(*asked, "--teacher", row["teacher"], "--json").stdout)
    assert row in of_teacher["rows"]
    text = letopis_here(*asked, "--teacher", row["teacher"]).stdout
    assert f"{whole['people'][row['teacher']]}: запись урока / lesson: с опозданием / late" in text
    assert row["due_local"] in text
    counted = orjson.loads(letopis_here(*asked, "--teacher", row["teacher"], "--counts", "--json").stdout)
    late = sum(of["rule"] == "lesson" and of["status"] == "late" for of in of_teacher["rows"])
    assert [of["late"] for of in counted["rows"] if of["rule"] == "lesson"] == [late]
    assert "запись урока / lesson: " in letopis_here(*asked, "--counts").stdout
    for wrong in (
        ("--month", "2026-13"),
        ("--class", "99Я"),
        ("--teacher", "Петрова"),
        ("--at", "x", "--position", "1"),
    ):
        assert letopis_here("deadlines", "--var", str(var), *wrong).returncode == 2
        assert letopis_here("worklist", "--var", str(var), *wrong).returncode == 2
    listed = orjson.loads(letopis_here("worklist", *asked[1:], "--class", row["class_name"], "--json").stdout)
    (closed,) = [one for one in listed["rows"] if (one["lesson"], one["rule"]) == (row["lesson"], "lesson")]
    assert (closed["is_open"], closed["closed_how"], closed["closed_at"]) == (False, "filled", row["recorded_at"])
    assert sum(week["by_rule"] + week["by_person"] for week in listed["weeks"]) == len(listed["rows"])
    assert f"внесено / filled: {closed['closed_by']}" in letopis_here("worklist", *asked[1:]).stdout
    waiting = orjson.loads(letopis_here("worklist", *asked[1:], "--open", "--json").stdout)["rows"]
    assert all(one["is_open"] for one in waiting)


def test_a_classs_summary_sheet_and_what_its_journal_lacks_are_told(sample: Path) -> None:
    var = sample
    journals = orjson.loads(letopis_here("journals", "--var", str(var), "--json").stdout)
    row = journals["rows"][0]
    assert row["state"] == "open"
    assert f"{row['class_name']}: " in letopis_here("journals", "--var", str(var)).stdout
    asked = ("--var", str(var), "--class", row["class_name"])
    sheet = orjson.loads(letopis_here("sheet", *asked, "--json").stdout)
    assert sheet["sha256"] == row["sha256"]
    assert any(one["cells"] for one in sheet["rows"])
    name = sheet["people"][sheet["rows"][0]["student"]]
    assert name in letopis_here("sheet", *asked).stdout
    raw = subprocess.run([*LETOPIS, "sheet", *asked, "--csv"], capture_output=True, check=True).stdout
    assert sha256(raw).hexdigest() == sheet["sha256"]
    assert name.encode() not in raw
    first = orjson.loads(letopis_here("sheet", *asked, "--json", "--position", str(sheet["entries"][0])).stdout)
    assert (first["entries"], first["sha256"] == sheet["sha256"]) == ([], False)
    versions = orjson.loads(letopis_here("sheet", *asked, "--versions", "--json").stdout)
    assert [one["sha256"] for one in versions["rows"]] == [sheet["sha256"]]
    assert sheet["sha256"][:16] in letopis_here("sheet", *asked, "--versions").stdout
    lacks = orjson.loads(letopis_here("lacks", *asked, "--json").stdout)
    counts = {one["what"] for one in lacks["counts"]}
    assert {"council", "result"} <= counts
    assert lacks["size"] == journals["position"]
    assert "нет решения педагогического совета" in letopis_here("lacks", *asked).stdout
    then = orjson.loads(letopis_here("lacks", *asked, "--json", "--position", str(sheet["entries"][0])).stdout)
    assert (then["size"], then["counts"] == lacks["counts"]) == (sheet["entries"][0], False)
    assert letopis_here("lacks", *asked, "--at", "2026", "--position", "1").returncode == 2
    for wrong in (
        ("--class", "99Ъ"),
        (*asked[2:], "--csv", "--versions"),
        (*asked[2:], "--at", "2026", "--position", "1"),
    ):
        assert letopis_here("sheet", "--var", str(var), *wrong).returncode == 2
