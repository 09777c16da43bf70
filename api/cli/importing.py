"""`letopis import`: files from disk, a plan, and either its description or its execution."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.cli.console import Console, Exit
from api.importing.applying import apply_import
from api.importing.known import know_school
from api.importing.plan import ImportPlan, plan_import
from api.importing.reading import FILE_BYTES_MAX
from api.importing.report import count_new, describe_plan
from api.schools import OpenSchool, open_school
from ledger.errors import LetopisError
from ledger.wire.entry import Actor


class FilesNotReadError(LetopisError):
    """A file that the command names cannot be read."""


def run_import_files(console: Console, var: Path, files: Sequence[Path], *, dry_run: bool) -> int:
    """Import CSV files, or the CSV files of folders, in the name of whoever opened the school.

    Raises:
        FilesNotReadError: a file is missing or unreadable; nothing was written.
        LetopisError: the school cannot be opened, or refuses a step; run again to go on.
    """
    contents = read_files(files)
    with open_school(var, background=False, recording=not dry_run) as school:
        actor = founder(school)
        plan = plan_import(contents, know_school(school.app, school.vault))
        if plan.problems:
            console.result(_as_json(plan), describe_plan(plan))
            return Exit.FINDING
        if dry_run:
            text = describe_plan(plan) + "\nПробный прогон: ничего не записано. (Dry run: nothing was written.)"
            console.result(_as_json(plan) | {"dry_run": True}, text)
            return Exit.DONE
        with console.progress("импорт / import", len(plan.steps)) as progress:
            done = apply_import(plan, school.app, school.vault, actor, progress=lambda steps, _: progress(steps))
        school.checkpointer.sign()
        content = _as_json(plan) | {"done": done.done, "repeated": done.repeated}
        text = f"{describe_plan(plan)}\nЗаписано: {done.done}. (Recorded: {done.done}.)"
        console.result(content, text)
    return Exit.DONE


def read_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files, and the CSV files of folders; of a file that is too large only so much that this shows.

    Raises:
        FilesNotReadError: a file is missing or unreadable.
    """
    contents: dict[str, bytes] = {}
    for path in paths:
        found = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not found:
            raise FilesNotReadError(f"{path}: нет файлов .csv / no .csv files")
        for file in found:
            try:
                with file.open("rb") as opened:
                    contents[str(file)] = opened.read(FILE_BYTES_MAX + 1)
            except OSError as error:
                raise FilesNotReadError(f"{file}: не прочитать / cannot be read: {error.strerror}") from None
    return contents


def founder(school: OpenSchool) -> Actor:
    """Return who made entry 0: the administrator of this folder."""
    return school.app.founder()


def _as_json(plan: ImportPlan) -> dict[str, object]:
    problems = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "name": problem.name,
            "kind": problem.kind,
            "detail": problem.detail,
        }
        for problem in plan.problems
    ]
    return {"problems": problems, "new": dict(count_new(plan)), "unchanged": dict(plan.unchanged)}
