"""Every byte of a small archive counts: flip any bit of any, and the verifier says so and names the file.

The short form flips a seeded sample; LETOPIS_LONG=1 (`make soak`) flips one bit of every byte, of a folder and of a ZIP.
"""

import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verify_archive import Builder, Files, write_folder, write_zip
from tests.verify_mutations import pinned
from verify.archive import verify_archive
from verify.findings import Report, Verdict
from verify.report import to_text

SAMPLE = 120
IS_LONG = os.environ.get("LETOPIS_LONG") == "1"
# Of a member, where a ZIP says it: which program wrote it and which is needed, and the attributes of the file. Nothing
# that is extracted depends on them.
OF_NO_CONTENT_IN_LOCAL = range(4, 6)
OF_NO_CONTENT_IN_DIRECTORY = (*range(4, 8), *range(36, 42))


def small_school() -> Builder:
    """A class, a lesson, a mark that was corrected."""
    b = Builder()
    b.school()
    year = b.uuid()
    b.add("year", year, "school_year_opened", title="2026/27", starts_on="2026-09-01", ends_on="2027-05-31")
    teacher, student = b.person("teacher", "Орлова"), b.person("student", "Ким", "Ли")
    group = b.class_group(year, 5, "А")
    b.enroll(group, student)
    course = b.course(group, "Математика", year, teacher, "5")
    lesson = b.lesson(course, teacher, "2026-09-01", "Дроби")
    b.begin()
    b.correct(b.mark(lesson, b.work(lesson), student, "4"), "5", "typo")
    return b


BUILDER = small_school()
FILES = BUILDER.files()


def flips(size: int, seed: int) -> Iterator[tuple[int, int]]:
    """Places in so many bytes, and the bit that is flipped there."""
    random_ = random.Random(seed)
    places = range(size) if IS_LONG else sorted(random_.sample(range(size), min(size, SAMPLE)))
    return ((place, 1 << random_.randrange(8)) for place in places)


def flipped(raw: bytes, place: int, bit: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]


def names(report: Report) -> set[str]:
    return {finding.place.file for finding in report.findings}


def test_the_archive_as_it_is_is_verified(tmp_path: Path) -> None:
    assert verify_archive(write_folder(FILES, tmp_path / "bag"), pinned(BUILDER)).verdict is Verdict.VERIFIED


def test_every_flipped_byte_of_a_folder_is_found_in_its_file(tmp_path: Path) -> None:
    folder = write_folder(FILES, tmp_path / "bag")
    ends, total = {}, 0
    for name, raw in sorted(FILES.items()):
        total += len(raw)
        ends[name] = total
    for place, bit in flips(total, 1):
        name = next(name for name, end in ends.items() if place < end)
        raw = FILES[name]
        (folder / name).write_bytes(flipped(raw, place - (ends[name] - len(raw)), bit))
        report = verify_archive(folder, pinned(BUILDER))
        (folder / name).write_bytes(raw)
        assert report.verdict is Verdict.FINDING, (name, place, bit)
        # A line of the one file that no other lists names the file whose line it is.
        named = {name} if name != "tagmanifest-sha256.txt" else {name, *(n for n in FILES if not n.startswith("data/"))}
        assert named & names(report), (name, place, bit, to_text(report))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_every_flipped_byte_of_a_zip_is_found_unless_it_changes_nothing_that_is_extracted(
    method: int, tmp_path: Path
) -> None:
    path = write_zip(FILES, tmp_path / "a.zip", method=method)
    raw = path.read_bytes()
    harmless = set(of_no_content(path))
    for place, bit in flips(len(raw), 2):
        path.write_bytes(flipped(raw, place, bit))
        report = verify_archive(path, pinned(BUILDER))
        if report.verdict is Verdict.FINDING:
            assert any(names(report)), (place, bit, to_text(report))
        else:
            assert extracted(path) == {f"archive/{name}": content for name, content in FILES.items()}, (place, bit)
            assert place in harmless, (place, bit)


def of_no_content(path: Path) -> Iterator[int]:
    """The places of a ZIP where a bit may change and every program still extracts the same."""
    with zipfile.ZipFile(path) as archive:
        infos, at = archive.infolist(), archive.start_dir
    for info in infos:
        name = len(info.filename.encode())
        yield from (info.header_offset + offset for offset in OF_NO_CONTENT_IN_LOCAL)
        # The bits behind the last code of a deflated stream, which fill up its last byte.
        if info.compress_type == zipfile.ZIP_DEFLATED:
            yield info.header_offset + 30 + name + info.compress_size - 1
        yield from (at + offset for offset in OF_NO_CONTENT_IN_DIRECTORY)
        at += 46 + name


def extracted(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}
