"""The tables of an archive (tables.md), derived from the entries as they pass and compared row by row.

Most rows are known when their entry is read. A row with a column that later entries may change (a standing value, a
work's kind) is first expected as if nothing came later; a row that says otherwise is kept as a claim, and all claims
and all changed facts are judged after the last entry. So memory grows with the corrections, not with the rows.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from verify import canonical
from verify.access import ORIGIN_SUFFIX
from verify.bag import Bag
from verify.columns import (
    ABSENT_FOR,
    AT_THE_END,
    COLUMNS,
    DUTIES,
    EARLY_LEAVES,
    FACTS,
    LATER,
    PERSON_KINDS,
    PLAN_REASONS,
    REASONS,
    WEEKS,
    WHOLE,
    WORDS,
    WORK_KINDS,
)
from verify.deadline_tables import COUNTS, ROWS, check_rows
from verify.events import unescape
from verify.findings import Place, Report
from verify.note import Checkpoint
from verify.result_tables import ResultRows, word_of
from verify.state import NULL, Course, Fact, Lesson, Person, Sheet, Stay, Stream, Work
from verify.table import Table, cell, row_of
from verify.tables import Tables

_LATE: Final = frozenset(("kind", "standing", "standing_entry"))
_BESIDE_TABLES: Final = frozenset(
    (
        *("datapackage.json", "csv-metadata.json", "tables.sqlite", f"{ROWS}.csv", f"{COUNTS}.csv"),
        *("journal.xlsx", "results.xlsx", "planning.xlsx", "people.xlsx", "oversight.xlsx"),
    )
)
"""What stands beside the tables (tables.md)."""
_COVERED = re.compile(rb'^\{"ends_at":"[^"]*","number":[0-9]+,"plan_items":\[([0-9,]+)\]')
_TOPIC = re.compile(rb'"topic":"(.*)"\}$', re.DOTALL)


@dataclass(slots=True)
class _Claim:
    """What a table says of a fact in the columns that later entries may change."""

    line: int
    kind: bytes
    standing: bytes
    standing_entry: bytes


@dataclass(slots=True)
class _Enrollment:
    index: int
    cells: list[bytes]
    ends_on: bytes = b""


@dataclass(slots=True)
class _Facts:
    """A table of facts: rows that claimed something else, rows already found wrong, facts that changed."""

    table: Table
    claims: dict[int, tuple[Fact, _Claim]] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)
    changed: dict[int, Fact] = field(default_factory=dict)


class ArchiveTables(Tables):
    """The tables of an archive; a table that is not there (a finding elsewhere) is not compared."""

    def __init__(
        self,
        chunks: dict[str, Callable[[], Iterator[bytes]]],
        report: Report,
        beside: Callable[[str], Iterator[bytes] | None] = lambda _: None,
        first: int = 0,
    ) -> None:
        """Open the tables that are there: name to a function that begins to read it; `beside`: what may lie there.

        Rows of entries before `first` are in those tables alone that are whole in every archive.
        """
        self._first = first
        self._report = report
        self._beside = beside
        self._open = chunks
        early = [name for name in COLUMNS if name not in AT_THE_END]
        self._tables = {name: self._table(name) for name in early if name in chunks}
        self._marks = _Facts(self._tables["marks"]) if "marks" in self._tables else None
        self._absences = _Facts(self._tables["absences"]) if "absences" in self._tables else None
        self._enrollments: dict[tuple[bytes, bytes], list[_Enrollment]] = {}
        self._rows: list[_Enrollment] = []
        self._stays: list[tuple[int, Course, Person, Stay]] = []
        self._duties: list[tuple[list[bytes], Stay]] = []
        self._lessons: list[Lesson] = []
        self._substitutions: list[tuple[bytes, Lesson, Fact]] = []
        self._rekinded: dict[Work, None] = {}
        self._results = ResultRows()
        self._later: dict[str, list[tuple[int, list[bytes]]]] = {name: [] for name in LATER}

    def _table(self, name: str) -> Table:
        return Table(name, COLUMNS[name], self._open[name](), self._report)

    def _expect(self, name: str, index: int, cells: list[bytes]) -> None:
        table = self._tables.get(name)
        if table is None or (index < self._first and name not in WHOLE):
            return
        if not table.take(row_of(cells)):
            table.compare(index, cells)

    def person(self, index: int, person: Person) -> None:  # noqa: D102 (as in the base class, here and below)
        person.cells = b"%b;%b;" % (person.id, cell(person.name))
        self._expect("people", index, [b"%d" % index, person.id, PERSON_KINDS[person.kind], cell(person.name)])

    def enrolled(self, index: int, class_key: bytes, class_name: bytes, person: Person, starts_on: bytes) -> None:  # noqa: D102
        row = _Enrollment(index, [b"%d" % index, cell(class_name), person.id, cell(person.name), starts_on])
        self._rows.append(row)
        self._enrollments.setdefault((class_key, person.key), []).append(row)

    def left(self, class_key: bytes, person: Person, ends_on: bytes) -> None:  # noqa: D102
        for row in self._enrollments.pop((class_key, person.key), ()):
            row.ends_on = ends_on

    def course(self, index: int, course: Course) -> None:  # noqa: D102
        class_cell = cell(course.group.name) if course.group is not None else b""
        course.spelt = (class_cell, cell(course.subject))
        course.cells = b"%b;%b;" % course.spelt
        row = [b"%d" % index, course.id, class_cell, cell(course.subject), cell(course.subgroup or b"")]
        self._expect("courses", index, row)

    def joined(self, index: int, course: Course, person: Person, stay: Stay) -> None:  # noqa: D102
        self._stays.append((index, course, person, stay))

    def planned(  # noqa: D102
        self, index: int, course: Course | None, number: int, topic: dict[str, Any] | None, reason: bytes, basis: bytes
    ) -> None:
        group = course.group if course is not None else None
        shown = topic or {}
        cells = [
            b"%d" % index, course.id if course is not None else b"",
            cell(group.name) if group is not None else b"", cell(course.subject) if course is not None else b"",
            cell(course.subgroup or b"") if course is not None else b"", b"%d" % number,
            *(cell(str(shown.get(name, "")).encode()) for name in ("topic", "hours", "homework", "planned_on")),
            PLAN_REASONS[reason.decode()].encode(), cell(unescape(basis)),
        ]  # fmt: skip
        self._expect("plans", index, cells)

    def lesson(self, lesson: Lesson) -> None:  # noqa: D102
        course_cells = lesson.course.cells if lesson.course is not None else b";;"
        lesson.cells = b"%b;%b;%b" % (lesson.id, lesson.held_on, course_cells)
        self._lessons.append(lesson)

    def substitution(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:  # noqa: ARG002, D102
        self._substitutions.append((at, lesson, fact))

    def mark(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:  # noqa: D102
        facts, work, who = self._marks, fact.work, fact.who
        if facts is None or work is None or who is None or index < self._first:
            return
        word = WORDS[fact.value]
        kind = WORK_KINDS[work.kind]
        row = b"%d;%b;%b%b%b;%b;%b;\r\n" % (index, at, lesson.cells, who.cells, kind, word, word)
        if not facts.table.take(row):
            self._claim(facts, index, [at, kind, word], lesson, fact)

    def absence(self, index: int, at: bytes, lesson: Lesson, fact: Fact) -> None:  # noqa: D102
        facts, who = self._absences, fact.who
        if facts is None or who is None or index < self._first:
            return
        word = _word(fact.what, fact.value)
        row = b"%d;%b;%b%b%b;%b;\r\n" % (index, at, lesson.cells, who.cells, word, word)
        if not facts.table.take(row):
            self._claim(facts, index, [at, word], lesson, fact)

    def _claim(self, facts: _Facts, index: int, rest: list[bytes], lesson: Lesson, fact: Fact) -> None:
        """Keep what a differing row claims, where it differs only in what later entries may change."""
        at, *last = rest
        course, who = lesson.course, fact.who
        group = course.group if course is not None else None
        cells = [
            b"%d" % index, at, lesson.id, lesson.held_on,
            cell(group.name) if group is not None else b"", cell(course.subject) if course is not None else b"",
            who.id if who is not None else b"", cell(who.name) if who is not None else b"",
            *last, last[-1], b"",
        ]  # fmt: skip
        found = facts.table.compare(index, cells, _LATE)
        if found is None:
            facts.wrong.add(index)
        else:
            kind = found[8] if fact.what == "mark" else b""
            facts.claims[index] = (fact, _Claim(facts.table.rows + 1, kind, found[-2], found[-1]))

    def changed(self, fact: Fact) -> None:  # noqa: D102
        facts = self._marks if fact.what == "mark" else self._absences
        if facts is not None:
            facts.changed[fact.first] = fact

    def rekinded(self, work: Work) -> None:  # noqa: D102
        self._rekinded[work] = None

    def files(self, index: int, at: bytes, lesson: Lesson, homework: bytes) -> None:  # noqa: D102
        for file in json.loads(homework).get("files", ()) if b'"files":' in homework else ():
            group = lesson.course.group if lesson.course is not None else None
            cells = [
                b"%d" % index, at, lesson.id, lesson.held_on, cell(group.name) if group is not None else b"",
                cell(lesson.course.subject) if lesson.course is not None else b"",
                file["sha256"].encode(), b"%d" % file["size"], file["media_type"].encode(),
            ]  # fmt: skip
            self._expect("files", index, cells)

    def correction(  # noqa: D102
        self, index: int, at: bytes, what: str, corrects: bytes, cells: tuple[bytes, ...], actor: bytes
    ) -> None:
        lesson, student, old, new, reason, note, basis, request = cells
        words = what in ("mark", "absence", "lateness", "early_leave")
        shown = [
            _word(what, value) if words else b"" if value == NULL else _day(value) if what == "make_up" else cell(value)
            for value in (old, new)
        ]
        row = [
            b"%d" % index, at, FACTS[what].encode(), corrects, lesson, student, *shown, cell(REASONS[reason]),
            cell(note), cell(unescape(basis)), request, actor,
        ]  # fmt: skip
        self._expect("corrections", index, row)

    def regulation(self, index: int, number: bytes, signed_on: bytes, from_: bytes, parameters: bytes) -> None:  # noqa: D102
        self._expect("regulations", index, [b"%d" % index, cell(unescape(number)), signed_on, from_, cell(parameters)])

    def appointment(self, index: int, person: Person, number: bytes, signed_on: bytes, starts_on: bytes) -> None:  # noqa: D102
        row = [b"%d" % index, person.id, cell(person.name), cell(unescape(number)), signed_on, starts_on]
        self._expect("responsible", index, row)

    def duty(  # noqa: D102
        self, index: int, person: Person, duty: bytes, number: bytes, signed_on: bytes, span: Stay
    ) -> None:
        order = [cell(unescape(number)), signed_on, span.starts_on]
        self._duties.append(([b"%d" % index, person.id, cell(person.name), DUTIES[duty].encode(), *order], span))

    def bells(self, index: int, stream: Stream, from_: bytes, title: bytes, lessons: list[dict[str, Any]]) -> None:  # noqa: D102
        for lesson in lessons:
            times = [lesson["starts_at"].encode(), lesson["ends_at"].encode()]
            head = [b"%d" % index, stream.id, cell(unescape(title)), from_, b"%d" % lesson["number"]]
            self._expect("bells", index, [*head, *times])

    def timetable(  # noqa: D102
        self,
        index: int,
        class_name: bytes,
        from_: bytes,
        bells: bytes,
        lessons: list[dict[str, Any]],
        courses: dict[str, Course | None],
    ) -> None:
        head = [b"%d" % index, cell(class_name), from_, bells]
        for lesson in lessons:
            course = courses[lesson["course"]]
            subject = cell(course.subject) if course is not None else b""
            place = [b"%d" % lesson["weekday"], b"%d" % lesson["number"], WEEKS[lesson["weeks"]].encode()]
            self._expect("timetables", index, [*head, *place, lesson["course"].encode(), subject])
        if not lessons:
            self._expect("timetables", index, [*head, b"", b"", b"", b"", b""])

    def assessment(self, index: int, number: bytes, signed_on: bytes, from_: bytes, rules: bytes) -> None:  # noqa: D102
        self._expect("assessment", index, [b"%d" % index, cell(unescape(number)), signed_on, from_, cell(rules)])

    def result(self, at: bytes, sheet: Sheet, fact: Fact, value: bytes, cells: tuple[bytes, ...]) -> None:  # noqa: D102
        self._results.take(at, sheet, fact, value, cells)

    def result_correction(  # noqa: D102
        self, index: int, at: bytes, sheet: Sheet, fact: Fact | None, corrects: bytes, cells: tuple[bytes, ...],
        actor: bytes,
    ) -> None:  # fmt: skip
        old, new, reason, note, basis, request = cells
        who = b"" if fact is None or fact.who is None else fact.who.id
        row = [
            b"%d" % index, at, b"" if fact is None else word_of(fact.what), corrects, sheet.id, who, WORDS[old],
            WORDS[new], cell(REASONS[reason]), cell(note), cell(unescape(basis)), request, actor,
        ]  # fmt: skip
        self._expect("result_corrections", index, row)

    def decision(  # noqa: D102
        self, index: int, at: bytes, cells: tuple[bytes | None, ...], people: list[Person], replaces: int | None
    ) -> None:
        self._results.decide(index, at, cells, people, replaces)

    def plain(self, name: str, index: int, cells: list[bytes]) -> None:  # noqa: D102
        self._expect(name, index, [b"%d" % index, *cells])

    def renamed(self, person: Person) -> None:  # noqa: D102
        person.cells = b"%b;%b;" % (person.id, cell(person.name))

    def row(self, name: str, index: int, cells: list[bytes]) -> None:  # noqa: D102
        self._later[name].append((index, cells))

    def deadlines(self, rows: Iterator[bytes], counts: Iterator[bytes]) -> None:  # noqa: D102
        for name, expected in ((ROWS, rows), (COUNTS, counts)):
            chunks = self._beside(name)
            if chunks is not None:
                check_rows(name, chunks, expected, self._report)

    def leave(self) -> None:  # noqa: D102
        for table in self._tables.values():
            table.leave()

    def finish(self) -> None:  # noqa: D102
        for facts in (self._marks, self._absences):
            if facts is not None:
                self._judge(facts)
        for name in AT_THE_END:
            if name in self._open:
                self._tables[name] = self._table(name)
        for row in self._rows:
            self._expect("enrollments", row.index, [*row.cells, row.ends_on])
        self._expect_stays()
        for lesson in self._lessons:
            self._expect_lesson(lesson)
        for at, lesson, fact in self._substitutions:
            self._expect_substitution(at, lesson, fact)
        late = {**self._later, "results": self._results.rows(), "council": self._results.decisions()}
        for name, rows in late.items():
            for index, cells in rows:
                self._expect(name, index, cells)
        for table in self._tables.values():
            table.finish()
            self._report.checked["tables"] += 1
            self._report.checked["rows"] += table.rows
            self._report.facts["rows"] = int(self._report.facts.get("rows", 0)) + table.rows

    def _expect_stays(self) -> None:
        """Expect the rows of what has a last day that came later."""
        for cells, span in self._duties:
            self._expect("duties", int(cells[0]), [*cells, span.ends_on or b""])
        for index, course, person, stay in self._stays:
            class_cell = cell(course.group.name) if course.group is not None else b""
            cells = [b"%d" % index, course.id, class_cell, cell(course.subject), cell(course.subgroup or b"")]
            cells += [person.id, cell(person.name_at(index)), stay.starts_on, stay.ends_on or b""]
            self._expect("subgroups", index, cells)

    def _judge(self, facts: _Facts) -> None:
        """Compare claims with what stands at the end; a row without a claim must be of a fact that never changed."""
        judged = {index: fact for index, (fact, _) in facts.claims.items()} | facts.changed
        if facts is self._marks:
            judged |= {fact.first: fact for work in self._rekinded for fact in work.marks.values()}
        for index in sorted(index for index in judged.keys() - facts.wrong if index >= self._first):
            fact = judged[index]
            kind = b"" if fact.work is None else WORK_KINDS[fact.work.kind]
            by = b"" if fact.standing == fact.first else b"%d" % fact.standing
            expected = (kind, _word(fact.what, fact.value), by)
            if index in facts.claims:
                claim = facts.claims[index][1]
                line, found = claim.line, (claim.kind, claim.standing, claim.standing_entry)
            else:
                line, found = (
                    None,
                    (WORK_KINDS[_kind_at(fact)] if fact.work is not None else b"", b"(as recorded)", b""),
                )
                if fact.standing == fact.first:
                    found = (found[0], expected[1], b"")
            for column, wanted, actual in zip(("kind", "standing", "standing_entry"), expected, found, strict=True):
                if wanted != actual:
                    facts.table.cell_differs(line, index, column, wanted, actual)

    def _expect_lesson(self, lesson: Lesson) -> None:
        fact, homework = lesson.fact, lesson.homework
        if fact is None:
            return
        topic, covered = "аннулирован".encode(), b""
        if fact.value is not NULL and (match := _TOPIC.search(fact.value)):
            topic = unescape(match[1])
            numbers = _COVERED.search(fact.value)
            covered = b"" if numbers is None else numbers[1].replace(b",", b", ")
        text = due_on = due_lesson = b""
        if homework is not None and homework.value is not NULL:
            value = json.loads(homework.value)
            text = (value["text"] or "нет задания").encode()
            due_on = value.get("due_lesson", {}).get("held_on", value.get("due_on", "")).encode()
            due_lesson = canonical.render(value["due_lesson"]) if "due_lesson" in value else b""
        course = lesson.course
        cells = [
            b"%d" % fact.first, lesson.at, lesson.id, lesson.held_on, lesson.number, *_spelt(course),
            cell(course.subgroup or b"") if course is not None else b"",
            cell(lesson.teacher.name_at(fact.first)) if lesson.teacher is not None else b"", cell(topic), covered,
            "да".encode() if lesson.is_taken else "нет".encode(), cell(text), due_on, cell(due_lesson),
            b"" if fact.standing == fact.first else b"%d" % fact.standing,
        ]  # fmt: skip
        self._expect("lessons", fact.first, cells)

    def _expect_substitution(self, at: bytes, lesson: Lesson, fact: Fact) -> None:
        value = json.loads(fact.value)
        held = lesson.fact is not None and lesson.fact.value is not NULL
        course = lesson.course
        group = course.group if course is not None else None
        cells = [
            b"%d" % fact.first, at, lesson.id, lesson.held_on,
            cell(group.name) if group is not None else b"", cell(course.subject) if course is not None else b"",
            *_person_cells(fact.who, fact.first), *_person_cells(lesson.teacher, fact.first),
            ABSENT_FOR[value["reason"]].encode(), cell(value["basis"].encode()), _yes(value["same_subject"]),
            b"%d" % value["coefficient"], _yes(held), b"" if fact.standing == fact.first else b"%d" % fact.standing,
        ]  # fmt: skip
        self._expect("substitutions", fact.first, cells)


class TablesByForm(Tables):
    """Tables of a later range whose earlier entries are not here: each row is looked at by itself, none is derived."""

    def __init__(self, chunks: dict[str, Callable[[], Iterator[bytes]]], first: int, size: int, report: Report) -> None:
        self._chunks = chunks
        self._first = first
        self._size = size
        self._report = report

    def finish(self) -> None:  # noqa: D102
        for name, read in self._chunks.items():
            table = Table(name, COLUMNS[name], read(), self._report)
            table.read_form(0 if name in WHOLE else self._first, self._size)
            table.finish()
            self._report.facts["rows"] = int(self._report.facts.get("rows", 0)) + table.rows
        self._report.skip("tables-by-form", Place("data/tables"))


def open_tables(
    bag: Bag, start: int, checkpoint: Checkpoint | None, report: Report, *, is_whole: bool = False
) -> Tables:
    """Open the tables: all where the range begins at 0, all or none where it does not, none of an access log.

    Of a later range they are derived where the entries before it are replayed too (`is_whole`), else looked at.
    """
    there = {name for name in bag.source.sizes if name.startswith("data/tables/")}
    is_access_log = checkpoint is not None and checkpoint.origin.endswith(ORIGIN_SUFFIX)
    wants = not is_access_log and (not start or bool(there))
    wanted = {f"data/tables/{name}.csv": name for name in COLUMNS} if wants else {}
    beside = {f"data/tables/{name}" for name in _BESIDE_TABLES} if wants else set()
    for name in sorted(there - wanted.keys() - beside):
        report.add("table-unexpected", Place(name), "the tables of the specification", "another")
    for name in sorted(wanted.keys() - there):
        report.add("table-missing", Place(name), "a table", "none")
    if not wants:
        return Tables()
    opened = {name: bag.reading(file).chunks for file, name in wanted.items() if file in there}
    if start and not is_whole:
        return TablesByForm(opened, start, start if checkpoint is None else checkpoint.size, report)

    def read(name: str) -> Iterator[bytes] | None:
        file = f"data/tables/{name}.csv"
        return bag.reading(file).chunks() if file in there else None

    return ArchiveTables(opened, report, read, start)


def _word(what: str, value: bytes) -> bytes:
    """Return a value of a mark, absence, lateness or early leaving in words."""
    return EARLY_LEAVES[value] if what == "early_leave" else WORDS[value]


def _day(value: bytes) -> bytes:
    return value.strip(b'"')


def _person_cells(person: Person | None, index: int) -> tuple[bytes, bytes]:
    return (b"", b"") if person is None else (person.id, cell(person.name_at(index)))


def _spelt(course: Course | None) -> tuple[bytes, bytes]:
    """Return the cells of a course's class and subject."""
    return (b"", b"") if course is None else course.spelt


def _yes(value: object) -> bytes:
    return ("да" if value else "нет").encode()


def _kind_at(fact: Fact) -> bytes:
    """Return the kind that stood when a mark was recorded."""
    work = fact.work
    if work is None:
        return b""
    place = bisect_left(work.kinds, (fact.first,))
    return work.kinds[place - 1][1] if place else work.kind
