"""An archive that is being written, in a folder beside it, so that an export that died goes on where it was.

    archive-2026.partial/journal.jsonl
        {"first":0,"origin":"letopis.example/school/5","program":"6f1c…","root":"3f3f…","size":547012, …}
        {"name":"data/documents/conformity.pdf","sha256":"9f86…","size":52668}
        …

The journal's first line is what decides every byte of the archive, the program among it; each other line is a file that
is whole and on the disk, and is written after it. Nothing in the folder is believed unread: a file is taken as it is
when its bytes have the digest that stands there, and what is made a second time must come out the same. The folder has
no manifest until all is written, so nobody can take it for an archive; the journal goes before it gets its name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, Self

import orjson

from ledger.durable import sync_folder

JOURNAL: Final = "journal.jsonl"
PlanValue = str | int | bool
_CHUNK_BYTES: Final = 1 << 20


class CannotResumeError(Exception):
    """What was begun cannot be gone on with, or is in the way; the message says why and what to do."""


def folder_of(target: Path) -> Path:
    """Where the archive `target` is written until it is whole."""
    return target.with_name(f"{target.name}.partial")


def noted_plan(target: Path) -> dict[str, PlanValue]:
    """What the unfinished archive of this name was to be.

    Raises:
        CannotResumeError: there is none, or it died before it noted that.
    """
    folder = folder_of(target)
    if not folder.is_dir():
        raise CannotResumeError(
            f"{folder}: незаконченного архива нет, уберите --resume / "
            "there is no unfinished archive, leave out --resume"
        )
    try:
        lines, _ = _read(folder / JOURNAL)
    except FileNotFoundError:
        lines = []
    if not lines:
        raise CannotResumeError(_anew(folder, "ничего ещё не было готово / nothing was finished yet"))
    return lines[0]


class Unfinished:
    """The folder of one archive, and its journal, which is locked as long as somebody writes.

    Attributes:
        folder: where files are written.
        noted: files that were whole when the export died: name -> size in bytes and SHA-256, hex.
    """

    def __init__(self, folder: Path, journal: BinaryIO, noted: Mapping[str, tuple[int, str]]) -> None:
        self.folder = folder
        self.noted = dict(noted)
        self._journal = journal

    @classmethod
    def begin(cls, target: Path, plan: Mapping[str, PlanValue]) -> Self:
        """Make the folder and note the plan.

        Raises:
            CannotResumeError: another export that was not finished is there.
        """
        folder = folder_of(target)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir()
        except FileExistsError:
            raise CannotResumeError(
                f"{folder}: здесь незаконченный архив; продолжить: --resume; начать заново: удалите эту папку / "
                "an unfinished archive is here; go on with --resume, or remove this folder to start anew"
            ) from None
        begun = cls(folder, _locked(folder), {})
        begun._write(plan)
        sync_folder(folder)
        sync_folder(folder.parent)
        return begun

    @classmethod
    def resume(cls, target: Path, plan: Mapping[str, PlanValue]) -> Self:
        """Go on with what died, if it was to be the same; files that were not whole are taken away.

        Raises:
            CannotResumeError: there is nothing, somebody is writing it, or it was to be another archive.
        """
        noted = noted_plan(target)
        folder = folder_of(target)
        differs = sorted(name for name in noted.keys() | plan.keys() if noted.get(name) != plan.get(name))
        if differs:
            raise CannotResumeError(_anew(folder, f"теперь другое / these differ now: {', '.join(differs)}"))
        journal = _locked(folder)
        lines, good_bytes = _read(folder / JOURNAL)
        journal.truncate(good_bytes)
        files = {str(line["name"]): (int(line["size"]), str(line["sha256"])) for line in lines[1:]}
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if not path.is_dir() and name != JOURNAL and name not in files:
                path.unlink()
        return cls(folder, journal, files)

    def holds(self, name: str) -> bool:
        """Whether this file was whole, and still has the bytes that it had."""
        if name not in self.noted:
            return False
        size_bytes, digest = self.noted[name]
        path = self.folder / name
        return path.is_file() and path.stat().st_size == size_bytes and _digest(path) == digest

    def note(self, name: str, size_bytes: int, digest: str) -> None:
        """A file is whole and on the disk.

        Raises:
            CannotResumeError: it was whole before, with other bytes: what the archive is made from has changed.
        """
        before = self.noted.get(name)
        if before is None:
            self._write({"name": name, "size": size_bytes, "sha256": digest})
        elif before != (size_bytes, digest):
            raise CannotResumeError(
                _anew(self.folder, f"{name}: вышел другим, чем в прошлый раз / came out other than before")
            )

    def forget(self) -> None:
        """Take the journal away: all is written."""
        (self.folder / JOURNAL).unlink()
        self._journal.close()

    def leave(self) -> None:
        """Stop writing; what is there stays, to be gone on with."""
        self._journal.close()

    def abandon(self) -> None:
        """Take all of it away."""
        self._journal.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, line: Mapping[str, PlanValue]) -> None:
        self._journal.write(orjson.dumps(dict(line), option=orjson.OPT_SORT_KEYS) + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())


def _locked(folder: Path) -> BinaryIO:
    journal = (folder / JOURNAL).open("ab")
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        journal.close()
        raise CannotResumeError(f"{folder}: его пишет другая команда / another command is writing it") from None
    return journal


def _read(journal: Path) -> tuple[list[dict[str, PlanValue]], int]:
    """The whole lines, and how many bytes they take: the last one may be torn."""
    content = journal.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    return [orjson.loads(line) for line in whole.splitlines()], len(whole)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            found.update(piece)
    return found.hexdigest()


def _anew(folder: Path, why: str) -> str:
    return (
        f"{folder}: продолжить нельзя / cannot go on: {why}. Удалите эту папку и начните без --resume / "
        "remove this folder and start without --resume"
    )
