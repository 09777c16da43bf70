"""Properties of a whole verification: no change goes unseen, nothing makes it raise."""

import tempfile
import zipfile
from pathlib import Path

from hypothesis import given, settings, strategies as st

from tests.verify_archive import manifested, sample, write_folder, write_zip
from tests.verify_mutations import pinned
from verify.archive import verify_archive
from verify.findings import Verdict
from verify.report import to_text

BUILDER = sample().builder
FILES = BUILDER.files()
EVIDENCE = ("data/log/entries-000000000000.jsonl", "data/log/checkpoint", "data/log/start-edge")


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the bag with one run of bytes replaced, removed or put in."""
    name = draw(st.sampled_from(sorted(FILES)))
    raw = FILES[name]
    at = draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + draw(st.binary(max_size=3)) + raw[at + draw(st.integers(0, 3)) :]
    return name, changed


@given(changes())
@settings(max_examples=60, deadline=None)
def test_no_change_of_any_file_is_verified(change: tuple[str, bytes]) -> None:
    name, raw = change
    with tempfile.TemporaryDirectory() as folder:
        report = verify_archive(write_folder(FILES | {name: raw}, Path(folder) / "bag"), pinned(BUILDER))
    assert (report.verdict is Verdict.VERIFIED) == (raw == FILES[name]), to_text(report)


@given(changes())
@settings(max_examples=60, deadline=None)
def test_no_change_of_log_or_tables_is_verified_even_with_new_manifests(change: tuple[str, bytes]) -> None:
    name, raw = change
    with tempfile.TemporaryDirectory() as folder:
        files = manifested(FILES | {name: raw})
        report = verify_archive(write_folder(files, Path(folder) / "bag"), pinned(BUILDER))
    # A line of disclosures that is gone is a redaction, which the tables then do not fit; tag files are made again.
    is_same = files == FILES
    assert (report.verdict is Verdict.VERIFIED) == is_same, to_text(report)


@given(st.integers(0, 10**9), st.binary(min_size=1, max_size=4), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_damaged_zip_never_raises_and_never_hides_a_change(at: int, noise: bytes, stored: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        path = write_zip(FILES, Path(folder) / "a.zip", method=method)
        raw = path.read_bytes()
        at %= len(raw)
        path.write_bytes(raw[:at] + noise + raw[at + len(noise) :])
        report = verify_archive(path, pinned(BUILDER))
        if report.verdict is Verdict.VERIFIED:
            with zipfile.ZipFile(path) as archive:
                assert {info.filename: archive.read(info) for info in archive.infolist()} == {
                    "archive/" + name: content for name, content in FILES.items()
                }
