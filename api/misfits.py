"""What is said of a body that has not the shape that is asked for: place, and what was expected, in both languages.

The shapes' library words its errors for programmers, in English, and quotes values of the request. Here each of its
sentences is told anew; the pattern of a text is told as what people call such a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from api.bodies import DAY_PATTERN, FIELD_NAMES, ID_PATTERN, PRINTABLE_PATTERN

Detail = tuple[str, str]

_KINDS: Final[Mapping[str, Detail]] = {
    "str": ("текст", "a text"),
    "int": ("целое число", "a whole number"),
    "bool": ("true или false", "true or false"),
    "object": ("объект", "an object"),
    "array": ("список", "an array"),
    "null": ("null", "null"),
}
_TEXTS: Final[Mapping[str, Detail]] = {
    ID_PATTERN: ("нужен UUID строчными буквами", "a UUID in lower case is needed"),
    DAY_PATTERN: ("нужна дата ГГГГ-ММ-ДД", "a date YYYY-MM-DD is needed"),
    PRINTABLE_PATTERN: (
        "нужна строка печатных знаков, в которой есть что прочесть",
        "a line of printable characters with something to read is needed",
    ),
}
_UNKNOWN: Final = ("значение не того вида", "a value of another kind than is asked for")


def describe_misfit(error: str) -> tuple[Detail, str]:
    """Tell what is wrong and where; neither repeats a value of the request nor a name that is not one of ours.

    Args:
        error: the library's text, such as ``Expected `int`, got `str` - at `$.marks[0].weight```.

    Returns:
        The detail, and the place as in ``marks[0].weight``; empty where the whole body is at fault.
    """
    # A name that is not one of a mapping's is at fault where the mapping is.
    message, _, path = error.replace(" - at `key` in `$", " - at `$").partition(" - at `$")
    place = path.rstrip("`").removeprefix(".")
    for pattern, describe in _SENTENCES:
        if found := pattern.fullmatch(message):
            return describe(found, place)
    return _UNKNOWN, place


def _missing(found: re.Match[str], place: str) -> tuple[Detail, str]:
    return ("нет обязательного поля", "a mandatory field is missing"), _below(place, found[1])


def _surplus(found: re.Match[str], place: str) -> tuple[Detail, str]:
    return ("такого поля здесь не бывает", "there is no such field here"), _below(place, found[1])


def _kind(found: re.Match[str], place: str) -> tuple[Detail, str]:
    kinds = [_KINDS[kind] for kind in found[1].split(" | ") if kind in _KINDS]
    if not kinds:
        return _UNKNOWN, place
    russian, english = (words for words in zip(*kinds, strict=True))
    return (f"нужно: {' или '.join(russian)}", f"needed: {' or '.join(english)}"), place


def _text(found: re.Match[str], place: str) -> tuple[Detail, str]:
    # The library quotes a pattern as Python does.
    return _TEXTS.get(found[1].replace("\\\\", "\\"), _UNKNOWN), place


def _length(found: re.Match[str], place: str) -> tuple[Detail, str]:
    if found[1] == ">=":
        return (f"нужно знаков не меньше {found[2]}", f"at least {found[2]} characters are needed"), place
    return (f"нужно знаков не больше {found[2]}", f"at most {found[2]} characters are allowed"), place


def _word(_: re.Match[str], place: str) -> tuple[Detail, str]:
    return ("значение не из списка допустимых: он на /docs", "none of the values that are listed at /docs"), place


def _below(place: str, name: str) -> str:
    return f"{place}.{name if name in FIELD_NAMES else '?'}".removeprefix(".")


_SENTENCES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], tuple[Detail, str]]], ...]] = (
    (re.compile(r"Object missing required field `(.*)`", re.DOTALL), _missing),
    (re.compile(r"Object contains unknown field `(.*)`", re.DOTALL), _surplus),
    (re.compile(r"Expected `([^`]*)`, got `[^`]*`"), _kind),
    (re.compile(r"Expected `str` matching regex '(.*)'"), _text),
    (re.compile(r"Expected `str(?: \| null)?` of length (>=|<=) ([0-9]+)"), _length),
    (re.compile(r"Invalid enum value .*", re.DOTALL), _word),
)
