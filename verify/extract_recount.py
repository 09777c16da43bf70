"""Results of an extract, computed again from the marks that are in it (log-format.md section 7a).

A result names the entries that it was computed from. Where all of them are in the extract, its sum, weight and mark are
derived again; where one is not, or what tells how it counts, the report says which result and what lacks.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from verify.computing import (
    HALVES_UP,
    NOTHING,
    Input,
    digits_of,
    grade_of,
    is_enough,
    rounded,
    share_of,
    summed,
    weights_of,
)
from verify.events import unescape
from verify.findings import Place, Report
from verify.state import NULL

_RESULTS: Final = {
    b"period_mark_recorded/1": "period_mark", b"exam_result_recorded/1": "exam_result",
    b"final_mark_recorded/1": "final_mark",
}  # fmt: skip
_LISTED_MAX: Final = 50


@dataclass(slots=True, eq=False)
class _Fact:
    """A mark or a result: whose (nothing: not known), in which lesson or sheet, of which work or kind; what stands."""

    who: bytes
    stream: bytes
    what: bytes
    value: bytes
    standing: int


class _Subject(NamedTuple):
    """A subject in a year, which its courses share."""

    year: bytes
    title: bytes


class _Course(NamedTuple):
    subject: _Subject
    grade: int | None


class _Period(NamedTuple):
    kind: bytes
    starts_on: bytes
    ends_on: bytes


class _Rules(NamedTuple):
    entry: int
    effective_from: bytes
    rules: dict[str, Any]


class _Counted(NamedTuple):
    """The marks here that count, by entry; what makes a mark of them and their sums; whether over years."""

    marks: dict[int, Input]
    grade: Callable[[list[Input], int, int], bytes]
    is_over_years: bool = False


class _LackingError(Exception):
    """What tells how a result's marks count is not in the extract."""


