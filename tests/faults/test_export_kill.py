"""`letopis export` that dies: nothing looks like an archive, and what goes on with it has the bytes of one that lived."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exports.unfinished import JOURNAL
from tests.sample_folders import sample_folder

PROGRAM = """
import errno, os, sys
from pathlib import Path
from api.cli.app import run
from exports.bag import HashedFile
from exports.unfinished import Unfinished
where, left = sys.argv[1], int(sys.argv[2])
def at(owner, name, then):
    whole = getattr(owner, name)
    def dying(*given):
        global left
        left -= 1
        if left < 0:
            then()
        return whole(*given)
    setattr(owner, name, dying)
def kill():
    os.kill(os.getpid(), 9)
def full():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
if where == "write":
    at(HashedFile, "write", kill)
elif where == "note":
    at(Unfinished, "note", kill)
elif where == "full":
    at(HashedFile, "write", full)
elif where == "read":
    import exports.documents.pages as pages
    render = pages.Press.render
    def counted(self, *given):
        print("set", file=sys.stderr)
        return render(self, *given)
    pages.Press.render = counted
sys.exit(run(sys.argv[3:]))
"""


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "school"
    with sample_folder(folder, limit=60):
        pass
    return folder


def export(var: Path, out: Path, *more: str, where: str = "read", left: int = 0) -> subprocess.CompletedProcess[str]:
    asked = ["export", "--var", str(var), "--out", str(out), "--json", *more]
    command = [sys.executable, "-c", PROGRAM, where, str(left), *asked]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def alive(var: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("alive") / "archive"
    done = export(var, out)
    assert done.returncode == 0, done.stderr
    return content(out)


def test_an_export_that_dies_again_and_again_comes_out_as_one_that_lived(
    var: Path, alive: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "archive"
    documents = [name for name in alive if name.endswith(".pdf")]
    before_documents = sum(not name.startswith(("data/documents", "data/description")) for name in alive)
    deaths = [("note", 0), ("write", 12), ("note", before_documents), ("write", 2 * before_documents)]
    for number, (where, left) in enumerate(deaths):
        died = export(var, out, *(["--resume"] if number else []), where=where, left=left)
        assert died.returncode == -9, died.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["archive.partial"]
        assert not list(tmp_path.rglob("manifest-sha256.txt"))
    noted = [json.loads(line) for line in (tmp_path / "archive.partial" / JOURNAL).read_text().splitlines()[1:]]
    kept = [line["name"] for line in noted if line["name"].endswith(".pdf")]
    assert kept
    spoiled = tmp_path / "archive.partial" / kept[0]
    spoiled.write_bytes(spoiled.read_bytes().replace(b"PDF", b"pdf"))
    done = export(var, out, "--resume")
    assert done.returncode == 0, done.stderr
    # The spoiled one is made again, the others that were whole are not.
    assert done.stderr.count("set\n") == len(documents) - len(kept) + 1
    assert content(out) == alive
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_a_full_disk_leaves_what_can_be_gone_on_with_and_says_how(
    var: Path, alive: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "archive"
    full = export(var, out, where="full", left=30)
    assert full.returncode == 3
    assert "--resume" in full.stderr
    refused = export(var, out)
    assert refused.returncode == 2
    assert "archive.partial" in refused.stderr
    assert export(var, out, "--resume").returncode == 0
    assert content(out) == alive


def test_another_archive_than_was_begun_is_refused_with_what_differs(var: Path, tmp_path: Path) -> None:
    out = tmp_path / "archive"
    assert "there is no unfinished archive" in export(var, out, "--resume").stderr
    export(var, out, where="full", left=30)
    before = content(tmp_path)
    refused = export(var, out, "--resume", "--no-documents", "--sheet-years", "30")
    assert refused.returncode == 2
    assert "these differ now: documents, sheet_years." in refused.stderr
    assert content(tmp_path) == before
    journal = tmp_path / "archive.partial" / JOURNAL
    shutil.copy(journal, tmp_path / "copy")
    lines = journal.read_text().splitlines(keepends=True)
    other = [lines[0], *(line.replace('"sha256":"', '"sha256":"0') for line in lines[1:])]
    journal.write_text("".join(other))
    changed = export(var, out, "--resume")
    assert changed.returncode == 2
    assert "came out other than before" in changed.stderr
    # A last line that was torn says nothing; the rest stands.
    journal.write_text((tmp_path / "copy").read_text() + '{"name":"data/lo')
    assert export(var, out, "--resume").returncode == 0
