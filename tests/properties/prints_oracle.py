"""What events.md demands of the register of printed forms; a part of the journal's oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

_SCOPES = {
    "class_page": {"course", "period"},
    "summary_sheet": {"class_group"},
    "corrections": {"period"},
    "substitutions": {"month"},
    "conformity": set[str](),
    "papers": set[str](),
    "student_page": {"period", "class_group", "student"},
    "attendance": {"class_group", "month"},
    "lesson_plan": {"course"},
}


class PrintsOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_prints(self) -> None:
        data, before = self.data, [one for one in self.before if one.stream == self.item.stream]
        assert self.item.stream == f"prints/{self.before[0].stream.partition('/')[2]}"
        issued = [one.data["sheet"] for one in before if one.type == "sheet_issued"]
        if self.item.type == "sheet_issued":
            assert data["number"] == len(issued) + 1
            assert data["sheet"] not in issued
            assert 1 <= data["position"] <= self.item.position
            assert 1 <= data["pages"] <= 99_999
            assert len(data["_sd"]) == 1
            self._check_scope()
            return
        assert data["sheet"] in issued
        assert data["sheet"] not in {one.data["sheet"] for one in before if one.type == "sheet_voided"}
        if self.item.type == "sheet_voided":
            assert data["reason"] in {"spoiled", "lost", "wrong_scope", "superseded", "other"}
            assert data["basis"]
            return
        assert data["sheet"] not in {one.data["sheet"] for one in before if one.type == "sheet_certified"}
        assert self._made("person", data["certified_by"])["kind"] in {"teacher", "staff"}
        assert data["office"]
        date.fromisoformat(data["certified_on"])
        assert data["seal"] in {True, False}

    def check_sheets(self) -> None:
        """The forms of a printout: issued and not void before it, of its period or month."""
        sheets = self.data.get("sheets", [])
        assert sheets == sorted(set(sheets))
        issued = {one.data["sheet"]: one.data for one in self.before if one.type == "sheet_issued"}
        void = {one.data["sheet"] for one in self.before if one.type == "sheet_voided"}
        for sheet in sheets:
            assert sheet not in void
            if self.data["condition"] != "archive":
                wanted = (self.data["condition"], self.data.get("period"), self.data.get("month"))
                found = issued[sheet]
                assert (found["kind"], found.get("period"), found.get("month")) == wanted
        assert issued.keys() >= set(sheets)

    def _check_scope(self) -> None:
        data = self.data
        assert data.keys() & {"course", "period", "class_group", "month", "student"} == _SCOPES.get(data["kind"])
        if "month" in data:
            date.fromisoformat(f"{data['month']}-01")
        if "class_group" in data:
            self._made("class", data["class_group"])
        if "period" in data:
            period = self._made("period", data["period"])
            if data.keys() & {"course", "class_group"}:
                id_ = self._made("course", data["course"])["class_group"] if "course" in data else data["class_group"]
                group = self._made("class", id_)
                assert (period["year"], group["grade"] in period["grades"]) == (group["year"], True)
                if "student" in data:
                    assert self._was_in(id_, data["student"], period["starts_on"], period["ends_on"])

    def _was_in(self, class_group: str, student: str, first: str, last: str) -> bool:
        """Whether one of the student's stays in the class meets these days."""
        stays: list[list[str]] = []
        for one in self.before:
            if one.stream == f"class/{class_group}" and one.data.get("student") == student:
                if one.type == "student_enrolled":
                    stays.append([one.data["starts_on"], "9999-12-31"])
                elif one.type == "student_left":
                    stays[-1][1] = one.data["ends_on"]
        return any(starts <= last and first <= ends for starts, ends in stays)

    def _made(self, kind: str, id_: str) -> dict[str, Any]:
        """`data` of the entry that made it."""
        stream = f"{kind}/{id_}"
        made: dict[str, Any] = next(one.data for one in self.before if one.stream == stream)
        return made
