"""Summary sheets (сводные ведомости) of classes' years as they stand at a position, their versions, what is to be done.

A sheet is worked out whenever it is asked for, from the results and decisions that stand; nothing keeps one. Its
bytes, and so its SHA-256, are those of verify/spec/tables.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, get_args

import orjson

from ledger.collecting import collecting_between_batches
from ledger.journal.summary_sheet import COLUMNS, StandingResult, SummarySheet, column_of, make_sheet
from ledger.journal.vocabulary import ResultKind
from projections.reading import Answer, AsOf, Reader, listed, resolve, stands
from projections.views.journals import JournalTurn, closed_by, journal_turns
from projections.views.lookups import classes

_KINDS: Final = get_args(ResultKind)
# Of some classes, which are behind each of these.
_STUDENTS: Final = f"SELECT e.class_group, e.student FROM {{enrollments}} e WHERE {stands('e')} AND e.class_group IN "
_SUBJECTS: Final = f"SELECT o.class_group, o.subject FROM {{courses}} o WHERE {stands('o')} AND o.class_group IN "
_SHEETS: Final = f"""
    SELECT o.class_group, s.sheet, o.subject, p.kind, p.number
    FROM {{courses}} o
    JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE {stands("o")} AND o.class_group IN """
_RESULTS: Final = f"""
    SELECT o.class_group, r.entry, r.student, r.sheet, r.what, r.value
    FROM {{courses}} o
    JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
    JOIN {{results}} r ON r.sheet = s.sheet AND {stands("r")}
    WHERE r.value IS NOT NULL AND {stands("o")} AND o.class_group IN """
_DECISIONS: Final = f"""
    SELECT g.class_group, d.entry, d.decision, d.students FROM {{council}} d
    JOIN {{classes}} g ON g.year = d.year AND {stands("g")}
    WHERE {stands("d")} AND NOT EXISTS (SELECT 1 FROM {{council}} n WHERE n.replaces = d.entry AND {stands("n")})
      AND g.class_group IN """


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A student and a subject: column -> what it says, for columns that say something, and the entries of all that."""

    student: str
    subject: str
    cells: Mapping[str, str]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClassSheet:
    """A class's sheet as of a position.

    Attributes:
        class_group, class_name, year: whose.
        columns: column -> Russian words over it, in their order.
        rows: in the order of the bytes.
        entries: what the rows rest on: results and decisions that stand.
        closed_by: the entry that closed the journal, None while it is open.
        sha256: of the sheet's bytes.
    """

    position: int
    class_group: str
    class_name: str
    year: str
    columns: Mapping[str, str]
    rows: tuple[SheetLine, ...]
    entries: tuple[int, ...]
    closed_by: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One cell that differs between two versions; an empty text where one says nothing.

    `entries`: what the newer one rests on and the older one did not; where that is nothing, what stands no more.
    """

    student: str
    subject: str
    column: str
    old: str
    new: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SheetVersion:
    """A version of a sheet.

    Attributes:
        position: the first turn at which it was so: a closing's, a transfer's, or the one asked about.
        sha256: of its bytes.
        closed_by, transferred_by: entries that closed the journal over it, and that handed it over.
        changes: how it differs from the version before.
    """

    position: int
    sha256: str
    closed_by: tuple[int, ...]
    transferred_by: tuple[int, ...]
    changes: tuple[SheetChange, ...]


@dataclass(frozen=True, slots=True)
class SheetVersions:
    """All versions of a class's sheet, oldest first: at closings and transfers, and as of the position.

    `since_transfer`: how the last one differs from the one that was handed over last; None where none was.
    """

    position: int
    class_group: str
    class_name: str
    rows: tuple[SheetVersion, ...]
    since_transfer: tuple[SheetChange, ...] | None


@dataclass(frozen=True, slots=True)
class SheetDuty:
    """How a class's journal and sheet stand.

    Attributes:
        entry: the last entry on the journal as a whole; None where there is none.
        class_group, class_name, year: whose.
        closed_by: the entry that closed the journal, None while it is open.
        reopenings: how often it was opened again.
        excused: how many things the standing closing excuses.
        sha256: of the sheet as it stands.
        transferred_by, transferred_sha256, number, received_on, to: of the last transfer.
        state: ``open``: the journal is; ``to_transfer``: closed, and the archive has no sheet or another version;
            ``changed``: open again, and the sheet is not the one that the archive has any more; ``transferred``.
    """

    entry: int | None
    class_group: str
    class_name: str
    year: str
    closed_by: int | None
    reopenings: int
    excused: int
    sha256: str
    transferred_by: int | None
    transferred_sha256: str | None
    number: str | None
    received_on: str | None
    to: str | None
    state: str


def summary_sheet(views: Reader, class_group: str, *, at: AsOf = None) -> ClassSheet | None:
    """A class's sheet, or None where there is no such class."""
    position = resolve(views, at)
    group = next((row for row in classes(views, at=position).rows if row.class_group == class_group), None)
    if group is None:
        return None
    made = _sheet(views, class_group, position)
    lines = []
    for student, subject, cells in made.sheet.rows:
        behind = {entry for column in cells for entry in made.entries_of(student, subject, column)}
        lines.append(SheetLine(student, subject, cells, tuple(sorted(behind))))
    return ClassSheet(
        position,
        class_group,
        group.name,
        group.year,
        COLUMNS,
        tuple(lines),
        tuple(sorted({entry for entries in made.entries.values() for entry in entries})),
        closed_by(journal_turns(views, position).get(class_group, ())),
        made.sheet.sha256,
    )


