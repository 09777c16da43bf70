"""An extract of a school's log (log-format.md section 7a), for the command and over HTTP: of what, and its bag."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from api.carried import specification, verifier, viewer
from api.erasing import ErasedMeanwhileError, refusing_erased
from api.schools import OpenSchool
from api.scratch import EXTRACTS, scratch_folder
from exports.bag import READ_ME, zip_bag
from exports.extract import ExtractPlan, write_extract
from exports.extract_scope import Choice, Target, choose
from exports.registers import Registers
from exports.tables import Table
from ledger.access.events import Kind
from ledger.log import SignedCheckpoint
from projections.views.lookups import classes, persons

DISCLOSED: Final[tuple[Kind, ...]] = ("contacts", "disclosures", "names", "notes")
"""What an extract shows besides `EXTRACT_KINDS`, where it is no public copy."""
_NAME: Final = "extract"


def class_target(school: OpenSchool, of: str, size: int) -> Target | None:
    """The class of this id, or the last one of this name; None: there is none."""
    rows = [row for row in classes(school.views, at=size).rows if of in (row.class_group, row.name)]
    return Target("class", rows[-1].class_group, rows[-1].year, rows[-1].grade) if rows else None


def student_target(school: OpenSchool, student: str, size: int) -> Target | None:
    """The student of this id; None: there is none."""
    found = [row for row in persons(school.views, at=size).rows if row.person == student]
    return Target("student", student) if found and found[0].kind == "student" else None


def make_extract(
    school: OpenSchool, checkpoint: SignedCheckpoint, target: Target, out: Path, *, public: bool
) -> Choice:
    """Write the extract's folder `out` of what the checkpoint signed; the views have consumed that.

    Raises:
        ErasedMeanwhileError: somebody was erased while it was written; there is no folder.
        ExportError, LedgerDamaged: as `write_extract`.
        SettingsError: the verifier could not be built.
    """
    check = refusing_erased(school.vault.keys)
    size = checkpoint.size
    choice = choose(school.recorder.entries(0, size), school.recorder.entries(0, size), target)

    def tables(opened: Mapping[str, tuple[str, str]]) -> Sequence[Table]:
        def read(digests: Sequence[str]) -> Mapping[str, tuple[str, str]]:
            return {digest: opened[digest] for digest in digests if digest in opened}

        return Registers(school.views, size, read).tables()

    plan = ExtractPlan(
        checkpoint=checkpoint,
        school=school.school_name(),
        target=target,
        choice=choice,
        disclose=None if public else partial(school.vault.read, at=checkpoint.size),
        tables=None if target.scope == "entries" else tables,
        tags={READ_ME: viewer(), "verify.pyz": verifier(), **specification()},
    )
    write_extract(school.recorder, out, plan)
    try:
        if not public:
            check()
    except ErasedMeanwhileError:
        shutil.rmtree(out)
        raise
    return choice


def zipped_extract(school: OpenSchool, checkpoint: SignedCheckpoint, target: Target, *, public: bool) -> bytes:
    """The extract as a ZIP; nothing of it stays in the school's folder, and no name says whose it is.

    Raises:
        ExportError, LedgerDamaged, SettingsError: as `make_extract`.
    """
    with scratch_folder(EXTRACTS, school.layout.var) as scratch:
        folder = scratch / _NAME
        try:
            make_extract(school, checkpoint, target, folder, public=public)
        except ErasedMeanwhileError:  # which takes a moment, and nobody else is told to ask again for
            make_extract(school, checkpoint, target, folder, public=public)
        zip_bag(folder, folder.with_suffix(".zip"))
        return folder.with_suffix(".zip").read_bytes()
