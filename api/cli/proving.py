"""Evidence for regulation 3.3: what the commands make that really verify, open and ask, and record what they found.

Each records in the name of whoever opened the school, as an import does; on SQLite the server has to be stopped.
"""

from __future__ import annotations

import csv
import hashlib
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import orjson

from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.cli.keeping import export_archive, verifier
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.substitutions import format_register
from ledger.journal.commands import RecordArchive, RecordTiming, RecordVerification, RegisterPrintout
from ledger.journal.vocabulary import Tool, Verdict
from projections.views.lookups import years
from projections.views.print_rules import months
from projections.views.substitution_register import substitution_register

_VERDICTS: Final[dict[int, Verdict]] = {0: "verified", 1: "finding", 3: "incomplete"}
_TABLE_FIELD_CHARS_MAX: Final = 1 << 20


class Found(NamedTuple):
    """What the verifier found of an archive; `witnesses` cosigned in it, and their signatures hold."""

    verdict: Verdict
    size: int
    root: str
    witnesses: int


def record_verification(console: Console, var: Path) -> dict[str, object]:
    """Write an archive without personal values, verify it with the stand-alone verifier, and record the verdict.

    Returns:
        The entry's index, the verdict, and the program's SHA-256, which anybody computes of `verify.pyz`.

    Raises:
        LetopisError: as `api.schools.open_school`.
        SettingsError: the verifier did not run.
    """
    with open_school(var, background=False) as school:
        return verify_and_record(console, school)


