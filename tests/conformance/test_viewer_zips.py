"""ZIPs with some bytes changed: the page takes of each what the verifier in Python takes, and finds the same in the same places."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.verify_zip_mutations import Member, deflated, write_members
from tests.viewer_browser import OpenedPage, open_page
from verify.findings import Place, Report
from verify.source import Reading, open_source

CASES = 3_000
LONG = bytes(range(256)) * 9_000  # more than two pieces
OPEN = """async (sent) => {
  const answers = [];
  for (const text of JSON.parse(sent)) {
    const report = new Letopis.Report();
    const zip = new Blob([Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0))]);
    const taken = [];
    for (const [name, member] of await Letopis.openZip(zip, "a.zip", report)) {
      const hash = new Letopis.Sha256();
      try {
        for await (const piece of Letopis.piecesOf(member)) hash.update(piece);
        taken.push([name, Letopis.toHex(hash.digest())]);
      } catch (error) {
        if (!(error instanceof Letopis.ReadError)) throw error;
        report.add("file-unreadable", { file: name });
      }
    }
    answers.push([taken, report.findings]);
  }
  return JSON.stringify(answers);
}"""
Answer = tuple[list[list[str]], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    opened = open_page(chromium, viewer_file)
    yield opened
    assert opened.said == []
    opened.page.close()


def honest(path: Path) -> list[bytes]:
    """ZIPs of every layout that is allowed, and some that are not."""
    text = Member("archive/a", b"first\nsecond\n")
    packed = Member("archive/b.csv", b"row;" * 50, method=8)
    behind = replace(packed, name="archive/c", flags=8, told=(0, 0, 0))
    descriptor = struct.pack("<3L", *behind.truth)
    long_sizes = struct.pack("<2H2Q", 1, 16, len(text.raw), len(text.raw))
    members = [text, packed, replace(behind, behind=b"PK\7\x08" + descriptor), Member("archive/d/", b"")]
    longer = [replace(text, local_extra=long_sizes, told=(text.truth[0], 0xFFFFFFFF, 0xFFFFFFFF)), packed]
    never_ends = replace(packed, packed=deflated(packed.raw, is_ended=False))
    named = [Member("archive/тема.txt", b"x", flags=0x800), Member("archive/тема", b"x"), Member("b", b"outside")]
    written = [members, longer, [never_ends, text], named, [text, text], [replace(behind, behind=descriptor)], []]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/long", LONG)
        archive.writestr("archive/data/empty", b"")
    return [*(write_members(path, each).read_bytes() for each in written), made.getvalue()]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                changed[at] ^= 1 << chance.randrange(8)
            case 2:
                del changed[at : at + chance.choice((1, 4, 20))]
            case 3:
                changed[at:at] = chance.choice(
                    (b"\0", b"PK\1\2", b"PK\3\4", b"PK\5\6" + bytes(18), b"PK\6\7" + bytes(16))
                )
            case _:
                changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\1\0\x08\0"))
        if not changed:
            return b""
    return bytes(changed)


def in_python(path: Path, pool: ThreadPoolExecutor) -> Answer:
    report = Report()
    source = open_source(path, report)
    readings = [] if source is None else [Reading(source, name, pool, report) for name in source.sizes]
    for reading in readings:
        reading.exhaust()
    taken = [[reading.name, reading.digest] for reading in readings if reading.digest is not None]
    return taken, sorted((finding.code, str(finding.place)) for finding in report.findings)


def on_the_page(page: OpenedPage, zips: list[bytes]) -> list[Answer]:
    sent = json.dumps([base64.b64encode(raw).decode() for raw in zips])
    answers: list[tuple[list[list[str]], list[dict[str, Any]]]] = json.loads(page.page.evaluate(OPEN, sent))
    return [
        (taken, sorted((each["code"], str(Place(**each["place"]))) for each in findings)) for taken, findings in answers
    ]


def test_takes_of_a_zip_what_python_takes(page: OpenedPage, tmp_path: Path) -> None:
    chance = random.Random(4_3)
    path = tmp_path / "a.zip"
    begun = honest(path)
    zips = [*begun, *(mutated(chance.choice(begun[:-1]), chance) for _ in range(CASES))]
    with ThreadPoolExecutor(1) as pool:
        for first in range(0, len(zips), 500):
            part = zips[first : first + 500]
            for raw, answer in zip(part, on_the_page(page, part), strict=True):
                path.write_bytes(raw)
                assert answer == in_python(path, pool), raw


def test_inflates_a_long_member_in_pieces(page: OpenedPage, tmp_path: Path) -> None:
    zips = honest(tmp_path / "a.zip")
    [(taken, findings)] = on_the_page(page, zips[-1:])
    assert (taken[0], findings) == (["data/long", sha256(LONG).hexdigest()], [])
    broken = zips[-1].replace(struct.pack("<L", zlib.crc32(LONG)), b"\0\0\0\0")
    [(taken, findings)] = on_the_page(page, [broken])
    assert (taken, findings) == ([["data/empty", sha256(b"").hexdigest()]], [("file-unreadable", "data/long")])
