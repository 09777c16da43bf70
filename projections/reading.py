"""Asking views: as of a position, as of a moment, or now."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from ledger.wire.entry import format_at
from projections.errors import NotYetProjected
from projections.lists import Lines

T = TypeVar("T")

AsOf: TypeAlias = int | datetime | None
"""A position, a moment (the last entry recorded at or before it), or None: now."""

RequestStatus: TypeAlias = Literal["open", "approved", "refused"]
"""Of what one person asks for and another answers: open while it waits."""

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"
"""Of all days that can be written, for spans without a begin or an end."""
_NOT_NAMING: Final = re.compile(r"\W")
LISTED_AT_ONCE: Final = 2_048
"""Rows: SQLite takes 32,766 parameters."""
_VALUES_AT_ONCE: Final = 8_192


class Reader(Protocol):
    """What `projections.engine.Views` gives to those who ask.

    Rows at a position never change: several selects at one position agree with each other without a transaction.
    """

    def position(self) -> int:
        """Tree size that the views have consumed."""

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Rows; `sql` names tables as ``{table}`` and parameters as ``:name``.

        ``JOIN {table until e} t`` gives each row the last of a table's entries that is not behind an entry: a column.
        """


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """Rows as they stood at a position: a tree size, for which a checkpoint can be cited."""

    position: int
    rows: tuple[T, ...]


def stands(alias: str) -> str:
    """The condition that a row stands at the position in the parameter ``:at``."""
    return f"{alias}.entry < :at AND {alias}.to_position > :at"


def command_of(entry: str) -> str:
    """The first entry of the command that recorded an entry, which is how `{commands}` knows it; `entry`: a column."""
    return f"(SELECT max(z.entry) FROM {{commands}} z WHERE z.entry <= {entry})"


def command_join(entry: str) -> str:
    """A join that gives an entry's moment and author as ``m.at`` and ``m.actor``; `entry`: a column."""
    return f"JOIN {{commands until {entry}}} m"


def days_walked(table: str, condition: str) -> str:
    """SQL of the days from ``:first`` to ``:last``, in order, on which a table has a lesson `l` of this condition.

    From a day to the next by the index, in place of every lesson of the year: they are two hundred a day.
    """
    held = f"SELECT min(l.held_on) FROM {{{table}}} l WHERE"
    return f"""WITH RECURSIVE days (day) AS (
      {held} l.held_on BETWEEN :first AND :last
      UNION ALL SELECT ({held} l.held_on > d.day AND l.held_on <= :last) FROM days d WHERE d.day IS NOT NULL)
    SELECT d.day FROM days d
    WHERE EXISTS (SELECT 1 FROM {{{table}}} l WHERE l.held_on = d.day AND {condition}) ORDER BY d.day"""


def listed(values: Collection[object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Lists to put behind ``IN``, each with its parameter, of all the values together."""
    wanted = list(values)
    for start in range(0, len(wanted), _VALUES_AT_ONCE):
        yield ":listed", {"listed": wanted[start : start + _VALUES_AT_ONCE]}


def listing(
    columns: str, rows: Collection[tuple[Any, ...]], blank: tuple[Any, ...], *, name: str = "given"
) -> tuple[str, dict[str, object]]:
    """A common table expression ``WITH given (columns)`` with these rows, and its parameter.

    A database may fill it up with `blank`. More of them in one question have a `name` each, and all but the first are
    put behind a comma in place of their ``WITH``.
    """
    return f"WITH {name} ({columns}) AS (VALUES :{name})", {name: Lines([*rows], blank)}


def filters(*wanted: tuple[str, object]) -> tuple[str, dict[str, object]]:
    """Conditions on columns whose value is given, to put behind others, and their parameters.

    ``filters(("o.subject", "Физика"), ("o.course", None))`` is ``" AND o.subject = :subject"`` with one parameter. What
    is no plain column is named by its letters.
    """
    given = {column: value for column, value in wanted if value is not None}
    names = {column: _NOT_NAMING.sub("_", column.partition(".")[2]) for column in given}
    conditions = "".join(f" AND {column} = :{name}" for column, name in names.items())
    return conditions, {names[column]: value for column, value in given.items()}


def resolve(views: Reader, at: AsOf) -> int:
    """The position that is asked about.

    Raises:
        NotYetProjected: the views have not consumed that much.
    """
    position = views.position()
    if at is None:
        return position
    if isinstance(at, datetime):
        return _position_at(views, at, position)
    if not 0 <= at <= position:
        raise NotYetProjected(at, position)
    return at


def position_at(views: Reader, moment: datetime) -> int:
    """How many entries were recorded at or before a moment; at most what the views have consumed."""
    return _position_at(views, moment, views.position())


def _position_at(views: Reader, moment: datetime, position: int) -> int:
    # An entry's `at` never goes back, so what was recorded later is all that follows the first such command.
    rows = views.select("SELECT min(c.entry) FROM {commands} c WHERE c.at > :moment", {"moment": format_at(moment)})
    first_later: int | None = rows[0][0]
    return position if first_later is None else min(first_later, position)
