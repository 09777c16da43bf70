"""What hostile archives cost `verify.pyz`, each in a process of its own: CPU seconds, MiB of the largest process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from bench.measure import Report, Result
from tests.hostile_archives import CASES, MEMORY_MAX_MIB, SECONDS_MAX
from tests.verify_archive import sample
from verify.build import build

# Started small: a process keeps in `ru_maxrss` what the one that started it had.
_LAUNCHER: Final = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
verdict = json.loads(done.stdout)
print(json.dumps({"code": done.returncode, "seconds": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024,
    "codes": sorted({one["code"] for one in verdict["findings"]})}))
"""


class Cost(NamedTuple):
    code: int
    codes: list[str]
    seconds: float
    mib: float


def hostile_archives(report: Report, folder: Path) -> None:
    """Each case as a row of a table; in the report the dearest, against the bounds."""
    program = folder / "verify.pyz"
    build(program)
    costs: dict[str, Cost] = {}
    for number, (name, case) in enumerate(CASES.items()):
        place = folder / f"hostile-{number}"
        place.mkdir()
        cost = costs[name] = measured(program, case.write(place))
        if not report.is_quiet:
            told = case.code if case.code in cost.codes or not case.code else f"{cost.codes} and not {case.code}"
            print(f"{name:40} {cost.seconds:8.2f} CPU s {cost.mib:8.0f} MiB   {told or 'verified'}", flush=True)
        shutil.rmtree(place)
    seconds, mib = max(cost.seconds for cost in costs.values()), max(cost.mib for cost in costs.values())
    report.add("hostile_seconds", Result(seconds / SECONDS_MAX, 1.0, "lower", seconds, SECONDS_MAX, "CPU s (dearest)"))
    report.add("hostile_memory", Result(mib / MEMORY_MAX_MIB, 1.0, "lower", mib, MEMORY_MAX_MIB, "MiB (dearest)"))


def measured(program: Path, archive: Path) -> Cost:
    """Verify one archive as an inspector would."""
    told = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, program, archive, "--key", sample().builder.key.vkey, "--json"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return Cost(**json.loads(told))
