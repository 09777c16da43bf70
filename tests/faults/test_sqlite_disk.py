"""A disk that fails under a ledger on SQLite.

For every durable step there is the pair: it failed and was not persisted (the kernel refuses the write), and it failed but
was persisted (the write went through, its sync did not). In both the caller is told that the outcome is unknown, the node
takes nothing more, restarted or not, and after the next opening the receipt says which it was.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import AlreadyRecorded, LedgerDamaged, NodeReadOnly
from ledger.log import Head
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder
from ledger.tree.edge import RightEdge
from tests.sqlite_ledgers import command, lesson, marks, opened
from tests.sqlite_oracle import check_file

NOT_PERSISTED = "fail_syscalls(errno.EIO, 'pwrite64')"
PERSISTED = "fail_syscalls(errno.EIO, 'fsync', 'fdatasync')"
NO_ROOM = "fail_syscalls(errno.ENOSPC, 'pwrite64')"

BEGINNING = """
import errno, hashlib, json, os, sys, threading
from pathlib import Path
from ledger.log import SignedCheckpoint
from ledger.storage.sqlite import LetopisSQLiteFactory
from tests.failing_syscalls import fail_syscalls
from tests.sqlite_ledgers import *

file = Path(sys.argv[1])
factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
recorder = factory.application_recorder()

def outcome(step):
    try:
        step()
    except Exception as error:
        return type(error).__name__
    return "recorded"

def append(key):
    return lambda: recorder.insert_events(marks(lesson(), count=2), command=command(key))

def say(**what):
    print(json.dumps(what), flush=True)
"""


def run(file: Path, program: str) -> dict[str, Any]:
    """Run a program on the ledger; what it said last."""
    ended = subprocess.run(
        [sys.executable, "-c", BEGINNING + program, str(file)], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "school.db"
    yield path
    check_file(path)


def takes_appends(recorder: LetopisSQLiteApplicationRecorder) -> bool:
    return recorder.latched is None


def recover(file: Path) -> None:
    """The latch holds until a verification passed; then appends are taken again."""
    assert file.with_name("school.db.latched").exists()
    with opened(file, create=False) as recorder:
        assert takes_appends(recorder) is False
        head = recorder.head()
        for _ in range(2):
            with pytest.raises(NodeReadOnly, match="read-only since its disk failed"):
                recorder.insert_events(marks(lesson()), command=command("refused"))
        with pytest.raises(LedgerDamaged) as caught:
            recorder.unlatch(Head(head.size + 1, head.last, RightEdge.from_bytes(1, bytes(32)), head.at))
        assert caught.value.code == "head_moved"
        assert takes_appends(recorder) is False
        recorder.unlatch(head)
        assert takes_appends(recorder) is True
        recorder.insert_events(marks(lesson()), command=command("after"))
    assert not file.with_name("school.db.latched").exists()
    with opened(file, create=False) as recorder:
        recorder.insert_events(marks(lesson()), command=command("restarted"))
    assert {"after", "restarted"} <= check_file(file).keys
    assert "refused" not in check_file(file).keys


class TestAppend:
    PROGRAM = """
append("before")()
{fault}
first = outcome(append("during"))
reason = recorder.latched
say(first=first, second=outcome(append("later")), reason=reason, read={read})
os._exit(0)
"""
    READ = "len(list(recorder.entries()))"

    def test_failed_not_persisted(self, file: Path) -> None:
        said = run(file, self.PROGRAM.format(fault=NOT_PERSISTED, read=self.READ))
        assert (said["first"], said["second"], said["read"]) == ("OutcomeUnknown", "NodeReadOnly", 2)
        assert said["reason"].startswith("SQLITE_IOERR_WRITE")
        assert check_file(file).keys == {"before"}
        recover(file)

    def test_failed_but_persisted(self, file: Path) -> None:
        said = run(file, self.PROGRAM.format(fault=PERSISTED, read=self.READ))
        assert (said["first"], said["second"], said["read"]) == ("OutcomeUnknown", "NodeReadOnly", 2)
        assert said["reason"].startswith("SQLITE_IOERR_FSYNC")
        assert check_file(file).keys == {"before", "during"}, "what went into the write-ahead log comes back"
        recover(file)
        with opened(file, create=False) as recorder:
            receipt = recorder.find_receipt("during")
            with pytest.raises(AlreadyRecorded) as caught:
                recorder.insert_events(marks(lesson(), count=2), command=command("during"))
        assert caught.value.receipt == receipt

    def test_no_room(self, file: Path) -> None:
        said = run(file, self.PROGRAM.format(fault=NO_ROOM, read=self.READ))
        assert (said["first"], said["second"], said["read"]) == ("NodeReadOnly", "NodeReadOnly", 2)
        assert said["reason"].startswith("SQLITE_FULL")
        assert check_file(file).keys == {"before"}, "a full disk leaves no doubt"
        recover(file)

    def test_a_disk_that_takes_no_new_file_latches_the_process_at_least(self, file: Path) -> None:
        fault = "fail_syscalls(errno.EIO, 'pwrite64', 'openat')"
        said = run(file, self.PROGRAM.format(fault=fault, read=None))
        assert (said["first"], said["second"]) == ("OutcomeUnknown", "NodeReadOnly")
        assert not file.with_name("school.db.latched").exists()
        assert check_file(file).keys == {"before"}

    @pytest.mark.parametrize("fault", [NOT_PERSISTED, PERSISTED, NO_ROOM])
    def test_all_of_a_group_are_told(self, file: Path, fault: str) -> None:
        said = run(
            file,
            f"""