def sheet_bytes(views: Reader, class_group: str, position: int) -> bytes:
    """The sheet's bytes as of a position."""
    return _sheet(views, class_group, position).sheet.csv


def sheet_versions(views: Reader, class_group: str, *, at: AsOf = None) -> SheetVersions | None:
    """All versions of a class's sheet with what changed between them, or None where there is no such class."""
    position = resolve(views, at)
    group = next((row for row in classes(views, at=position).rows if row.class_group == class_group), None)
    if group is None:
        return None
    history = journal_turns(views, position).get(class_group, ())
    turns = [turn for turn in history if turn.action in ("closed", "transferred")]
    versions: list[SheetVersion] = []
    before, handed_over = MadeSheet(SummarySheet(()), (), ()), None
    for turn in (*turns, None):
        place = position if turn is None else turn.entry
        made = _sheet(views, class_group, place)
        digest = made.sheet.sha256
        if not versions or versions[-1].sha256 != digest:
            changes = compare_sheets(before, made) if versions else ()
            versions.append(SheetVersion(place, digest, (), (), changes))
            before = made
        if turn is not None:
            versions[-1] = _with_turn(versions[-1], turn)
            handed_over = made if turn.action == "transferred" else handed_over
    since = None if handed_over is None else compare_sheets(handed_over, before)
    return SheetVersions(position, class_group, group.name, tuple(versions), since)


def sheet_duties(views: Reader, *, year: str | None = None, at: AsOf = None) -> Answer[SheetDuty]:
    """All classes, or those of a year: whether each journal is closed, and whether its sheet is to be handed over."""
    position = resolve(views, at)
    history = journal_turns(views, position)
    groups = classes(views, year=year, at=position).rows
    with collecting_between_batches():
        digests = {of: made.sheet.sha256 for of, made in _sheets(views, [one.class_group for one in groups], position)}
    rows = []
    for group in groups:
        turns = history.get(group.class_group, ())
        closing = closed_by(turns)
        transfer = next((turn for turn in reversed(turns) if turn.action == "transferred"), None)
        digest = digests[group.class_group]
        is_same = transfer is not None and transfer.sha256 == digest
        if is_same:
            state = "transferred"
        elif closing is not None:
            state = "to_transfer"
        else:
            state = "open" if transfer is None else "changed"
        rows.append(
            SheetDuty(
                turns[-1].entry if turns else None,
                group.class_group,
                group.name,
                group.year,
                closing,
                sum(turn.action == "reopened" for turn in turns),
                sum(one["count"] for turn in turns if turn.entry == closing for one in turn.excused or ()),
                digest,
                transfer.entry if transfer else None,
                transfer.sha256 if transfer else None,
                transfer.number if transfer else None,
                transfer.received_on if transfer else None,
                transfer.to if transfer else None,
                state,
            )
        )
    return Answer(position, tuple(rows))


