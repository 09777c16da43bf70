"""A log read in a process of its own (docs/decisions/0012): its bytes on one core while the replay runs on another.

The other process is this program, started with the standard library alone, and asked for one archive, or first for
those that it continues, one after the other:

    asked     (size and hashes of the tree's edge, size of the earlier checkpoint, types that speak of a root; these as
               they are before the first;
               path, what is put before its files' names, files to hash besides)
    answers   ("ready",)   ("block", what LogReader.read gave)*   ("end", End, digests of the entry files, notes)
              ("file", name, digest, notes)*

each as its length (4 bytes) and `marshal`, which only passes between two copies of one program. Where no process can be
had, nothing is said and all is read here. One that dies on its way leaves an archive that was not checked to its end.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from verify import evidence
from verify.bag import Bag
from verify.findings import Place, Report
from verify.log import End
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
        self._awaited: set[str] = set()
        self._has_begun = False
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
        told = self._read(self._path, "", bag, edge, walk)
        if told is None:
            return False
        end, notes = told
        for note in notes:
            walk.take_note(*note[1:])
        walk.finish(checkpoint, end)
        return True

    def follow_earlier(self, path: Path, prefix: str, bag: Bag, walk: LogWalk) -> End | None:
        """Let the walk follow an archive that the one in question continues; return what the tree is then.

        What is wrong with its files is for its bag's report. None: the other process never began.

        Raises:
            ReaderLostError: it began and did not come to the end.
        """
        told = self._read(path, prefix, bag, walk.reader.edge, walk)
        if told is None:
            return None
        end, notes = told
        for _, what, *said in notes:
            if what == "add":
                code, where, expected, found = said
                bag.report.add(code, Place(*where), expected, found)
            else:
                bag.report.skip(*said)
        return end

    def _read(
        self, path: Path, prefix: str, bag: Bag, edge: Edge, walk: LogWalk
    ) -> tuple[End, list[tuple[Any, ...]]] | None:
        """Have an archive's entries read; return the end of the log there and what is said of the files."""
        files = sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name))
        rest = [name for name in bag.unread() if name not in files]
        if not self._ask(os.fspath(path.absolute()), prefix, rest, edge, walk):
            return None
        self._asked, self._awaited, self._told = frozenset(rest), set(rest), {}
        bag.elsewhere = self._take_digest
        readings = {name: bag.reading(name) for name in files}
        while (answer := self._answer())[0] == "block":
            walk.follow(answer[1])
        _, end, digests, notes = answer
        for name, digest in digests.items():
            readings[name].digest = digest
        return end, notes

    def _ask(self, path: str, prefix: str, rest: list[str], edge: Edge, walk: LogWalk) -> bool:
        while self._awaited:
            self._take_next()
        old_size = None if walk.old is None else walk.old.size
        try:
            write(self._input, (edge.size, edge.hashes(), old_size, evidence.SIZES, path, prefix, rest))
            is_ready = bool(read(self._output) == ("ready",))
        except OSError:
            is_ready = False
        if self._has_begun and not is_ready:
            self._answer()
        self._has_begun = is_ready
        return is_ready

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
            self._take_next()
        reading.digest, notes = self._told.pop(reading.name)
        for _, _, code, where, expected, found in notes:
            report.add(code, Place(*where), expected, found)
        return True

    def _take_next(self) -> None:
        """Take the next file's digest, whichever it is."""
        _, name, digest, notes = self._answer()
        self._awaited.remove(name)
        self._told[name] = digest, notes

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._input, self._output):
            with suppress(OSError):
                stream.close()


def start(path: Path, jobs: int | None, earlier: Sequence[Path] = ()) -> ReaderProcess | None:
    """Start another process where that is asked for (`jobs` 2) or of use (None); return None where there is none."""
    size = sum(map(_entry_bytes, (path, *earlier)))
    if jobs == 1 or (jobs is None and (_cores() < 2 or size < WORTHWHILE_BYTES)):
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