acknowledged, told = [], {{}}
start = threading.Event()
def work(number):
    for count in range(1000):
        key = f"{{number}}.{{count}}"
        found = outcome(append(key))
        if found != "recorded":
            told[key] = found
            return
        acknowledged.append(key)
        if len(acknowledged) > 100:
            start.set()
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
start.wait()
{fault}
for thread in threads:
    thread.join()
say(acknowledged=acknowledged, told=told)
os._exit(0)
""",
        )
        kept = check_file(file).keys
        assert len(said["told"]) == 8
        assert set(said["told"].values()) <= {"OutcomeUnknown", "NodeReadOnly"}
        assert set(said["acknowledged"]) <= kept, "an acknowledged append was lost"
        unknown = {key for key, found in said["told"].items() if found == "OutcomeUnknown"}
        assert kept - set(said["acknowledged"]) == (unknown if fault == PERSISTED else set())
        recover(file)


class TestOtherSteps:
    """Checkpoints and tiles are kept in commits of their own."""

    PROGRAM = """
recorder.insert_events(marks(lesson(), count=256), command=command("before"))
tile = b"".join(hashlib.sha256(b"\\0" + entry).digest() for entry in recorder.entries())
head = recorder.head()
checkpoint = SignedCheckpoint(head.size, b"note\\n", head.edge)
{fault}
say(told=outcome(lambda: recorder.{step}), again=outcome(lambda: recorder.{step}))
os._exit(0)
"""

    @pytest.mark.parametrize("step", ["keep_checkpoint(checkpoint)", "keep_tiles([(0, 0, tile)])"])
    @pytest.mark.parametrize("fault", [NOT_PERSISTED, PERSISTED])
    def test_failed(self, file: Path, step: str, fault: str) -> None:
        said = run(file, self.PROGRAM.format(fault=fault, step=step))
        assert said == {"told": "OutcomeUnknown", "again": "NodeReadOnly"}
        check_file(file)
        with opened(file, create=False) as recorder:
            kept = recorder.checkpoint() if "checkpoint" in step else recorder.tile(0, 0)
        assert (kept is not None) is (fault == PERSISTED)
        recover(file)

    @pytest.mark.parametrize("fault", [NOT_PERSISTED, PERSISTED])
    def test_copying_the_write_ahead_log_fails_and_nothing_is_lost(self, file: Path, fault: str) -> None:
        said = run(
            file,
            f"""
append("before")()
{fault}
connection = recorder.store.writer._connection
recorder.store.writer._copy_wal(connection)
say(reason=recorder.latched, told=outcome(append("during")), read=len(list(recorder.entries())))
os._exit(0)
""",
        )
        assert said["reason"].startswith("SQLITE_IOERR")
        assert (said["told"], said["read"]) == ("NodeReadOnly", 2)
        assert check_file(file).keys == {"before"}
        recover(file)

    @pytest.mark.parametrize("fault", [NOT_PERSISTED, PERSISTED, NO_ROOM])
    def test_making_a_ledger_fails_and_is_done_again(self, file: Path, fault: str) -> None:
        program = BEGINNING.replace("file = Path", f"{fault}\nfile = Path")
        ended = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert "LetopisError" in ended.stderr.splitlines()[-1]
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson()), command=command())


def test_a_latched_ledger_writes_nothing_more_into_the_database(file: Path) -> None:
    """The last connection to close copies the write-ahead log there: never from and to a disk that has failed."""
    said = run(
        file,
        f"""
append("before")()
before = file.read_bytes()
{PERSISTED}
told = outcome(append("during"))
log = file.with_name(file.name + "-wal").read_bytes()
factory.close()
say(told=told, database=file.read_bytes() == before, log=file.with_name(file.name + "-wal").read_bytes() == log)
""",
    )
    assert said == {"told": "OutcomeUnknown", "database": True, "log": True}
    recover(file)


def test_a_conflict_is_not_a_failing_disk(file: Path) -> None:
    said = run(
        file,
        """
stream = lesson()
recorder.insert_events(marks(stream), command=command())
say(told=outcome(lambda: recorder.insert_events(marks(stream), command=command())), latched=recorder.latched)
""",
    )
    assert said == {"told": "Conflict", "latched": None}


FILL = """
acknowledged = []
{limit}
while True:
    key = f"{{len(acknowledged)}}"
    found = outcome(lambda: recorder.insert_events(marks(lesson(), count=30), command=command(key)))
    if found != "recorded":
        break
    acknowledged.append(key)
say(acknowledged=acknowledged, told=found, reason=recorder.latched)
os._exit(0)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB where this user may mount one, else None in its place: see `test_a_full_disk`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False, stderr=-3).returncode
        == 0
    )
    yield folder
    if mounted:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """On a real small disk; where none can be mounted, by the limit that the kernel sets on the size of files."""
    file = small_disk / "school.db"
    mounted = os.path.ismount(small_disk)
    limit = "" if mounted else "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))"
    said = run(file, FILL.format(limit=limit))
    # A limit on files is no full disk to SQLite (EFBIG, not ENOSPC), but an I/O error.
    assert said["told"] == ("NodeReadOnly" if mounted else "OutcomeUnknown")
    assert said["acknowledged"], "nothing was written before the disk was full"
    assert check_file(file).keys == set(said["acknowledged"])
    if mounted:
        subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    recover(file)


def test_a_limit_on_the_size_of_files_is_an_io_error(file: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))"
    said = run(file, FILL.format(limit=limit))
    assert (said["told"], said["reason"].split(":")[0]) == ("OutcomeUnknown", "SQLITE_IOERR_WRITE")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert check_file(file).keys == set(said["acknowledged"])
    recover(file)
