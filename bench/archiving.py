"""Writing a school year's archive: what stands beside the CSV tables against the same archive without it."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from api.cli.console import Console
from api.cli.keeping import export_archive
from api.schools import OpenSchool
from bench.measure import Report, Result, seconds
from exports.archive import ArchivePlan, write_archive
from exports.registers import Registers
from exports.tables import format_table

MEBIBYTE: Final = 1 << 20
SECONDS_GOAL: Final = 60.0
MEBIBYTES_GOAL: Final = 500.0


def archive_written(report: Report, folder: Path, school: OpenSchool) -> None:
    """CPU seconds of a whole export against those of one with entries and CSV alone, and a whole one's wall clock.

    CPU time, because the disk is shared by whoever runs on the machine.
    """
    numbers = itertools.count()

    def whole() -> None:
        export_archive(Console(as_json=True), school, folder / f"whole-{next(numbers)}")

    def plain() -> None:
        checkpoint = school.checkpointer.sign()
        values = school.vault.values
        registers = Registers(
            school.views,
            checkpoint.size,
            lambda digests: {digest: (one.name, one.value) for digest, one in values(digests).items()},
        )
        tables = ((f"data/tables/{table.name}.csv", format_table(table)) for table in registers.tables())
        plan = ArchivePlan(checkpoint, school.school_name(), disclose=school.vault.read, files=tables)
        write_archive(school.recorder, folder / f"plain-{next(numbers)}", plan)

    report.compare(
        "archive_whole_against_csv_alone",
        partial(_cpu_seconds, whole),
        partial(_cpu_seconds, plain),
        unit="CPU s",
        rounds=2,
        goal=2.5,
        better="lower",
    )
    taken = seconds(whole)
    report.add("archive_seconds", Result(taken / SECONDS_GOAL, 1.0, "lower", taken, SECONDS_GOAL, "s"))


def archive_memory(report: Report, var: Path, out: Path, run: Callable[[list[str]], int]) -> None:
    """The largest resident size of `letopis export`, in a process of its own; `run` gives it in bytes."""
    letopis = Path(sys.executable).with_name("letopis")
    peak = run([os.fspath(letopis), "export", "--var", os.fspath(var), "--out", os.fspath(out)]) / MEBIBYTE
    report.add(
        "archive_memory", Result(peak / MEBIBYTES_GOAL, 1.0, "lower", peak, MEBIBYTES_GOAL, "MiB (largest process)")
    )


def _cpu_seconds(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
