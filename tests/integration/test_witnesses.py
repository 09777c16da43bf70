"""A school's log under outside witnesses, ours and a foreign one, over real HTTP and on both databases (R44)."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api.cli.auditing import audit_school
from api.cli.console import Console, Exit
from api.cli.exporting import ExportOptions, run_export
from api.cli.importing import founder
from api.cli.witnesses import Appointing, run_witnesses
from api.schools import open_school
from api.settings import SettingsError
from ledger.errors import Refused
from ledger.journal.commands import RegisterPerson
from ledger.signing.keys import verify_note
from ledger.wire.note import parse_note, parse_vkey
from tests.conftest import Database
from tests.http_class import problem
from tests.http_school import make_school, served
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.unit.ledger.journal.small_school import uid
from tests.witness_server import Running, foreign_witness, our_witness

QUIET = Console(as_json=True)
BASIS = "соглашение № 7 от 01.09.2026"


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample school, which nobody has open."""
    folder = tmp_path / "school"
    if request.param == "sqlite":
        with sample_folder(folder, limit=300):
            return folder
    database: Database = request.getfixturevalue("sample_database")
    with sample_on_postgres(folder, database, monkeypatch, limit=300):
        return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The same on SQLite alone."""
    with sample_folder(tmp_path / "school", limit=300):
        return tmp_path / "school"


def key_of(var: Path) -> str:
    return (var / "keys" / "signing.vkey").read_text().strip()


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return answer


def appoint(var: Path, witness: Running, held_by: str = "Комитет по образованию") -> None:
    appointing = Appointing(witness.vkey, held_by, witness.link, BASIS)
    assert run_witnesses(QUIET, var, appoint=appointing) == Exit.DONE


def record_more(var: Path, first: int) -> None:
    with open_school(var, background=False) as school:
        for number in range(3):
            school.execute(RegisterPerson(person=uid(first + number), kind="staff", sd=()), founder(school))


def verify(archive: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(archive / "verify.pyz"), str(archive), "--json", *more],
        capture_output=True,
        check=False,
    )
    return done.returncode, orjson.loads(done.stdout or b"{}")


def test_what_two_witnesses_cosigned_is_recorded_exported_and_verified(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    key = key_of(var)
    with our_witness(tmp_path / "ours", key) as ours, foreign_witness(tmp_path / "theirs", key) as theirs:
        appoint(var, ours)
        appoint(var, theirs, "Соседняя школа")
        assert run_witnesses(QUIET, var) == Exit.FINDING  # neither has cosigned yet
        capsys.readouterr()
        for first in (5_000, 5_100):
            record_more(var, first)
            assert run_witnesses(QUIET, var, ask=True) == Exit.DONE
            asked = said(capsys)["asked"]
            assert [one["outcome"] for one in asked] == ["cosigned", "cosigned"]
        assert run_witnesses(QUIET, var) == Exit.DONE
        rows = said(capsys)["witnesses"]
        assert [row["name"] for row in rows] == ["witness.example/region", "foreign.example/w1"]
        assert [row["cosigned_by"] for row in rows] == [one["entry"] for one in asked]
        # And as it was before: each had cosigned once, and nobody was appointed at the beginning.
        assert run_witnesses(QUIET, var, position=asked[0]["entry"]) == Exit.DONE
        assert all(row["cosigned_by"] < asked[0]["entry"] for row in said(capsys)["witnesses"])
        assert run_witnesses(QUIET, var, position=1) == Exit.DONE
        assert said(capsys) == {"position": 1, "witnesses": []}
        with pytest.raises(SettingsError, match="go with the list"):
            run_witnesses(QUIET, var, ask=True, position=1)
        # What the witness shows to whoever asks it is the same checkpoint.
        origin = hashlib.sha256(parse_vkey(key).name.encode()).hexdigest()
        note = parse_note(httpx.get(f"{ours.link}/{origin}/checkpoint").content)
        assert note.text.splitlines()[1] == str(rows[0]["size"])
        assert len(verify_note(note, [parse_vkey(key), parse_vkey(ours.vkey)])) == 2
    run_export(QUIET, var, tmp_path / "archive", ExportOptions(public=True))
    pins = ("--key", key, "--witness", ours.vkey, "--witness", theirs.vkey)
    code, report = verify(tmp_path / "archive", *pins)
    assert (code, report["verdict"], report["findings"]) == (0, "verified", [])
    assert report["checked"]["cosignatures"] == 4
    assert report["facts"]["witnesses"] == 2
    assert report["facts"]["witnessed_pinned"] == min(row["size"] for row in rows)
    # A witness whom the reader knows and who cosigned nothing here: not verified.
    other = "other.example/w+" + ours.vkey.partition("+")[2]
    assert verify(tmp_path / "archive", "--key", key, "--witness", other)[0] == 2  # its hash is another key's
    stranger = our_key()
    code, report = verify(tmp_path / "archive", "--key", key, "--witness", stranger)
    assert (code, [one["code"] for one in report["unchecked"]]) == (3, ["witness-missing"])


def our_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ledger.witness.cosigner import Cosigner

    return Cosigner("stranger.example/w", Ed25519PrivateKey.generate()).vkey


def test_an_audit_records_how_many_cosigned(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with our_witness(tmp_path, key_of(plain)) as ours:
        appoint(plain, ours)
        assert run_witnesses(QUIET, plain, ask=True) == Exit.DONE
    assert audit_school(QUIET, plain, 1, unlatch=False, record=True) == Exit.DONE
    with open_school(plain, background=False) as school:
        school.views.catch_up(school.recorder)
        rows = school.views.select("SELECT v.witnesses FROM {verifications} v", {})
    assert list(rows) == [(1,)]


@pytest.mark.parametrize("foreign", [False, True])
def test_a_witness_notices_a_log_that_was_rewritten(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, foreign: bool
) -> None:
    (tmp_path / "witness").mkdir()
    start = foreign_witness if foreign else our_witness
    with start(tmp_path / "witness", key_of(plain)) as witness:
        appoint(plain, witness)
        shutil.copytree(plain, tmp_path / "copy", symlinks=True)  # as it was, with the key: another history begins here
        record_more(plain, 5_000)
        assert run_witnesses(QUIET, plain, ask=True) == Exit.DONE
        capsys.readouterr()
        record_more(tmp_path / "copy", 5_500)
        for more in (5_600, 5_700):  # as long at first, then longer: never the same history
            assert run_witnesses(QUIET, tmp_path / "copy", ask=True) == Exit.FINDING
            assert [one["outcome"] for one in said(capsys)["asked"]] == ["conflict"]
            record_more(tmp_path / "copy", more)
        assert run_witnesses(QUIET, plain, ask=True) == Exit.DONE
        if witness.witness is not None:
            assert witness.witness.store.conflicts()


def test_what_does_not_answer_or_is_signed_by_another_records_nothing(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with our_witness(tmp_path, key_of(plain)) as ours:
        appoint(plain, Running("http://127.0.0.1:9", ours.vkey))
        appoint(plain, Running(ours.link, our_key()))
        capsys.readouterr()
        assert run_witnesses(QUIET, plain, ask=True) == Exit.FINDING
        assert [one["outcome"] for one in said(capsys)["asked"]] == ["no_answer", "refused"]
        assert run_witnesses(QUIET, plain) == Exit.FINDING
        assert [row["size"] for row in said(capsys)["witnesses"]] == [None, None]


def test_nobody_is_a_witness_twice_and_a_logs_key_is_none(plain: Path, tmp_path: Path) -> None:
    with our_witness(tmp_path, key_of(plain)) as ours:
        appoint(plain, ours)
        with pytest.raises(Refused, match="already"):
            appoint(plain, ours)
        with pytest.raises(Refused) as refused:
            appoint(plain, Running(ours.link, key_of(plain)))
    assert refused.value.rule == "not_a_witness_key"


def test_a_server_asks_whom_it_was_told_of_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETOPIS_WITNESS_SECONDS", "1")
    folder = tmp_path / "school"
    tokens, actors = make_school(folder, "sqlite")
    with our_witness(tmp_path, key_of(folder)) as ours, served(folder, tokens, actors) as server:
        body = {"vkey": ours.vkey, "held_by": "Комитет по образованию", "link": ours.link, "basis": BASIS}
        with server.as_("teacher") as teacher:
            problem(teacher.post("/witnesses", json=body), 403, "forbidden")
        with server.as_("director") as director:
            answer = director.post("/witnesses", json=body)
            assert answer.status_code == 201
            until = time.monotonic() + 30
            while not (row := director.get("/views/witnesses").json()["rows"][0])["cosigned_by"]:
                assert time.monotonic() < until, director.get("/views/witnesses").json()
                time.sleep(0.05)
            shown = director.get("/views/witnesses").json()
            assert shown["asked"][row["witness"]]["outcome"] == "cosigned"
            dismissed = director.post(f"/witnesses/{row['witness']}/dismissal", json={"basis": "договор окончен"})
            assert dismissed.status_code == 201
            assert director.get("/views/witnesses").json()["rows"] == []
