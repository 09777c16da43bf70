"""Pages before a judge that knows nothing of us: veraPDF, for PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from exports.documents.pages import Certification, Code, Press
from exports.documents.sheet import Column, Row
from tests.printed_sheets import STAMP, class_page
from tests.verapdf_judge import FLAVOURS, broken_rules

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1h-1z"/></svg>'


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What the judge says of everything that pages can have, and of a spoiled file; asked once, for it starts slowly."""
    folder = tmp_path_factory.mktemp("judged")
    whole = class_page(2, 36)
    joined = replace(
        class_page(0, 0),
        columns=(Column("Имя", "name", width_mm=40, joins=True), Column("Алгебра", "mark", width_mm=9, turned=True)),
        rows=(Row(("Анна", "5")), Row(("Анна", "4")), Row(("x² ≤ 2π 😀", "3→4"))),
        follows=True,
    )
    stamp = replace(STAMP, code=Code(PICTURE, "код", "код"), certification=Certification())
    good = Press().render("Журнал", [whole, joined, class_page(0, 2)], stamp)
    (folder / "good.pdf").write_bytes(good)
    with pikepdf.open(io.BytesIO(good)) as pdf:
        del pdf.Root.Metadata
        del pdf.Root.StructTreeRoot
        pdf.save(folder / "spoiled.pdf")
    return broken_rules([Path(folder / name) for name in ("good.pdf", "spoiled.pdf")])


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_foreign_judge_accepts_pages_with_all_that_they_can_have(
    judged: dict[str, dict[str, list[str]]], flavour: str
) -> None:
    assert judged["good.pdf"][flavour] == []


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_judge_refuses_a_file_without_its_tags_and_metadata(
    judged: dict[str, dict[str, list[str]]], flavour: str
) -> None:
    assert judged["spoiled.pdf"][flavour]
