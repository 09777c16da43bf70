"""The tables that an import reads: their files, columns and headers, and a row as cells that know their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.importing.problems import Problems
from api.importing.reading import DELIMITERS, Record, Text, check_field, read_records


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in English and in Russian; `mandatory`: the header has to be there."""

    name: str
    russian: str
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name is the file's name without ending."""

    name: str
    russian: str
    columns: tuple[Column, ...]


YEAR: Final = Table("year", "год", (Column("title", "учебный год"), Column("starts_on", "с"), Column("ends_on", "по")))
PERIODS: Final = Table(
    "periods",
    "периоды",
    (
        Column("kind", "вид"),
        Column("number", "номер"),
        Column("grades", "классы"),
        Column("starts_on", "с"),
        Column("ends_on", "по"),
    ),
)
PEOPLE: Final = Table(
    "people",
    "люди",
    (
        Column("code", "код"),
        Column("kind", "кто"),
        Column("family_name", "фамилия"),
        Column("given_name", "имя"),
        Column("patronymic", "отчество", mandatory=False),
        Column("birth_date", "дата рождения"),
        Column("class", "класс"),
        Column("starts_on", "с", mandatory=False),
        Column("students", "ученики", mandatory=False),
        Column("relation", "кем приходится", mandatory=False),
    ),
)
CLASSES: Final = Table(
    "classes",
    "классы",
    (
        Column("class", "класс"),
        Column("class_teacher", "классный руководитель", mandatory=False),
        Column("starts_on", "с", mandatory=False),
    ),
)
COURSES: Final = Table(
    "courses",
    "курсы",
    (
        Column("class", "класс"),
        Column("subject", "предмет"),
        Column("teacher", "учитель"),
        Column("starts_on", "с", mandatory=False),
        Column("subgroup", "подгруппа", mandatory=False),
    ),
)
SUBGROUPS: Final = Table(
    "subgroups",
    "подгруппы",
    (
        Column("class", "класс"),
        Column("subject", "предмет"),
        Column("subgroup", "подгруппа"),
        Column("student", "ученик"),
        Column("starts_on", "с", mandatory=False),
    ),
)
PLANS: Final = Table(
    "plans",
    "планы",
    (
        Column("class", "класс"),
        Column("subject", "предмет"),
        Column("number", "номер"),
        Column("topic", "тема"),
        Column("hours", "часов"),
        Column("homework", "домашнее задание", mandatory=False),
        Column("planned_on", "по плану", mandatory=False),
        Column("subgroup", "подгруппа", mandatory=False),
    ),
)
TIMETABLE: Final = Table(
    "timetable",
    "расписание",
    (
        Column("weekday", "день"),
        Column("number", "урок"),
        Column("class", "класс"),
        Column("subject", "предмет"),
        Column("teacher", "учитель"),
        Column("room", "кабинет", mandatory=False),
        Column("subgroup", "подгруппа", mandatory=False),
        Column("starts_on", "с", mandatory=False),
        Column("bells", "звонки", mandatory=False),
        Column("weeks", "недели", mandatory=False),
    ),
)
BELLS: Final = Table(
    "bells",
    "звонки",
    (
        Column("title", "название"),
        Column("number", "урок"),
        Column("starts_at", "начало"),
        Column("ends_at", "конец"),
        Column("starts_on", "с", mandatory=False),
    ),
)
CALENDAR: Final = Table(
    "calendar",
    "календарь",
    (
        Column("starts_on", "с"),
        Column("ends_on", "по"),
        Column("title", "что"),
        Column("grades", "классы"),
        Column("as_weekday", "учатся как в", mandatory=False),
    ),
)
DUTIES: Final = Table(
    "duties",
    "обязанности",
    (
        Column("teacher", "учитель"),
        Column("duty", "обязанность"),
        Column("order_number", "приказ"),
        Column("order_date", "от"),
        Column("starts_on", "с", mandatory=False),
    ),
)
TABLES: Final = (YEAR, PERIODS, PEOPLE, CLASSES, COURSES, SUBGROUPS, PLANS, BELLS, CALENDAR, DUTIES, TIMETABLE)

