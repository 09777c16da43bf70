"""Documents: pages a second and core, against the same pages and the same cells by Typst alone; the memory of many."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Final

import orjson
import typst

from bench.measure import Report, Result
from exports.documents.glyphs import FOLDER, FONTS, STANDARDS
from exports.documents.pages import Press, template_data
from exports.documents.sheet import Column, Row, Sheet
from tests.printed_sheets import STAMP, class_page

PAGES: Final = 8
DOCUMENTS: Final = 40
MEMORY_MIB: Final = 500
BARE: Final = b"""#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: "a4", flipped: true, margin: 12mm)
#set text(font: ("PT Sans", "DejaVu Sans Mono"), size: 7pt, lang: "ru", fallback: false)
#for sheet in data.runs.flatten() {
  heading(sheet.title)
  table(columns: sheet.columns.len(), table.header(..sheet.columns.map(it => it.title)), ..sheet.rows.flatten())
}"""
"""The same cells as tables without any layout of ours: what Typst itself takes for a tagged PDF/A-3a."""


def documents_set(report: Report, rounds: int) -> None:
    """A class's subject in four quarters: 28 students and 30 lessons, then 30 topics with homework."""
    numbers = count()
    press = Press()
    alone = typst.Compiler(FOLDER / "sheets.typ", root=FOLDER, font_paths=FONTS, ignore_system_fonts=True)

    def ours() -> float:
        return _pages_per_second(lambda: press.render("Журнал", _document(next(numbers)), STAMP))

    def peer() -> float:
        # The same layout as a plain PDF: no PDF/A, no tags, nothing shrunk.
        data = template_data("Журнал", _document(next(numbers)), STAMP, str)
        inputs = {"data": orjson.dumps(data).decode()}
        return _pages_per_second(lambda: alone.compile(format="pdf", sys_inputs=inputs, pdf_tags=False))

    plain = typst.Compiler(b"", root=FOLDER, font_paths=FONTS, ignore_system_fonts=True)

    def bare() -> float:
        data = template_data("Журнал", _document(next(numbers)), STAMP, str)
        inputs = {"data": orjson.dumps(data).decode()}
        return _pages_per_second(
            lambda: plain.compile(input=BARE, format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS)
        )

    report.compare("documents_set", ours, peer, unit="pages/s and core", rounds=rounds, goal=0.6)
    report.compare("documents_against_bare_tables", ours, bare, unit="pages/s and core", rounds=rounds)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        peak = pool.apply(partial(_memory_of, DOCUMENTS))
    report.add("documents_memory", Result(peak / MEMORY_MIB, 1.0, "lower", peak, MEMORY_MIB, "MiB (largest process)"))


def _pages_per_second(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return PAGES / (time.process_time() - begun)


def _memory_of(documents: int) -> float:
    """The largest resident size, in MiB, of a process that sets some documents."""
    press = Press()
    for number in range(documents):
        press.render("Журнал", _document(number), STAMP)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _document(number: int) -> list[Sheet]:
    """Eight pages that nobody has set before, for what was set once is remembered."""
    marks = replace(class_page(28, 30), title=f"Отметки {number}")
    columns = (Column("Дата", "date", width_mm=17), Column("Тема"), Column("Домашнее задание"))
    rows = tuple(Row(("01.09.2026", f"Тема {number}-{at}", f"§ {at}, упр. {number}")) for at in range(30))
    topics = replace(marks, kind="lesson_list", columns=columns, rows=rows, totals=(), notes=())
    return [replace(sheet, scope=(("период", str(quarter)),)) for quarter in range(4) for sheet in (marks, topics)]
