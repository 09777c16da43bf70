"""`deadlines.csv` and `deadline_counts.csv` beside the tables (tables.md): compared where deadlines are counted."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from verify.columns import EXCUSED
from verify.findings import Place, Report
from verify.report_words import STATUSES
from verify.result_tables import WHAT
from verify.table import Table, cell, row_of
from verify.terms import EXEMPT, LATE, MISSING, STATUSES as IN_ORDER, Verdict

LISTED: Final = frozenset((LATE, MISSING, EXEMPT))
ROWS: Final = "deadlines"
COUNTS: Final = "deadline_counts"
COLUMNS: Final = {
    ROWS: (
        *("rule (правило)", "class (класс)", "since (с)", "of (о чём)"),
        *("planned_number (номер урока по расписанию)", "teacher (учитель)", "student (ученик)", "work (работа)"),
        *("due (срок)", "done (внесено)", "verdict (вывод)", "minutes_late (опоздание, минут)"),
        "done_entry (внесено записью)",
    ),
    COUNTS: (
        *("class (класс)", "rule (правило)", "on_time (в срок)", "late (с опозданием)", "missing (нет)"),
        *("pending (срок не вышел)", "exempt (не нужно)", "no_regulation (нет регламента)"),
    ),
}
_WORDS: Final = {
    **EXCUSED,
    "result": "показ итога",
    "notice": "уведомление об изменении данных",
    "refresh": "обновление данных",
}
_OF_DATA: Final = ("notice", "refresh")
_RULES: Final = ("lesson", "attendance", "homework", "oral_mark", "written_mark", "result", "notice", "refresh")


class Judged(NamedTuple):
    """A verdict with what it is about.

    `done` is the entry that did it, `of` the id of the lesson, sheet or person, `since` the day or minute from which a
    term runs, `name` the class's, `work` the id of the work or what kind of result. Of a planned lesson that
    nobody recorded, `of` is the id of the course and `planned` its number in the day.
    """

    rule: str
    verdict: Verdict
    done: int | None
    of: bytes
    since: str
    name: bytes = b""
    teacher: bytes = b""
    student: bytes = b""
    work: bytes = b""
    planned: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Return its place among what is judged with it: day by day in a class, or sheet by sheet."""
        done = -1 if self.done is None else self.done
        if self.rule == "result":
            due = self.verdict.due or datetime.max.replace(tzinfo=UTC)
            return self.of, self.work, self.since, done, due
        if self.rule in _OF_DATA:
            return self.since, self.of, done
        number = -1 if self.planned is None else self.planned
        place = self.since, self.of, number, _RULES.index(self.rule), self.work, self.student
        return *place, IN_ORDER.index(self.verdict.status)

    def row(self, done_at: datetime | None) -> bytes:
        """Return its row."""
        verdict = self.verdict
        minutes = b"" if verdict.late_by is None else b"%d" % (int(verdict.late_by.total_seconds()) // 60)
        work = WHAT[self.work.decode()].encode() if self.rule == "result" else self.work
        planned = b"" if self.planned is None else b"%d" % self.planned
        return row_of([
            _WORDS[self.rule].encode(), cell(self.name), self.since.encode(), self.of, planned, self.teacher,
            self.student, work, _spelt(verdict.due), _spelt(done_at), STATUSES[verdict.status][0].encode(), minutes,
            b"" if self.done is None else b"%d" % self.done,
        ])  # fmt: skip


def count_rows(counts: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[bytes]:
    """Yield the rows of the counts: in order of class and rule, as their names are spelt in bytes."""
    for name, rules in sorted(counts.items(), key=lambda one: one[0].encode()):
        for rule in (rule for rule in _RULES if rule in rules):
            numbers = [b"%d" % rules[rule].get(status, 0) for status in IN_ORDER]
            yield row_of([cell(name.encode()), _WORDS[rule].encode(), *numbers])


def check_rows(name: str, chunks: Iterator[bytes], rows: Iterator[bytes], report: Report) -> None:
    """Compare a file with the rows that follow from the entries; the first that differs is the finding."""
    table = Table(name, COLUMNS[name], chunks, report)
    for row in rows:
        if not table.take(row):
            place = Place(table.file, table.rows + 2)
            report.add("deadlines-differ", place, row.rstrip(), table.give_up(len(row)).rstrip())
            break
    table.finish()


@lru_cache(maxsize=1 << 12)
def _spelt(at: datetime | None) -> bytes:
    return b"" if at is None else (at.isoformat(timespec="microseconds")[:26] + "Z").encode()
