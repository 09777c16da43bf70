"""Lists of values, and rows, as parameters of a question: one parameter each, which every database takes in its way.

    ``t.lesson IN :listed``                     with ``{"listed": ["5f0c…", "9a31…"]}``
    ``WITH given (day, number) AS (VALUES :given)``  with ``{"given": Lines([("2026-09-01", 1)], ("", 0))}``

SQLite takes a parameter a value, and is given a power of two of them, so that there are few statements to prepare.
PostgreSQL takes an array a list, or a column: a thousand parameters are read, bound and planned one by one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Shape: TypeAlias = tuple[str, int, int]
"""Of a parameter that is a list or rows: its name, how many a statement has place for, and columns (0: a list)."""
Types: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Of each parameter that is rows: its name, and what PostgreSQL calls its columns' types."""

_PARAMETER: Final = re.compile(r":([a-z_0-9]+)")
_LIST: Final = re.compile(r"\bIN :([a-z_0-9]+)")
_ROWS: Final = re.compile(r"\bVALUES :([a-z_0-9]+)")


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of values, text or whole numbers; `blank`: one that matches nothing, or the same as another of them."""

    rows: Sequence[tuple[Any, ...]]
    blank: tuple[Any, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """The columns' types in PostgreSQL."""
        columns = zip(self.blank, *self.rows, strict=True)
        return tuple("bigint" if any(isinstance(value, int) for value in of) else "text" for of in columns)


def shapes(parameters: Mapping[str, object]) -> tuple[Shape, ...]:
    """The shapes of those parameters that are lists or rows."""
    return tuple(
        (name, _places(len(value)), 0)
        if isinstance(value, list)
        else (name, _places(len(value.rows)), len(value.blank))
        for name, value in parameters.items()
        if isinstance(value, list | Lines)
    )


def spread(sql: str, shaped: Collection[Shape]) -> tuple[str, tuple[str, ...]]:
    """A statement with nameless places, and the names of its parameters in their order; `values` are in that order."""
    places = {}
    for name, count, width in shaped:
        row = f"({', '.join('?' * width)})"
        places[name] = ", ".join([row] * count) if width else f"({', '.join('?' * count)})"
    names = tuple(_PARAMETER.findall(sql))
    return _PARAMETER.sub(lambda found: places.get(found[1], "?"), sql), names


def values(names: Sequence[str], parameters: Mapping[str, object]) -> Iterator[object]:
    """The values of the parameters that `spread` named, filled up with a list's last one or with blank rows."""
    for name in names:
        value = parameters[name]
        if isinstance(value, list):
            yield from value
            yield from value[-1:] * (_places(len(value)) - len(value))
        elif isinstance(value, Lines):
            for row in value.rows:
                yield from row
            for _ in range(_places(len(value.rows)) - len(value.rows)):
                yield from value.blank
        else:
            yield value


def types(parameters: Mapping[str, object]) -> Types:
    """The columns' types of those parameters that are rows."""
    return tuple((name, value.types) for name, value in parameters.items() if isinstance(value, Lines))


def with_arrays(sql: str, of_rows: Types) -> str:
    """A statement that takes an array for each list, and one for each column of rows."""
    typed = dict(of_rows)

    def unnested(found: re.Match[str]) -> str:
        columns = (f":{found[1]}_{place}::{kind}[]" for place, kind in enumerate(typed[found[1]]))
        return f"SELECT * FROM unnest({', '.join(columns)})"

    return _LIST.sub(r"= ANY(:\1)", _ROWS.sub(unnested, sql))


def arrays(parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters with an array in place of each list, and of each column of rows."""
    found: dict[str, object] = {}
    for name, value in parameters.items():
        if isinstance(value, Lines):
            columns = zip(*value.rows, strict=True) if value.rows else ((),) * len(value.blank)
            found |= {f"{name}_{place}": array(column) for place, column in enumerate(columns)}
        else:
            found[name] = array(value) if isinstance(value, list) else value
    return found


def array(values: Sequence[Any]) -> str:
    """An array as PostgreSQL spells it: texts, which are quoted, whole numbers or nulls.

    Written here at once: the driver looks at each value whether it needs quotes, which takes it twenty times as long.
    """
    if all(type(value) is str for value in values):
        texts = '","'.join(values)
        if "\\" not in texts and texts.count('"') == 2 * max(len(values) - 1, 0):
            return f'{{"{texts}"}}' if values else "{}"
    return f"{{{','.join(map(_item, values))}}}"


def _item(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _places(count: int) -> int:
    """Places for so many: the next power of two, one at least."""
    return 1 << max(count - 1, 0).bit_length()
