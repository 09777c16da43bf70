"""`ПРОЧТИ.html` in an extract: opened from its folder, it judges the extract and says what that does not claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.carried import viewer
from api.cli.extracting import ExtractOptions, export_extract
from exports.bag import READ_ME, zip_bag
from tests.sample_folders import sample_folder
from tests.verify_archive import manifested, write_zip
from tests.viewer_browser import OpenedPage, open_page


@dataclass(frozen=True)
class Extracts:
    """A class's extract and single entries, as `letopis extract` writes them."""

    of_class: Path
    of_entries: Path
    vkey: str


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    top = tmp_path_factory.mktemp("extracts")
    with sample_folder(top / "school", limit=1_500) as school:
        checkpoint = school.checkpointer.sign()
        export_extract(school, checkpoint, top / "class", ExtractOptions(class_="5А"))
        export_extract(school, checkpoint, top / "entries", ExtractOptions(entries="412,430-437"))
        return Extracts(top / "class", top / "entries", school.signer.vkey)


@pytest.fixture
def opened(chromium: Browser, extracts: Extracts) -> Iterator[OpenedPage]:
    """The page that lies in the class's extract; at the end it must have said nothing and asked for nothing but itself."""
    path = extracts.of_class / READ_ME
    opened = open_page(chromium, path)
    yield opened
    assert (opened.said, opened.asked) == ([], [path.as_uri()])
    opened.page.close()


def judge(page: Page, picked: Path, key: str) -> None:
    page.set_input_files("#zip" if picked.is_file() else "#folder", picked)
    page.fill("#key", key)
    page.click("#verify")
    expect(page.locator("#verify")).to_be_enabled(timeout=60_000)
    expect(page.locator("#answer")).to_be_visible()


def test_every_extract_has_the_page(extracts: Extracts) -> None:
    for folder in (extracts.of_class, extracts.of_entries):
        assert (folder / READ_ME).read_bytes() == viewer()
        assert READ_ME in (folder / "README.txt").read_text(encoding="utf-8")


def test_verifies_the_extract_it_lies_in_and_says_what_that_does_not_claim(
    opened: OpenedPage, extracts: Extracts
) -> None:
    page = opened.page
    judge(page, extracts.of_class, extracts.vkey)
    verdict = page.locator("#verdict")
    expect(verdict.locator(".verdict.verified")).to_contain_text("Всё, что утверждает выписка, сошлось")
    expect(verdict).to_contain_text("Чего выписка не утверждает")
    expect(verdict).to_contain_text("Что после неё до подписи ничего не внесено, говорит школа")
    expect(page.locator("#pages button")).to_have_count(3)
    expect(page.locator("#view")).to_contain_text("class ")


def test_shows_an_extracts_entries_by_their_indexes(opened: OpenedPage, extracts: Extracts) -> None:
    page = opened.page
    judge(page, extracts.of_entries, extracts.vkey)
    page.click("#to-entry")
    lines = (extracts.of_entries / "data/log/entries.jsonl").read_text(encoding="utf-8").splitlines()
    for index, line in ((0, lines[0]), (412, lines[1]), (437, lines[-1])):
        page.get_by_label("Номер записи").fill(str(index))
        page.keyboard.press("Enter")
        expect(page.locator("#view pre").last).to_have_text(line)
    page.get_by_label("Номер записи").fill("413")
    page.keyboard.press("Enter")
    expect(page.locator("#view")).to_contain_text("Такой записи в архиве нет")


def test_finds_a_mark_that_an_extracts_table_alone_has(opened: OpenedPage, extracts: Extracts, tmp_path: Path) -> None:
    page = opened.page
    zip_bag(extracts.of_class, tmp_path / "class.zip")
    judge(page, tmp_path / "class.zip", extracts.vkey)
    expect(page.locator("#verdict .verdict.verified")).to_be_visible()
    files = {
        path.relative_to(extracts.of_class).as_posix(): path.read_bytes() for path in extracts.of_class.rglob("*.*")
    }
    files["data/log/checkpoint"] = (extracts.of_class / "data/log/checkpoint").read_bytes()
    files["data/log/proof"] = (extracts.of_class / "data/log/proof").read_bytes()
    marks = files["data/tables/marks.csv"]
    assert b";4;4;" in marks
    files["data/tables/marks.csv"] = marks.replace(b";4;4;", b";5;5;", 1)
    judge(page, write_zip(manifested(files), tmp_path / "forged.zip"), extracts.vkey)
    expect(page.locator("#verdict .verdict.finding")).to_contain_text("Выписка не то, что подписано")
    expect(page.locator("#verdict")).to_contain_text("table-cell")
    expect(page.locator("#verdict")).to_contain_text("standing")
