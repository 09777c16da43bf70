"""What archives and extracts carry with them: the stand-alone verifier, the page that verifies, their format's text."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from api.settings import SettingsError
from exports.viewer import viewer_page

ROOT: Final = Path(__file__).resolve().parents[1]
SPEC: Final = ("access-log.md", "log-format.md", "events.md", "tables.md", "print-code.md")


def verifier() -> bytes:
    """The stand-alone verifier as one file, built by its own program: nothing here imports it."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "verify.pyz"
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "verify.build", str(target)], cwd=ROOT, capture_output=True, check=False
        )
        if done.returncode != 0:
            text = done.stderr.decode(errors="replace").strip()
            raise SettingsError(f"проверяющую программу не собрать / the verifier could not be built: {text}")
        return target.read_bytes()


def specification() -> dict[str, bytes]:
    """The format's text, as it goes into archives."""
    folder = ROOT / "verify" / "spec"
    return {f"spec/{name}": (folder / name).read_bytes() for name in SPEC}


def viewer() -> bytes:
    """The page that verifies and shows an archive or an extract; the tables are those that the specification lists."""
    return viewer_page(specification()["spec/tables.md"].decode())
