"""Extracts from real ledgers on both databases: chosen as the specification says, judged by the stand-alone verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bagit
import orjson
import pytest

from api.cli.console import Console
from api.cli.extracting import ExtractOptions, export_extract, run_extract
from api.cli.keeping import export_archive, verifier
from api.schools import OpenSchool
from api.settings import SettingsError
from exports.bag import ExportError, zip_bag
from exports.extract import ExtractPlan, write_extract
from exports.extract_scope import Choice, Target, choose
from ledger.errors import LedgerDamaged
from ledger.log import SignedCheckpoint
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from tests.conftest import Database
from tests.integration.test_archives import run_readme, verify
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.verify_extracts import of_class, of_student

QUIET = Console(as_json=True)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSchool]:
    """The whole sample school of one quarter, with its period closed and results."""
    with sample_folder(tmp_path_factory.mktemp("extracts") / "school") as opened:
        yield opened


@pytest.fixture(scope="module")
def checkpoint(school: OpenSchool) -> SignedCheckpoint:
    return school.checkpointer.sign()


@pytest.fixture(scope="module")
def entries(school: OpenSchool, checkpoint: SignedCheckpoint) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in school.recorder.entries(0, checkpoint.size)]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verifier") / "verify.pyz"
    path.write_bytes(verifier())
    return path


def students(entries: list[dict[str, Any]]) -> list[str]:
    return [e["stream"].partition("/")[2] for e in entries if e["data"].get("kind") == "student"]


def class_of(entries: list[dict[str, Any]], grade: int) -> str:
    opened = [e for e in entries if e["type"] == "class_group_opened/1" and e["data"]["grade"] == grade]
    return str(opened[0]["stream"].partition("/")[2])


def indexes(extract: Path) -> list[int]:
    return [json.loads(line)["index"] for line in (extract / "data/log/entries.jsonl").read_bytes().splitlines()]


def test_a_class_has_the_entries_that_the_specification_says(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]], tmp_path: Path, pyz: Path
) -> None:
    groups = {e["stream"].partition("/")[2] for e in entries if e["type"] == "class_group_opened/1"}
    assert len(groups) == 3
    for group in sorted(groups):
        export_extract(school, checkpoint, tmp_path / group, ExtractOptions(class_=group))
        assert indexes(tmp_path / group) == of_class(entries, group)
        code, answer = verify(pyz, tmp_path / group, school.signer.vkey)
        assert (code, answer["verdict"]) == (0, "verified"), answer
    bagit.Bag(str(tmp_path / group)).validate()
    assert (tmp_path / group / "data/log/closing-000000005212.json").exists()


def test_every_student_has_the_entries_that_the_specification_says_and_no_classmates(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]]
) -> None:
    raw = list(school.recorder.entries(0, checkpoint.size))
    everybody = students(entries)
    assert len(everybody) > 30
    for student in everybody[::3]:
        choice = choose(iter(raw), iter(raw), Target("student", student))
        assert choice.indexes == of_student(entries, student)
        text = b"".join(raw[index] for index in choice.indexes).decode()
        assert not [other for other in everybody if other != student and other in text]


def test_a_students_extract_is_proven_and_discloses_the_student_and_names(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]], tmp_path: Path, pyz: Path
) -> None:
    changed = {e["stream"] for e in entries if e["type"] == "personal_data_changed/1"}
    student = next(who for who in students(entries) if f"person/{who}" in changed)
    out = tmp_path / "extract"
    export_extract(school, checkpoint, out, ExtractOptions(student=student))
    code, answer = verify(pyz, out, school.signer.vkey)
    assert (code, answer["verdict"]) == (0, "verified"), answer
    limits = answer["limits"]
    assert isinstance(limits, list)
    assert {"extract-part", "extract-ends", "extract-others"} <= {limit["code"] for limit in limits}
    opened: dict[str, set[str]] = {}
    for line in (out / "data/log/disclosures.jsonl").read_bytes().splitlines():
        text = orjson.loads(line)
        (found,) = school.vault.values([digest_of(text["disclosure"])]).values()
        opened.setdefault(entries[text["index"]]["stream"].partition("/")[2], set()).add(found.name)
    assert "birth_date" in opened[student]
    assert len(opened) > 3
    for who, names in opened.items():
        assert who == student or names <= {"family_name", "given_name", "patronymic"}
    marks = (out / "data/tables/marks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(marks) > 20
    assert {row.split(";")[6] for row in marks[1:]} == {student}
    done = run_readme(out, school.signer.vkey, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"Signature Verified Successfully" in done.stdout


def digest_of(disclosure: str) -> str:
    from ledger.vault.disclosure import digest_of as computed

    return computed(disclosure)


def test_the_same_ledger_gives_the_same_extract(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    options = ExtractOptions(student=students(entries)[4])
    for name in ("one", "two"):
        export_extract(school, checkpoint, tmp_path / name / "extract", options)
        zip_bag(tmp_path / name / "extract", tmp_path / name / "extract.zip")
    assert (tmp_path / "one/extract.zip").read_bytes() == (tmp_path / "two/extract.zip").read_bytes()


def test_the_tables_have_the_rows_of_an_archive(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    export_archive(QUIET, school, tmp_path / "archive")
    export_extract(school, checkpoint, tmp_path / "extract", ExtractOptions(class_="5А"))
    chosen = set(map(str, indexes(tmp_path / "extract")))
    for name in ("marks", "absences", "results"):
        whole = (tmp_path / f"archive/data/tables/{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        part = (tmp_path / f"extract/data/tables/{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        assert part == [whole[0], *(row for row in whole[1:] if row.partition(";")[0] in chosen)]
        assert 1 < len(part) < len(whole)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_scope_verifies_on_both_databases(
    database: str, tmp_path: Path, pyz: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "school"
    if database == "sqlite":
        with sample_folder(folder, limit=300) as school:
            _every_scope(school, tmp_path, pyz)
    else:
        postgres: Database = request.getfixturevalue("sample_database")
        with sample_on_postgres(folder, postgres, monkeypatch, limit=300) as school:
            _every_scope(school, tmp_path, pyz)


def _every_scope(school: OpenSchool, tmp_path: Path, pyz: Path) -> None:
    checkpoint = school.checkpointer.sign()
    entries = [json.loads(entry) for entry in school.recorder.entries(0, checkpoint.size)]
    student, group = students(entries)[0], class_of(entries, 5)
    expected = {
        "class": (ExtractOptions(class_=group), of_class(entries, group)),
        "student": (ExtractOptions(student=student), of_student(entries, student)),
        "entries": (ExtractOptions(entries="5,7-9"), [0, 5, 7, 8, 9]),
    }
    for scope, (options, wanted) in expected.items():
        export_extract(school, checkpoint, tmp_path / scope, options)
        assert indexes(tmp_path / scope) == wanted
        code, answer = verify(pyz, tmp_path / scope, school.signer.vkey)
        assert (code, answer["verdict"]) == (0, "verified"), answer
    export_extract(school, checkpoint, tmp_path / "public", ExtractOptions(class_=group, public=True))
    assert not (tmp_path / "public/data/log/disclosures.jsonl").exists()
    assert verify(pyz, tmp_path / "public", school.signer.vkey)[0] == 0


def test_an_extract_that_would_not_verify_is_never_handed_out(
    school: OpenSchool, checkpoint: SignedCheckpoint, tmp_path: Path
) -> None:
    leaves = [leaf_hash(entry) for entry in school.recorder.entries(0, checkpoint.size)]
    wrong = replace(checkpoint, edge=RightEdge.empty().extend([b"\0" * 32, *leaves[1:]]))
    choice = Choice(indexes=[0, 7])
    with pytest.raises(LedgerDamaged, match="another root"):
        write_extract(school.recorder, tmp_path / "out", ExtractPlan(wrong, "Школа", Target("entries"), choice))
    with pytest.raises(LedgerDamaged, match="not in the store"):
        missing = Choice(indexes=[0, checkpoint.size])
        write_extract(school.recorder, tmp_path / "out", ExtractPlan(checkpoint, "Школа", Target("entries"), missing))
    assert list(tmp_path.iterdir()) == []


def test_a_closing_that_does_not_fit_its_lessons_is_no_extract(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]]
) -> None:
    raw = list(school.recorder.entries(0, checkpoint.size))
    lesson = next(e["index"] for e in entries if e["type"] == "mark_recorded/1")
    group = next(e for e in entries if e["type"] == "class_group_opened/1")
    id_ = group["stream"].partition("/")[2]
    target = Target("class", id_, group["data"]["year"], group["data"]["grade"])
    changed = [entry for index, entry in enumerate(raw) if index != lesson]
    with pytest.raises(LedgerDamaged, match="does not commit"):
        choose(iter(changed), iter(()), target)


def test_an_existing_target_is_left_alone(school: OpenSchool, checkpoint: SignedCheckpoint, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ExportError):
        export_extract(school, checkpoint, tmp_path / "out", ExtractOptions(entries="1"))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [
        ExtractOptions(),
        ExtractOptions(class_="5А", student="x"),
        ExtractOptions(class_="12Ю"),
        ExtractOptions(student="51c2"),
        ExtractOptions(entries="9-7"),
        ExtractOptions(entries="1,,2"),
        ExtractOptions(entries="999999"),
        ExtractOptions(entries="٣"),
    ],
)
def test_refuses_what_it_cannot_be_of(
    school: OpenSchool, checkpoint: SignedCheckpoint, tmp_path: Path, options: ExtractOptions
) -> None:
    with pytest.raises(SettingsError):
        export_extract(school, checkpoint, tmp_path / "out", options)
    assert not (tmp_path / "out").exists()


def test_a_teacher_is_no_student(
    school: OpenSchool, checkpoint: SignedCheckpoint, entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    teacher = next(e["stream"].partition("/")[2] for e in entries if e["data"].get("kind") == "teacher")
    with pytest.raises(SettingsError, match="--student"):
        export_extract(school, checkpoint, tmp_path / "out", ExtractOptions(student=teacher))


def test_the_command_writes_folder_and_zip_and_says_how_to_verify(tmp_path: Path, pyz: Path, capsys: Any) -> None:
    with sample_folder(tmp_path / "school", limit=100) as school:
        vkey = school.signer.vkey
    run_extract(Console(as_json=False), tmp_path / "school", tmp_path / "out", ExtractOptions(entries="3", zip_=True))
    said = capsys.readouterr().out
    assert f'verify.pyz {tmp_path}/out --key "{vkey}"' in said
    assert verify(pyz, tmp_path / "out.zip", vkey)[0] == 0
    with pytest.raises(SettingsError, match="already"):
        run_extract(QUIET, tmp_path / "school", tmp_path / "out", ExtractOptions(entries="3"))
