"""What a command writes and where: refused while something is there, and never left half of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from api.settings import SettingsError
from exports.bag import zip_bag


def check_free(out: Path) -> None:
    """Refuse a file that is there: nothing is written over.

    Raises:
        SettingsError: it is.
    """
    if os.path.lexists(out):
        raise SettingsError(f"--out: {out} уже есть / exists already")


def free_folder(out: Path, *, zip_: bool) -> Path:
    """Return the name of the ZIP of a folder that is to be written.

    Raises:
        SettingsError: the folder is there, or the ZIP where one is asked for, or the folder is named as a ZIP would be.
    """
    if zip_ and out.suffix == ".zip":
        raise SettingsError(
            f"--out: это имя папки, zip получит его с «.zip»: --out {out.with_suffix('')} / "
            "the name of the folder; the zip gets it with .zip"
        )
    zipped = out.with_name(out.name + ".zip")
    for path in (out, *([zipped] if zip_ else [])):
        if os.path.lexists(path):
            raise SettingsError(
                f"{path}: уже есть и никогда не пишется поверх / is there already and is never overwritten"
            )
    return zipped


def zip_or_remove(folder: Path, zipped: Path) -> None:
    """Zip the folder that was just written; take it away again where that fails, so that another try finds room."""
    try:
        zip_bag(folder, zipped)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
