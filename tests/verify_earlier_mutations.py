"""An archive beside an earlier one that does not lead to where it begins (`tests/conformance`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.verify_archive import manifested, sample, write_folder
from tests.verify_mutations import mutation, pinned
from tests.verify_pair_mutations import until
from verify.archive import verify_archive
from verify.earlier import Earlier
from verify.findings import Report

START = 211


@mutation("earlier-mismatch")
def earlier_archive_that_ends_too_soon(folder: Path) -> Report:
    builder = sample().builder
    lines = builder.lines()
    later = write_folder(manifested(builder.files(START, lines, tables=True)), folder / "later")
    earlier = write_folder(until(builder, START - 1), folder / "earlier")
    by = pinned(builder)
    return verify_archive(later, replace(by, earlier=Earlier((earlier,), by)))
