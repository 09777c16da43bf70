"""The summary sheet (сводная ведомость) of a class's year in its one form of bytes (regulation 3.2; tables.md).

    student (ученик);subject (предмет);quarter_1 (1 четверть);…;year (год);exam (экзамен);final (итоговая);council (…)
    3ebba7dc-…;Математика;4;…;5;;5;переведены

It holds ids and no names, so that its SHA-256 can be worked out again when names are erased.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Final, NamedTuple

from ledger.journal.context import Context
from ledger.journal.council import Council
from ledger.journal.lacking import ClassJournal
from ledger.journal.vocabulary import COUNCIL_WORDS, MARK_WORDS, ResultKind
from ledger.journal.year import Period

COLUMNS: Final[dict[str, str]] = {
    **{f"quarter_{number}": f"{number} четверть" for number in range(1, 5)},
    **{f"trimester_{number}": f"{number} триместр" for number in range(1, 4)},
    **{f"half_year_{number}": f"{number} полугодие" for number in range(1, 3)},
    "year": "год",
    "exam": "экзамен",
    "final": "итоговая",
    "council": "педагогический совет",
}
"""Columns behind student and subject, in their order, and what people read over each."""
_HEADER: Final = ";".join(
    ("student (ученик)", "subject (предмет)", *(f"{name} ({words})" for name, words in COLUMNS.items()))
)
_BLANK: Final = ("",) * len(COLUMNS)
_PLACES: Final = {name: place for place, name in enumerate(COLUMNS)}
_RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@", "\t", "\r")
_NEEDS_QUOTES: Final = frozenset('";\r\n')


class StandingResult(NamedTuple):
    """A result that stands: of whom, in which subject and column, by which entry."""

    entry: int
    student: str
    subject: str
    column: str
    value: str


class SheetRow(NamedTuple):
    """A student and a subject: column -> what people read in it, for columns that have something."""

    student: str
    subject: str
    cells: Mapping[str, str]


class SummarySheet(NamedTuple):
    """A sheet, its rows in order of the student's id and of the subject."""

    rows: tuple[SheetRow, ...]

    @property
    def csv(self) -> bytes:
        """Its bytes: a table of an archive (verify/spec/tables.md)."""
        lines, subjects = [_HEADER], {subject: _cell(subject) for subject in {row.subject for row in self.rows}}
        for student, subject, cells in self.rows:
            lines.append(";".join((student, subjects[subject], *map(cells.get, COLUMNS, _BLANK))))
        return ("\ufeff" + "".join(line + "\r\n" for line in lines)).encode()

    @property
    def sha256(self) -> str:
        """The digest of its bytes, in hex."""
        return sha256(self.csv).hexdigest()


def make_sheet(
    students: Iterable[str],
    subjects: Iterable[str],
    results: Iterable[StandingResult],
    decisions: Sequence[tuple[str, Iterable[str]]],
) -> SummarySheet:
    """Put a sheet together.

    Args:
        students: ids of all who ever were in the class.
        subjects: of its courses.
        results: those that stand in the sheets of its courses, in any order.
        decisions: code and students of each decision of the council that stands, in order of the entries.
    """
    values: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for _, student, subject, column, value in sorted(results, key=itemgetter(0)):
        columns, word = values[student, subject], MARK_WORDS.get(value, value)
        columns[column] = f"{columns[column]}, {word}" if column in columns else word
    decided: dict[str, list[str]] = {}
    for code, named in decisions:
        for student in named:
            decided.setdefault(student, []).append(COUNCIL_WORDS[code])
    rows, taught = [], sorted(set(subjects))
    for student in sorted(set(students)):
        for subject in taught:
            cells = values.get((student, subject), {})
            if student in decided:
                cells = {**cells, "council": ", ".join(decided[student])}
            ordered = {name: cells[name] for name in sorted(cells, key=_PLACES.__getitem__)}
            rows.append(SheetRow(student, subject, ordered))
    return SummarySheet(tuple(rows))


def column_of(what: ResultKind | str, period_kind: str, number: int) -> str:
    """Return the column of a kind of result in the sheet of a period."""
    if what == "period_mark":
        return "year" if period_kind == "year" else f"{period_kind}_{number}"
    return "exam" if what == "exam_result" else "final"


def sheet_of(journal: ClassJournal, context: Context) -> SummarySheet:
    """Return a class's sheet as its streams have it; whoever rests on it needs the log to stand still."""
    subjects = {course.id: course.subject for course in journal.courses}
    council = context.find_if_any(Council, f"council/{journal.year.id}")
    results = []
    for sheet in journal.sheets:
        period = context.books.find(f"period/{sheet.period}")
        if isinstance(period, Period):
            results += [
                StandingResult(
                    fact.standing,
                    fact.student,
                    subjects[sheet.course],
                    column_of(fact.what, period.kind, period.number),
                    fact.value,
                )
                for fact in sheet.standing()
            ]
    standing = sorted(council.standing.items()) if council else []
    return make_sheet(
        journal.group.roster,
        subjects.values(),
        results,
        [(decision.decision, decision.students) for _, decision in standing],
    )


def _cell(text: str) -> str:
    """Spell a text from a person's typing (tables.md)."""
    if text.startswith(_RUN_BY_SPREADSHEETS):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.intersection(text) else text
