"""ZIPs that honest programs write: all of them are read, and read as those programs read them."""

import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from exports.bag import zip_bag
from tests.verify_archive import Files, Sample, sample, write_folder, write_zip
from tests.verify_mutations import pinned
from tests.verify_zip_mutations import Member, members_of, write_members
from verify.archive import verify_archive
from verify.findings import Verdict
from verify.report import to_text


@pytest.fixture(scope="module")
def school() -> Sample:
    return sample()


@pytest.fixture(scope="module")
def files(school: Sample) -> Files:
    return school.builder.files()


def check(path: Path, school: Sample, files: Files) -> None:
    """What the verifier accepts is what Python's zipfile and Info-ZIP's unzip take out."""
    report = verify_archive(path, pinned(school.builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read("archive/" + name) for name in files} == files
    if shutil.which("unzip"):
        done = subprocess.run(["unzip", "-tqq", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("signature", [b"", b"PK\7\x08"])
@pytest.mark.parametrize("method", [0, 8])
def test_accepts_members_whose_sizes_follow_their_data(
    signature: bytes, method: int, school: Sample, files: Files, tmp_path: Path
) -> None:
    members = []
    for member in members_of(files):
        raw = member.raw
        told = Member(member.name, raw, method=method).truth
        behind = signature + struct.pack("<3L", *told)
        members.append(Member(member.name, raw, method=method, flags=8, told=(0, 0, 0), behind=behind))
    check(write_members(tmp_path / "a.zip", members), school, files)


def test_accepts_members_written_to_a_pipe(school: Sample, files: Files, tmp_path: Path) -> None:
    class Pipe:
        def __init__(self) -> None:
            self.raw = b""

        def write(self, raw: bytes) -> int:
            self.raw += raw
            return len(raw)

        def flush(self) -> None:
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for number, (name, raw) in enumerate(files.items()):
            with archive.open("archive/" + name, "w", force_zip64=number % 2 == 0) as member:
                member.write(raw)
    (tmp_path / "a.zip").write_bytes(pipe.raw)
    check(tmp_path / "a.zip", school, files)


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs Info-ZIP's zip")
def test_accepts_what_info_zip_packs_with_times_owners_and_folders(
    school: Sample, files: Files, tmp_path: Path
) -> None:
    write_folder(files, tmp_path / "archive")
    subprocess.run(["zip", "-qr", "a.zip", "archive"], cwd=tmp_path, check=True)
    check(tmp_path / "a.zip", school, files)


@pytest.mark.parametrize("limit", [0, 1_000, 8_000])
def test_accepts_our_own_zip_beyond_the_limits_of_32_bits(
    limit: int, school: Sample, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is lowered, so that sizes, offsets and the directory's place are written long as above 2 GiB."""
    write_folder(files, tmp_path / "archive")
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    zip_bag(tmp_path / "archive", tmp_path / "a.zip")
    monkeypatch.undo()
    assert b"PK\6\6" in (tmp_path / "a.zip").read_bytes()
    check(tmp_path / "a.zip", school, files)


def test_accepts_members_in_another_order_than_the_directory(school: Sample, files: Files, tmp_path: Path) -> None:
    raw = write_zip(files, tmp_path / "a.zip").read_bytes()
    *_, directory_bytes, at, _ = struct.unpack("<4s4H2LH", raw[-22:])
    lines = raw[at : at + directory_bytes].split(b"PK\1\2")[1:]
    (tmp_path / "a.zip").write_bytes(raw[:at] + b"".join(b"PK\1\2" + line for line in reversed(lines)) + raw[-22:])
    check(tmp_path / "a.zip", school, files)


@pytest.mark.parametrize("at", range(-98, 0))
def test_no_byte_of_the_end_may_change(
    at: int, school: Sample, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the versions that made and need the ZIP64 record, which mean nothing to a reader."""
    write_folder(files, tmp_path / "archive")
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    zip_bag(tmp_path / "archive", tmp_path / "a.zip")
    monkeypatch.undo()
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[at] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    report = verify_archive(tmp_path / "a.zip", pinned(school.builder))
    assert (report.verdict is Verdict.VERIFIED) == (at in range(-98 + 12, -98 + 16)), to_text(report)