class Recount:
    """Follows an extract's marks and results.

    Of single entries nobody knows what was left out between them: there a result is computed from what it names alone,
    and whether other marks count too is not asked.
    """

    def __init__(self, report: Report, scope: str, is_here: Callable[[int], bool]) -> None:
        """`is_here` says whether an entry, of before the one that is taken, is in the extract."""
        self._report = report
        self._scope = scope
        self._is_here = is_here
        self._grades: dict[bytes, int] = {}
        self._courses: dict[bytes, _Course] = {}
        self._periods: dict[bytes, _Period] = {}
        self._rules: list[_Rules] = []
        self._lessons: dict[bytes, tuple[bytes, _Subject | None]] = {}
        self._works: dict[tuple[bytes, bytes], bytes] = {}
        self._work_at: dict[int, tuple[bytes, bytes]] = {}
        self._facts: dict[int, _Fact] = {}
        self._marks: dict[tuple[bytes, _Subject | None], list[_Fact]] = {}
        self._sheets: dict[bytes, tuple[_Course, _Period] | None] = {}
        self._results: dict[tuple[bytes, str, bytes], _Fact] = {}
        self._graded: dict[tuple[bytes, _Subject], dict[bytes, None]] = {}
        self._count = 0
        self._over_years = 0
        self._lacking: list[tuple[str, str]] = []

    def take(self, name: bytes, index: int, stream: bytes, data: dict[str, Any]) -> None:
        """Take what an entry says; a result is judged by what stands before it."""
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, index, stream, data)
        elif name in _RESULTS:
            self._result(_RESULTS[name], index, stream, data)

    # What marks rest on.

    def _class(self, _index: int, stream: bytes, data: dict[str, Any]) -> None:
        self._grades[stream.partition(b"/")[2]] = int(data["grade"])

    def _course(self, _index: int, stream: bytes, data: dict[str, Any]) -> None:
        subject = _Subject(data["year"], unescape(data["subject"]))
        self._courses[stream.partition(b"/")[2]] = _Course(subject, self._grades.get(data["class_group"]))

    def _period(self, _index: int, stream: bytes, data: dict[str, Any]) -> None:
        self._periods[stream.partition(b"/")[2]] = _Period(data["kind"], data["starts_on"], data["ends_on"])

    def _adopted(self, index: int, _stream: bytes, data: dict[str, Any]) -> None:
        self._rules.append(_Rules(index, data["effective_from"], json.loads(data["rules"])))

    def _lesson(self, _index: int, stream: bytes, data: dict[str, Any]) -> None:
        course = self._courses.get(data["course"])
        self._lessons[stream] = data["held_on"], None if course is None else course.subject

    def _work(self, index: int, stream: bytes, data: dict[str, Any]) -> None:
        weight = b"" if data["weight"] is None else b',"weight":%b' % data["weight"]
        self._works[stream, data["work"]] = b'{"kind":"%b"%b}' % (data["kind"], weight)
        self._work_at[index] = stream, data["work"]

    def _work_changed(self, index: int, _stream: bytes, data: dict[str, Any]) -> None:
        place = self._work_at.get(int(data["corrects"]))
        if place is not None:
            self._works[place] = data["new"]
            self._work_at[index] = place

    # Marks and results.

    def _mark(self, index: int, stream: bytes, data: dict[str, Any]) -> None:
        fact = self._facts[index] = _Fact(data["student"], stream, data["work"], data["value"], index)
        _, subject = self._lessons.get(stream, (b"", None))
        self._marks.setdefault((fact.who, subject), []).append(fact)

    def _changed(self, index: int, stream: bytes, data: dict[str, Any]) -> None:
        """Let another value of a mark or a result stand; of what is not here, nobody knows whose it was."""
        fact = self._facts.get(int(data["corrects"]))
        if fact is None:
            fact = _Fact(b"", stream, b"", NULL, index)
        fact.value, fact.standing = data["new"], index
        self._facts[index] = fact

    def _opened(self, _index: int, stream: bytes, data: dict[str, Any]) -> None:
        course, period = self._courses.get(data["course"]), self._periods.get(data["period"])
        self._sheets[stream] = None if course is None or period is None else (course, period)

    def _result(self, what: str, index: int, stream: bytes, data: dict[str, Any]) -> None:
        who = data["student"]
        if what != "exam_result":
            self._judge(what, index, stream, data)
        fact = _Fact(who, stream, what.encode(), data["value"], index)
        self._facts[index] = self._results[stream, what, who] = fact
        place = self._sheets.get(stream)
        if what == "period_mark" and place is not None:
            self._graded.setdefault((who, place[0].subject), {})[stream] = None

    def _judge(self, what: str, index: int, stream: bytes, data: dict[str, Any]) -> None:
        """Compute a result again, or take note of what lacks for it."""
        self._count += 1
        named: list[int] = json.loads(data["inputs"])
        if not self._are_theirs(index, named, data):
            return
        away = [entry for entry in named if not self._is_here(entry)]
        try:
            counted = self._computed(what, index, stream, data)
        except _LackingError as lacks:
            self._lacking.append(("extract-basis", f"entry {index}: {lacks}"))
            return
        if sorted(counted.marks) != [entry for entry in named if entry not in away]:
            listed = ", ".join(map(str, sorted(counted.marks))) or "none"
            self._differs("result-inputs", index, "inputs", f"the marks that stood: {listed}", data["inputs"])
        elif away:
            self._lacking.append(("extract-inputs", f"entry {index}: {', '.join(map(str, away))}"))
        else:
            self._compare(index, data, counted)

    def _compare(self, index: int, data: dict[str, Any], counted: _Counted) -> None:
        self._report.checked["results"] += 1
        self._over_years += counted.is_over_years
        marks = list(counted.marks.values())
        total, weight = summed(marks)
        expected = {"sum": b"%d" % total, "weight": b"%d" % weight, "computed": counted.grade(marks, total, weight)}
        for name, wanted in expected.items():
            if data[name] != wanted:
                self._differs("result-computed", index, name, wanted, data[name])
        if data.get("lacks") is not None and not counted.is_over_years:
            self._differs("result-computed", index, "lacks", "none", data["lacks"])

    def _are_theirs(self, index: int, named: list[int], data: dict[str, Any]) -> bool:
        """Say whether marks and results of the student stand by the entries that a result names and that are here."""
        for entry in named:
            fact = self._facts.get(entry)
            is_theirs = fact is not None and fact.standing == entry and fact.who in (b"", data["student"])
            # A student's extract has all that the student's results were computed from.
            if not is_theirs and (self._scope == "student" or self._is_here(entry)):
                self._differs("result-inputs", index, "inputs", b"marks of " + data["student"], entry)
                return False
        return True

    def _computed(self, what: str, index: int, stream: bytes, data: dict[str, Any]) -> _Counted:
        """Return what of the extract counts for a result.

        Raises:
            _LackingError: something that tells is not here.
        """
        place = self._sheets.get(stream)
        if place is None:
            raise _LackingError("its course or period")
        course, period = place
        rules = self._rules_of(index, period, int(data["rule"]))
        who, named = data["student"], [fact for fact in map(self._facts.get, json.loads(data["inputs"])) if fact]
        if what == "period_mark" and period.kind != b"year":
            return _Counted(self._of_lessons(course.subject, period, who, named, rules), _threshold(rules))
        if what == "period_mark":
            facts = [self._results[sheet, what, who] for sheet in self._graded.get((who, course.subject), ())
                     if (of := self._sheets[sheet]) is not None and of[1].kind != b"year"]  # fmt: skip
            grade = _mean(rules["period_marks_min"], rules["mean_up_from"])
            return _Counted(_of_results(named if self._scope == "entries" else facts), grade)
        over = rules.get("final_over_years")
        if over is not None and course.grade is None:
            raise _LackingError("its class")
        if over is not None and course.grade in over["grades"]:
            # Which marks of the years take part, and what lacks, only an archive tells.
            marks = _of_results([fact for fact in named if fact.what == b"period_mark"])
            return _Counted(marks, _mean(1, HALVES_UP, is_whole=data["lacks"] is None), is_over_years=True)
        facts = named if self._scope == "entries" else self._finals(stream, who, rules)
        return _Counted(_of_results(facts), _mean(1, rules["mean_up_from"]))

    def _rules_of(self, index: int, period: _Period, named: int) -> dict[str, Any]:
        """Return the rules that a result cites; report others that were in force.

        Raises:
            _LackingError: they are not here.
        """
        found = next((one for one in self._rules if one.entry == named), None)
        in_force = next((one for one in reversed(self._rules) if one.effective_from <= period.ends_on), None)
        if self._scope != "entries" and (in_force is None or in_force is not found):
            wanted = "rules in force" if in_force is None else f"entry {in_force.entry}"
            self._differs("result-rule", index, "rule", wanted, named)
        if found is None:
            raise _LackingError(f"rules of entry {named}")
        return found.rules

    def _of_lessons(
        self, subject: _Subject, period: _Period, who: bytes, named: list[_Fact], rules: dict[str, Any]
    ) -> dict[int, Input]:
        """Return the student's marks that count in the subject's lessons of a period.

        Raises:
            _LackingError: a course, or what a work weighs, is not here.
        """
        weights = weights_of(rules)
        if self._scope == "entries":
            if weights is not None:
                raise _LackingError("corrections of its works")
            return _of_results(named)
        for fact in named:
            if self._lessons.get(fact.stream, (b"", None))[1] is None:
                raise _LackingError(f"the course of entry {fact.standing}")
        found: dict[int, Input] = {}
        for fact in self._marks.get((who, subject), ()):
            held_on, _ = self._lessons[fact.stream]
            if not period.starts_on <= held_on <= period.ends_on or not (digits := digits_of(fact.value)):
                continue
            work = self._works.get((fact.stream, fact.what))
            if work is None:
                raise _LackingError(f"the work of entry {fact.standing}")
            found[fact.standing] = fact.standing, digits, share_of(work, weights)
        return found

    def _finals(self, stream: bytes, who: bytes, rules: dict[str, Any]) -> list[_Fact]:
        """Return what a final mark is the mean of: nothing without a year's mark that counts."""
        year = self._results.get((stream, "period_mark", who))
        if year is None or not digits_of(year.value):
            return []
        exam = self._results.get((stream, "exam_result", who))
        return [year, exam] if exam is not None and rules["final_from"] == "mean_of_year_and_exam" else [year]

    def _differs(self, code: str, index: int, name: str, expected: object, found: object) -> None:
        place = Place("data/log/entries.jsonl", entry=index, field="data." + name)
        self._report.add(code, place, expected, found)

    def tell(self) -> None:
        """Say which results were not computed again, and what lacks for each."""
        for code, detail in self._lacking[:_LISTED_MAX]:
            self._report.limit(code, detail)
        if self._lacking:
            self._report.limit("extract-results", f"{len(self._lacking)} of {self._count} results")
        if self._over_years:
            self._report.limit("extract-years", f"{self._over_years} of {self._count} results")


