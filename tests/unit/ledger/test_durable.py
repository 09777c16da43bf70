from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.durable import FileRefused, create_file, read_secret, replace_file, secret_folder


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
