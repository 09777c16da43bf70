"""The tables of homework in an archive (`verify/spec/tables.md`): its files, and what was posted in advance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import orjson

from exports.paging import pages
from exports.tables import Table, typed
from projections.reading import Reader, stands

_HEADERS: Final = {
    "files": (
        *("entry (запись)", "at (внесено)", "lesson (урок)", "held_on (дата)", "class (класс)", "subject (предмет)"),
        *("sha256 (SHA-256)", "size (байт)", "media_type (тип)"),
    ),
    "posted": (
        *("entry (запись)", "at (внесено)", "course (курс)", "class (класс)", "subject (предмет)", "held_on (дата)"),
        *("number (номер)", "homework (домашнее задание)", "said (полностью)", "withdrawn_by (снято записью)"),
    ),
}
_AT_OF: Final = "(SELECT m.at FROM {{commands}} m WHERE m.entry <= {} ORDER BY m.entry DESC LIMIT 1)"

OfCourse = Callable[[str], Sequence[str]]
"""Course -> its class and its subject, as cells."""


def homework_tables(views: Reader, position: int, of_course: OfCourse) -> list[Table]:
    """Both, in the order of the specification."""
    return [
        Table("files", _HEADERS["files"], _files(views, position, of_course)),
        Table("posted", _HEADERS["posted"], _posted(views, position, of_course)),
    ]


def _files(views: Reader, position: int, of_course: OfCourse) -> Iterator[Sequence[str]]:
    sql = f"""SELECT h.entry, {_AT_OF.format("h.entry")}, h.lesson, l.held_on, l.course, h.files
        FROM {{homework}} h JOIN {{lessons}} l ON l.lesson = h.lesson AND l.entry = l.fact
        WHERE h.files IS NOT NULL AND h.stands = 1 AND h.entry < :at AND h.entry > :after ORDER BY h.entry"""
    for entry, at, lesson, day, course, files in pages(views, position, sql):
        for file in orjson.loads(files):
            said = (file["sha256"], str(file["size"]), file["media_type"])
            yield (str(entry), at, lesson, day, *of_course(course), *said)


def _posted(views: Reader, position: int, of_course: OfCourse) -> Iterator[Sequence[str]]:
    sql = f"""SELECT p.fact, {_AT_OF.format("p.fact")}, p.course, p.held_on, p.number, p.text, p.said, p.entry
        FROM {{posted_homework}} p WHERE {stands("p")} AND p.fact > :after ORDER BY p.fact"""
    for entry, at, course, day, number, text, said, by in pages(views, position, sql):
        place = (str(entry), at, course, *of_course(course), day, str(number))
        yield (*place, typed(text), typed(said), "" if by == entry else str(by))
