"""The layout of a ZIP (PKWARE's APPNOTE, 4.3): every byte of it is named by the directory, and named alike twice.

    local header, name, extra fields, data[, descriptor]     a member, each where the one before it ends, from byte 0
    directory                                                where the last member ends
    [ZIP64 end record, its locator,] end record              where the directory ends, and nothing behind it

A ZIP says most things twice, and programs differ in which of the two they believe; between the members there is room
for others that only some of them see. So both have to agree, and there is no room: every program reads one archive.
"""

import os
import struct
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Final

DIRECTORY_MAX_BYTES: Final = 8 << 20
_COMMENT_MAX_BYTES: Final = 0xFFFF
_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_TAIL_BYTES: Final = _END64.size + _LOCATOR.size + _END.size
_ONES: Final = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
_ZIP64: Final = 0x0001
# What says times, owners and long sizes; any other may say a second name (0x7075) or encrypt.
_EXTRAS: Final = frozenset((_ZIP64, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875))
_EXTRAS_MAX_BYTES: Final = 256
_DESCRIPTOR_FOLLOWS: Final = 8
_UTF8: Final = 0x800


class LayoutError(ValueError):
    """A ZIP is laid out otherwise than it may be; `code` is the finding's, `member` the member at fault, if one is."""

    def __init__(self, code: str, expected: str, found: object, member: str = "") -> None:
        super().__init__(f"{expected}: {found}")
        self.code = code
        self.expected = expected
        self.found = found
        self.member = member


def read_end(file: IO[bytes]) -> tuple[int, int, int]:
    """Return how many members the end record says, or the ZIP64 record that it repeats, and where its directory lies.

    Raises:
        LayoutError: no end record as the last thing, another directory right before it, or a second opinion.
    """
    file_bytes = file.seek(0, os.SEEK_END)
    file.seek(max(0, file_bytes - _TAIL_BYTES))
    tail = file.read().rjust(_TAIL_BYTES, b"\x00")
    end, locator, end64 = tail[-_END.size :], tail[_END64.size : -_END.size], tail[: _END64.size]
    if not end.startswith(b"PK\x05\x06") or end[-2:] != b"\x00\x00":
        # One further up another program would find: then the file has a comment or something appended.
        file.seek(max(0, file_bytes - _COMMENT_MAX_BYTES - _END.size))
        code = "zip-trailing-bytes" if b"PK\x05\x06" in file.read() else "archive-unreadable"
        raise LayoutError(code, "a ZIP that ends with its end record", "something else")
    said = _END.unpack(end)[1:-1]
    behind = file_bytes - _END.size
    if locator.startswith(b"PK\x06\x07"):
        behind -= _LOCATOR.size + _END64.size
        signature, length, _, _, *whole = _END64.unpack(end64)
        repeated = all(short in (long, ones) for short, long, ones in zip(said, whole, _ONES, strict=True))
        if _LOCATOR.unpack(locator)[1:] != (0, behind, 1) or (signature, length) != (b"PK\x06\x06", 44) or not repeated:
            raise LayoutError("zip-inconsistent", "two end records that agree", "two that differ")
        said = tuple(whole)
    disk, first_disk, here, count, directory_bytes, directory_at = said
    if directory_bytes > DIRECTORY_MAX_BYTES:
        raise LayoutError("archive-limit", f"a directory of at most {DIRECTORY_MAX_BYTES} bytes", directory_bytes)
    if (disk, first_disk) != (0, 0) or here != count:
        raise LayoutError("zip-inconsistent", "one disk with all members", f"{here} of {count} on disk {disk}")
    if directory_at + directory_bytes != behind:
        code = "zip-trailing-bytes" if directory_at + directory_bytes < behind else "archive-unreadable"
        raise LayoutError(code, f"a directory that ends at byte {behind}", directory_at + directory_bytes)
    return count, directory_at, behind


