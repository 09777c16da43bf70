"""What an inspector's question is, and how one is asked.

A question is declared once, beside the function that answers it; its endpoint, its subcommand, its table and its line
in `docs/questions.md` follow from the declaration. Two things in it are never mixed: parameters such as ``from`` choose
*which facts* are asked about, and `at` says *what was known* about them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from ledger.access.log import AccessLog
from ledger.collecting import collecting_between_batches
from ledger.errors import LetopisError
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, resolve, stands
from projections.views.lookups import classes, courses, school_zone, years

Kind: TypeAlias = Literal[
    "day", "number", "choice", "class", "subject", "student", "employee", "person", "lesson", "time"
]
"""What a parameter's value is. An id of a person or lesson is a UUID; a class is a name such as ``5А``, or an id."""

Row: TypeAlias = tuple[Any, ...]
"""Values in the order of the question's columns."""

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
UNMARKED_GRADE: Final = 1
"""Grade 1 is taught without marks and without homework."""


class Misasked(LetopisError):  # noqa: N818 - reads as what it says
    """A question was asked with a parameter that is missing, or whose value is none of those allowed.

    Attributes:
        parameter: which one.
        words_ru, words_en: what is wrong with it; the value is not repeated.
        allowed: what it may be, where that is a list.
    """

    def __init__(self, parameter: str, words_ru: str, words_en: str, allowed: Sequence[str] = ()) -> None:
        listed = f": {', '.join(allowed)}" if allowed else ""
        super().__init__(f"{parameter}: {words_ru} / {words_en}{listed}")
        self.parameter = parameter
        self.words_ru = words_ru
        self.words_en = words_en
        self.allowed = tuple(allowed)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question may be asked with.

    Attributes:
        name: as it is asked.
        kind: what its value is.
        words_ru, words_en: what it says, for people.
        choices: of a ``choice``.
        least, most: bounds of a ``number``.
        default: what stands where it is left out; None: no restriction.
        is_needed: whether it must be given.
    """

    name: str
    kind: Kind
    words_ru: str
    words_en: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    default: int | str | None = None
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        name, name_ru: its names; a table has both.
        kind: ``plain``; ``typed``, which a person typed; ``value``, of a fact, which lines of text say field by field
            where it is kept as JSON; ``person``, an id beside which a table has the name; ``note``,
            a digest for which a table has the disclosed text; ``entries``, indexes of entries.
        words: code -> Russian word in tables; what is not in it stands as it is.
        is_named: whether a line of text says the Russian name before the value, as it does before every number.
    """

    name: str
    name_ru: str
    kind: Literal["plain", "typed", "value", "person", "note", "entries"] = "plain"
    words: Mapping[str, str] = field(default_factory=dict)
    is_named: bool = False


ENTRIES: Final = Column("entries", "записи", "entries")
"""The last column of every answer: the entries that a row rests on."""