def verify_and_record(console: Console, school: OpenSchool) -> dict[str, object]:
    """Do what `record_verification` says, of a school that is open.

    Raises:
        SettingsError: the verifier did not run.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        checkpoint = export_archive(console, school, archive, public=True)
        found = verify_archive(archive, school.signer.vkey)
        program = hashlib.sha256(verifier()).hexdigest()
        command = RecordVerification(
            verification=str(uuid4()),
            size=found.size,
            root=found.root,
            verdict=found.verdict,
            program="verify.pyz",
            program_sha256=program,
            checkpoint=checkpoint.size,
            witnesses=found.witnesses,
        )
        entry = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    return {"entry": entry, "verdict": found.verdict, "size": found.size, "program_sha256": program}


def verify_archive(archive: Path, vkey: str, earlier: Sequence[Path] = ()) -> Found:
    """Run the archive's own verifier over it; `earlier`: the archives that it continues.

    Raises:
        SettingsError: it did not run to a verdict.
    """
    options = [word for path in earlier for word in ("--earlier", str(path))]
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(archive / "verify.pyz"), str(archive), *options, "--key", vkey, "--json"],
        capture_output=True,
        check=False,
    )
    verdict = _VERDICTS.get(done.returncode)
    if verdict is None:
        text = done.stderr.decode(errors="replace").strip()
        raise SettingsError(f"проверяющая программа не отработала / the verifier did not run: {text}")
    facts: dict[str, Any] = orjson.loads(done.stdout)["facts"]
    return Found(verdict, facts["size"], facts["root"], facts.get("witnesses", 0))


def find_year(school: OpenSchool, title: str | None) -> str:
    """Return the id of a school year: of this title, or the last that has begun.

    Raises:
        SettingsError: there is none.
    """
    school.views.catch_up(school.recorder)
    today = school.app.today().isoformat()
    found = [
        year for year in years(school.views).rows if (title is None and year.starts_on <= today) or year.title == title
    ]
    if not found:
        raise SettingsError("--year: такого учебного года нет / there is no such school year")
    return found[-1].year


def record_archive(school: OpenSchool, archive: Path, year: str, earlier: Sequence[Path] = ()) -> dict[str, object]:
    """Open an archive with the tools that are here, verify it, and record what it is and with what it opened.

    `earlier`: the archives that it continues.

    Raises:
        SettingsError: the verifier did not run.
    """
    found = verify_archive(archive, school.signer.vkey, earlier)
    tools: list[Tool] = ["verify.pyz"]
    if _manifest_holds(archive):
        tools.append("sha256sum")
    if _tables_open(archive):
        tools.append("csv")
    manifest = hashlib.sha256((archive / "manifest-sha256.txt").read_bytes()).hexdigest()
    command = RecordArchive(
        archive=str(uuid4()),
        size=found.size,
        root=found.root,
        manifest_sha256=manifest,
        year=year,
        opened_with=tuple(tools),
        verdict=found.verdict,
    )
    entry = school.execute(command, founder(school)).first_index
    school.checkpointer.sign()
    return {"entry": entry, "verdict": found.verdict, "opened_with": sorted(tools), "manifest_sha256": manifest}


def _manifest_holds(archive: Path) -> bool:
    """Whether the system's `sha256sum` is there and finds every file of the payload as the manifest says."""
    program = shutil.which("sha256sum")
    if program is None:
        return False
    done = subprocess.run(  # noqa: S603 - the system's own program
        [program, "--check", "--strict", "--quiet", "manifest-sha256.txt"],
        cwd=archive,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _tables_open(archive: Path) -> bool:
    """Whether a reader of CSV that is not ours finds tables with as many fields in each row as in the first."""
    tables = sorted((archive / "data" / "tables").glob("*.csv"))
    before = csv.field_size_limit(_TABLE_FIELD_CHARS_MAX)
    try:
        for table in tables:
            with table.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.reader(file, delimiter=";", strict=True)
                columns = len(next(rows))
                if any(len(row) != columns for row in rows):
                    return False
    except (csv.Error, UnicodeDecodeError, StopIteration):
        return False
    finally:
        csv.field_size_limit(before)
    return bool(tables)


def run_prove(console: Console, var: Path, first: str, last: str) -> int:
    """Ask the register for every employee and every month between two days, and record how long it took.

    What is timed is what the server does for one request, the network aside: the query and the table made of it.

    Raises:
        LetopisError: as `api.schools.open_school`.
    """
    lines, made = [], []
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        for command, entry in record_timings(school, first, last):
            month, requests = command.month, command.requests
            made.append({"entry": entry, "month": month, "requests": requests, "slowest_ms": command.slowest_ms})
            lines.append(timing_line(command, entry))
        school.checkpointer.sign()
    console.result({"recorded": made}, "\n".join(lines))
    return Exit.DONE


def record_timings(school: OpenSchool, first: str, last: str) -> Iterator[tuple[RecordTiming, int]]:
    """Ask as `timed` says, and record each month's answer; yields it with its entry."""
    for command in timed(school, first, last):
        yield command, school.execute(command, founder(school)).first_index


def timing_line(command: RecordTiming, entry: int) -> str:
    """As people read what was recorded of a month."""
    slowest = f"дольше всех / slowest {command.slowest_ms} мс / ms"
    return f"{command.month}: запросов / requests {command.requests}, {slowest} [{entry}]"


def timed(school: OpenSchool, first: str, last: str) -> Iterator[RecordTiming]:
    """Ask the register for each month between two days, for all employees and for each; the views are level."""
    sql = "SELECT p.person FROM {persons} p WHERE p.kind <> 'student'"
    employees = [person for (person,) in school.views.select(sql, {})]
    for month, starts_on, ends_on in months(first, last):
        size = school.views.position()
        rows, whole = _ask(school, None, starts_on, ends_on)
        times = [whole, *(_ask(school, employee, starts_on, ends_on)[1] for employee in employees)]
        yield RecordTiming(
            timing=str(uuid4()),
            size=size,
            month=month,
            employees=len(employees),
            requests=len(times),
            rows=rows,
            slowest_ms=math.ceil(max(times) * 1_000),
        )


def _ask(school: OpenSchool, employee: str | None, first: str, last: str) -> tuple[int, float]:
    """Rows and seconds of one request."""
    begun = time.perf_counter()
    register = substitution_register(school.views, employee=employee, from_date=first, to_date=last)
    format_register(
        register, school.names({who for row in register.rows for who in (row.absent_teacher, row.substitute)})
    )
    return register.lessons, time.perf_counter() - begun


def run_register_printout(console: Console, var: Path, command: RegisterPrintout) -> int:
    """Register paper that was printed.

    Raises:
        LetopisError: a rule refuses it, or as `api.schools.open_school`.
    """
    with open_school(var, background=False) as school:
        entry = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    console.result({"entry": entry}, f"Распечатка внесена / the printout is registered: запись / entry {entry}")
    return Exit.DONE
