"""ZIPs that two programs would read as two archives: what the directory says, and what lies before, between and beside."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.verify_archive import Files, sample
from tests.verify_mutations import MARKS, MUTATIONS, Mutation, pinned
from verify.archive import verify_archive
from verify.findings import Report

TOP = "archive/"
FORGED = "\ufeffentry (запись);подделка\r\n".encode()


@dataclass(frozen=True)
class Member:
    """A member as its two descriptions give it; None in `told`: the local header tells the truth."""

    name: str
    raw: bytes
    extra: bytes = b""
    told: tuple[int, int, int] | None = None
    method: int = 0
    flags: int = 0
    behind: bytes = b""
    is_listed: bool = True
    local_extra: bytes | None = None
    local_method: int | None = None
    packed: bytes | None = None

    @property
    def data(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return self.raw if self.method == 0 else zlib.compress(self.raw)[2:-4]

    @property
    def truth(self) -> tuple[int, int, int]:
        return zlib.crc32(self.raw), len(self.data), len(self.raw)

    def local(self) -> bytes:
        name, extra = self.name.encode(), self.extra if self.local_extra is None else self.local_extra
        method = self.method if self.local_method is None else self.local_method
        sizes = self.truth if self.told is None else self.told
        head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, self.flags, method, 0, 33, *sizes, len(name), len(extra))
        return head + name + extra + self.data + self.behind

    def listed(self, at: int) -> bytes:
        name = self.name.encode()
        mode = 0o40755 if name.endswith(b"/") else 0o100644
        head = struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 0x314, 20, self.flags, self.method, 0, 33, *self.truth,
            len(name), len(self.extra), 0, 0, 0, mode << 16, at,
        )  # fmt: skip
        return head + name + self.extra


def write_members(path: Path, members: list[Member], gap: bytes = b"", end: tuple[int, ...] | None = None) -> Path:
    """Write members one after another, the directory behind `gap`, and an end record (of `end`, where it is given)."""
    out, directory = b"", b""
    for member in members:
        directory += member.listed(len(out)) if member.is_listed else b""
        out += member.local()
    count = sum(member.is_listed for member in members)
    numbers = end or (0, 0, count, count)
    path.write_bytes(
        out + gap + directory + struct.pack("<4s4H2LH", b"PK\5\6", *numbers, len(directory), len(out + gap), 0)
    )
    return path


def members_of(files: Files) -> list[Member]:
    return [Member(TOP + name, raw) for name, raw in files.items()]


def laid_out(*codes: str) -> Callable[[Callable[[Path, list[Member]], object]], object]:
    """Register a ZIP that the change lays out from the members of an honest archive."""

    def register(write: Callable[[Path, list[Member]], object]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            write(folder / "a.zip", members_of(builder.files()))
            return verify_archive(folder / "a.zip", pinned(builder))

        MUTATIONS.append(Mutation(write.__name__, frozenset(codes), run))
        return write

    return register


def changed(members: list[Member], name: str, **fields: object) -> list[Member]:
    """Describe one member otherwise."""
    assert any(member.name == TOP + name for member in members)
    return [replace(member, **fields) if member.name == TOP + name else member for member in members]  # type: ignore[arg-type]


def unicode_path(name: str, target: str) -> bytes:
    """Info-ZIP's extra field 0x7075: programs that know it extract to `target`."""
    body = struct.pack("<BL", 1, zlib.crc32((TOP + name).encode())) + (TOP + target).encode()
    return struct.pack("<2H", 0x7075, len(body)) + body


HIDDEN = Member(TOP + MARKS, FORGED, is_listed=False)


@laid_out("zip-inconsistent")
def member_with_a_second_name(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, "bagit.txt", extra=unicode_path("bagit.txt", MARKS)))


@laid_out("zip-inconsistent")
def member_with_a_second_name_beside_its_data_only(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, "bagit.txt", local_extra=unicode_path("bagit.txt", MARKS)))


@laid_out("zip-inconsistent")
def extra_field_cut_short(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, "bagit.txt", extra=b"\x01\x00\x10"))


