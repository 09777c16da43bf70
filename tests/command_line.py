"""The command line `letopis` in processes of its own and in this one: commands, and a server on a free port."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import httpx
import orjson
import pytest

from api.cli.app import run
from api.logs import REQUEST, WARMING

LETOPIS = [sys.executable, "-c", "from api.cli import main; main()"]


def letopis(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of ours in its environment but `env`; a wide-open umask, as some machines have."""
    done = subprocess.run(
        [*LETOPIS, *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **env},
        umask=0,
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


def letopis_here(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, for tests of what a command says: a process imports for half a second first.

    What a process is (its end, signals, locks against others, what it imports) is not seen here.
    """
    said, complained = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patched:
        for name in os.environ.keys() - {"PATH"}:
            patched.delenv(name)
        for name, value in env.items():
            patched.setenv(name, value)
        with redirect_stdout(said), redirect_stderr(complained), logs_put_back():
            code = run(arguments)
    out, err = (stream.buffer.getvalue().decode() for stream in (said, complained))
    return subprocess.CompletedProcess(arguments, code, out, err)


@contextmanager
def logs_put_back() -> Iterator[None]:
    """Put back behind the block how this process logs: a command that serves sets that up for a process of its own."""
    root, telling = logging.getLogger(), [logging.getLogger(name) for name in (REQUEST, WARMING)]
    earlier = root.handlers[:], root.level, logging.raiseExceptions, threading.excepthook
    levels = [one.level for one in telling]
    try:
        yield
    finally:
        root.handlers[:], root.level, logging.raiseExceptions, threading.excepthook = earlier
        for one, level in zip(telling, levels, strict=True):
            one.setLevel(level)
        logging.captureWarnings(False)


def founded(var: Path, *more: str, **env: str) -> dict[str, dict[str, str]]:
    """Make a school; its sign-ins."""
    done = letopis("init", "--var", str(var), "--json", *more, **env)
    assert done.returncode == 0, done.stderr
    content: dict[str, dict[str, str]] = orjson.loads(done.stdout)
    return content


def acknowledge(school: str, headers: dict[str, str]) -> None:
    """Acknowledge confidentiality at a served school, as who signs in has to before anything else."""
    told = httpx.get(f"{school}/me/confidentiality", headers=headers).json()
    if not told["acknowledged"]:
        answer = httpx.post(f"{school}/me/confidentiality", json={"sha256": told["sha256"]}, headers=headers)
        assert answer.status_code == 201, answer.text


@contextmanager
def serving(*arguments: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A server in a process of its own, on a free port: process, address, what it said."""
    process = subprocess.Popen(
        [*LETOPIS, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **env},
        umask=0,
    )
    assert process.stdout is not None
    said: list[str] = []
    listener: threading.Thread | None = None
    try:
        for line in process.stdout:
            said.append(line.rstrip())
            if "Ctrl+C" in line:
                break
        (base,) = [line.split("/docs")[0].split(" ")[-1] for line in said if "/docs" in line]
        # A server that nobody listens to stands still once its pipe is full.
        listener = threading.Thread(target=_listen, args=(process, said))
        listener.start()
        yield process, base, said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if listener is not None:
            listener.join()
        process.stdout.close()


def _listen(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stdout is not None
    said.extend(line.rstrip() for line in process.stdout)
