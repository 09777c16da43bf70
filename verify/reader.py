"""A log read in a process of its own (docs/decisions/0012): its bytes on one core while the replay runs on another.

The other process is this program, started with the standard library alone, and asked for one archive:

    asked     (path, size and hashes of the tree's edge, size of the earlier checkpoint, types that speak of a root,
               files to hash besides)
    answers   ("ready",)   ("block", what LogReader.read gave)*   ("end", End, digests of the entry files, notes)
              ("file", name, digest, notes)*

each as its length (4 bytes) and `marshal`, which only passes between two copies of one program. Where no process can be
had, nothing is said and all is read here. One that dies on its way leaves an archive that was not checked to its end.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from verify import evidence
from verify.bag import Bag
from verify.findings import Place, Report
from verify.note import Checkpoint
from verify.reading import read, write
from verify.signed import ENTRIES
from verify.source import Reading
from verify.tree import Edge
from verify.walk import LogWalk, ReaderLostError

# Below this much of entries another process costs more than it saves.
WORTHWHILE_BYTES: Final = 16 << 20
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from verify.reading import serve; serve()"


class ReaderProcess:
    """The other process, from this side."""

    def __init__(self, path: Path) -> None:
        """Start it.

        Raises:
            OSError, ValueError: there is none to be had.
        """
        if not sys.executable:
            raise OSError("no interpreter")
        self._path = path
        self._told: dict[str, tuple[str | None, list[Any]]] = {}
        self._asked: frozenset[str] = frozenset()
        self._process = subprocess.Popen(  # noqa: S603 (this program)
            [sys.executable, "-I", "-S", "-c", _START, str(Path(__file__).parents[1])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout

    def follow(self, bag: Bag, edge: Edge, walk: LogWalk, checkpoint: Checkpoint | None) -> bool:
        """Let the walk follow what the other process reads, to its end; say False where it never began.

        Raises:
            ReaderLostError: it began and did not come to the end.
        """
        files = sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name))
        rest = [name for name in bag.unread() if name not in files]
        old_size = None if walk.old is None else walk.old.size
        try:
            path = os.fspath(self._path.absolute())
            write(self._input, (path, edge.size, edge.hashes(), old_size, evidence.SIZES, rest))
        except OSError:
            return False
        if read(self._output) != ("ready",):
            return False
        self._asked = frozenset(rest)
        bag.elsewhere = self._take_digest
        readings = {name: bag.reading(name) for name in files}
        while (answer := self._answer())[0] == "block":
            walk.follow(answer[1])
        _, end, digests, notes = answer
        for note in notes:
            walk.take_note(*note[1:])
        for name, digest in digests.items():
            readings[name].digest = digest
        walk.finish(checkpoint, end)
        return True

    def _answer(self) -> tuple[Any, ...]:
        answer: tuple[Any, ...] | None = read(self._output)
        if answer is None:
            self._process.wait()
            raise ReaderLostError(f"exit code {self._process.returncode}")
        return answer

    def _take_digest(self, reading: Reading, report: Report) -> bool:
        """Take a file's digest as the other process read it; say False where it was not asked to."""
        if reading.name not in self._asked:
            return False
        while reading.name not in self._told:
            _, name, *told = self._answer()
            self._told[name] = (told[0], told[1])
        reading.digest, notes = self._told.pop(reading.name)
        for _, _, code, where, expected, found in notes:
            report.add(code, Place(*where), expected, found)
        return True

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._input, self._output):
            with suppress(OSError):
                stream.close()


def start(path: Path, jobs: int | None) -> ReaderProcess | None:
    """Start another process where that is asked for (`jobs` 2) or of use (None); return None where there is none."""
    if jobs == 1 or (jobs is None and (_cores() < 2 or _entry_bytes(path) < WORTHWHILE_BYTES)):
        return None
    try:
        return ReaderProcess(path)
    except (OSError, ValueError):
        return None


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 1


def _entry_bytes(path: Path) -> int:
    """Return about how much there is of entries, and nothing of what cannot be read: that is said elsewhere."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in (path / "data/log").glob("entries-*.jsonl"))
        return path.stat().st_size
    except OSError:
        return 0