def _with_turn(version: SheetVersion, turn: JournalTurn) -> SheetVersion:
    closed, transferred = version.closed_by, version.transferred_by
    if turn.action == "closed":
        closed = (*closed, turn.entry)
    else:
        transferred = (*transferred, turn.entry)
    return SheetVersion(version.position, version.sha256, closed, transferred, version.changes)


@dataclass(frozen=True)
class MadeSheet:
    """A sheet, with the results and the council's decisions (entry, code, students) that it was made of."""

    sheet: SummarySheet
    results: Iterable[StandingResult]
    decisions: Iterable[tuple[int, str, Collection[str]]]

    @cached_property
    def entries(self) -> Mapping[tuple[str, str, str], list[int]]:
        """(student, subject, column) -> the entries that stand there, of decisions without the subject."""
        found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
        for result in sorted(self.results):
            found[result.student, result.subject, result.column].append(result.entry)
        for student in {row.student for row in self.sheet.rows}:
            decided = [entry for entry, _, named in self.decisions if student in named]
            if decided:
                found[student, "", "council"] = decided
        return found

    def entries_of(self, student: str, subject: str, column: str) -> list[int]:
        """What stands in a cell rests on these, in order of recording."""
        return self.entries.get((student, "" if column == "council" else subject, column), [])


def compare_sheets(old: MadeSheet, new: MadeSheet) -> tuple[SheetChange, ...]:
    """List the cells that differ, in the order of the sheet."""
    was = {(row.student, row.subject): row.cells for row in old.sheet.rows}
    now = {(row.student, row.subject): row.cells for row in new.sheet.rows}
    changes = []
    for place in sorted(was.keys() | now.keys()):
        for column in COLUMNS:
            before, after = was.get(place, {}).get(column, ""), now.get(place, {}).get(column, "")
            if before != after:
                behind, anew = old.entries_of(*place, column), new.entries_of(*place, column)
                entries = [entry for entry in anew if entry not in behind] or [
                    entry for entry in behind if entry not in anew
                ]
                changes.append(SheetChange(*place, column, before, after, tuple(entries)))
    return tuple(changes)


def _sheet(views: Reader, class_group: str, position: int) -> MadeSheet:
    ((_, made),) = _sheets(views, [class_group], position)
    return made


def _sheets(views: Reader, class_groups: Collection[str], position: int) -> Iterator[tuple[str, MadeSheet]]:
    """Each class with its sheet: what is in all of them is read at once."""

    def read(sql: str) -> defaultdict[str, list[tuple[Any, ...]]]:
        found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for some, named in listed(class_groups):
            for class_group, *row in views.select(f"{sql}{some}", {"at": position, **named}):
                found[class_group].append(tuple(row))
        return found

    sheets, results, decisions, students, subjects = (
        read(sql) for sql in (_SHEETS, _RESULTS, _DECISIONS, _STUDENTS, _SUBJECTS)
    )
    for of in class_groups:
        everybody = {who for (who,) in students[of]}
        yield of, _made(sheets[of], results[of], sorted(decisions[of]), everybody, subjects[of])


def _made(
    sheets: Iterable[tuple[Any, ...]],
    standing: Iterable[tuple[Any, ...]],
    decided: Iterable[tuple[Any, ...]],
    students: set[str],
    subjects: Iterable[tuple[Any, ...]],
) -> MadeSheet:
    """A class's sheet, of rows without the class; decisions by their entry."""
    places = {
        (sheet, what): (subject, column_of(what, kind, number))
        for sheet, subject, kind, number in sheets
        for what in _KINDS
    }
    results = [
        StandingResult(entry, student, *places[sheet, what], value) for entry, student, sheet, what, value in standing
    ]
    decisions = [(entry, code, orjson.loads(named)) for entry, code, named in decided]
    sheet = make_sheet(
        students, (subject for (subject,) in subjects), results, [(code, named) for _, code, named in decisions]
    )
    return MadeSheet(sheet, results, decisions)
