"""A year's archive, from a real ledger on both databases to the judgement of programs that know nothing of us."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tracemalloc
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import bagit
import orjson
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive, verifier
from api.retention import PERSON
from api.sample.topics import TOPICS
from api.schools import OpenSchool
from api.settings import SettingsError
from exports.archive import ArchivePlan, write_archive
from exports.bag import ExportError, zip_bag
from ledger.errors import LedgerDamaged
from ledger.journal.commands import RegisterPerson
from ledger.log import SignedCheckpoint
from ledger.signing.keys import create_key
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.vault.disclosure import make_disclosure
from ledger.wire.entry import Actor, parse_at, parse_entry
from projections.engine import Views
from projections.views import VIEWS
from tests.conftest import Database
from tests.projection_logs import ListLog
from tests.sample_folders import sample_folder, sample_on_postgres
from verify.columns import COLUMNS

QUIET = Console(as_json=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def school(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSchool]:
    if request.param == "sqlite":
        with sample_folder(tmp_path / "school", limit=500) as opened:
            yield opened
    else:
        database: Database = request.getfixturevalue("sample_database")
        with sample_on_postgres(tmp_path / "school", database, monkeypatch, limit=500) as opened:
            yield opened


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verifier") / "verify.pyz"
    path.write_bytes(verifier())
    return path


def verify(pyz: Path, archive: Path, vkey: str) -> tuple[int, dict[str, object]]:
    """Ask the stand-alone verifier in a process of its own, without any of our packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(pyz), str(archive), "--key", vkey, "--json"],
        cwd="/",
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    answer: dict[str, object] = orjson.loads(done.stdout)
    return done.returncode, answer


