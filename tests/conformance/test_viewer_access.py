"""The page's reading of access logs (access-log.md) and the one in Python find the same, by code and place.

Logs are made at random, and lies about them; what follows a lie is chained and signed again, so that only rules show it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.access_logs import lie, random_access_log, sealed
from tests.conformance.test_viewer_mutations import in_python, on_the_page
from tests.verify_archive import Files, manifested, sample, write_folder
from tests.verify_mutations import pinned
from tests.viewer_browser import Archive, OpenedPage, page_of_bytes
from verify.archive import verify_archive
from verify.earlier import Earlier

SEEDS = range(12)
LIES = 12


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


def test_verifies_an_access_log_that_nobody_changed(page: OpenedPage) -> None:
    b = random_access_log(1)
    answer = page.verify(sealed(b), pinned(b).key)
    assert (answer["verdict"], answer["findings"], answer["unchecked"]) == ("verified", [], [])
    facts = answer["facts"]
    assert (facts["entries"], facts["rows"], facts["school"]) == (len(b.entries), 0, "Школа № 1534")


@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_lies_about_looks(seed: int, page: OpenedPage, tmp_path: Path) -> None:
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    for case in range(LIES):
        b = random_access_log(seed)
        for _ in range(chance.choice((1, 1, 2))):
            lie(b, chance)
        files, by = sealed(b), pinned(b)
        report = verify_archive(write_folder(files, tmp_path / str(case)), by)
        answer = page.verify(files, by.key)
        assert on_the_page(answer) == in_python(report), case
        assert answer["verdict"] == report.verdict.value
        assert {each["code"] for each in answer["unchecked"]} == {each.code for each in report.unchecked}
        found.update(each.code for each in report.findings)
    assert found


def parts(files: list[Files], folder: Path) -> tuple[tuple[Path, ...], dict[str, Archive]]:
    """Earlier archives as paths, and by name as a browser hands them over."""
    written = tuple(write_folder(each, folder / f"to-{at}") for at, each in enumerate(files))
    return written, {path.name: each for path, each in zip(written, files, strict=True)}


@pytest.mark.parametrize("seed", range(4))
def test_both_say_the_same_of_years_that_continue_one_another(seed: int, page: OpenedPage, tmp_path: Path) -> None:
    """What an earlier archive says counts: a stream that goes on, a command that was there, an entry of a journal."""
    chance = random.Random(100 + seed)
    for case in range(6):
        b = random_access_log(seed)
        if case:
            lie(b, chance)
        by = pinned(b)
        earlier = [sealed(b, 0, 11), sealed(b, 11, 27)]
        files = sealed(b, 27)
        path = write_folder(files, tmp_path / f"{case}-later")
        paths, handed = parts(earlier, tmp_path / str(case))
        report = verify_archive(path, replace(by, earlier=Earlier(paths, by)))
        answer = page.verify(files, by.key, path.name, handed)
        assert on_the_page(answer) == in_python(report), case
        assert (answer["verdict"] == "verified") == (report.verdict.value == "verified") == (not report.findings)
        alone = verify_archive(path, by)
        assert on_the_page(page.verify(files, by.key, path.name)) == in_python(alone), case
        assert [each.code for each in alone.unchecked][:1] == ["before-range"]


def test_a_later_year_begins_where_the_one_before_ends(page: OpenedPage, tmp_path: Path) -> None:
    b = random_access_log(3)
    by = pinned(b)
    files = sealed(b, 27)
    path = write_folder(files, tmp_path / "later")
    paths, handed = parts([sealed(b, 0, 11)], tmp_path)
    report = verify_archive(path, replace(by, earlier=Earlier(paths, by)))
    answer = page.verify(files, by.key, path.name, handed)
    assert on_the_page(answer) == in_python(report)
    assert {each["code"] for each in answer["findings"]} == {"earlier-mismatch"}


def test_an_access_log_has_no_tables_and_a_journal_no_looks(page: OpenedPage, tmp_path: Path) -> None:
    b = random_access_log(5)
    table = {"data/tables/marks.csv": b"\xef\xbb\xbfentry\r\n"}
    school = sample().builder
    school.add("read", school.command, "personal_data_read", **b.entries[1]["data"])
    mixed = random_access_log(5)
    mixed.add("person", mixed.uuid(), "person_registered", kind="staff", sd=[])
    cases = [
        (manifested(sealed(b) | table), pinned(b), "table-unexpected"),
        (school.files(), pinned(school), "stream-kind"),
        (sealed(mixed), pinned(mixed), "stream-kind"),
    ]
    for at, (files, by, code) in enumerate(cases):
        report = verify_archive(write_folder(files, tmp_path / str(at)), by)
        answer = page.verify(files, by.key)
        assert on_the_page(answer) == in_python(report)
        assert code in {each["code"] for each in answer["findings"]}
