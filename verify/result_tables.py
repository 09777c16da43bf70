"""Rows of the tables of results and of the council (tables.md): kept until the last entry has said what stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from verify.events import unescape
from verify.state import NULL, Fact, Person, Sheet
from verify.table import cell

WHAT: Final = {
    "period_mark": "отметка за период", "exam_result": "отметка за экзамен", "final_mark": "итоговая отметка",
}  # fmt: skip
_VALUES: Final = {"na": "н/а", "exempt": "осв", "pass": "зачёт", "fail": "незачёт"}
_DEVIATIONS: Final = {
    "key_works": "решили итоговые работы", "trend": "учтена динамика", "absences": "учтены пропуски",
    "exempt": "освобождён", "no_marks": "безотметочное обучение", "transferred": "учтены отметки из другой школы",
    "council": "решение педагогического совета", "other": "иное (с пояснением)",
}  # fmt: skip
_PERIODS: Final = {"quarter": "четверть", "trimester": "триместр", "half_year": "полугодие", "year": "год"}
DECISIONS: Final = {
    "admitted": "допущены к итоговой аттестации", "not_admitted": "не допущены к итоговой аттестации",
    "promoted": "переведены", "promoted_conditionally": "переведены условно",
    "retained": "оставлены на повторное обучение", "graduated": "выпущены", "other": "иное",
}  # fmt: skip


@dataclass(slots=True)
class _Result:
    at: bytes
    sheet: Sheet
    fact: Fact
    recorded: bytes
    cells: tuple[bytes, ...]


class ResultRows:
    """The rows of one archive that wait for its end."""

    def __init__(self) -> None:
        self._results: list[_Result] = []
        self._decisions: list[tuple[int, list[bytes]]] = []
        self._replaced: dict[int, int] = {}

    def take(self, at: bytes, sheet: Sheet, fact: Fact, recorded: bytes, cells: tuple[bytes, ...]) -> None:
        """Keep a result: of an examination `cells` are obtained_at and protocol, else what was computed."""
        self._results.append(_Result(at, sheet, fact, recorded, cells))

    def decide(
        self, index: int, at: bytes, cells: tuple[bytes | None, ...], people: list[Person], replaces: int | None
    ) -> None:
        """Keep a decision: `cells` are year, protocol, held_on, decision and basis."""
        year, protocol, held_on, decision, basis = (each or b"" for each in cells)
        row = [
            b"%d" % index, at, year, cell(unescape(protocol)), held_on, DECISIONS[decision.decode()].encode(),
            b" ".join(person.id for person in people), cell(b", ".join(person.name for person in people)),
            cell(unescape(basis)),
        ]  # fmt: skip
        self._decisions.append((index, row))
        if replaces is not None:
            self._replaced[replaces] = index

    def rows(self) -> Iterator[tuple[int, list[bytes]]]:
        """Yield index and cells of each result, as of the end."""
        for each in self._results:
            yield each.fact.first, _row(each)

    def decisions(self) -> Iterator[tuple[int, list[bytes]]]:
        """Yield index and cells of each decision, as of the end."""
        for index, row in self._decisions:
            yield index, [*row, _index(self._replaced.get(index))]


def word_of(what: str) -> bytes:
    """Return what a result is, in Russian."""
    return WHAT[what].encode()


def _row(each: _Result) -> list[bytes]:
    sheet, fact = each.sheet, each.fact
    computed = total = weight = inputs = rule = reason = note = obtained_at = protocol = lacks = b""
    if fact.what == "exam_result":
        obtained_at, spelt = each.cells
        protocol = cell(unescape(spelt))
    else:
        computed, total, weight, inputs, rule, reason, note, lacks = each.cells
        computed, inputs, lacks = _value(computed), _listed(inputs), _listed(lacks)
        reason, note = _DEVIATIONS[reason.decode()].encode() if reason else b"", cell(note)
    course, who = sheet.course, fact.who
    return [
        b"%d" % fact.first, each.at, sheet.id, *(course.spelt if course is not None else (b"", b"")), _period(sheet),
        word_of(fact.what),
        who.id if who is not None else b"", cell(who.name_at(fact.first)) if who is not None else b"",
        computed, total, weight, inputs, rule, _value(each.recorded), reason, note, obtained_at, protocol,
        lacks,
        b"" if fact.value == NULL else _value(fact.value),
        _index(fact.standing if fact.standing != fact.first else None), _index(sheet.published_by(fact)),
    ]  # fmt: skip


def _period(sheet: Sheet) -> bytes:
    period = sheet.period
    if period is None or not period.kind:
        return b""
    word = _PERIODS[period.kind.decode()].encode()
    return word if period.kind == b"year" else word + b" " + period.number


def _listed(numbers: bytes) -> bytes:
    return numbers.strip(b"[]").replace(b",", b" ")


@cache
def _value(value: bytes) -> bytes:
    text = value.strip(b'"').decode()
    return _VALUES.get(text, text).encode()


def _index(index: int | None) -> bytes:
    return b"" if index is None else b"%d" % index
