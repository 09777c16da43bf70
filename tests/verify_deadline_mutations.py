"""A count of deadlines beside the tables that does not follow from the entries (`tests/conformance`)."""

from __future__ import annotations

from pathlib import Path

from tests.verify_archive import manifested, sample, write_folder
from tests.verify_mutations import mutation, pinned
from verify.archive import verify_archive
from verify.deadline_tables import COLUMNS, COUNTS
from verify.deadlines import Deadlines
from verify.findings import Report


@mutation("deadlines-differ")
def deadlines_counted_better_than_they_were(folder: Path) -> Report:
    builder = sample().builder
    row = ["5А", "урок", "999", *("0" for _ in range(5))]
    lines = [";".join(COLUMNS[COUNTS]), ";".join(row)]
    files = builder.files()
    files[f"data/tables/{COUNTS}.csv"] = b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode()
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder), deadlines=Deadlines())
