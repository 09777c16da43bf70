from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.durable import (
    FileRefused,
    create_empty_files,
    create_file,
    create_files,
    read_secret,
    remove_files,
    rename_files,
    replace_file,
    secret_folder,
    secret_folders,
)
from tests.recorded_syncs import record_syncs


def test_creates_a_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    old = os.umask(0o777)
    try:
        create_file(tmp_path / "key", b"secret")
    finally:
        os.umask(old)
    assert (tmp_path / "key").stat().st_mode & 0o7777 == 0o600
    assert read_secret(tmp_path / "key", limit_bytes=6) == b"secret"


def test_never_overwrites_and_leaves_nothing_beside(tmp_path: Path) -> None:
    create_file(tmp_path / "key", b"first")
    with pytest.raises(FileRefused, match="exists already"):
        create_file(tmp_path / "key", b"second")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_bytes() == b"first"


def test_does_not_follow_a_dangling_link_when_it_creates(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileRefused, match="exists already"):
        create_file(tmp_path / "key", b"secret")
    assert not (tmp_path / "elsewhere").exists()


def test_creates_many_files_with_one_sync_for_each_and_one_for_each_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    files = {tmp_path / "ab"[number % 2] / f"key{number}": b"secret %d" % number for number in range(50)}
    synced = record_syncs(monkeypatch)
    assert create_files(files) == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files
    assert {path.stat().st_mode & 0o7777 for path in files} == {0o600}
    # Contents first, names afterwards.
    assert sorted(synced[-2:]) == [tmp_path / "a", tmp_path / "b"]
    assert sorted(path.name.split(".")[1] for path in synced[:-2]) == sorted(path.name for path in files)


def test_makes_empty_files_that_may_be_there_and_follows_no_link(tmp_path: Path) -> None:
    there, new, link = tmp_path / "there", tmp_path / "new", tmp_path / "link"
    there.write_bytes(b"1")
    create_empty_files([there, new])
    assert (there.read_bytes(), new.read_bytes(), stat.S_IMODE(new.stat().st_mode)) == (b"1", b"", 0o600)
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileRefused):
        create_empty_files([link])
    assert not (tmp_path / "elsewhere").exists()


def test_leaves_what_is_there_among_many_and_names_it(tmp_path: Path) -> None:
    create_file(tmp_path / "key1", b"first")
    assert create_files({tmp_path / f"key{number}": b"second" for number in range(3)}) == [tmp_path / "key1"]
    assert [(tmp_path / f"key{number}").read_bytes() for number in range(3)] == [b"second", b"first", b"second"]
    assert len(list(tmp_path.iterdir())) == 3


def test_one_failure_among_many_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fail_one(descriptor: int) -> None:
        if "key7" in Path(f"/proc/self/fd/{descriptor}").readlink().name:
            raise OSError(5, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail_one)
    with pytest.raises(FileRefused, match=r"key7: cannot be written"):
        create_files({tmp_path / f"key{number}": b"secret" for number in range(10)})
    assert list(tmp_path.iterdir()) == []


def test_removes_many_files_and_what_is_not_there(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.key" for number in range(100)]
    for path in files[::2]:
        path.touch()
    (tmp_path / "kept").touch()
    remove_files(files)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_renames_many_files_in_the_place_of_others_and_names_what_is_not_there(tmp_path: Path) -> None:
    files = {tmp_path / f"{number}.key": tmp_path / f"{number}.erased" for number in range(40)}
    for path in files:
        path.write_text(path.stem)
    files[tmp_path / "7.key"].write_text("before")
    rename_files(files)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {f"{n}.erased": str(n) for n in range(40)}
    with pytest.raises(FileRefused, match=r"9\.key: cannot be renamed"):
        rename_files({tmp_path / "9.key": tmp_path / "10.erased"})
    assert (tmp_path / "10.erased").read_text() == "10"


def test_names_the_one_among_many_that_cannot_be_removed(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.key" for number in range(100)]
    for path in files:
        path.touch()
    files[40].unlink()
    files[40].mkdir()
    with pytest.raises(FileRefused, match=r"40\.key: cannot be removed"):
        remove_files(files)
    remove_files([path for path in files if path != files[40]])
    assert list(tmp_path.iterdir()) == [files[40]], "what was left is removed by the next attempt"


def test_makes_folders_and_syncs_their_parent_even_if_they_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    folders[1].mkdir(mode=0o700)
    synced = record_syncs(monkeypatch)
    secret_folders(folders)
    secret_folders(folders)
    assert {path.stat().st_mode & 0o7777 for path in folders} == {0o700}
    assert synced == [tmp_path] * 2
    folders[1].chmod(0o755)
    with pytest.raises(FileRefused, match="mode 0755"):
        secret_folders(folders)
    create_file(tmp_path / "file", b"")
    with pytest.raises(FileRefused, match="file: not a folder"):
        secret_folders([tmp_path / "file"])


def test_replaces_as_a_whole(tmp_path: Path) -> None:
    create_file(tmp_path / "key", b"first")
    replace_file(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("write", [create_file, replace_file])
def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileRefused, match=r"cannot be written \(Input/output error\)") as caught:
        write(tmp_path / "key", b"secret")
    assert list(tmp_path.iterdir()) == []
    assert "secret" not in str(caught.value)


def test_says_which_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"no/key: cannot be created \(No such file or directory\)"):
        create_file(tmp_path / "no" / "key", b"secret")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_refuses_to_read_what_others_may_use(tmp_path: Path, mode: int) -> None:
    create_file(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(FileRefused, match=f"mode {mode:04o}.*chmod 600") as caught:
        read_secret(tmp_path / "key", limit_bytes=100)
    assert "secret" not in str(caught.value)


def test_refuses_a_pipe_and_does_not_wait_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    with pytest.raises(FileRefused, match="not an ordinary file"):
        read_secret(tmp_path / "key", limit_bytes=100)


def test_refuses_a_file_longer_than_its_limit(tmp_path: Path) -> None:
    create_file(tmp_path / "key", b"secret")
    with pytest.raises(FileRefused, match="longer than 5 bytes"):
        read_secret(tmp_path / "key", limit_bytes=5)


def test_makes_a_closed_folder_and_refuses_an_open_one(tmp_path: Path) -> None:
    secret_folder(tmp_path / "keys", create=True)
    assert (tmp_path / "keys").stat().st_mode & 0o7777 == 0o700
    (tmp_path / "keys").chmod(0o750)
    with pytest.raises(FileRefused, match=r"mode 0750.*chmod 700"):
        secret_folder(tmp_path / "keys", create=True)
    with pytest.raises(FileRefused, match="no such folder"):
        secret_folder(tmp_path / "other", create=False)
    create_file(tmp_path / "file", b"")
    with pytest.raises(FileRefused, match="not a folder"):
        secret_folder(tmp_path / "file", create=False)