def run_readme(archive: Path, vkey: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the commands of the archive's own README as they are written, in its folder, with the key filled in."""
    lines = (archive / "README.txt").read_text(encoding="utf-8").splitlines()
    commands = [line[6:] for line in lines if re.match(r"    [$>] ", line)]
    assert len(commands) > 12
    script = "\n".join(["set -eu", *commands]).replace("сюда вставьте ключ", vkey)
    return subprocess.run(
        ["bash", "-c", script],
        cwd=archive,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )


@pytest.mark.clause("R45", breaks="exports.bag:_format_manifest", instead=lambda _: b"")
def test_an_archive_is_accepted_by_foreign_programs_and_by_the_verifier(
    school: OpenSchool, tmp_path: Path, pyz: Path
) -> None:
    archive = tmp_path / "archive"
    checkpoint = export_archive(QUIET, school, archive)
    bagit.Bag(str(archive)).validate()
    code, answer = verify(pyz, archive, school.signer.vkey)
    assert (code, answer["verdict"]) == (0, "verified"), answer
    done = run_readme(archive, school.signer.vkey, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"Signature Verified Successfully" in done.stdout
    zip_bag(archive, tmp_path / "archive.zip")
    code, answer = verify(pyz, tmp_path / "archive.zip", school.signer.vkey)
    assert (code, answer["verdict"]) == (0, "verified"), answer
    entries = b"".join(entry + b"\n" for entry in school.recorder.entries(0, checkpoint.size))
    assert (archive / "data/log/entries-000000000000.jsonl").read_bytes() == entries


@pytest.mark.clause("R45", breaks="exports.archive:_write_disclosures", instead=lambda *_, **__: None)
def test_what_an_archive_holds_gives_the_whole_journal_back(school: OpenSchool, tmp_path: Path) -> None:
    """Lines of its entries and of its disclosures, read without anything of ours, make every view and value again."""
    school.views.catch_up(school.recorder)
    archive = tmp_path / "archive"
    checkpoint = export_archive(QUIET, school, archive)
    files = sorted((archive / "data/log").glob("entries-*.jsonl"))
    lines = [line for file in files for line in file.read_bytes().removesuffix(b"\n").split(b"\n")]
    last = parse_entry(lines[-1])
    log = ListLog(lines, school.recorder.origin, at=parse_at(last.at), last=leaf_hash(lines[-1]))
    with Views.open(f"sqlite:{tmp_path}/again.db", school.recorder.origin) as again:
        assert again.catch_up(log) == checkpoint.size == school.views.position()
        for view in VIEWS:
            for table in view.tables:
                rows = [
                    sorted(of.select(f"SELECT * FROM {{{table.name}}}", {}), key=repr) for of in (school.views, again)
                ]
                assert rows[0] == rows[1], table.name
    told = [orjson.loads(line) for line in (archive / "data/log/disclosures.jsonl").read_bytes().splitlines()]
    values = {
        urlsafe_b64encode(sha256(one["disclosure"].encode()).digest()).rstrip(b"=").decode(): one["disclosure"]
        for one in told
    }
    digests = [digest for line in lines for digest in orjson.loads(line)["data"].get("_sd", ())]
    assert len(values) > 50
    assert values == school.vault.read(digests)


def test_the_readme_names_the_moments_of_the_first_and_the_last_entry(
    school: OpenSchool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.archive.ENTRIES_PER_STEP", 100)
    checkpoint = export_archive(QUIET, school, tmp_path / "archive")
    assert checkpoint.size > 300
    (first,), (last,) = school.recorder.entries(0, 1), school.recorder.entries(checkpoint.size - 1, checkpoint.size)
    readme = (tmp_path / "archive" / "README.txt").read_text(encoding="utf-8")
    assert f"{parse_entry(first).at} … {parse_entry(last).at}" in readme


def test_the_same_ledger_gives_the_same_archive(school: OpenSchool, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_archive(QUIET, school, tmp_path / name / "archive")
        zip_bag(tmp_path / name / "archive", tmp_path / name / "archive.zip")
    assert (tmp_path / "one/archive.zip").read_bytes() == (tmp_path / "two/archive.zip").read_bytes()


def test_a_public_copy_holds_no_personal_value_and_still_verifies(
    school: OpenSchool, tmp_path: Path, pyz: Path
) -> None:
    export_archive(QUIET, school, tmp_path / "full")
    export_archive(QUIET, school, tmp_path / "public", public=True)
    people = (tmp_path / "full/data/tables/people.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    family_names = {line.split(";")[3].split()[0] for line in people}
    assert len(family_names) > 20
    content = b"".join(path.read_bytes() for path in (tmp_path / "public").rglob("*") if path.is_file())
    taught = {word.strip(".,") for topics in TOPICS.values() for topic in topics for word in topic.split()}
    assert not [name for name in family_names - taught if name.encode() in content], "Чехов is a lesson's topic too"
    assert not (tmp_path / "public/data/log/disclosures.jsonl").exists()
    assert verify(pyz, tmp_path / "public", school.signer.vkey)[0] == 0


def test_a_range_that_continues_a_checkpoint_has_no_finding(school: OpenSchool, tmp_path: Path, pyz: Path) -> None:
    first = school.checkpointer.sign()
    command = next(iter(school.recorder.streams("person/")))
    assert command.first_index < first.size
    _record_more(school)
    export_archive(QUIET, school, tmp_path / "rest", since=first.size)
    assert (tmp_path / "rest/data/log/start-checkpoint").read_bytes() == first.note
    assert len(list((tmp_path / "rest/data/tables").glob("*.csv"))) == len(COLUMNS) + 2  # of deadlines, two
    code, answer = verify(pyz, tmp_path / "rest", school.signer.vkey)
    # Nothing differs; what rests on entries before the range is said to be unchecked, and never called verified.
    assert answer["findings"] == []
    assert (code, answer["verdict"]) == (3, "incomplete"), answer
    with pytest.raises(SettingsError, match="no checkpoint of size"):
        export_archive(QUIET, school, tmp_path / "none", since=first.size - 1)


def _record_more(school: OpenSchool) -> None:
    (opening,) = school.recorder.entries(0, 1)
    at = parse_at(school.recorder.head().at) + timedelta(minutes=1)
    person = str(uuid4())
    made = [make_disclosure(name, value) for name, value in (("family_name", "Иванова"), ("given_name", "Анна"))]
    school.vault.keep(person, PERSON, [disclosure.text for disclosure in made])
    school.execute(
        RegisterPerson(person=person, kind="student", sd=tuple(sorted(disclosure.digest for disclosure in made))),
        Actor(parse_entry(opening).actor.id, "administrator"),
        at=at,
    )


def test_another_key_is_not_believed(school: OpenSchool, tmp_path: Path, pyz: Path) -> None:
    export_archive(QUIET, school, tmp_path / "archive")
    other = create_key(tmp_path / "other.pem", school.recorder.origin)
    code, _ = verify(pyz, tmp_path / "archive", other)
    assert code == 1
    done = run_readme(tmp_path / "archive", other, tmp_path)
    assert done.returncode != 0


def test_one_changed_byte_is_found_at_its_place(school: OpenSchool, tmp_path: Path, pyz: Path) -> None:
    archive = tmp_path / "archive"
    export_archive(QUIET, school, archive)
    path = archive / "data/log/entries-000000000000.jsonl"
    content = bytearray(path.read_bytes())
    offset = content.index(b'"value":"4"') + 9
    content[offset : offset + 1] = b"5"
    path.write_bytes(content)
    line = content.count(b"\n", 0, offset) + 1
    code, answer = verify(pyz, archive, school.signer.vkey)
    assert code == 1
    places = orjson.dumps(answer["findings"]).decode()
    assert f"entries-000000000000.jsonl:{line}" in places or f'"line":{line}' in places, places
    assert run_readme(archive, school.signer.vkey, tmp_path).returncode != 0


def test_an_existing_archive_is_never_touched(school: OpenSchool, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    with pytest.raises(ExportError, match="never overwritten"):
        export_archive(QUIET, school, tmp_path / "archive")
    assert list((tmp_path / "archive").iterdir()) == []


def test_an_empty_range_is_refused(school: OpenSchool, tmp_path: Path) -> None:
    signed = school.checkpointer.sign()
    with pytest.raises(ExportError, match="empty"):
        write_archive(school.recorder, tmp_path / "archive", ArchivePlan(signed, "Школа", start=signed))
    assert not list(tmp_path.glob("*archive*"))


def test_a_ledger_changed_behind_our_back_gives_no_archive(tmp_path: Path) -> None:
    with sample_folder(tmp_path / "school", limit=200) as school:
        signed = school.checkpointer.sign()
        _flip_a_value(tmp_path / "school/ledger.sqlite3", signed.size // 2)
        with pytest.raises(LedgerDamaged, match="full verification"):
            write_archive(school.recorder, tmp_path / "archive", ArchivePlan(signed, "Школа"))
    assert not list(tmp_path.glob("*archive*")), "an archive that would not verify left a trace"


def _flip_a_value(file: Path, index: int) -> None:
    connection = sqlite3.connect(file)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    (entry,) = connection.execute("SELECT entry FROM entries WHERE idx = ?", (index,)).fetchone()
    changed = entry.replace(b'"version":', b'"Version":', 1)
    connection.execute("UPDATE entries SET entry = ? WHERE idx = ?", (changed, index))
    connection.commit()
    connection.close()


def test_memory_does_not_grow_with_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.archive.ENTRIES_PER_STEP", 256)
    peaks = []
    with sample_folder(tmp_path / "school", limit=1_900) as school:
        write_archive(school.recorder, tmp_path / "warm", ArchivePlan(_checkpoint_at(school, 300), "Школа"))
        for size in (1_500, 5_500):
            checkpoint = _checkpoint_at(school, size)
            tracemalloc.start()
            write_archive(school.recorder, tmp_path / str(size), ArchivePlan(checkpoint, "Школа"))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # The archives differ by 2.2 MB; the recorder's own pages of entries are what remains.
    assert peaks[1] < peaks[0] + 600_000, peaks


def _checkpoint_at(school: OpenSchool, size: int) -> SignedCheckpoint:
    edge = RightEdge.empty().extend(leaf_hash(entry) for entry in school.recorder.entries(0, size))
    return SignedCheckpoint(size, b"only its size and root are looked at here\n", edge)


def test_a_zip_and_its_folder_hold_the_same(school: OpenSchool, tmp_path: Path) -> None:
    export_archive(QUIET, school, tmp_path / "archive")
    zip_bag(tmp_path / "archive", tmp_path / "archive.zip")
    with zipfile.ZipFile(tmp_path / "archive.zip") as packed:
        for name in packed.namelist():
            assert packed.read(name) == (tmp_path / name).read_bytes()
