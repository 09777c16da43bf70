"""An archive as names and bytes: a folder, or a ZIP read without extracting. Links and bombs are findings.

A file is read once: its chunks are hashed (for fixity) as they go to whoever reads them, so the bytes that were
checked are the bytes that were judged. Reading and hashing run ahead in a thread, which the interpreter's lock does
not hold up.
"""

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Protocol

from verify.findings import Place, Report
from verify.layout import LayoutError, check_members, read_end

CHUNK_BYTES: Final = 1 << 20
FILES_MAX: Final = 50_000
DEPTH_MAX: Final = 16
NAME_MAX_BYTES: Final = 1_024
TOTAL_MAX_BYTES: Final = 1 << 34
RATIO_MAX: Final = 1_000
_ENCRYPTED, _PATCH = 0x2041, 0x20  # a member, by a stronger cipher, the directory; a difference from another file
# Characters and names that some system reads otherwise: a part that is empty or ends in a dot or space, a device.
_UNSAFE = re.compile(
    r'[\\<>:"|?*]|%0[ad]|(?:^|/)(?:(?:[^/]*[. ])?|(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.[^/]*)?)(?:/|$)',
    re.IGNORECASE,
)
READ_ERRORS: Final = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError)


class Source(Protocol):
    """Where an archive's files come from."""

    sizes: dict[str, int]

    def open(self, name: str) -> IO[bytes]:
        """Open one of the files named in `sizes`."""


