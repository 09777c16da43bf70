"""Extracts as the specification writes them: honest ones verify, and nobody changes a byte of one unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify_archive import Files, manifested, sample, write_folder, write_zip
from tests.verify_extract_forgeries import extract_of
from tests.verify_extracts import Extract, of_class, of_one_result, of_student
from tests.verify_mutations import pinned
from tests.verify_results import graded
from verify.__main__ import main
from verify.archive import Pinned, verify_archive
from verify.extract_against import verify_against
from verify.findings import Verdict
from verify.report import to_json, to_text


@pytest.mark.parametrize("scope", ["class", "student", "entries"])
def test_verifies_an_extract_within_its_limits(scope: str, tmp_path: Path) -> None:
    extract = extract_of(sample(), scope)
    files = extract.files()
    for path in (write_folder(files, tmp_path / "bag"), write_zip(files, tmp_path / "bag.zip")):
        report = verify_archive(path, pinned(extract.b))
        assert report.verdict is Verdict.VERIFIED, to_text(report)
        limits = {limit.code for limit in report.limits}
        expected = {
            "class": {"extract-ends", "extract-lessons"},
            "student": {"extract-ends", "extract-others"},
            "entries": {"extract-none"},
        }
        assert limits == {"extract-part", *expected[scope]}
        assert report.facts["entries"] == len(extract.indexes)


def test_tells_the_limits_in_the_report_of_a_verified_extract(tmp_path: Path) -> None:
    extract = extract_of(sample(), "student")
    report = verify_archive(write_folder(extract.files(), tmp_path / "bag"), pinned(extract.b))
    text = to_text(report)
    assert "everything that the extract claims" in text.splitlines()[0]
    assert "[extract-others]" in text
    assert '"code": "extract-ends"' in to_json(report)


@pytest.mark.parametrize("scope", ["class", "student"])
def test_verifies_an_extract_with_results(scope: str, tmp_path: Path) -> None:
    b = graded().b
    group = next(e["stream"] for e in b.entries if e["type"] == "class_group_opened/1").partition("/")[2]
    student = next(e["data"]["student"] for e in b.entries if e["type"] == "period_mark_recorded/1")
    indexes = of_class(b.entries, group) if scope == "class" else of_student(b.entries, student)
    extract = Extract(b, scope, group if scope == "class" else student, indexes)
    report = verify_archive(write_folder(extract.files(), tmp_path / "bag"), pinned(b))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    computed = [b.entries[index]["type"] for index in indexes].count("period_mark_recorded/1")
    assert report.checked["results"] >= computed > 0
    assert not {"extract-inputs", "extract-basis", "extract-results"} & {limit.code for limit in report.limits}


def test_a_result_of_marks_that_are_elsewhere_is_not_computed_and_says_so(tmp_path: Path) -> None:
    """A student who changed the class in the quarter: the class's extract has not the marks of the other class."""
    g = graded()
    b, school = g.b, g.school
    b.begin()
    fifth, teacher = school.students[4], school.teacher
    other = b.class_group(school.year, 5, "Б")
    course = b.course(other, "Математика", school.year, teacher, "5", starts_on="2026-11-05")
    period = b.period(school.year, 2, [5], "2026-11-05", "2026-12-30")
    elsewhere = b.lesson(course, teacher, "2026-11-06")
    away = b.mark(elsewhere, b.work(elsewhere), fifth, "5")
    b.leave(school.group, fifth, "2026-11-04")
    b.enroll(other, fifth, "2026-11-05")
    b.leave(other, fifth, "2026-11-08")
    b.enroll(school.group, fifth, "2026-11-09")
    lesson = b.lesson(school.course, teacher, "2026-11-09")
    here = b.mark(lesson, b.work(lesson), fifth, "4")
    index = g.mark(g.open(period), fifth, "5", "4", (900, 200), sorted([away, here]), reason="trend")
    g.rows[index][5] = "четверть 2"
    extract = Extract(b, "class", school.group, of_class(b.entries, school.group))
    report = verify_archive(write_folder(extract.files(), tmp_path / "bag"), pinned(b))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    limits = {limit.code: limit.detail for limit in report.limits}
    assert limits["extract-inputs"] == f"entry {index}: {away}"
    assert limits["extract-results"] == f"1 of {report.checked['results'] + 1} results"
    assert f"запись {index}: {away}" in to_text(report, "ru")


def test_what_was_blocked_and_is_no_more_may_be_disclosed(tmp_path: Path) -> None:
    school = sample()
    b = school.builder
    b.unblock(b.block(school.students[0]))
    extract = extract_of(school, "student")
    report = verify_archive(write_folder(extract.files(), tmp_path / "bag"), pinned(b))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert b'"personal_data_unblocked/1"' in extract.files()["data/log/entries.jsonl"]


def test_of_whom_nothing_is_disclosed_it_says_so(tmp_path: Path) -> None:
    school = sample()
    b = school.builder
    b.block(school.students[0])
    extract = extract_of(school, "student")
    own = {e["index"] for e in b.entries if e["stream"] == f"person/{school.students[0]}"}
    extract.disclosed = [(text, index) for text, index in extract.disclosed if index not in own]
    gone = b.names[school.students[0]]
    files = {name: raw.replace(gone.encode(), school.students[0].encode()) for name, raw in extract.files().items()}
    report = verify_archive(write_folder(manifested(files), tmp_path / "bag"), pinned(b))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert [limit.detail for limit in report.limits if limit.code == "extract-withheld"] == ["1 people"]


