"""Builds verify.pyz, the verifier in one file: `python -m verify.build dist/verify.pyz`. The same bytes on every build.

A ZIP behind a `#!` line: names sorted, dates and modes fixed, nothing compressed, the specification inside.
"""

import sys
import zipfile
from pathlib import Path
from typing import Final

_SHEBANG: Final = b"#!/usr/bin/env python3\n"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = b"""from verify.__main__ import run

run()
"""


def contents() -> dict[str, bytes]:
    """Return the files of verify.pyz by name."""
    package = Path(__file__).parent
    files = {"__main__.py": _MAIN}
    for path in package.rglob("*"):
        if path.suffix in (".py", ".md") and path.name != "build.py" and path.is_file():
            # Text is the same on every system whatever a checkout made of its line ends.
            files[f"verify/{path.relative_to(package).as_posix()}"] = path.read_bytes().replace(b"\r\n", b"\n")
    return files


def build(target: Path) -> None:
    """Write verify.pyz, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".new")
    with unfinished.open("wb") as file:
        file.write(_SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, raw in sorted(contents().items()):
                info = zipfile.ZipInfo(name, _DATE)
                info.create_system, info.external_attr = 3, 0o100644 << 16
                archive.writestr(info, raw)
    unfinished.chmod(0o755)
    unfinished.replace(target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m verify.build TARGET\n")
        sys.exit(2)
    build(Path(sys.argv[1]))
