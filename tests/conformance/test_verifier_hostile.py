"""Hostile archives are refused: in two seconds and 256 MiB, by the command that an inspector runs, without a traceback.

Each run is a process of its own with limits that the kernel holds it to. Seconds are of this process's time, times what the
machine takes for a fixed piece of work against what a quiet one does; memory is not stretched.
"""

import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.hostile_archives import CASES, MEMORY_MAX_MIB, SECONDS_MAX
from tests.verify_archive import sample
from verify.build import build

# Other work on the machine, which takes caches and the other half of a core.
BUSY = 3
ADDRESS_SPACE_MAX_BYTES = 1 << 30
# What `yardstick` takes on a quiet machine of the kind that this was written on.
YARDSTICK_SECONDS = 0.25
CHILD = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from verify.__main__ import main
code = main(sys.argv[1:])
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
sys.stderr.write(json.dumps({"code": code, "peak": peak, "seconds": time.process_time()}))
"""


class Run(NamedTuple):
    code: int
    codes: set[str]
    seconds: float
    peak: int
    stderr: str


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2)


@pytest.fixture(scope="module")
def slowness() -> float:
    """How much slower this machine is just now than a quiet one, never less than 1."""
    began = time.process_time()
    value = b""
    for _ in range(300_000):
        value = hashlib.sha256(value).digest()
    return max(1.0, (time.process_time() - began) / YARDSTICK_SECONDS)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "verify.pyz"
    build(path)
    return path


Verify = Callable[..., Run]


@pytest.fixture
def verify(slowness: float, program: Path) -> Verify:
    """Run the verifier under its limits; the time that it took is judged here."""

    def run(path: Path, *options: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(program), str(path), "--key", sample().builder.key.vkey, "--json", *options],
            cwd=program.parent, capture_output=True, text=True, check=False, timeout=300, preexec_fn=limit,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        took = json.loads(done.stderr)
        found = json.loads(done.stdout)
        result = Run(took["code"], {f["code"] for f in found["findings"]}, took["seconds"], took["peak"], done.stderr)
        print(result)
        assert result.peak <= MEMORY_MAX_MIB
        assert result.seconds <= SECONDS_MAX * slowness * BUSY
        return result

    return run


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_is_refused_within_its_bounds(name: str, verify: Verify, tmp_path: Path) -> None:
    case = CASES[name]
    run = verify(case.write(tmp_path))
    assert run.code == (1 if case.code else 0)
    assert case.code in run.codes or not case.code


def test_a_page_for_people_of_a_thousand_findings_is_small(verify: Verify, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    archive = CASES["million_lines_that_are_no_entries"].write(tmp_path)
    assert verify(archive, "--html", str(page)).code == 1
    assert page.stat().st_size < 1 << 20