class Folder:
    """A bag as a folder."""

    def __init__(self, top: Path, report: Report) -> None:
        self._top = top
        self._seen = 0
        self.sizes: dict[str, int] = {}
        self._scan(top, "", 0, report)
        _check_limits(list(self.sizes.values()))

    def _scan(self, folder: Path, prefix: str, depth: int, report: Report) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(islice(entries, FILES_MAX + 1), key=lambda entry: entry.name):
                name = prefix + entry.name
                self._seen += 1
                if self._seen > FILES_MAX or depth >= DEPTH_MAX:
                    limits = f"at most {FILES_MAX} files, {DEPTH_MAX} folders deep"
                    raise LayoutError("archive-limit", limits, "more", name)
                mode = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(mode.st_mode):
                    self._scan(Path(entry.path), name + "/", depth + 1, report)
                elif not stat.S_ISREG(mode.st_mode):
                    report.add("link", Place(name), "a plain file", stat.filemode(mode.st_mode)[0])
                elif is_safe(name, report):
                    self.sizes[name] = mode.st_size

    def open(self, name: str) -> IO[bytes]:
        """Open a plain file, never through a link that was put there meanwhile."""
        handle = os.open(self._top / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError("not a plain file")
        return os.fdopen(handle, "rb", buffering=0)


class _Inflated(io.RawIOBase):
    """A deflated member's bytes, from a stream that ends where the member does; `zipfile` asks only length and CRC."""

    def __init__(self, path: Path, told: zipfile.ZipInfo) -> None:
        self._file, self._told, self._crc = path.open("rb"), told.CRC, 0
        self._file.seek(told.header_offset + 26)
        self._file.seek(sum(struct.unpack("<2H", self._file.read(4))), os.SEEK_CUR)
        self._end = self._file.tell() + told.compress_size
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data, stream = b"", self._stream
        while not data and not stream.eof:
            packed = stream.unconsumed_tail or self._file.read(min(CHUNK_BYTES, self._end - self._file.tell()))
            data = stream.decompress(packed, len(buffer))
            if not packed and not stream.eof:
                raise zipfile.BadZipFile("a deflated stream that does not end")
        self._crc = zlib.crc32(data, self._crc)
        if stream.eof and (self._file.tell() != self._end or stream.unused_data or self._crc != self._told):
            raise zipfile.BadZipFile("bytes behind a deflated stream, or another CRC")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class Zip:
    """A bag as a ZIP with one top folder."""

    def __init__(self, path: Path, report: Report) -> None:
        self.sizes: dict[str, int] = {}
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._path = path
        with path.open("rb") as file:
            end = read_end(file)
            self._zip = zipfile.ZipFile(path)
            infos = self._zip.infolist()
            _check_limits([info.file_size for info in infos])
            check_members(file, infos, end)
        tops = {info.orig_filename.partition("/")[0] for info in infos}
        if infos and (len(tops) != 1 or any("/" not in info.orig_filename for info in infos)):
            report.add("bag-top-folder", Place(path.name), "one folder", f"{len(tops)} names")
        seen: set[str] = set()
        for info in infos:
            # A folder that is named as a file is that name a second time.
            bare = info.orig_filename.removesuffix("/")
            if bare in seen:
                report.add("name-duplicate", Place(info.orig_filename), "one member of this name", "two")
            elif _member_is_sane(info, report) and not info.is_dir():
                name = info.orig_filename.partition("/")[2]
                self.sizes[name] = info.file_size
                self._members[name] = info
            seen.add(bare)

    def open(self, name: str) -> IO[bytes]:
        """Open a member; its CRC is compared at its end."""
        member = self._members[name]
        is_stored = member.compress_type == zipfile.ZIP_STORED
        return self._zip.open(member) if is_stored else io.BufferedReader(_Inflated(self._path, member))


def open_source(path: Path, report: Report) -> Source | None:
    """Open a folder or a ZIP; None, and a finding, where it is neither or cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Folder(path, report)
        if stat.S_ISREG(mode):
            return Zip(path, report)
        report.add("archive-unreadable", Place(path.name), "a folder or a ZIP", stat.filemode(mode)[0])
    except LayoutError as error:
        report.add(error.code, Place(error.member or path.name), error.expected, error.found)
    except READ_ERRORS as error:
        report.add("archive-unreadable", Place(path.name), "a folder or a ZIP", error)
    return None


def _check_limits(sizes: list[int]) -> None:
    if len(sizes) > FILES_MAX or sum(sizes) > TOTAL_MAX_BYTES:
        raise LayoutError("archive-limit", f"at most {FILES_MAX} files, {TOTAL_MAX_BYTES} bytes", len(sizes))


def _member_is_sane(info: zipfile.ZipInfo, report: Report) -> bool:
    place = Place(info.orig_filename)
    if not is_safe(info.orig_filename.removesuffix("/"), report):
        return False
    kind = info.external_attr >> 16
    problems = {
        "zip-encrypted": info.flag_bits & _ENCRYPTED,
        "zip-method": info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & _PATCH,
        "link": stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR),
        "zip-ratio": info.file_size > CHUNK_BYTES and info.file_size > RATIO_MAX * max(info.compress_size, 1),
        "file-unreadable": info.is_dir() and info.file_size,
    }
    for code, is_there in problems.items():
        if is_there:
            report.add(code, place, "a plain, stored or deflated member", f"{info.file_size} bytes")
    return not any(problems.values())


def is_safe(name: str, report: Report) -> bool:
    """Say whether a name stays inside the archive and means one file on every system; report it where not."""
    try:
        too_long = len(name.encode()) > NAME_MAX_BYTES
    except UnicodeEncodeError:
        too_long = True
    if too_long or not name.isprintable() or _UNSAFE.search(name):
        place = Place(name.encode("utf-8", "backslashreplace").decode())
        report.add("name-unsafe", place, "a relative path of plain names", name)
        return False
    return True


def find_collisions(names: list[str], report: Report) -> None:
    """Report names that some system does not keep apart (case, Unicode form), and files that are folders."""
    seen: dict[str, str] = {}
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            report.add("name-collision", Place(name), "a name of its own", seen[folded])
        seen[folded] = name
    for folded, name in seen.items():
        parents = (folded[: at.start()] for at in re.finditer("/", folded))
        file = next((seen[parent] for parent in parents if parent in seen), None)
        if file is not None:
            report.add("name-collision", Place(name), "a folder that is no file", file)


class Reading:
    """One file being read once, ahead in a thread: `chunks` hand it out, then `digest` is its SHA-256."""

    def __init__(self, source: Source, name: str, pool: ThreadPoolExecutor, report: Report) -> None:
        self.name = name
        self.digest: str | None = None
        self._source = source
        self._pool = pool
        self._report = report
        self._hash = sha256()
        self._left = source.sizes[name]
        self._file: IO[bytes] | None = None

    def _next(self) -> bytes:
        if self._file is None:
            self._file = self._source.open(self.name)
        # One byte more than is left shows a file that is longer than its directory says.
        chunk = self._file.read(min(CHUNK_BYTES, self._left + 1))
        self._left -= len(chunk)
        if self._left < 0:
            raise OSError("longer than its directory entry says")
        if not chunk and self._left:
            raise OSError("shorter than its directory entry says")
        self._hash.update(chunk)
        return chunk

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes; a file that cannot be read to its end is a finding, and its digest stays None."""
        ahead: Future[bytes] = self._pool.submit(self._next)
        try:
            while chunk := ahead.result():
                ahead = self._pool.submit(self._next)
                yield chunk
            self.digest = self._hash.hexdigest()
        except READ_ERRORS as error:
            self._report.add("file-unreadable", Place(self.name), "the whole file", error)
        finally:
            ahead.cancel()
            if self._file is not None and ahead.done():
                self._file.close()

    def exhaust(self) -> None:
        """Read the file to its end."""
        for _ in self.chunks():
            pass

    def close(self) -> None:
        """Let go of the file, where it was not read to its end."""
        if self._file is not None:
            self._file.close()
