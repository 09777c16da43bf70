from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace

import pikepdf
import pytest

from exports.documents.pages import KEPT_CELLS, Certification, Code, Press, blocks, render
from exports.documents.sheet import Column, Row
from tests.printed_sheets import SCHOOL, STAMP, class_page

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1h-1z"/></svg>'


MM = 72 / 25.4
"""Points of a millimetre."""


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def texts(pdf: bytes) -> list[str]:
    """What `pdftotext` reads, page by page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def test_the_same_sheets_give_the_same_bytes(press: Press) -> None:
    press.render("Другое", [class_page(5, 2)], STAMP)
    assert press.render("Журнал", [class_page()], STAMP) == render("Журнал", [class_page()], STAMP)


def test_marks_names_and_the_place_of_each_page_are_read_again(press: Press) -> None:
    (page,) = texts(press.render("Журнал", [class_page()], STAMP))
    for text in (SCHOOL, "Абрамова Мария-2", "4/5", "3→4", "2→–", "н/а", "5А · Алгебра · 1 четверть", "сентябрь"):
        assert text in page
    assert "страница 1 из 1" in page
    assert re.search(r"по записи журнала: 12\s345, последняя — 28\.05\.2027 14:03", page)
    assert re.search(r"контрольная точка: 12\s400, корень 3f3f3f3f3f3f3f3f…", page)


def test_a_wide_page_goes_on_with_its_names_and_headings(press: Press) -> None:
    pages = texts(press.render("Журнал", [class_page(40, 60, ("5", "", "н"))], STAMP))
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert f"страница {number} из 2" in page
        for at in range(1, 41):
            assert f"Абрамова Мария-{at}\n" in re.sub(r"(Мария-\d+)\s.*", r"\1", page)
    assert "сентябрь" in pages[0]
    assert "октябрь" in pages[1]


def test_a_long_table_repeats_its_heading_on_each_page(press: Press) -> None:
    sheet = replace(
        class_page(0, 0),
        columns=(Column("Дата", "date", width_mm=20), Column("Тема")),
        rows=tuple(Row(("01.09.2026", f"Тема {at}")) for at in range(90)),
    )
    pages = texts(press.render("Журнал", [sheet], STAMP))
    assert len(pages) == 3
    assert all("Дата" in page and "Тема" in page for page in pages)


def test_a_class_without_anybody_has_a_page_that_says_so(press: Press) -> None:
    (page,) = texts(press.render("Журнал", [class_page(0, 3)], STAMP))
    assert "Записей нет." in page


def test_nothing_that_people_typed_is_read_as_markup(press: Press) -> None:
    typed = '#strong[x] $a$ *b* _c_ <d> @e "f" \\ `g` // h'
    sheet = replace(class_page(1, 0), rows=(Row(("1", typed)),))
    (page,) = texts(press.render(typed, [sheet], STAMP))
    assert " ".join(typed.split()) in " ".join(page.split())


def test_a_character_that_no_font_has_is_spelled_and_stays_in_the_table(press: Press) -> None:
    sheet = replace(class_page(1, 0), rows=(Row(("1", "Тема 😀 x² ≤ 2π →\u202eой\u0306")),))
    pdf = press.render("Журнал 😀", [sheet], STAMP)
    assert "Тема [U+1F600] x² ≤ 2π →[U+202E]ой" in texts(pdf)[0]
    assert attached(pdf) == {"01-class-page.csv": sheet.csv()}


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def test_each_sheet_is_attached_as_a_table(press: Press) -> None:
    first, second = class_page(), replace(class_page(2, 2), kind="lesson_list", follows=True)
    pdf = press.render("Журнал", [first, second], STAMP)
    assert attached(pdf) == {"01-class-page.csv": first.csv(), "02-lesson-list.csv": second.csv()}


def test_a_certified_copy_has_a_code_and_lines_to_be_filled(press: Press) -> None:
    code = Code(PICTURE, "код проверки", "letopis.example 12400")
    stamp = replace(STAMP, code=code, certification=Certification(position="директор", original="Подлинник в школе"))
    stamp = replace(stamp, form="форма № 17", issued="выдана 28.05.2027 14:05, выдал(а) 3c16a9d0")
    (page,) = texts(press.render("Журнал", [class_page()], stamp))
    for text in (
        "Верно",
        "директор",
        "подпись",
        "инициалы, фамилия",
        "М. П.",
        "Подлинник в школе",
        code.text,
        stamp.form,
        stamp.issued,
    ):
        assert text in page


@pytest.mark.parametrize("rows", [26, 27, 28, 29, 30, 31])
def test_a_certification_never_stands_alone_on_a_page(press: Press, rows: int) -> None:
    sheet = replace(
        class_page(0, 0),
        columns=(Column("Дата", "date", width_mm=20), Column("Тема")),
        rows=tuple(Row(("01.09.2026", f"Тема {at}")) for at in range(rows)),
        totals=(("уроков", str(rows)),),
        notes=("Первое.", "Второе.", "Третье.") if rows % 2 else (),
    )
    stamp = replace(STAMP, code=Code(PICTURE, "код", "код"), certification=Certification())
    *_, last = texts(press.render("Журнал", [sheet], stamp))
    assert "Верно" in last
    assert f"уроков: {rows}" in last
    assert ("Первое." in last) == (rows % 2 == 1)


@pytest.mark.parametrize(("lessons", "is_filled"), [(36, True), (22, True), (5, False)])
def test_marks_take_the_width_that_is_there_unless_they_are_few(press: Press, lessons: int, is_filled: bool) -> None:
    pdf = press.render("Журнал", [class_page(5, lessons, ("5",))], STAMP)
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    ends = [float(found) for found in re.findall(r'xMax="([0-9.]+)"[^>]*>5</word>', done.stdout.decode())]
    assert (max(ends) > MM * (287 - 10)) == is_filled
    assert max(ends) < MM * 287


def test_columns_are_shared_evenly_and_those_that_lead_come_again() -> None:
    lead, mark = Column("№", width_mm=7, leads=True), Column("1", "mark", width_mm=6)
    assert blocks([lead, mark], table_mm=20) == [[0, 1]]
    assert blocks([lead, *[mark] * 5], table_mm=20) == [[0, 1, 2], [0, 3, 4], [0, 5]]
    assert blocks([lead, mark, replace(mark, width_mm=50), mark], table_mm=20) == [[0, 1], [0, 2], [0, 3]]


def test_a_document_has_a_sheet(press: Press) -> None:
    with pytest.raises(ValueError, match="sheet"):
        press.render("Журнал", [], STAMP)


MEMORY = """
import resource
from exports.documents.pages import Press
from tests.printed_sheets import STAMP, class_page
press = Press()
for number in range(5):
    press.render(f"Журнал {number}", [class_page(60, 100)], STAMP)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_documents() -> None:
    """One of six thousand cells takes some 40 MB while it is set."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, check=True, text=True)
    first, *_, last = map(int, done.stdout.split())
    assert last - first < 60


def test_what_is_kept_is_looked_through_once_for_many_small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[int] = []
    forget = Press._forget

    def noted(self: Press) -> None:
        forgotten.append(self._kept_cells)
        forget(self)

    monkeypatch.setattr(Press, "_forget", noted)
    press, sheet = Press(), class_page(10, 20)
    cells = len(sheet.rows) * len(sheet.columns)
    for _ in range(KEPT_CELLS // cells * 2 + 2):
        press.render("Журнал", [sheet], STAMP)
    assert len(forgotten) == 2
    assert all(KEPT_CELLS < count <= KEPT_CELLS + cells for count in forgotten)