def test_single_entries_show_a_result_where_no_work_weighs(tmp_path: Path) -> None:
    b = graded().b
    weighed, of_year = (
        next(e for e in b.entries if e["type"] == "period_mark_recorded/1" and e["data"]["weight"] == weight)
        for weight in (300, 1)
    )
    report = verify_archive(write_folder(of_one_result(b, of_year["index"]).files(), tmp_path / "year"), pinned(b))
    assert (report.verdict, report.checked["results"]) == (Verdict.VERIFIED, 1), to_text(report)
    extract = of_one_result(b, weighed["index"])
    report = verify_archive(write_folder(extract.files(), tmp_path / "quarter"), pinned(b))
    assert (report.verdict, report.checked["results"]) == (Verdict.VERIFIED, 0), to_text(report)
    details = {limit.code: limit.detail for limit in report.limits}
    assert details["extract-basis"] == f"entry {weighed['index']}: corrections of its works"
    of_year["data"]["sum"] = 3
    report = verify_archive(write_folder(of_one_result(b, of_year["index"]).files(), tmp_path / "sum"), pinned(b))
    assert [finding.code for finding in report.findings] == ["result-computed"]


def test_a_students_extract_names_no_other_student() -> None:
    extract = extract_of(sample(), "student")
    raw = extract.files()["data/log/entries.jsonl"].decode()
    others = {
        e["stream"].partition("/")[2]
        for e in extract.b.entries
        if e["type"] == "person_registered/1" and e["data"]["kind"] == "student"
    } - {extract.of}
    assert len(others) >= 3
    assert not [other for other in others if other in raw]


def test_without_a_key_an_extract_is_incomplete(tmp_path: Path) -> None:
    report = verify_archive(write_folder(extract_of(sample(), "entries").files(), tmp_path / "bag"), Pinned())
    assert report.verdict is Verdict.INCOMPLETE
    assert [item.code for item in report.unchecked] == ["no-key"]


def test_an_unknown_event_in_an_extract_is_incomplete(tmp_path: Path) -> None:
    b = sample().builder
    b.add("lesson", b.uuid(), "balloon_flown", student=b.uuid())
    extract = Extract(b, "entries", "", [0, len(b.entries) - 1])
    report = verify_archive(write_folder(extract.files(), tmp_path / "bag"), pinned(b))
    assert [item.code for item in report.unchecked] == ["unknown-type"], to_text(report)


def test_compares_an_earlier_checkpoint_of_the_same_size(tmp_path: Path) -> None:
    extract = extract_of(sample(), "entries")
    path = write_folder(extract.files(), tmp_path / "bag")
    same, other = extract.b.key.checkpoint(extract.leaves), extract.b.key.checkpoint([b"0" * 32, *extract.leaves[1:]])
    before = extract.b.key.checkpoint(extract.leaves[:9])
    assert verify_archive(path, pinned(extract.b, same)).verdict is Verdict.VERIFIED
    assert [f.code for f in verify_archive(path, pinned(extract.b, other)).findings] == ["old-root-mismatch"]
    assert [u.code for u in verify_archive(path, pinned(extract.b, before)).unchecked] == ["old-not-covered"]


def test_a_changed_byte_is_found_wherever_it_is(tmp_path: Path) -> None:
    """Each byte of a small extract's payload in turn, and every seventh of what stands around it, as in every bag.

    The finding names the file, or the one whose manifest line was changed.
    """
    b = sample().builder
    b.entries = b.entries[:8]
    b.disclosures = [(text, index) for text, index in b.disclosures if index == 5][:1]
    extract = Extract(b, "entries", "", [0, 5])
    files: Files = extract.files()
    folder = write_folder(files, tmp_path / "bag")
    keys = pinned(b)
    assert verify_archive(folder, keys).verdict is Verdict.VERIFIED
    assert sum(map(len, files.values())) < 5_000
    for name, raw in files.items():
        for offset in range(0, len(raw), 1 if name.startswith("data/") else 7):
            changed = bytearray(raw)
            changed[offset] ^= 1 << offset % 8
            (folder / name).write_bytes(bytes(changed))
            report = verify_archive(folder, keys)
            places = {finding.place.file for finding in report.findings}
            assert name in places or (name == "tagmanifest-sha256.txt" and places), (name, offset, to_text(report))
        (folder / name).write_bytes(raw)


def test_an_archive_shows_that_the_streams_of_an_extract_end(tmp_path: Path) -> None:
    extract = extract_of(sample(), "student")
    bag = write_folder(extract.files(), tmp_path / "bag")
    archive = write_zip(extract.b.files(), tmp_path / "archive.zip")
    report = verify_against(bag, archive, pinned(extract.b))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert "extract-ends" not in {limit.code for limit in report.limits}
    assert report.facts["against"] == str(len(extract.lines))
    for one, other in ((bag, bag), (archive, archive)):
        unchecked = {item.code for item in verify_against(one, other, pinned(extract.b)).unchecked}
        assert "against-nothing" in unchecked


def test_the_command_line_compares_an_extract_with_an_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extract = extract_of(sample(), "student")
    bag = write_folder(extract.files(), tmp_path / "bag")
    archive = write_folder(extract.b.files(), tmp_path / "archive")
    keys = ["--key", extract.b.key.vkey]
    assert main([str(bag), "--against", str(archive), *keys]) == 0
    assert "Compared with an archive of" in capsys.readouterr().out
    assert main([str(bag), "--against", str(tmp_path / "no"), *keys]) == 2
    assert main(["--url", "http://x", "--against", str(archive), *keys]) == 2
