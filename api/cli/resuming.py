"""An export that died: what its archive was to be, whether that is still so, and where it goes on."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from api.cli.console import Console
from api.schools import OpenSchool
from exports.bag import ExportError
from exports.description import Retention
from exports.unfinished import CannotResumeError, PlanValue, Unfinished, folder_of, noted_plan
from ledger.errors import LetopisError
from ledger.log import SignedCheckpoint

ROOT: Final = Path(__file__).resolve().parents[2]
MAKERS: Final = ("fontpkg-pt-sans", "fontpkg-pt-sans-narrow", "orjson", "typst", "XlsxWriter")
"""Distributions that make files of an archive."""


def what_decides(
    school: OpenSchool,
    checkpoint: SignedCheckpoint,
    since: int | None,
    retention: Retention,
    handed_over_by: str,
    public: bool,  # noqa: FBT001 - as the command has them
    documents: bool,  # noqa: FBT001
) -> dict[str, PlanValue]:
    """All that decides an archive's bytes; names and values of people do through its own files' digests."""
    return {
        "origin": school.recorder.origin,
        "size": checkpoint.size,
        "root": checkpoint.edge.root().hex(),
        "first": since or 0,
        "school": school.school_name(),
        "public": public,
        "documents": documents,
        "erased": 0 if public else len(school.vault.keys.destroyed()),
        "handed_over_by": hashlib.sha256(handed_over_by.encode()).hexdigest(),
        "journal_years": retention.journal.years if retention.journal else 0,
        "sheet_years": retention.sheet.years if retention.sheet else 0,
        "program": _program(),
    }


def noted_checkpoint(school: OpenSchool, out: Path) -> SignedCheckpoint:
    """The checkpoint of an export that died: the log may have gone on since."""
    size = noted_plan(out)["size"]
    kept = school.recorder.checkpoint(int(size))
    if kept is None or kept.size != size:
        raise CannotResumeError(
            f"{folder_of(out)}: точки размера {size} в этом журнале нет, это архив другого / "
            f"this journal has no checkpoint of size {size}: it is an archive of another"
        )
    return kept


@contextmanager
def in_unfinished(console: Console, out: Path, plan: Mapping[str, PlanValue], *, resume: bool) -> Iterator[Unfinished]:
    """Where the archive is written; after what another try may get over, such as a full disk, it says how to go on."""
    unfinished = Unfinished.resume(out, plan) if resume else Unfinished.begin(out, plan)
    try:
        yield unfinished
    except (ExportError, LetopisError):
        # As it is, it never gets finished; what an earlier try left is its owner's to remove.
        if resume:
            unfinished.leave()
        else:
            unfinished.abandon()
        raise
    except BaseException:
        unfinished.leave()
        console.complain(
            f"letopis: недописанный архив — {unfinished.folder}; продолжить: та же команда с --resume; не нужен: "
            "удалите эту папку / unfinished; go on with the same command and --resume, or remove that folder"
        )
        raise


def _program() -> str:
    """What decides bytes besides the log: SHA-256 of our own source and of the versions of what makes files."""
    found = hashlib.sha256()
    for room in ("api", "exports", "ledger", "projections", "verify"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(
                    f"{path.relative_to(ROOT).as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
                )
    versions = [sys.version, zlib.ZLIB_RUNTIME_VERSION, sqlite3.sqlite_version]
    versions += [f"{name} {version(name)}" for name in MAKERS]
    found.update("\n".join(versions).encode())
    return found.hexdigest()
