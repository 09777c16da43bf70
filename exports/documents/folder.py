"""The folder ``data/documents`` of an archive: PDFs by class and subject, registers, and a page that links them.

    data/documents/index.html
    data/documents/conformity.pdf  obligations.pdf  papers.pdf
    data/documents/2026-2027/substitutions-2026-09.pdf …
    data/documents/2026-2027/5a/summary.pdf  corrections-1.pdf …  01-algebra.pdf  02-literatura.pdf …

Names are ASCII and stay what they are when the log goes on: years by their first and last year, classes by grade and
letter, subjects numbered in the order in which a class's courses were opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Final

from exports.documents.class_pages import ClassBook
from exports.documents.conformity import conformity_sheet, obligations_sheet
from exports.documents.corrections import correction_sheets
from exports.documents.pages import Stamp, grouped, shown_moment
from exports.documents.papers import paper_sheets
from exports.documents.presses import Job, render_all
from exports.documents.sheet import Sheet
from exports.documents.source import Source, month_name
from exports.documents.substitutions import months_of, substitution_sheets
from exports.documents.summary import summary_sheets
from exports.later import Touched
from projections.views.lookups import ClassGroup, SchoolYear

FOLDER: Final = "data/documents"
_LATIN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u"),
            *("f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya"),
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class _Link:
    """A line of the page: where it stands, what it is called in both languages."""

    path: str
    ru: str
    en: str


@dataclass(slots=True)
class _Section:
    """A heading of the page with its links."""

    ru: str
    en: str
    links: list[_Link] = field(default_factory=list)


class Documents:
    """All documents of one archive.

    Args:
        source: what they are made from.
        stamp: the checkpoint that they cite.
        holds: says of a path in the archive whether an earlier try finished it: it is not made again.
        only: of what there are documents; None: of everything.
    """

    def __init__(
        self,
        source: Source,
        stamp: Stamp,
        holds: Callable[[str], bool] = lambda _: False,
        only: Touched | None = None,
    ) -> None:
        self._holds = holds
        self._only = only
        self._source = source
        self._stamp = stamp
        self._sections: list[_Section] = []
        self._taken: set[str] = set()

    def count(self) -> int:
        """About how many there will be: without what only some classes have."""
        source = self._source
        subjects = sum(
            1 + len(source.pages_of(group)) + len({one.subject for one in source.courses_of(group.class_group)})
            for group in source.classes
            if self._is_wanted(group)
        )
        return 2 + subjects + sum(len(months_of(source, year)) for year in source.years.values() if self._taught(year))

    def _is_wanted(self, group: ClassGroup) -> bool:
        return self._only is None or group.class_group in self._only.classes

    def _taught(self, year: SchoolYear) -> bool:
        """Whether the year has its registers of substitutions: another year's are in an earlier archive."""
        return self._only is None or year.year in self._only.taught

    def files(
        self, progress: Callable[[int], None] = lambda _: None, processes: int | None = None
    ) -> Iterator[tuple[str, bytes | None]]:
        """(Path in the archive, bytes), one after another, the page last; `progress` is told how many are made.

        None instead of bytes where `holds` said so.
        """
        for made, file in enumerate(render_all(self._jobs(), self._stamp, self.count(), processes), 1):
            yield file
            progress(made)
        yield f"{FOLDER}/index.html", self._index()

    def _jobs(self) -> Iterator[Job]:
        yield from self._whole()
        for year in self._source.years.values() if self._only is None else self._only.years:
            yield from self._of_year(year)

    def _whole(self) -> Iterator[Job]:
        self._sections.append(_Section("Школа", "School"))
        yield self._document(
            "conformity", "Соответствие регламенту", "Conformity", lambda: [conformity_sheet(self._source)]
        )
        yield self._document(
            "obligations", "Обязанность печатать", "What to print", lambda: [obligations_sheet(self._source)]
        )

        if sheets := paper_sheets(self._source):
            yield self._document("papers", "Реестр бумажного архива", "The paper archive", lambda: sheets)

    def _of_year(self, year: SchoolYear) -> Iterator[Job]:
        folder = self._free(f"{year.starts_on[:4]}-{year.ends_on[:4]}")
        self._sections.append(_Section(f"Учебный год {year.title}", f"School year {year.title}"))
        for month, sheets in substitution_sheets(self._source, year) if self._taught(year) else ():
            title = f"Пропущенные и замещённые уроки, {month_name(month)}"
            yield self._document(
                f"{folder}/substitutions-{month}", title, "Missed and substituted lessons", partial(list, sheets)
            )
        for group, sheet in summary_sheets(self._source, year.year):
            if self._is_wanted(group):
                yield from self._of_class(folder, year, group, sheet)

    def _of_class(self, year_folder: str, year: SchoolYear, group: ClassGroup, summary: Sheet) -> Iterator[Job]:
        name = group.name
        folder = self._free(f"{year_folder}/{latin(name)}")
        self._sections.append(_Section(f"Класс {name}, {year.title}", f"Class {name}, {year.title}"))
        title = f"Сводная ведомость, {name}, {year.title}"
        yield self._document(f"{folder}/summary", title, "Summary sheet", lambda: [summary])
        for part, of, corrections in correction_sheets(self._source, group):
            title = f"Журнал исправлений, {name}, {year.title}, {of}"
            yield self._document(
                f"{folder}/corrections-{part}", title, "Register of corrections", partial(list, [corrections])
            )
        book = ClassBook(self._source, group)
        for number, subject in enumerate(book.subjects(), 1):
            path = f"{folder}/{number:02d}-{latin(subject)}"
            yield self._document(
                path, f"{subject}, {name}, {year.title}", "Journal pages", partial(book.pages, subject)
            )

    def _document(self, path: str, ru: str, en: str, sheets: Callable[[], list[Sheet]]) -> Job:
        self._sections[-1].links.append(_Link(f"{path}.pdf", ru, en))
        name = f"{FOLDER}/{path}.pdf"
        return Job(name, ru, None if self._holds(name) else sheets())

    def _free(self, path: str) -> str:
        """The path, or with a number behind it where another year or class has it."""
        found, number = path, 1
        while found in self._taken:
            number += 1
            found = f"{path}-{number}"
        self._taken.add(found)
        return found

    def _index(self) -> bytes:
        source, stamp = self._source, self._stamp
        moment = f", последняя — {shown_moment(source.moment)}" if source.moment else ""
        sections = "".join(_section(one) for one in self._sections if one.links)
        return f"""<!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Документы журнала: {escape(source.school)}</title>
<style>
body {{ font: 16px/1.45 "PT Sans", Arial, sans-serif; margin: 2em auto; max-width: 50em; padding: 0 1em }}
h1 {{ font-size: 1.5em }} h2 {{ font-size: 1.15em; margin: 1.5em 0 .3em }}
ul {{ list-style: none; margin: 0; padding: 0 }} span {{ color: #595959 }}
</style>
</head>
<body>
<h1>Документы журнала <span lang="en">/ Documents of the journal</span></h1>
<p>{escape(source.school)}. По записи журнала: {grouped(source.position)}{escape(moment)}.
Контрольная точка: {grouped(stamp.size)}, корень {escape(stamp.root)}.</p>
<p>Документы — PDF/A-3: открываются любой программой для PDF, к каждому приложены его таблицы (CSV).<br>
<span lang="en">The documents are PDF/A-3; each has its tables attached as CSV.</span></p>
{sections}</body>
</html>
""".encode()


def _section(section: _Section) -> str:
    links = "".join(
        f'<li><a href="{escape(link.path)}">{escape(link.ru)}</a> <span lang="en">/ {escape(link.en)}</span></li>\n'
        for link in section.links
    )
    head = f'{escape(section.ru)} <span lang="en">/ {escape(section.en)}</span>'
    return f"<h2>{head}</h2>\n<ul>\n{links}</ul>\n"


def latin(text: str) -> str:
    """A name for a file: small Latin letters, digits and dashes; ``x`` where nothing of the text can be said so."""
    said = "".join(_LATIN.get(letter, letter) for letter in text.casefold())
    return re.sub(r"[^a-z0-9]+", "-", said).strip("-")[:60] or "x"
