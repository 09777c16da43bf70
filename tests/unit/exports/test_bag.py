from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exports.bag import BagWriter, ExportError, Seal, zip_bag

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


def test_signatures_of_the_manifests_stand_in_no_manifest(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    with BagWriter(tmp_path / "archive", INFO, Seal(key.sign, public)) as bag:
        bag.put("data/log/checkpoint", b"one\n")
        bag.put("signature/tsa.pem", b"somebody's\n")
    bagit.Bag(str(tmp_path / "archive")).validate()
    manifests = [
        (tmp_path / "archive" / name).read_bytes() for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    ]
    assert not [line for manifest in manifests for line in manifest.splitlines() if b"signature/" in line]
    names = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    for name, manifest in zip(names, manifests, strict=True):
        key.public_key().verify((tmp_path / f"archive/signature/{name}.sig").read_bytes(), manifest)
    pem = (tmp_path / "archive/signature/key.pem").read_bytes()
    assert pem == key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_what_is_made_on_the_side_comes_in_whole_and_leaves_no_trace(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "archive", INFO) as bag, bag.scratch() as scratch:
        (scratch / "made").write_bytes(b"12345")
        (scratch / "left over").write_bytes(b"!")
        bag.adopt("data/tables/tables.sqlite", scratch / "made")
        assert bag.payload == {"data/tables/tables.sqlite": (5, sha256(b"12345").hexdigest())}
    assert (tmp_path / "archive/data/tables/tables.sqlite").read_bytes() == b"12345"
    bagit.Bag(str(tmp_path / "archive")).validate()
    assert not [path for path in tmp_path.rglob("*") if "scratch" in path.name or "left" in path.name]
