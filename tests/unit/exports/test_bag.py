from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pytest

from exports.bag import BagWriter, ExportError, zip_bag

INFO = {"External-Identifier": "letopis.example/school/1", "Source-Organization": "Школа № 1"}


def make(target: Path) -> Path:
    with BagWriter(target, INFO) as bag:
        bag.put("data/log/checkpoint", b"one\n")
        bag.put("data/tables/marks.csv", iter([b"a;b\r\n", b"1;2\r\n"]))
        bag.put("README.txt", "Прочти".encode())
    return target


def test_a_foreign_validator_accepts_the_bag(tmp_path: Path) -> None:
    folder = make(tmp_path / "archive")
    bagit.Bag(str(folder)).validate()
    done = subprocess.run(["sha256sum", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_foreign_validator_refuses_a_changed_payload(tmp_path: Path) -> None:
    folder = make(tmp_path / "archive")
    (folder / "data/log/checkpoint").write_bytes(b"two\n")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder)).validate()


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a" / "archive"), make(tmp_path / "b" / "archive")
    for path in first.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
    zip_bag(first, tmp_path / "a.zip")
    os.utime(second / "README.txt", (1, 1))
    zip_bag(second, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_zip_has_one_top_folder_and_no_dates(tmp_path: Path) -> None:
    zip_bag(make(tmp_path / "archive"), tmp_path / "archive.zip")
    with zipfile.ZipFile(tmp_path / "archive.zip") as packed:
        assert {name.split("/")[0] for name in packed.namelist()} == {"archive"}
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.testzip() is None


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="half way"), BagWriter(tmp_path / "archive", INFO) as bag:
        bag.put("data/one", b"1")
        raise RuntimeError("half way")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_writer_leaves_nothing_under_the_archive_name(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib\n"
        "from exports.bag import BagWriter\n"
        "with BagWriter(pathlib.Path(sys.argv[1]), {}) as bag:\n"
        "    bag.put('data/one', b'1')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "archive")], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "archive").exists()
    assert all(path.name.startswith(".archive.") and path.name.endswith(".part") for path in tmp_path.iterdir())


def test_an_archive_is_never_overwritten(tmp_path: Path) -> None:
    make(tmp_path / "archive")
    with pytest.raises(ExportError, match="never overwritten"):
        make(tmp_path / "archive")
    zip_bag(tmp_path / "archive", tmp_path / "archive.zip")
    with pytest.raises(ExportError, match="never overwritten"):
        zip_bag(tmp_path / "archive", tmp_path / "archive.zip")


def test_a_zip_made_by_somebody_else_meanwhile_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, target = make(tmp_path / "archive"), tmp_path / "archive.zip"
    sync = os.fsync

    def make_target_and_sync(descriptor: int) -> None:
        target.write_bytes(b"another's")
        sync(descriptor)

    monkeypatch.setattr("exports.bag.os.fsync", make_target_and_sync)
    with pytest.raises(ExportError, match="never overwritten"):
        zip_bag(archive, target)
    assert target.read_bytes() == b"another's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "archive.zip"]


@pytest.mark.parametrize("name", ["../escape", "/absolute", "data//two", "data/..", "data/им", "data/a b", ""])
def test_refuses_a_name_that_a_bag_should_not_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match="not a name"), BagWriter(tmp_path / "archive", INFO) as bag:
        bag.put(name, b"")
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_name_twice(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="already"), BagWriter(tmp_path / "archive", INFO) as bag:
        bag.put("data/one", b"1")
        bag.put("data/one", b"2")


def test_refuses_an_info_value_that_breaks_its_line(tmp_path: Path) -> None:
    with (
        pytest.raises(ExportError, match="one line"),
        BagWriter(tmp_path / "archive", {"Label": "a\nPayload-Oxum: 0.0"}),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
