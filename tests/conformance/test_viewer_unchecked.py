"""What the page does not judge, the verifier in Python does not judge either, and the page says so under each verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.verify_archive import manifested, sample, write_folder
from tests.verify_mutations import pinned
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.archive import verify_archive
from verify.findings import Verdict

# Files that say nothing true, and a word of the page's list that names what is not judged of each.
LIES = {
    "data/tables/csv-metadata.json": "csv-metadata.json",
    "data/documents/2026-2027/5a/summary.pdf": "PDF",
    "data/description/description.html": "описаниях",
    "signature/tagmanifest-sha256.txt.tsr": "Отметки времени",
    "signature/tagmanifest-sha256.txt.p7s": "квалифицированные подписи",
}


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


@pytest.mark.parametrize(("name", "word"), LIES.items(), ids=LIES)
def test_both_leave_to_others_what_the_page_says_is_left(
    name: str, word: str, page: OpenedPage, tmp_path: Path
) -> None:
    builder = sample().builder
    lie = {name: b"(nothing true)"}
    files = builder.files() | lie if name.startswith("signature/") else manifested(builder.files() | lie)
    by = pinned(builder)
    answer = page.verify(files, by.key)
    assert (answer["verdict"], answer["findings"]) == ("verified", [])
    assert verify_archive(write_folder(files, tmp_path / "bag"), by).verdict is Verdict.VERIFIED
    listed = [russian for russian, _ in page.page.evaluate("Letopis.NOT_CHECKED")]
    assert sum(word in each for each in listed) == 1


def test_lists_no_more_than_that(page: OpenedPage) -> None:
    assert len(page.page.evaluate("Letopis.NOT_CHECKED")) == 2
