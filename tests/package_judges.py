"""What foreign judges say of folders of tables, each in its process: `python -m tests.package_judges FOLDER…` prints JSON.

In a process of its own, because these libraries warn of themselves when they are imported, and once for many folders.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

JUDGES = ("frictionless", "csvw")


def judged(folders: Sequence[Path]) -> dict[str, dict[str, str]]:
    """Folder name -> judge -> nothing where it accepts, else what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.package_judges", *map(str, folders)], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    verdicts: dict[str, dict[str, str]] = json.loads(done.stdout)
    return verdicts


def _frictionless(folder: Path) -> str:
    import frictionless

    report = frictionless.validate(str(folder / "datapackage.json"))
    return "" if report.valid else json.dumps(report.flatten(["type", "message"]), ensure_ascii=False)[:2_000]


def _csvw(folder: Path) -> str:
    import csvw

    try:
        judge = csvw.CSVW(str(folder / "csv-metadata.json"), validate=True)
        return "" if judge.is_valid else "; ".join(str(warning.message) for warning in judge.warnings)[:2_000]
    except ValueError as error:
        return f"ValueError: {error}"


if __name__ == "__main__":
    print(
        json.dumps(
            {
                Path(name).name: {"frictionless": _frictionless(Path(name)), "csvw": _csvw(Path(name))}
                for name in sys.argv[1:]
            }
        )
    )