@dataclass(frozen=True)
class Asked:
    """One asking: of whom, as of which position, with which values.

    Attributes:
        views: whom to ask.
        position: tree size; nothing that was entered later is in the answer.
        values: parameter -> value, defaults filled in; None where it is left out. A class is its id here.
        log: what the log says of itself, for the question about integrity; None where nobody said it.
        access: who looked and who can, for the question about parents; None where nobody said it.
    """

    views: Reader
    position: int
    values: Mapping[str, Any]
    log: LogFacts | None = None
    access: AccessFacts | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def first(self) -> str:
        """The first day asked about."""
        return str(self.values.get("from") or FIRST_DAY)

    @property
    def last(self) -> str:
        """The last day asked about."""
        return str(self.values.get("to") or LAST_DAY)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return school_zone(self.views, at=self.position)

    @cached_property
    def class_names(self) -> dict[str, str]:
        """Class group -> its name, such as ``5А``."""
        return {row.class_group: row.name for row in self._classes}

    @cached_property
    def grades(self) -> dict[str, int]:
        """Class group -> its grade."""
        return {row.class_group: row.grade for row in self._classes}

    @cached_property
    def _classes(self) -> tuple[Any, ...]:
        return classes(self.views, at=self.position).rows

    @cached_property
    def courses(self) -> dict[str, tuple[str, str]]:
        """Course -> class group and subject, of those that the parameters ``class`` and ``subject`` leave."""
        found = courses(
            self.views, class_group=self.values.get("class"), subject=self.values.get("subject"), at=self.position
        )
        return {row.course: (row.class_group, row.subject) for row in found.rows}

    @cached_property
    def of_courses(self) -> tuple[str, dict[str, object]]:
        """A condition that a lesson ``l`` is of the class and subject asked about, to put behind others; its values."""
        condition, values = self.selected(("class", "o.class_group"), ("subject", "o.subject"))
        if not condition:
            return "", {}
        return f" AND l.course IN (SELECT o.course FROM {{courses}} o WHERE {stands('o')}{condition})", values

    def select(self, sql: str, **parameters: object) -> list[Row]:
        """Rows of the views as of this position, which is ``:at``."""
        return self.views.select(sql, {"at": self.position, **parameters})

    def selected(self, *wanted: tuple[str, str]) -> tuple[str, dict[str, object]]:
        """Conditions for those parameters that were given, (parameter, column), to put behind others; their values."""
        given = [(name, column) for name, column in wanted if self.values.get(name) is not None]
        return (
            "".join(f" AND {column} = :p_{name}" for name, column in given),
            {f"p_{name}": self.values[name] for name, _ in given},
        )


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What a log says of itself beside its entries: its size, and size and root (hex) of its last checkpoint."""

    size: int
    checkpoint_size: int | None
    checkpoint_root: str | None


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Who looked and who can: gives the access log when it is asked for; actors who have a sign-in now."""

    log: Callable[[], AccessLog]
    sign_ins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question's function found: rows, and sums over them."""

    rows: Sequence[Row]
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that today's entries answer.

    Attributes:
        number: in the list of the inspector's questions.
        slug: its stable name in addresses and on the command line.
        title_ru, title_en: what it asks.
        answer: the function.
        parameters: what it may be asked with.
        columns: of its rows; `ENTRIES` is the last.
        limits_ru, limits_en: what the answer cannot say.
    """

    number: int
    slug: str
    title_ru: str
    title_en: str
    answer: Callable[[Asked], Found]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    limits_ru: str
    limits_en: str


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer knows: entries up to `position`, the last of which was recorded at `at` (None: there is none)."""

    position: int
    at: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A question's answer.

    Attributes:
        question: which.
        asked: parameter -> value as it was understood; None where left out.
        known: what was known.
        rows: in the order that the question gives.
        totals: sums over the rows.
    """

    question: Question
    asked: Mapping[str, Any]
    known: Known
    rows: Sequence[Row]
    totals: Mapping[str, int]

    def plain(self) -> list[dict[str, Any]]:
        """Rows as objects."""
        names = [column.name for column in self.question.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def of_kind(self, kind: str) -> set[str]:
        """All values in the columns of a kind: people, or digests of notes."""
        places = [place for place, column in enumerate(self.question.columns) if column.kind == kind]
        return {row[place] for row in self.rows for place in places if row[place]}


def ask(
    question: Question,
    views: Reader,
    given: Mapping[str, str],
    *,
    at: AsOf = None,
    log: LogFacts | None = None,
    access: AccessFacts | None = None,
) -> Answered:
    """Ask a question with parameters as text.

    Args:
        question: which.
        views: whom.
        given: parameter -> text; those that are left out take their defaults.
        at: what was known when.
        log: what the log says of itself.
        access: who looked and who can.

    Raises:
        Misasked: a parameter is missing, unknown or none of what is allowed.
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    values = read_values(question, views, position, given)
    with collecting_between_batches():
        found = question.answer(Asked(views, position, values, log, access))
    return Answered(question, values, known(views, position), found.rows, found.totals)


def known(views: Reader, position: int) -> Known:
    """A position with the moment of its last entry."""
    rows = views.select(
        "SELECT m.at FROM {commands} m WHERE m.entry < :at ORDER BY m.entry DESC LIMIT 1", {"at": position}
    )
    return Known(position, rows[0][0] if rows else None)


