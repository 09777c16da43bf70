"""Two archives of a school, and an archive with those it continues: the page says what the verifier in Python says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conformance.test_viewer_mutations import archive_at, in_python, on_the_page
from tests.unit.verify.test_verify_earlier import cut, part
from tests.verify_archive import SAMPLE_SIZE, Builder, Key, Sample, sample, write_folder, write_zip
from tests.verify_mutations import pinned
from tests.verify_pair_mutations import changed, folder, longer, otherwise, until
from tests.viewer_browser import OpenedPage, open_page, take_bytes
from verify.against import compare_archives
from verify.archive import Pinned, verify_archive
from verify.earlier import Earlier
from verify.findings import Report

ROWS = {"table-cell", "table-row-missing", "table-row-extra"}
Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    opened = open_page(chromium, viewer_file)
    take_bytes(opened)
    yield opened
    assert opened.said == []
    opened.page.close()


@pytest.fixture(scope="module")
def school() -> Sample:
    made = sample()
    made.builder.lines()  # roots that entries state, which tables show, are known from then on
    return made


def other_school() -> Builder:
    other = Builder(key=Key("letopis.example/school/2"))
    other.school()
    return other


def of_nothing(path: Path) -> Path:
    path.mkdir()
    return path


def copied(path: Path) -> Pair:
    builder = sample().builder
    return folder(builder, path / "a"), write_zip(builder.files(), path / "b.zip")


PAIRS: dict[str, tuple[Callable[[Path], Pair], str | None]] = {
    "a copy as a ZIP": (copied, "same"),
    "a longer one": (lambda path: (folder(sample().builder, path / "a"), folder(longer(), path / "b")), "continued"),
    "a shorter one": (lambda path: (folder(longer(), path / "a"), folder(sample().builder, path / "b")), "continues"),
    "a range that begins where it ends": (
        lambda path: (folder(sample().builder, path / "a"), folder(longer(), path / "b", SAMPLE_SIZE)),
        "continued",
    ),
    "two ranges": (lambda path: (folder(longer(), path / "a", 20), folder(longer(), path / "b", 40)), "same"),
    "a gap between": (
        lambda path: (write_folder(until(longer(), 40), path / "a"), folder(longer(), path / "b", 41)),
        None,
    ),
    "a fork": (lambda path: (folder(longer(), path / "a"), folder(otherwise(), path / "b")), "fork"),
    "a fork before the range": (
        lambda path: (folder(longer(), path / "a"), folder(otherwise(), path / "b", SAMPLE_SIZE + 1)),
        "fork",
    ),
    "a changed copy": (
        lambda path: (
            folder(sample().builder, path / "a"), write_folder(changed(sample().builder.files()), path / "b"),
        ),
        "differ",
    ),
    "another school": (lambda path: (folder(sample().builder, path / "a"), folder(other_school(), path / "b")), None),
    "nothing": (lambda path: (folder(sample().builder, path / "a"), of_nothing(path / "b")), None),
}  # fmt: skip
RELATION = ("relation", "first", "second", "common", "differs_at")


def compared(page: OpenedPage, pair: Pair, by: Pinned) -> tuple[dict[str, Any], Report]:
    answer = page.compare({path.name: archive_at(path) for path in pair}, by.key)
    report = compare_archives(*pair, by)
    assert answer["facts"] == {name: report.facts[name] for name in RELATION if name in report.facts}
    assert on_the_page(answer) == in_python(report)
    assert [on_the_page(part) for part in answer["parts"]] == [in_python(part) for part in report.parts]
    assert [item["code"] for item in answer["unchecked"]] == [item.code for item in report.unchecked]
    return answer, report


@pytest.mark.parametrize("name", PAIRS)
def test_says_what_two_archives_are_to_each_other(name: str, page: OpenedPage, tmp_path: Path) -> None:
    make, relation = PAIRS[name]
    answer, _ = compared(page, make(tmp_path), pinned(sample().builder))
    assert answer["facts"].get("relation") == relation


def test_proves_no_fork_without_a_key(page: OpenedPage, tmp_path: Path) -> None:
    answer, _ = compared(page, (folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b")), Pinned())
    assert (answer["facts"]["relation"], answer["verdict"]) == ("differ", "finding")


def beside(page: OpenedPage, path: Path, *earlier: Path) -> dict[str, Any]:
    """Judge an archive with earlier ones on the page and in Python, and see that they say the same."""
    by = pinned(sample().builder)
    report = verify_archive(path, replace(by, earlier=Earlier(earlier, by)))
    answer = page.verify(archive_at(path), by.key, path.name, {one.name: archive_at(one) for one in earlier})
    # The program has begun to compare tables when it sees that the walk leads elsewhere; the page has not.
    leads = all(finding.code != "earlier-mismatch" for finding in report.findings)
    assert on_the_page(answer) == [each for each in in_python(report) if leads or each[0] not in ROWS]
    assert answer["verdict"] == report.verdict.value
    assert {item["code"] for item in answer["unchecked"]} == {item.code for item in report.unchecked}
    facts = {name: report.facts.get(name) for name in ("start", "entries", "size", "root", "signed_size", "files")}
    assert {name: answer["facts"].get(name) for name in facts} == facts
    return answer


@pytest.mark.parametrize("start", [1, 40, 211])
def test_verifies_a_later_archive_beside_the_earlier_one(
    start: int, school: Sample, page: OpenedPage, tmp_path: Path
) -> None:
    earlier, later = cut(school, tmp_path, start)
    answer = beside(page, later, earlier)
    assert (answer["verdict"], answer["findings"], answer["unchecked"]) == ("verified", [], [])


def test_takes_earlier_archives_that_lead_to_its_start_and_no_others(
    school: Sample, page: OpenedPage, tmp_path: Path
) -> None:
    one, two, three = cut(school, tmp_path, 60, 211)
    assert beside(page, three, two, one)["verdict"] == "verified"
    shorter, _ = cut(school, tmp_path / "shorter", 59)
    other = part(sample(seed=2), tmp_path / "other", 0, 60)
    for earlier in ([one], [two], [shorter, two], [three], [other, two], [of_nothing(tmp_path / "nothing"), two]):
        answer = beside(page, three, *earlier)
        assert "earlier-mismatch" in {finding["code"] for finding in answer["findings"]}, earlier


def test_names_the_earlier_archive_in_which_something_is_wrong(
    school: Sample, page: OpenedPage, tmp_path: Path
) -> None:
    earlier, later = cut(school, tmp_path, 137)
    entries = earlier / "data/log/entries-000000000000.jsonl"
    lines = entries.read_bytes().split(b"\n")
    lines[20] = lines[20].replace(b'"role":"', b'"role":"x')
    entries.write_bytes(b"\n".join(lines))
    answer = beside(page, later, earlier)
    assert {"prev-mismatch", "manifest-mismatch", "root-mismatch"} <= {
        finding["code"] for finding in answer["findings"]
    }
    assert all(finding["place"]["file"].startswith("from-0: ") for finding in answer["findings"][:2])