@laid_out("archive-limit")
def extra_fields_without_end(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, "bagit.txt", local_extra=b"UT\x00\x00" * 16_000))


@laid_out("zip-inconsistent")
def last_line_of_the_directory_longer_than_the_directory(path: Path, members: list[Member]) -> None:
    raw = bytearray(write_members(path, members).read_bytes())
    at = raw.rindex(b"PK\1\2")
    raw[at + 32 : at + 34] = b"\xff\x00"  # of a comment that is not there
    path.write_bytes(raw)


@laid_out("zip-trailing-bytes")
def second_table_before_all_members(path: Path, members: list[Member]) -> None:
    write_members(path, [HIDDEN, *members])


@laid_out("zip-trailing-bytes")
def second_table_between_members(path: Path, members: list[Member]) -> None:
    write_members(path, [*members[:3], HIDDEN, *members[3:]])


@laid_out("zip-trailing-bytes")
def second_table_behind_all_members(path: Path, members: list[Member]) -> None:
    write_members(path, [*members, HIDDEN])


@laid_out("zip-trailing-bytes")
def bytes_before_the_directory(path: Path, members: list[Member]) -> None:
    write_members(path, members, gap=b"G" * 1_000)


@laid_out("zip-trailing-bytes")
def bytes_where_a_descriptor_might_be(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, flags=8, told=(0, 0, 0), behind=b"PK\7\x08" + bytes(12)))


@laid_out("zip-inconsistent")
def local_sizes_of_a_shorter_table(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, told=(1, 5, 5)))


@laid_out("zip-inconsistent")
def local_sizes_of_nothing(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, told=(0, 0, 0)))


@laid_out("zip-inconsistent")
def local_method_that_differs(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, local_method=8))


@laid_out("zip-inconsistent")
def stored_member_longer_than_its_file(path: Path, members: list[Member]) -> None:
    raw = next(member.raw for member in members if member.name == TOP + MARKS)
    write_members(path, changed(members, MARKS, packed=raw + FORGED))


@laid_out("zip-inconsistent")
def end_record_of_the_second_disk(path: Path, members: list[Member]) -> None:
    write_members(path, members, end=(1, 0, len(members), len(members)))


@laid_out("zip-inconsistent")
def end_record_that_counts_one_member(path: Path, members: list[Member]) -> None:
    write_members(path, members, end=(0, 0, 1, 1))


@laid_out("zip-inconsistent")
def end_record_that_counts_two_ways(path: Path, members: list[Member]) -> None:
    write_members(path, members, end=(0, 0, 1, len(members)))


@laid_out("name-duplicate")
def folder_named_as_a_file(path: Path, members: list[Member]) -> None:
    write_members(path, [*members, Member(TOP + MARKS + "/", b"")])


@laid_out("zip-inconsistent")
def two_end_records_that_differ(path: Path, members: list[Member]) -> None:
    raw = write_members(path, members).read_bytes()
    *_, directory_bytes, directory_at, _ = struct.unpack("<4s4H2LH", raw[-22:])
    count, at = len(members), len(raw) - 22
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count - 1, count - 1, directory_bytes, directory_at)
    path.write_bytes(raw[:-22] + end64 + struct.pack("<4sLQL", b"PK\6\7", 0, at, 1) + raw[-22:])


def deflated(raw: bytes, *, is_ended: bool = True) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(raw) + stream.flush(zlib.Z_FINISH if is_ended else zlib.Z_SYNC_FLUSH)


def marks(members: list[Member]) -> bytes:
    return next(member.raw for member in members if member.name == TOP + MARKS)


@laid_out("file-unreadable", "table-header", "table-row-missing")
def deflated_stream_with_bytes_behind_its_end(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, method=8, packed=deflated(marks(members)) + FORGED))


@laid_out("file-unreadable", "table-header", "table-row-missing")
def deflated_stream_longer_than_its_file(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, method=8, packed=deflated(marks(members) + FORGED)))


@laid_out("file-unreadable", "table-header", "table-row-missing")
def deflated_stream_that_never_ends(path: Path, members: list[Member]) -> None:
    write_members(path, changed(members, MARKS, method=8, packed=deflated(marks(members), is_ended=False)))
