"""The rules of result sheets (events.md, "Results"): what was computed, from which marks, and by which rules.

What a result says of itself is derived again from the entries before it. A range that does not begin at 0 lacks some of
them; there a result's inputs are not compared, only what it says of them.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
from verify.disclosures import OF_OTHERS
from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.finals import final_over_years, over_years
from verify.grounds import Grounds
from verify.state import NULL, Course, Fact, Period, Person, Request, Sheet, Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Results:
    """All result sheets of a log."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self.find = replay.find
        self.grounds = Grounds(replay)
        self._sheets: set[tuple[bytes, bytes]] = set()

    def result_sheet_opened(self, sheet: Stream, _index: int, groups: Groups) -> None:
        """Take a sheet: the one of its course and period."""
        course_id, period_id = groups[DATA]
        if not isinstance(sheet, Sheet) or not self.replay.makes(sheet):
            return
        course = self.replay.made(b"course", course_id, "course")
        period = self.replay.made(b"period", period_id, "period")
        if (course_id, period_id) in self._sheets:
            self.find("result-sheet", "a sheet of this course and period once", sheet.key)
        self._sheets.add((course_id, period_id))
        if isinstance(course, Course) and isinstance(period, Period):
            sheet.course, sheet.period = course, period
            if course.taught is not None:
                course.taught.sheets.append(sheet)
            if course.group is not None and course.group.grade and period.grades and not _fit(course, period):
                self.find("result-sheet", "a period of the course's class", period.key, field_name="data.period")

    def period_mark_recorded(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take a mark for a period, or for the year."""
        if isinstance(sheet, Sheet):
            self._computed("period_mark", sheet, index, groups)

    def final_mark_recorded(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take a final mark."""
        if isinstance(sheet, Sheet):
            self._check_years(sheet)
            self._computed("final_mark", sheet, index, groups)

    def exam_result_recorded(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take an examination's result."""
        obtained_at, protocol, student, value = groups[DATA]
        if not isinstance(sheet, Sheet):
            return
        self._check_years(sheet)
        person = self.replay.person(student, "student", b"student")
        fact = Fact("exam_result", index, index, value, person)
        self._stand(sheet, fact)
        self.replay.tables.result(groups[AT], sheet, fact, value, (obtained_at, protocol))

    def results_published(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take note that all results of a kind were shown."""
        _, _, what = groups[DATA]
        if isinstance(sheet, Sheet):
            sheet.published.setdefault(what.decode(), []).append(index)

    # What is computed.

    def _computed(self, what: str, sheet: Sheet, index: int, groups: Groups) -> None:
        lacks = None
        if what == "final_mark":
            digests, computed, inputs, lacks, reason, rule, student, total, value, weight = groups[DATA]
        else:
            digests, computed, inputs, reason, rule, student, total, value, weight = groups[DATA]
        person = self.replay.person(student, "student", b"student")
        self._check_reason(index, digests, reason, lacks is not None or value != b'"%b"' % computed)
        rules = self._rules(sheet, int(rule))
        if rules is not None and not self.replay.start and sheet.course is not None and sheet.period is not None:
            self.replay.report.checked["results"] += 1
            expected = self._derive(what, sheet, person, rules)
            stated = (inputs, int(total), int(weight), computed, lacks)
            if inputs != b"[%b]" % b",".join(b"%d" % entry for entry in expected[0]):
                listed = ", ".join(map(str, expected[0])) or "none"
                self.find("result-inputs", f"the marks that stood: {listed}", inputs, field_name="data.inputs")
            else:
                for name, wanted, found in zip(
                    ("sum", "weight", "computed", "lacks"), expected[1:], stated[1:], strict=True
                ):
                    if wanted != found:
                        self.find("result-computed", wanted or "none", found or "none", field_name="data." + name)
        fact = Fact(what, index, index, value, person)
        self._stand(sheet, fact)
        note = b"" if digests is None else self.replay.disclosures.note(json.loads(digests))
        cells = (computed, total, weight, inputs, rule, reason or b"", note, lacks or b"")
        self.replay.tables.result(groups[AT], sheet, fact, value, cells)

    def _derive(
        self, what: str, sheet: Sheet, person: Person, rules: dict[str, Any]
    ) -> tuple[list[int], int, int, bytes, bytes | None]:
        """Return what a result must say: inputs, sum, weight, computed, and what lacks."""
        is_year = sheet.period is not None and sheet.period.kind == b"year"
        is_lessons = what == "period_mark" and not is_year
        over = over_years(rules, sheet) if what == "final_mark" else None
        lacks, up_from = None, rules["mean_up_from"]
        if is_lessons:
            marks = list(_lesson_marks(sheet, person, weights_of(rules)))
            least = rules["marks_min"]
        elif what == "period_mark":
            marks, least = list(_period_marks(sheet, person)), rules["period_marks_min"]
        elif over is not None:
            found = final_over_years(self.replay, sheet, person, over)
            marks = [(entry, digits, 1) for entry, value in found.marks if (digits := digits_of(value))]
            lacks = b"[%b]" % b",".join(b"%d" % grade for grade in found.lacks) if found.lacks else None
            least, up_from = 1, HALVES_UP
        else:
            marks, least = _final_marks(sheet, person, rules["final_from"] == "mean_of_year_and_exam"), 1
        total, weight = summed(marks)
        computed = NOTHING
        if lacks is None and is_enough(marks, least):
            computed = grade_of(total, weight, rules) if is_lessons else rounded(total, weight, up_from)
        return sorted(entry for entry, _, _ in marks), total, weight, computed, lacks

    def _rules(self, sheet: Sheet, index: int) -> dict[str, Any] | None:
        """Return the rules that a result cites, or report that others, or none, were in force."""
        if sheet.period is None or not sheet.period.ends_on or index < self.replay.start:
            return None
        day = sheet.period.ends_on
        found = self.replay.orders.rules_on(day)
        if found is None or found[0] != index:
            if found is None:
                self.find("result-rule", f"no rules in force on {day.decode()}", index, field_name="data.rule")
            else:
                self.find("result-rule", f"entry {found[0]}", index, field_name="data.rule")
            return None
        return found[1]

    def _check_reason(self, index: int, digests: bytes | None, reason: bytes | None, is_other: bool) -> None:  # noqa: FBT001
        if digests is not None:
            self.replay.disclose(index, json.loads(digests), OF_OTHERS)
        if is_other and reason is None:
            self.find(
                "result-reason", "a reason, where the mark is not the computed one", "none", field_name="data.reason"
            )
        elif reason is not None and not is_other:
            self.find(
                "result-reason", "no reason, where the mark is the computed one", reason, field_name="data.reason"
            )
        if digests is not None and reason is None:
            self.find("result-reason", "no note without a reason", digests, field_name="data._sd")
        if reason == b"other" and digests is None:
            self.find("correction-note-missing", "a note", "none", field_name="data._sd")

    def _check_years(self, sheet: Sheet) -> None:
        if sheet.period is not None and sheet.period.kind and sheet.period.kind != b"year":
            self.find("result-sheet", "the sheet of a year", sheet.key)

    def _stand(self, sheet: Sheet, fact: Fact) -> None:
        """Take a result that stands, or stands again: the one of its kind for the student."""
        if fact.who is None:
            return
        other = sheet.results.get((fact.what, fact.who))
        if (
            other is None
            and fact.what == "period_mark"
            and sheet.course is not None
            and sheet.course.taught is not None
        ):
            sheet.course.taught.graded.setdefault(fact.who, []).append(sheet)
        if other is not None and other is not fact and other.value is not NULL:
            self.find("recorded-twice", "one standing result of its kind", f"entry {other.standing} stands")
        sheet.results[fact.what, fact.who] = fact
        sheet.standing[fact.standing] = fact

    # What is corrected.

    def result_corrected(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take another value of a result."""
        if isinstance(sheet, Sheet):
            self._correct(sheet, index, groups)

    def result_annulled(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take a result away."""
        if isinstance(sheet, Sheet):
            self._correct(sheet, index, groups)

    def _correct(self, sheet: Sheet, index: int, groups: Groups) -> None:
        digests, basis, corrects, new, old, reason, request = groups[DATA]
        self.grounds.check_reason(index, digests, basis, reason, request)
        fact = self._cited(sheet, corrects, old, index)
        if fact is not None and request is None and sheet.is_settled(fact):
            self.find("correction-after-close", "an approved request", "none", field_name="data.request")
        is_approved = request is not None and self.grounds.check_request(sheet, int(request), "result", groups)
        self.grounds.count(
            "result" if fact is None else fact.what, is_late=request is not None, is_approved=is_approved
        )
        if new == old:
            self.find("correction-changes-nothing", "another value", new, field_name="data.new")
        if fact is not None:
            del sheet.standing[fact.standing]
            fact.standing, fact.value = index, NULL if new == NULL else new
            if fact.value is NULL:
                sheet.standing[index] = fact
            else:
                self._stand(sheet, fact)
        note = b"" if digests is None else self.replay.disclosures.note(json.loads(digests))
        cells = (old, new, reason, note, basis or b"", request or b"")
        self.replay.tables.result_correction(index, groups[AT], sheet, fact, corrects, cells, groups[ACTOR])

    def result_correction_requested(self, sheet: Stream, index: int, groups: Groups) -> None:
        """Take a request for a correction of a settled result."""
        digests, basis, corrects, new, old, reason = groups[DATA]
        if not isinstance(sheet, Sheet):
            return
        self.grounds.check_reason(index, digests, basis, reason, None)
        self._cited(sheet, corrects, old, None)
        if new == old:
            self.find("correction-changes-nothing", "another value", new, field_name="data.new")
        if sheet.requests is None:
            sheet.requests = {}
        sheet.requests[index] = Request(people_of(groups), "result", (digests, basis, corrects, new, old, reason))

    def result_correction_refused(self, sheet: Stream, _index: int, groups: Groups) -> None:
        """Take the refusal of a request."""
        _, request = groups[DATA]
        if isinstance(sheet, Sheet):
            self.grounds.answer(sheet, int(request), groups)

    def _cited(self, sheet: Sheet, corrects: bytes, old: bytes, by: int | None) -> Fact | None:
        """Return the result whose standing entry is cited, and compare the value that stood."""
        index = int(corrects)
        fact = sheet.standing.get(index)
        if fact is None:
            if not sheet.is_beyond(index, self.replay.start, by):
                self.find(
                    "correction-cites-nothing",
                    "the standing entry of this sheet's result",
                    index,
                    field_name="data.corrects",
                )
        elif fact.value != old:
            self.find("correction-old-value", fact.value, old, field_name="data.old")
        return fact


def _fit(course: Course, period: Period) -> bool:
    return course.group is not None and course.group.grade in period.grades and course.year == period.year


def _lesson_marks(sheet: Sheet, person: Person, weights: dict[str, int] | None) -> Iterator[Input]:
    """Yield the student's marks that count in the subject's lessons of the period; `weights` None: all count alike."""
    course, period = sheet.course, sheet.period
    if course is None or course.taught is None or period is None:
        return
    for fact in course.taught.marks.get(person, ()):
        work = fact.work
        if work is None or not period.starts_on <= work.lesson.held_on <= period.ends_on:
            continue
        digits = digits_of(fact.value)
        if digits:
            yield fact.standing, digits, share_of(work.fact.value, weights)


def _period_marks(sheet: Sheet, person: Person) -> Iterator[Input]:
    """Yield the student's marks that count for the subject's periods but the year."""
    taught = sheet.course.taught if sheet.course is not None else None
    for other in taught.graded.get(person, ()) if taught is not None else ():
        fact = other.results.get(("period_mark", person))
        is_year = other.period is None or other.period.kind == b"year"
        if fact is not None and not is_year and (digits := digits_of(fact.value)):
            yield fact.standing, digits, 1


def _final_marks(sheet: Sheet, person: Person, with_exam: bool) -> list[Input]:  # noqa: FBT001
    """Return what a final mark is the mean of: nothing without a year's mark that counts."""
    found: list[Input] = []
    for what in ("period_mark", "exam_result") if with_exam else ("period_mark",):
        fact = sheet.results.get((what, person))
        digits = digits_of(fact.value) if fact is not None else ()
        if fact is not None and digits:
            found.append((fact.standing, digits, 1))
        elif what == "period_mark":
            return []
    return found
