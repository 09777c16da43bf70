"""The latch of a node on PostgreSQL: kept in files beside the schools, through kill -9, until each school is verified."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ledger.audit import audit
from ledger.errors import LetopisError, NodeReadOnly
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder
from tests.cluster import Cluster
from tests.conftest import Database, make_database
from tests.postgres_school import failing_disk, marks, new_command, new_stream, opened

ROOT = Path(__file__).parents[2]

SERVER = """
import json, sys
from contextlib import ExitStack
from ledger.errors import LetopisError
from tests.conftest import Database
from tests.postgres_school import marks, new_command, new_stream, opened

with ExitStack() as stack:
    database = Database(*json.loads(sys.argv[1]))
    schools = [
        stack.enter_context(opened(database, f"letopis.example/school/{code}", LETOPIS_LATCH_FILE=file))
        for code, file in json.loads(sys.argv[2])
    ]
    print("open", flush=True)
    for line in sys.stdin:
        try:
            schools[int(line)].insert_events(marks(new_stream()), command=new_command())
            print("recorded", flush=True)
        except LetopisError as error:
            print(type(error).__name__, error, flush=True)
"""


class Server:
    """A process that appends when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def append(self, place: int) -> str:
        """Append to the school that was opened in this place: what came of it."""
        assert self.process.stdin is not None
        print(place, file=self.process.stdin, flush=True)
        return self.read()


class Node:
    """The schools of one database on one machine: a folder each, and the processes that open them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def file(self, code: str) -> Path:
        return self.folder / code / "ledger.latched"

    @contextmanager
    def serving(self, *codes: str) -> Iterator[Server]:
        for code in codes:
            self.file(code).parent.mkdir(exist_ok=True)
        told = self.database
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                SERVER,
                json.dumps([told.name, told.superuser_dsn, told.owner_dsn, told.app_dsn]),
                json.dumps([(code, str(self.file(code))) for code in codes]),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        server = Server(process)
        try:
            assert server.read() == "open"
            yield server
        finally:
            process.kill()
            process.communicate()

    @contextmanager
    def opened_all(self, *codes: str) -> Iterator[list[LetopisPostgresApplicationRecorder]]:
        with ExitStack() as stack:
            for code in codes:
                self.file(code).parent.mkdir(exist_ok=True)
            yield [stack.enter_context(self.opened(code)) for code in codes]

    @contextmanager
    def opened(self, code: str) -> Iterator[LetopisPostgresApplicationRecorder]:
        with opened(self.database, f"letopis.example/school/{code}", LETOPIS_LATCH_FILE=str(self.file(code))) as found:
            yield found


def verify(recorder: LetopisPostgresApplicationRecorder) -> None:
    assert audit(recorder).passed
    assert recorder.latched is None


@pytest.fixture
def node(durable_cluster: Cluster, tmp_path: Path) -> Node:
    return Node(make_database(durable_cluster), tmp_path)


def test_a_killed_and_restarted_node_takes_no_appends_until_each_school_is_verified(
    node: Node, durable_cluster: Cluster
) -> None:
    with node.opened_all("a", "b", "c") as (a, *_):
        school = a.school
    with node.serving("a", "b") as server:
        assert [server.append(place) for place in (0, 1)] == ["recorded"] * 2
        with failing_disk(durable_cluster, node.database, school):
            told = [server.append(0)]
            if told[0].startswith("OutcomeUnknown"):  # its connections died with the database
                told = [server.append(0)]
            assert told[0].startswith("NodeReadOnly")
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
    assert [node.file(code).exists() for code in "abc"] == [True, True, False]
    assert node.file("a").read_text().startswith("the server met a disk error (58P01) during an append at 20")

    # The disk is well again. c was open in no process when it was not.
    with node.serving("c", "a", "b") as server:
        assert [server.append(place).split()[0] for place in range(3)] == ["NodeReadOnly"] * 3
        assert node.file("c").exists()
        with node.opened("a") as recorder:
            verify(recorder)
        # A running server takes appends again to the school that was verified, and to no other.
        assert [server.append(place).split()[0] for place in range(3)] == ["NodeReadOnly", "recorded", "NodeReadOnly"]
    with node.serving("b", "a") as server:
        assert [server.append(place).split()[0] for place in range(2)] == ["NodeReadOnly", "recorded"]
        for code in ("b", "c"):
            with node.opened(code) as recorder:
                verify(recorder)
        assert [server.append(place) for place in range(2)] == ["recorded"] * 2


def test_a_latch_file_that_cannot_be_written_does_not_hide_the_error(node: Node, durable_cluster: Cluster) -> None:
    with node.opened_all("a", "b") as recorders:
        for recorder in recorders:
            recorder.insert_events(marks(new_stream()), command=new_command())
        node.file("a").parent.rename(node.folder / "away")
        with failing_disk(durable_cluster, node.database, recorders[0].school):
            recorders[0].head()
            with pytest.raises(NodeReadOnly, match="58P01"):
                recorders[0].insert_events(marks(new_stream()), command=new_command())
        for recorder in recorders:
            with pytest.raises(NodeReadOnly, match="58P01"):
                recorder.insert_events(marks(new_stream()), command=new_command())
        assert node.file("b").exists()


def test_a_latch_file_in_no_folder_is_refused_before_anything_is_made(postgres_database: Database) -> None:
    with pytest.raises(LetopisError, match=r"LETOPIS_LATCH_FILE: .*/nowhere does not exist"):
        with opened(postgres_database, LETOPIS_LATCH_FILE="/nowhere/ledger.latched"):
            pass
