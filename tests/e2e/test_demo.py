"""`make demo` as a stranger runs it: the command line in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import bagit
import orjson

LETOPIS = [sys.executable, "-c", "from api.cli import main; main()"]


def demo(var: Path, *more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*LETOPIS, "demo", "--var", str(var), *more], capture_output=True, check=False, timeout=240)


def test_the_demonstration_holds_and_leaves_what_anybody_can_check(tmp_path: Path) -> None:
    var = tmp_path / "demo"
    done = demo(var)
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    for step in range(1, 10):
        assert f"\n{step}. " in text
    assert re.findall("печатать / to print: ([0-9]+)", text) == ["3", "0"]
    assert "независимого свидетеля" in text
    assert "ПОДТВЕРЖДЕНО" in text
    assert "НАЙДЕНЫ РАСХОЖДЕНИЯ" in text
    assert "entries-000000000000.jsonl, строка / line" in text
    bagit.Bag(str(var / "archive")).validate()
    vkey = (var / "school.vkey").read_text().strip()
    assert (var / "checkpoint").read_bytes() == (var / "archive/data/log/checkpoint").read_bytes()
    for archive, code in (("archive", 0), ("archive.zip", 0), ("changed", 1)):
        verified = subprocess.run(
            [sys.executable, "-I", str(var / "verify.pyz"), str(var / archive), "--key", vkey],
            capture_output=True,
            check=False,
        )
        assert verified.returncode == code, verified.stdout.decode()
    again = demo(var, "--json")
    assert again.returncode == 0
    assert orjson.loads(again.stdout)["held"] is True
    assert orjson.loads(again.stdout)["to_print"] == [3, 0]
    assert again.stderr == b""


def test_it_removes_nothing_that_it_did_not_make(tmp_path: Path) -> None:
    var = tmp_path / "demo"
    var.mkdir()
    (var / "thesis.odt").write_bytes(b"five years of work")
    done = demo(var)
    assert done.returncode == 2
    assert b"thesis.odt" in done.stderr
    assert (var / "thesis.odt").read_bytes() == b"five years of work"