def check_members(file: IO[bytes], members: Sequence[zipfile.ZipInfo], end: tuple[int, int, int]) -> None:
    """See that members lie side by side from byte 0 up to the directory, each as the directory describes it.

    Raises:
        LayoutError: a gap, an overlap, or a local header that says something else.
    """
    count, directory_at, behind = end
    at = directory_at
    for _ in members:  # `zipfile` takes a last one that says to be longer than the directory
        file.seek(at + 28)
        at += 46 + sum(struct.unpack("<3H", file.read(6)))
    if (len(members), at) != (count, behind):
        raise LayoutError("zip-inconsistent", f"{count} members in the directory", len(members))
    in_order = sorted(members, key=lambda member: member.header_offset)
    ends = [*(member.header_offset for member in in_order), directory_at]
    if ends[0] != 0:
        raise LayoutError("zip-trailing-bytes", "the first member at byte 0", f"something up to byte {ends[0]}")
    for member, ends_at in zip(in_order, ends[1:], strict=True):
        _check_member(file, member, ends_at)


def _check_member(file: IO[bytes], member: zipfile.ZipInfo, behind: int) -> None:
    """Compare a member's local record, which must end at byte `behind`, with its line of the directory."""
    name = member.orig_filename
    file.seek(member.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        raise LayoutError("archive-unreadable", "a local header", "the end of the file", name)
    signature, _, flags, method, time, date, crc, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(header)
    raw_name, extra = file.read(name_bytes), file.read(extra_bytes)
    long_sizes = dict(_extras(extra, name)).get(_ZIP64, b"")
    if 0xFFFFFFFF in (packed, size) and len(long_sizes) == 16:
        size, packed = struct.unpack("<2Q", long_sizes)
    list(_extras(member.extra, name))
    told = (member.CRC, member.compress_size, member.file_size)
    moment = (date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2
    is_told_behind = flags & _DESCRIPTOR_FOLLOWS
    spelt = member.orig_filename.encode("utf-8" if flags & _UTF8 else "cp437", "replace")
    if (
        (signature, raw_name, flags, method) != (b"PK\x03\x04", spelt, member.flag_bits, member.compress_type)
        or ((crc, packed, size) != told and not (is_told_behind and (crc, packed, size) == (0, 0, 0)))
        or moment != member.date_time
        or (method == zipfile.ZIP_STORED and told[1] != told[2])
        or member.volume
    ):
        raise LayoutError("zip-inconsistent", "a local header that agrees with the directory", "one that differs", name)
    at = member.header_offset + _LOCAL.size + name_bytes + extra_bytes + member.compress_size
    file.seek(at)
    descriptors = _descriptors(told) if is_told_behind else [b""]
    if behind - at > max(map(len, descriptors)) or file.read(max(0, behind - at)) not in descriptors or behind < at:
        raise LayoutError("zip-trailing-bytes", f"a member that ends at byte {behind}", at, name)


def _extras(extra: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield extra fields, each a number and its bytes; refuse one that may change what is extracted."""
    if len(extra) > _EXTRAS_MAX_BYTES:
        raise LayoutError("archive-limit", f"at most {_EXTRAS_MAX_BYTES} bytes of extra fields", len(extra), name)
    at = 0
    while at < len(extra):
        number, length = struct.unpack("<2H", extra[at : at + 4].ljust(4, b"\xff"))
        if number not in _EXTRAS or at + 4 + length > len(extra):
            wanted = "extra fields of times, owners and sizes"
            raise LayoutError("zip-inconsistent", wanted, f"field {number:#06x}", name)
        yield number, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _descriptors(told: tuple[int, int, int]) -> list[bytes]:
    """Return the ways to spell CRC and sizes behind a member's data: with and without signature, short and long."""
    short = [struct.pack("<3L", *told)] if max(told) <= 0xFFFFFFFF else []
    plain = [*short, struct.pack("<L2Q", *told)]
    return [*plain, *(b"PK\x07\x08" + descriptor for descriptor in plain)]
