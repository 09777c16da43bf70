"""The folder `data/description` of an archive: a page for people, and PREMIS 3 for programs (`exports.premis`).

Both say what the archive is, whose, of which years, how long it is kept and who handed it over; both are dated from the
log's last entry, so the same archive is described alike whenever it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from exports.descriptors import WrittenTable
from exports.life import LifeEvent
from exports.markup import Markup
from ledger.journal.retention import due_day
from ledger.journal.vocabulary import COUNTED_WORDS


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is kept, in whole years.

    Attributes:
        years: how many.
        counted_from: from what a schedule counts them (`COUNTED_WORDS`); None: the term was stated with the archive.
        citation, entry: of the schedule: its line's, and the entry that adopted it.
    """

    years: int
    counted_from: str | None = None
    citation: str = ""
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the school keeps what the archive holds; None: it has said no term.

    Attributes:
        journal: class journals.
        sheet: results, and the summary sheets made of them.
    """

    journal: Term | None = None
    sheet: Term | None = None


UNSTATED: Final = Retention()


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an archive before it is written.

    Attributes:
        years: title, first and last day of each school year, in order.
        handed_over_by: who hands the archive over, as people read it.
        retention: how long it is kept.
        life: what happened to the log as a record.
    """

    years: Sequence[tuple[str, str, str]]
    handed_over_by: str
    retention: Retention
    life: Sequence[LifeEvent]


@dataclass(frozen=True, slots=True)
class Described:
    """What the description is made of.

    Attributes:
        school: its name.
        origin: the log's name.
        first: the archive's first entry; 0, or where an earlier archive ends that this one continues.
        size: entries in the log as the archive ends.
        first_at, last_at: moments of the first and the last of them.
        with_names: whether personal values are in it.
        tables: the tables in it.
        about: the rest.
    """

    school: str
    origin: str
    first: int
    size: int
    first_at: str
    last_at: str
    with_names: bool
    tables: Sequence[WrittenTable]
    about: About

    def kept(self, term: Term) -> tuple[str, str] | None:
        """First and last day of a term; None where a schedule counts it from a day that each student has apart.

        A schedule counts from the school year's end, as the register of paper does; a term that was stated with the
        archive is the whole calendar years after that.
        """
        last = max((ends_on for _, _, ends_on in self.about.years), default=self.last_at[:10])
        if term.counted_from is None:
            first = date.fromisoformat(last).year + 1
            return f"{first}-01-01", f"{first + term.years - 1}-12-31"
        if term.counted_from != "year_end":
            return None
        until = date.fromisoformat(due_day(last, term.years)) - timedelta(days=1)
        return due_day(last, 0), until.isoformat()


_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}"
    "td.n{text-align:right}i{color:#444}"
)


def format_page(of: Described) -> Iterator[bytes]:
    """``description.html``: no script, nothing fetched, Russian with English beside it."""
    page = Markup("<!DOCTYPE html>")
    with page.inside("html", lang="ru"):
        with page.inside("head"):
            page.element("meta", charset="utf-8")
            page.element("title", f"{of.school}: архив электронного журнала")
            page.element("style", _STYLE)
        with page.inside("body"):
            page.element("h1", "Архив электронного журнала")
            page.element("p", of.school)
            _facts(page, of)
            _contents(page, of)
            yield page.taken()
            _events(page, of)
    yield page.taken() + b"\n"


def _facts(page: Markup, of: Described) -> None:
    years = "; ".join(f"{title} ({starts_on} — {ends_on})" for title, starts_on, ends_on in of.about.years)
    people = "есть (152-ФЗ) / included" if of.with_names else "нет, вместо имён случайные номера / none, random ids"
    rows = (
        ("Журнал / log", of.origin),
        ("Учебные годы / school years", years or "нет / none"),
        ("Записей / entries", f"{of.size - of.first} ({of.first_at} — {of.last_at})"),
        *(
            [("Продолжает архив / continues", f"записи 0…{of.first - 1} / entries 0…{of.first - 1}")]
            if of.first
            else ()
        ),
        ("Передал / handed over by", of.about.handed_over_by),
        ("Личные сведения / personal values", people),
        ("Хранить классные журналы / keep class journals", _term(of, of.about.retention.journal)),
        ("Хранить сводные ведомости / keep summary sheets", _term(of, of.about.retention.sheet)),
    )
    with page.inside("table"), page.inside("tbody"):
        for name, value in rows:
            with page.inside("tr"):
                page.element("th", name)
                page.element("td", value)
    page.element(
        "p",
        "Сроки устанавливает школа: перечнем сроков в журнале или при выгрузке архива; программа ничего не уничтожает "
        "сама. / The school sets these terms, by a schedule in the log or when the archive is written; nothing is "
        "destroyed by the program.",
    )


def _term(of: Described, term: Term | None) -> str:
    if term is None:
        return "школа срока не назвала / the school has stated no term"
    days = of.kept(term)
    return f"лет / years: {term.years}{f' ({days[0]} — {days[1]})' if days else ''}{said_by(term)}"


def said_by(term: Term) -> str:
    """Which line of which schedule says so, and from what it counts; empty where the archive alone does."""
    if term.counted_from is None:
        return ""
    return f"; отсчёт: {COUNTED_WORDS[term.counted_from]}; {term.citation}, запись / entry {term.entry}"


def _contents(page: Markup, of: Described) -> None:
    page.element("h2", "Что в архиве / contents")
    with page.inside("table"):
        with page.inside("thead"), page.inside("tr"):
            for name in ("Таблица / table", "Строк / rows", "Файл / file"):
                page.element("th", name)
        with page.inside("tbody"):
            for table in of.tables:
                with page.inside("tr"):
                    page.element("td", table.title)
                    page.element("td", str(table.rows), **{"class": "n"})
                    page.element("td", f"data/tables/{table.name}.csv")
    page.element(
        "p",
        "Те же таблицы: tables.sqlite и книги *.xlsx рядом. Записи, из которых всё выведено: data/log. Как проверить: "
        "README.txt. / The same tables: tables.sqlite and workbooks beside them. The entries that all follows from: "
        "data/log. How to check: README.txt.",
    )


def _events(page: Markup, of: Described) -> None:
    page.element("h2", "Что с ним было / its history")
    if not of.about.life:
        page.element("p", "Ничего не внесено. / Nothing is recorded.")
        return
    with page.inside("table"):
        with page.inside("thead"), page.inside("tr"):
            for name in ("Внесено / recorded", "Что / what", "Итог / outcome", "Запись / entry"):
                page.element("th", name)
        with page.inside("tbody"):
            for event in of.about.life:
                with page.inside("tr"):
                    page.element("td", event.at)
                    page.element("td", event.detail)
                    page.element("td", event.outcome)
                    page.element("td", str(event.entry), **{"class": "n"})


Payload = Mapping[str, tuple[int, str]]
"""Files of a bag: sizes in bytes and SHA-256, hex."""
