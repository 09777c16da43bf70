"""PostgreSQL's client programs: found, and run without a password on the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import psycopg
from psycopg import pq

from api.settings import SettingsError, UnavailableError

SYSTEM_FOLDERS: Final = Path("/usr/lib/postgresql")
_ERROR_CHARS_MAX: Final = 500


class ProgramFailedError(UnavailableError):
    """A client program ended with an error; the message has its own words."""


def find_program(name: str, environ: Mapping[str, str] | None = None) -> Path:
    """Find a client program: in ``$PG_BIN``, on ``PATH``, in ``/usr/lib/postgresql/*/bin``, the newest first.

    Raises:
        SettingsError: it is nowhere.
    """
    environ = os.environ if environ is None else environ
    for folder in _folders(environ):
        path = folder / name
        if os.access(path, os.X_OK):
            return path
    raise SettingsError(
        f"{name}: нет программы; поставьте клиент PostgreSQL или задайте PG_BIN / "
        "no such program; install PostgreSQL's client, or set PG_BIN to the folder that has it"
    )


def run_program(name: str, dsn: str, arguments: Sequence[str]) -> None:
    """Run a client program on the database of a connection string.

    Raises:
        SettingsError: there is no such program, or the string is malformed.
        ProgramFailedError: it failed.
    """
    program = find_program(name)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [str(program), "--no-password", *arguments],
        env=environment_of(dsn),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        text = " ".join(done.stderr.decode(errors="replace").split())[:_ERROR_CHARS_MAX]
        raise ProgramFailedError(f"{name}: не отработала / failed: {text}")


def environment_of(dsn: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which a client program finds the database of a connection string, its password too.

    Raises:
        SettingsError: the string is malformed.
    """
    environ = os.environ if environ is None else environ
    try:
        given = pq.Conninfo.parse(dsn.encode())
    except psycopg.Error:
        raise SettingsError("строка подключения к базе не читается / a connection string is malformed") from None
    settings = {
        option.envvar.decode(): option.val.decode()
        for option in given
        if option.val is not None and option.envvar is not None
    }
    return {**environ, **settings}


def _folders(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("PG_BIN"):
        yield Path(environ["PG_BIN"])
    for name in ("pg_dump", "pg_restore"):
        found = shutil.which(name, path=environ.get("PATH", ""))
        if found:
            yield Path(found).parent
    versions = [path for path in SYSTEM_FOLDERS.glob("*/bin") if re.fullmatch("[0-9]+", path.parent.name)]
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
