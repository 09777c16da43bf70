"""The command blocks of both READMEs, run line by line as a newcomer types them, in a fresh copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The first is a server that another test starts, the second is this run.
NOT_RUN = ("make run", "make check")
# A server stays: it is started beside what follows, on a free port, and what follows begins when it serves.
_SERVE = """{line} --port 0 >served.log 2>&1 &
server=$!
trap 'kill -INT $server; wait $server' EXIT
until grep -q Ctrl+C served.log; do kill -0 $server; sleep 0.1; done"""
# The environment is there, and is not to be made anew by what a test types.
_BEGIN = 'set -eu\nmake() { command make --silent --assume-old=.venv/run.stamp "$@"; }\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like a fresh checkout after `make run`: all of it but what running leaves behind."""
    folder = tmp_path / "letopis"
    folder.mkdir()
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in sorted({path.split("/")[0] for path in done.stdout.decode().split("\0") if path}):
        (folder / name).symlink_to(ROOT / name)
    assert (Path(sys.prefix) / "bin/activate").exists(), "the tests run in the environment that the Makefile makes"
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def script(page: str) -> str:
    """All indented lines of a page as one script."""
    lines = re.findall(r"^    (\S.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) >= 10
    typed = [line for line in lines if not line.startswith(NOT_RUN)]
    return _BEGIN + "\n".join(
        _SERVE.format(line=line.partition(" #")[0].rstrip()) if " serve " in line else line for line in typed
    )


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_what_a_readme_tells_people_to_type_works_as_written(checkout: Path, page: str) -> None:
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-xc", script(page)],
        cwd=checkout,
        capture_output=True,
        check=False,
        text=True,
        timeout=1_200,  # only ever a hang: on a machine with nothing else to do, it takes a minute
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "HOME": str(checkout)},
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert (checkout / "archive-2026/data/log/checkpoint").exists()
    assert (checkout / "var/demo/archive.zip").exists()
    assert "5А, позиция" in done.stdout or page != "README.md"
