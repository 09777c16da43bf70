"""What single cells hold. Each reader returns the value, or None after it has noted what is wrong with the cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from api.importing.columns import Row

GRADE_MAX: Final = 12

_CYRILLIC = re.compile("[Ѐ-ӿ]")
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"[^\W_](?:[\w.\-]{0,38}[^\W_])?")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.\- ](?! )){0,199}")
_DATE_RUSSIAN = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", re.ASCII)
_DATE_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_CLASS = re.compile(r"([1-9]|1[0-2])[ \-]?([A-Za-zА-ЯЁа-яё])")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}", re.ASCII)
_GRADES = re.compile(r"([1-9]|1[0-2])(?:[-–]([1-9]|1[0-2]))?", re.ASCII)
_FORMULA: Final = tuple("=+-@")

LOOKALIKES: Final = dict(zip("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху", strict=True))
"""Latin letters that look like Russian ones."""


class ClassName(NamedTuple):
    """Grade and letter of a class, such as 5А."""

    grade: int
    letter: str

    def __str__(self) -> str:
        return f"{self.grade}{self.letter}"


def read_text(row: Row, column: str, *, needed: bool = True) -> str | None:
    """Read a line of text such as a subject."""
    text = unicodedata.normalize("NFC", row.text(column))
    if text == "":
        if needed:
            row.problem(column, "missing_value")
        return None
    if text.startswith(_FORMULA):
        row.problem(column, "formula_like")
        return None
    if any(_CYRILLIC.search(word) and _LATIN.search(word) for word in _WORD.findall(text)):
        row.problem(column, "mixed_alphabets")
        return None
    return text


def read_name(row: Row, column: str, *, needed: bool = True) -> str | None:
    """Read a part of a person's name: letters, single spaces, hyphens, apostrophes, dots."""
    text = read_text(row, column, needed=needed)
    if text is not None and _NAME.fullmatch(text) is None:
        row.problem(column, "bad_name")
        return None
    return text


def read_code(row: Row, column: str, *, needed: bool = True) -> str | None:
    """Read a school's own number for a person."""
    text = read_text(row, column, needed=needed)
    if text is not None and _CODE.fullmatch(text) is None:
        row.problem(column, "bad_code")
        return None
    return text


def read_codes(row: Row, column: str) -> tuple[str, ...] | None:
    """Read codes of people, each once, with spaces or commas between."""
    codes = unicodedata.normalize("NFC", row.text(column)).replace(",", " ").split()
    if not codes:
        row.problem(column, "missing_value")
        return None
    if any(_CODE.fullmatch(code) is None for code in codes) or len(set(codes)) != len(codes):
        row.problem(column, "bad_code")
        return None
    return tuple(codes)


def read_date(row: Row, column: str, *, needed: bool = True) -> str | None:
    """Read a date, Russian or ISO, as ISO text."""
    text = row.text(column)
    if text == "":
        if needed:
            row.problem(column, "missing_value")
        return None
    iso = _DATE_ISO.fullmatch(text)
    russian = _DATE_RUSSIAN.fullmatch(text)
    parts = iso.groups() if iso else russian.groups()[::-1] if russian else None
    try:
        if parts is not None:
            return date(int(parts[0]), int(parts[1]), int(parts[2])).isoformat()
    except ValueError:
        row.problem(column, "no_such_day")
        return None
    row.problem(column, "bad_date")
    return None


def read_time(row: Row, column: str) -> str | None:
    """Read a time of the day such as ``8:30`` as ``08:30``."""
    text = row.text(column)
    if text == "":
        row.problem(column, "missing_value")
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        row.problem(column, "bad_time")
        return None
    return f"{found[1]:0>2}:{found[2]}"


def read_class(row: Row, column: str, *, needed: bool = True) -> ClassName | None:
    """Read a class such as ``5А``, ``5 а`` or ``5-А``; the letter has to be a Russian one."""
    text = row.text(column)
    if text == "":
        if needed:
            row.problem(column, "missing_value")
        return None
    found = _CLASS.fullmatch(text)
    if found is None:
        row.problem(column, "bad_class")
        return None
    letter = found[2]
    if letter.isascii():
        russian = LOOKALIKES.get(letter)
        row.problem(column, "latin_letter", f"{letter} → {russian.upper()}" if russian else "")
        return None
    return ClassName(int(found[1]), letter.upper())


def read_number(row: Row, column: str, least: int, most: int) -> int | None:
    """Read a whole number in a range."""
    text = row.text(column)
    if text == "":
        row.problem(column, "missing_value")
        return None
    if _NUMBER.fullmatch(text) is None or not least <= int(text) <= most:
        row.problem(column, "bad_number", f"{least}–{most}")
        return None
    return int(text)


def read_grades(row: Row, column: str) -> tuple[int, ...] | None:
    """Read grades such as ``1-9`` or ``10, 11``, rising and each once."""
    text = row.text(column)
    if text == "":
        row.problem(column, "missing_value")
        return None
    grades: set[int] = set()
    for part in text.replace(",", " ").split():
        found = _GRADES.fullmatch(part)
        if found is None or (found[2] and int(found[1]) > int(found[2])):
            row.problem(column, "bad_grades")
            return None
        grades.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    if not grades:
        row.problem(column, "bad_grades")
        return None
    return tuple(sorted(grades))


def read_word(row: Row, column: str, words: Mapping[str, str], *, empty: str = "") -> str | None:
    """Read one of the words, in either language and case; `empty`: what an empty cell says, if it may be."""
    text = row.text(column)
    if text == "" and empty:
        return empty
    if text == "":
        row.problem(column, "missing_value")
        return None
    found = words.get(text.casefold())
    if found is None:
        row.problem(column, "bad_word", ", ".join(words))
    return found