def read_values(question: Question, views: Reader, position: int, given: Mapping[str, str]) -> dict[str, Any]:
    """Parameters as values, with defaults.

    Raises:
        Misasked: one is missing, unknown or none of what is allowed.
    """
    names = [parameter.name for parameter in question.parameters]
    for name in given:
        if name not in names:
            raise Misasked("?", "такого параметра у вопроса нет, есть", "the question has no such parameter", names)
    values: dict[str, Any] = {}
    for parameter in question.parameters:
        text = given.get(parameter.name)
        if text is None:
            if parameter.is_needed:
                raise Misasked(parameter.name, "без этого параметра нельзя", "this parameter must be given")
            values[parameter.name] = parameter.default
        else:
            values[parameter.name] = _read(parameter, text, views, position, values)
    first, last = values.get("from"), values.get("to")
    if first is not None and last is not None and first > last:
        raise Misasked("to", "последний день раньше первого", "the last day is before the first")
    return values


def _read(parameter: Parameter, text: str, views: Reader, position: int, values: Mapping[str, Any]) -> Any:
    name = parameter.name
    match parameter.kind:
        case "day":
            return _day(name, text)
        case "time":
            if TIME.fullmatch(text) is None:
                raise Misasked(name, "нужно время ЧЧ:ММ", "a time of day, HH:MM")
            return text
        case "number":
            if NUMBER.fullmatch(text) is None or not parameter.least <= int(text) <= parameter.most:
                bounds = f"{parameter.least}–{parameter.most}"
                raise Misasked(name, "нужно целое число в границах", "a whole number within", [bounds])
            return int(text)
        case "choice":
            if text not in parameter.choices:
                raise Misasked(name, "одно из", "one of", parameter.choices)
            return text
        case "class":
            return _class(name, text, views, position)
        case "subject":
            subjects = {row.subject for row in courses(views, class_group=values.get("class"), at=position).rows}
            if text not in subjects:
                raise Misasked(name, "такого предмета нет, есть", "no such subject, there are", sorted(subjects))
            return text
        case _:
            return _id(name, parameter.kind, text, views, position)


def _day(name: str, text: str) -> str:
    try:
        if DAY.fullmatch(text) is not None and date.fromisoformat(text):
            return text
    except ValueError:
        pass
    raise Misasked(name, "нужен день календаря ГГГГ-ММ-ДД", "a day of the calendar, YYYY-MM-DD")


def _class(name: str, text: str, views: Reader, position: int) -> str:
    """A class group by id, or by its name in the latest school year that has it."""
    order = {row.year: number for number, row in enumerate(years(views, at=position).rows)}
    found = sorted(classes(views, at=position).rows, key=lambda row: order.get(row.year, -1))
    named = {row.name: row.class_group for row in found}
    if text in named:
        return named[text]
    if any(row.class_group == text for row in found):
        return text
    listed = sorted(named, key=lambda one: (int(re.sub(r"\D", "", one) or 0), one))
    raise Misasked(name, "такого класса нет, есть (буква русская)", "no such class (the letter is Russian)", listed)


_WHERE: Final = {
    "student": ("persons", "person = :id AND t.kind = 'student'", "ученика", "student"),
    "employee": ("persons", "person = :id AND t.kind <> 'student'", "сотрудника", "employee"),
    "person": ("persons", "person = :id", "человека", "person"),
    "lesson": ("lessons", "lesson = :id", "урока", "lesson"),
}


def _id(name: str, kind: str, text: str, views: Reader, position: int) -> str:
    table, condition, words_ru, words_en = _WHERE[kind]
    if ID.fullmatch(text) is None:
        raise Misasked(name, f"нужен id {words_ru}, UUID строчными", f"the id of a {words_en}, a UUID in lower case")
    sql = f"SELECT t.entry FROM {{{table}}} t WHERE t.{condition} AND {stands('t')} LIMIT 1"
    if not views.select(sql, {"id": text, "at": position}):
        raise Misasked(name, f"такого {words_ru} в журнале тогда не было", f"the journal had no such {words_en} then")
    return text
