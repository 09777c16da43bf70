"""The tables of an extract, two of lessons and two of results: the rows of tables.md whose entries are in it."""

import json
from dataclasses import dataclass
from typing import Any, Final

from verify.bag import Bag
from verify.columns import COLUMNS, EARLY_LEAVES, WORDS, WORK_KINDS
from verify.disclosures import OF_PERSONS, Disclosures
from verify.entry import AT, STREAM, Groups
from verify.events import unescape
from verify.extract_results import ExtractResults
from verify.findings import Place, Report
from verify.state import NULL, Person
from verify.table import Table, cell, row_of

TABLES: Final = ("marks", "absences")
RESULTS: Final = ("results", "result_corrections")
"""Both or neither: extracts of before did without them."""
_FACTS: Final = {
    b"mark_recorded/1": ("mark", "value"), b"absence_recorded/1": ("absence", "code"),
    b"lateness_recorded/1": ("lateness", "minutes"), b"early_leave_recorded/1": ("early_leave", "minutes"),
}  # fmt: skip
_CORRECTED: Final = ("mark", "absence", "lateness", "early_leave", "work")
_NOBODY: Final = b""


@dataclass(slots=True)
class _Fact:
    """A mark, absence, lateness, early leaving or work: where it was recorded, and what stands now."""

    what: str
    index: int
    at: bytes
    lesson: bytes
    who: bytes
    work: bytes
    recorded: bytes
    value: bytes
    standing: int


class ExtractTables:
    """Follows the entries of an extract, and compares its tables when all are read."""

    def __init__(self, bag: Bag, report: Report) -> None:
        self._bag = bag
        self._report = report
        self._people: dict[bytes, Person] = {}
        self._classes: dict[bytes, bytes] = {}
        self._courses: dict[bytes, tuple[bytes, bytes]] = {}
        self._lessons: dict[bytes, tuple[bytes, bytes]] = {}
        self._works: dict[tuple[bytes, bytes], bytes] = {}
        self._facts: list[_Fact] = []
        self._standing: dict[int, _Fact] = {}
        self._results = ExtractResults(report, self._people, self._courses)

    def take(self, name: bytes, index: int, groups: Groups, data: dict[str, Any], disclosures: Disclosures) -> None:
        """Take what an entry says."""
        stream = groups[STREAM]
        id_ = stream.partition(b"/")[2]
        self._results.take(name, index, groups, data, disclosures)
        if name in (b"person_registered/1", b"personal_data_changed/1"):
            self._person(name, stream, index, data, disclosures)
        elif name == b"class_group_opened/1":
            self._classes[id_] = cell(data["grade"] + unescape(data["letter"]))
        elif name == b"course_opened/1":
            self._courses[id_] = (self._classes.get(data["class_group"], b""), cell(unescape(data["subject"])))
        elif name == b"lesson_recorded/1":
            self._lessons[stream] = (data["held_on"], data["course"])
        elif name == b"work_recorded/1":
            self._works[stream, data["work"]] = data["kind"]
            self._add(_Fact("work", index, groups[AT], stream, _NOBODY, data["work"], b"", b"", index))
        elif name in _FACTS:
            what, field = _FACTS[name]
            value = data[field]
            fact = _Fact(what, index, groups[AT], stream, data["student"], data.get("work", b""), value, value, index)
            self._facts.append(fact)
            self._add(fact)
        elif name == b"absence_reason_set/1":
            self._change("absence", index, data["absence"], b'"absent"', data["code"])
        elif name.endswith((b"_corrected/1", b"_annulled/1")) and name.rpartition(b"_")[0].decode() in _CORRECTED:
            self._change(name.rpartition(b"_")[0].decode(), index, data["corrects"], data["old"], data["new"])

    def _person(self, name: bytes, stream: bytes, index: int, data: dict[str, Any], disclosures: Disclosures) -> None:
        person = self._people.setdefault(stream.partition(b"/")[2], Person(stream))
        names = OF_PERSONS if name == b"person_registered/1" else frozenset(json.loads(data["fields"]))
        new = disclosures.parts(json.loads(data["_sd"]))
        person.parts = {part: text for part, text in person.parts.items() if part not in names} | {
            part: text for part, text in new.items() if part in names
        }
        person.rename(index)

    def _add(self, fact: _Fact) -> None:
        self._standing[fact.standing] = fact

    def _change(self, what: str, index: int, corrects: bytes, old: bytes, new: bytes) -> None:
        """Let another value stand; a correction of something that is not here, or stands no more, is a finding."""
        place = Place("data/log/entries.jsonl", entry=index)
        fact = self._standing.pop(int(corrects), None)
        if fact is None or fact.what != what:
            self._report.add("correction-cites-nothing", place, "a standing entry", corrects)
            return
        if what == "work":
            if new != NULL:
                self._works[fact.lesson, fact.work] = json.loads(new)["kind"].encode()
        elif fact.value != old:
            self._report.add("correction-old-value", place, fact.value, old)
        fact.value, fact.standing = new, index
        self._add(fact)

    def finish(self) -> None:
        """Compare the tables, row by row."""
        for name in TABLES:
            file = f"data/tables/{name}.csv"
            if file not in self._bag.source.sizes:
                self._report.add("table-missing", Place(file), "a table", "none")
                continue
            table = Table(name, COLUMNS[name], self._bag.reading(file).chunks(), self._report)
            for fact in self._facts:
                if (fact.what == "mark") == (name == "marks"):
                    cells = self._cells(fact)
                    if not table.take(row_of(cells)):
                        table.compare(fact.index, cells)
            table.finish()
        sizes = self._bag.source.sizes
        has_results = any(f"data/tables/{name}.csv" in sizes for name in RESULTS)
        for name, rows in self._results.rows().items() if has_results else ():
            self._compare(name, rows)

    def _compare(self, name: str, rows: list[tuple[int, list[bytes]]]) -> None:
        file = f"data/tables/{name}.csv"
        if file not in self._bag.source.sizes:
            self._report.add("table-missing", Place(file), "a table", "none")
            return
        table = Table(name, COLUMNS[name], self._bag.reading(file).chunks(), self._report)
        for index, cells in rows:
            if not table.take(row_of(cells)):
                table.compare(index, cells)
        table.finish()

    def _cells(self, fact: _Fact) -> list[bytes]:
        held_on, course = self._lessons.get(fact.lesson, (b"", b""))
        person = self._people.get(fact.who)
        name = fact.who if person is None else person.name_at(fact.index)
        kind = [WORK_KINDS.get(self._works.get((fact.lesson, fact.work), b""), b"")] if fact.what == "mark" else []
        words = EARLY_LEAVES if fact.what == "early_leave" else WORDS
        by = b"" if fact.standing == fact.index else b"%d" % fact.standing
        return [
            b"%d" % fact.index, fact.at, fact.lesson.partition(b"/")[2], held_on,
            *self._courses.get(course, (b"", b"")), fact.who, cell(name), *kind,
            words[fact.recorded], words[fact.value], by,
        ]  # fmt: skip
