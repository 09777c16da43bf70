"""What stands in cells, said as on paper: marks, absences, and what they were before a correction (``3→4``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from exports.documents.sheet import WAS_IS
from exports.documents.source import NOTHING
from ledger.journal.vocabulary import ABSENCE_WORDS, MARK_WORDS
from projections.reading import Reader, listed

LEGEND: Final = (
    "н — отсутствовал, причина неизвестна; б — болезнь; у — уважительная причина; п — без причины; оп10 — опоздал на "
    "10 минут; ух10 — ушёл на 10 минут раньше; 3→4 — исправлено с 3 на 4; 3→– — отметка аннулирована."
)
_ORDER: Final = {"absence": 0, "lateness": 1, "early_leave": 2, "mark": 3, "make_up": 4}


@dataclass(slots=True)
class Cell:
    """A cell's texts in their order, and the entries that touched it."""

    texts: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.texts)


def cells_of(views: Reader, lessons: Iterable[str], position: int) -> dict[tuple[str, str], Cell]:
    """(Lesson, student) -> what is and was in the cell; what a student wrote later is no part of it.

    A reason that became known later takes the place of the absence's first one: that is no correction.
    """
    found: defaultdict[tuple[str, str], list[tuple[int, int, str, list[int]]]] = defaultdict(list)
    for named, parameters in listed(list(lessons)):
        sql = f"""SELECT c.fact, c.entry, c.what, c.lesson, c.student, c.value, c.corrected FROM {{cells}} c
            WHERE c.lesson IN {named} AND c.what <> 'make_up' AND c.entry < :at ORDER BY c.fact, c.entry"""
        for fact, rows in groupby(views.select(sql, {**parameters, "at": position}), itemgetter(0)):
            history = list(rows)
            _, _, what, lesson, student, *_ = history[0]
            said = chain(what, [(value, bool(corrected)) for *_, value, corrected in history])
            found[lesson, student].append((_ORDER[what], fact, said, [row[1] for row in history]))
    cells: dict[tuple[str, str], Cell] = {}
    for place, facts in found.items():
        cell = cells[place] = Cell()
        for _, _, said, entries in sorted(facts):
            cell.texts.append(said)
            cell.entries += entries
    return cells


def chain(what: str, values: Iterable[tuple[Any, bool]]) -> str:
    """One fact's values in their order, each with whether the fact had been corrected by then."""
    shown: list[str] = []
    for value, is_corrected in values:
        said = NOTHING if value is None else say(what, str(value))
        if shown and not is_corrected:
            shown[-1] = said
        elif not shown or shown[-1] != said:
            shown.append(said)
    return WAS_IS.join(shown)


def say(what: str, value: str) -> str:
    """A value as it is written into a journal."""
    if what == "lateness":
        return f"оп{value}"
    if what == "early_leave":
        return f"ух{value}"
    return ABSENCE_WORDS[value] if what == "absence" else MARK_WORDS.get(value, value)


def said_before(rows: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Key -> its different texts in their order, with an arrow between them."""
    found: dict[str, list[str]] = {}
    for key, text in rows:
        texts = found.setdefault(key, [])
        if not texts or texts[-1] != text:
            texts.append(text)
    return {key: f" {WAS_IS} ".join(texts) for key, texts in found.items()}