_FOREIGN_ENCODINGS: Final = ("cp866", "koi8-r", "mac-cyrillic")


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column; what a cell may not hold is noted in `problems` under the cell's place."""

    file: str
    line: int
    cells: Mapping[str, str]
    places: Mapping[str, tuple[int, str]]
    problems: Problems

    def text(self, column: str) -> str:
        """Return a cell; empty where the file has no such column."""
        return self.cells.get(column, "")

    def problem(self, column: str, kind: str, detail: str = "") -> None:
        """Note that something is wrong with a cell (an empty name: with the whole row)."""
        number, name = self.places.get(column, (0, ""))
        self.problems.add(self.file, self.line, kind, column=number, name=name, detail=detail)


def table_of(file: str) -> Table | None:
    """Return the table that a file's name stands for, in English or Russian, or None."""
    stem = file.replace("\\", "/").rpartition("/")[2].casefold().removesuffix(".csv")
    return next((table for table in TABLES if stem in (table.name, table.russian)), None)


def read_table(table: Table, text: Text, problems: Problems) -> list[Row]:
    """Read a table's rows, noting everything that is wrong with its form."""
    delimiter = _sniff(table, text.text)
    if delimiter is None:
        problems.add(text.file, 1, *_unknown_header(table, text))
        return []
    records = read_records(text, delimiter, problems)
    if not records:
        problems.add(text.file, 1, "empty_file")
        return []
    header = records[0]
    places = _read_header(table, text.file, header, problems)
    if any(column.mandatory and column.name not in places for column in table.columns):
        return []
    nameless = [number for number, name in enumerate(header.fields, 1) if name == ""]
    rows = []
    width = len(header.fields)
    for record in records[1:]:
        if len(record.fields) != width:
            problems.add(text.file, record.line, "wrong_field_count", detail=f"{len(record.fields)} ≠ {width}")
            continue
        for number in nameless:
            if record.fields[number - 1]:
                problems.add(text.file, record.line, "unknown_column", column=number)
        row = _row(text.file, record, places, problems)
        if row is not None:
            rows.append(row)
    return rows


def _row(file: str, record: Record, places: Mapping[str, tuple[int, str]], problems: Problems) -> Row | None:
    """Return a row whose cells are fit to be read, or None."""
    cells = {}
    fit = True
    for column, (number, name) in places.items():
        field = record.fields[number - 1]
        kind = check_field(field)
        if kind is not None:
            problems.add(file, record.line, kind, column=number, name=name)
            fit = False
        cells[column] = field
    return Row(file, record.line, cells, places, problems) if fit else None


def _read_header(table: Table, file: str, header: Record, problems: Problems) -> dict[str, tuple[int, str]]:
    """Return column -> (number, header as written), noting what is unknown, repeated or missing."""
    known = _headers(table)
    places: dict[str, tuple[int, str]] = {}
    for number, written in enumerate(header.fields, 1):
        name = " ".join(written.split())
        column = known.get(_fold(name))
        if name == "":
            continue  # what a spreadsheet leaves behind the last column
        if column is None:
            problems.add(file, header.line, "unknown_column", column=number)
        elif column in places:
            problems.add(file, header.line, "repeated_column", column=number, name=name)
        else:
            places[column] = (number, name)
    for wanted in table.columns:
        if wanted.mandatory and wanted.name not in places:
            problems.add(file, header.line, "missing_column", detail=f"«{wanted.russian}» ({wanted.name})")
    return places


def _headers(table: Table) -> dict[str, str]:
    """Return every accepted spelling of a header -> column: English, Russian, or both as our own tables have them."""
    return {
        spelling: column.name
        for column in table.columns
        for spelling in (
            _fold(column.name),
            _fold(column.russian),
            _fold(f"{column.name} ({column.russian})"),
            _fold(f"{column.russian} ({column.name})"),
        )
    }


def _fold(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())


def _sniff(table: Table, text: str) -> str | None:
    """Return the one delimiter by which the first row holds the most known headers, or None where none does."""
    known = _headers(table)
    first = next((line for line in text.split("\n", 20)[:20] if line.strip(" \t\r\u00a0;,")), "")
    scores = {
        delimiter: sum(_fold(field.strip('" \t\r')) in known for field in first.split(delimiter))
        for delimiter in DELIMITERS
    }
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] else None


def _unknown_header(table: Table, text: Text) -> tuple[str]:
    """Tell a foreign encoding, which Windows-1251 reads as other letters, from headers that are simply unknown."""
    if not text.text.strip():
        return ("empty_file",)
    if text.encoding == "cp1251":
        raw = text.text.encode("cp1251", "replace")
        for encoding in _FOREIGN_ENCODINGS:
            if _sniff(table, raw.decode(encoding, "replace")) is not None:
                return ("wrong_encoding",)
    return ("unknown_header",)