def _of_results(facts: list[_Fact]) -> dict[int, Input]:
    """Return what of these counts, each alike."""
    return {fact.standing: (fact.standing, digits, 1) for fact in facts if (digits := digits_of(fact.value))}


def _threshold(rules: dict[str, Any]) -> Callable[[list[Input], int, int], bytes]:
    return lambda marks, total, weight: (
        grade_of(total, weight, rules) if is_enough(marks, rules["marks_min"]) else NOTHING
    )


def _mean(least: int, up_from: int, *, is_whole: bool = True) -> Callable[[list[Input], int, int], bytes]:
    return lambda marks, total, weight: (
        rounded(total, weight, up_from) if is_whole and is_enough(marks, least) else NOTHING
    )


_HANDLERS: Final[dict[bytes, Callable[[Recount, int, bytes, dict[str, Any]], None]]] = {
    b"class_group_opened/1": Recount._class,  # noqa: SLF001 (its own)
    b"course_opened/1": Recount._course,  # noqa: SLF001
    b"period_defined/1": Recount._period,  # noqa: SLF001
    b"assessment_rules_adopted/1": Recount._adopted,  # noqa: SLF001
    b"lesson_recorded/1": Recount._lesson,  # noqa: SLF001
    b"work_recorded/1": Recount._work,  # noqa: SLF001
    b"work_corrected/1": Recount._work_changed,  # noqa: SLF001
    b"work_annulled/1": Recount._work_changed,  # noqa: SLF001
    b"mark_recorded/1": Recount._mark,  # noqa: SLF001
    b"mark_corrected/1": Recount._changed,  # noqa: SLF001
    b"mark_annulled/1": Recount._changed,  # noqa: SLF001
    b"result_sheet_opened/1": Recount._opened,  # noqa: SLF001
    b"result_corrected/1": Recount._changed,  # noqa: SLF001
    b"result_annulled/1": Recount._changed,  # noqa: SLF001
}
