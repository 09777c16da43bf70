"""Results in an extract, `results.csv` and `result_corrections.csv`: what stands, and from what it was computed.

What a mark follows from is computed again in `extract_recount`.
"""

import json
from typing import Any, Final

from verify.columns import REASONS, WORDS
from verify.disclosures import Disclosures
from verify.entry import ACTOR, AT, STREAM, Groups
from verify.events import unescape
from verify.findings import Place, Report
from verify.result_tables import ResultRows, word_of
from verify.state import NULL, Course, Fact, Period, Person, Sheet
from verify.table import cell

_RECORDED: Final = {
    b"period_mark_recorded/1": "period_mark", b"exam_result_recorded/1": "exam_result",
    b"final_mark_recorded/1": "final_mark",
}  # fmt: skip
_CHANGED: Final = (b"result_corrected/1", b"result_annulled/1")
_NOBODY: Final = (b"", b"")


class ExtractResults:
    """Follows the result sheets of an extract."""

    def __init__(self, report: Report, people: dict[bytes, Person], courses: dict[bytes, tuple[bytes, bytes]]) -> None:
        self._report = report
        self._people = people
        self._courses = courses
        self._periods: dict[bytes, Period] = {}
        self._sheets: dict[bytes, Sheet] = {}
        self._rows = ResultRows()
        self._corrections: list[tuple[int, list[bytes]]] = []

    def take(self, name: bytes, index: int, groups: Groups, data: dict[str, Any], disclosures: Disclosures) -> None:
        """Take what an entry says."""
        stream = groups[STREAM]
        if name == b"period_defined/1":
            period = self._periods[stream.partition(b"/")[2]] = Period(stream)
            period.kind, period.number = data["kind"], data["number"]
        elif name == b"result_sheet_opened/1":
            sheet = self._sheets[stream] = Sheet(stream)
            sheet.course = Course(b"course/" + data["course"])
            sheet.course.spelt = self._courses.get(data["course"], _NOBODY)
            sheet.period = self._periods.get(data["period"])
        elif stream not in self._sheets:
            return
        elif name in _RECORDED:
            self._record(_RECORDED[name], index, groups, data, disclosures)
        elif name == b"results_published/1":
            self._sheets[stream].published.setdefault(data["what"].decode(), []).append(index)
        elif name in _CHANGED:
            self._change(index, groups, data, disclosures)

    def _record(self, what: str, index: int, groups: Groups, data: dict[str, Any], disclosures: Disclosures) -> None:
        sheet, value = self._sheets[groups[STREAM]], data["value"]
        who = self._people.get(data["student"]) or Person(b"person/" + data["student"])
        fact = sheet.standing[index] = Fact(what, index, index, value, who)
        cells: tuple[bytes, ...] = (data.get("obtained_at", b""), data.get("protocol", b""))
        if what != "exam_result":
            names = ("computed", "sum", "weight", "inputs", "rule")
            note = _note(data, disclosures)
            cells = (*(data[each] for each in names), data["reason"] or b"", note, data.get("lacks") or b"")
        self._rows.take(groups[AT], sheet, fact, value, cells)

    def _change(self, index: int, groups: Groups, data: dict[str, Any], disclosures: Disclosures) -> None:
        sheet, place = self._sheets[groups[STREAM]], Place("data/log/entries.jsonl", entry=index)
        fact = sheet.standing.pop(int(data["corrects"]), None)
        if fact is None:
            self._report.add("correction-cites-nothing", place, "a standing entry", data["corrects"])
            return
        if fact.value != data["old"]:
            self._report.add("correction-old-value", place, fact.value, data["old"])
        fact.value, fact.standing = NULL if data["new"] == NULL else data["new"], index
        sheet.standing[index] = fact
        who = b"" if fact.who is None else fact.who.id
        self._corrections.append((index, [
            b"%d" % index, groups[AT], word_of(fact.what), data["corrects"], sheet.id, who, WORDS[data["old"]],
            WORDS[data["new"]], cell(REASONS[data["reason"]]), cell(_note(data, disclosures)),
            cell(unescape(data["basis"] or b"")), data["request"] or b"", groups[ACTOR],
        ]))  # fmt: skip

    def rows(self) -> dict[str, list[tuple[int, list[bytes]]]]:
        """Return index and cells of each row, by table, as of the end."""
        return {"results": list(self._rows.rows()), "result_corrections": self._corrections}


def _note(data: dict[str, Any], disclosures: Disclosures) -> bytes:
    digests = data.get("_sd")
    return b"" if digests is None else disclosures.note(json.loads(digests))
