"""What events.md demands of the register of paper; a part of the journal's oracle, slow and plain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_OF_A_CLASS = {"class_journal", "summary_sheet"}
_KINDS = {*_OF_A_CLASS, "corrections", "substitutions", "other"}


class PapersOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_paper(self) -> None:
        data = self.data
        self._own = [one for one in self.before if one.stream == self.item.stream]
        self._stored = {one.data["paper"]: one for one in self._own if one.type == "paper_stored"}
        assert self.item.stream == f"paper/{self.before[0].stream.partition('/')[2]}"
        assert all(data[name] for name in ("basis", "title", "place", "act", "to") if name in data)
        assert 1 <= len(data.get("papers", [1])) <= 100
        assert 1 <= len(data.get("sheets", [1])) <= 200
        for name in ("papers", "sheets"):
            assert data.get(name, []) == sorted(set(data.get(name, [])))
        getattr(self, f"_check_{self.item.type}")()

    def _check_paper_stored(self) -> None:
        data = self.data
        assert data["paper"] not in self._stored
        assert data["number"] == len(self._stored) + 1
        assert data["kind"] in _KINDS
        assert 1 <= data["pages"] <= 99_999
        assert ("class_group" in data) == ("year" in data and data["kind"] in _OF_A_CLASS)
        if "class_group" in data:
            assert self._of("class", data["class_group"])["year"] == data["year"]
        self._contents()
        rows, index = self._schedule()
        assert data["schedule"] == index
        row = rows[self._class(data["kind"])]
        counted_from = date.fromisoformat(data["counted_from"])
        assert counted_from.year <= self._today().year + 2
        assert date.fromisoformat(data["keep_until"]) == _later(counted_from, row["years"])
        if row["counted_from"] == "year_end" and "year" in data:
            assert data["counted_from"] >= self._of("year", data["year"])["ends_on"]

    def _check_paper_moved(self) -> None:
        self._at_school([self.data["paper"]])
        places = [
            one.data["place"]
            for one in self._own
            if one.data.get("paper") == self.data["paper"] and "place" in one.data
        ]
        assert self.data["place"] != places[-1]

    def _check_paper_handed_over(self) -> None:
        self._at_school(self.data["papers"])
        self._free(self.data["papers"])
        assert date.fromisoformat(self.data["handed_on"]) <= self._today()

    def _check_paper_struck_off(self) -> None:
        self._at_school([self.data["paper"]])
        self._free([self.data["paper"]])
        assert self.data["reason"] in {"entered_wrongly", "lost", "damaged"}
        assert self._of("person", self.data["requested_by"])["kind"] in {"teacher", "staff"}
        assert self.data["requested_by"] not in {self.item.actor, self.item.on_behalf_of}

    def _check_paper_destruction_proposed(self) -> None:
        assert not self._of_destruction()
        self._at_school(self.data["papers"])
        self._free(self.data["papers"])
        self._may_go(self.data["papers"])

    def _check_paper_destruction_approved(self) -> None:
        first = self._answered()
        assert len(self._of_destruction()) == 1
        self._may_go(first.data["papers"])

    def _check_paper_destruction_refused(self) -> None:
        self._answered()
        assert {one.type for one in self._of_destruction()} <= {
            "paper_destruction_proposed",
            "paper_destruction_approved",
        }

    def _check_paper_destroyed(self) -> None:
        types = [one.type for one in self._of_destruction()]
        assert types == ["paper_destruction_proposed", "paper_destruction_approved"]
        approved = datetime.fromisoformat(self._of_destruction()[1].at).astimezone(ZoneInfo("Europe/Moscow")).date()
        assert approved <= date.fromisoformat(self.data["destroyed_on"]) <= self._today()
        self._may_go(self._of_destruction()[0].data["papers"])

    def _answered(self) -> Any:
        assert self._of_destruction()
        first = self._of_destruction()[0]
        people = {self.item.actor, self.item.on_behalf_of} - {None}
        assert not people & {first.actor, first.on_behalf_of}
        return first

    def _of_destruction(self) -> list[Any]:
        return [one for one in self._own if one.data.get("destruction") == self.data["destruction"]]

    def _contents(self) -> None:
        wrong = {one.data["paper"] for one in self._own if one.data.get("reason") == "entered_wrongly"}
        others = [one.data for paper, one in self._stored.items() if paper not in wrong]
        filed = {id_ for other in others for id_ in (*other.get("sheets", []), other.get("printout"))} - {None}
        issued = {one.data["sheet"]: one.data for one in self.before if one.type == "sheet_issued"}
        void = {one.data["sheet"] for one in self.before if one.type == "sheet_voided"}
        kind = self.data["kind"]
        for sheet in self.data.get("sheets", []):
            form = issued[sheet]
            assert sheet not in void | filed
            if kind == "other":
                continue
            assert {"class_page": "class_journal"}.get(form["kind"], form["kind"]) == kind
            group = self._of("course", form["course"])["class_group"] if "course" in form else form.get("class_group")
            assert group == self.data.get("class_group")
        if "printout" in self.data:
            assert self.data["printout"] not in filed
            printed = self._of("printout", self.data["printout"])
            year = self._of("period", printed["period"])["year"] if "period" in printed else printed.get("year")
            assert printed["condition"] in {"archive", kind}
            assert year in {None, self.data.get("year")}

    def _at_school(self, papers: list[str]) -> None:
        gone = {paper for one in self._own for paper in self._left(one)}
        assert {*papers} <= self._stored.keys() - gone

    def _left(self, one: Any) -> list[str]:
        if one.type == "paper_struck_off":
            return [one.data["paper"]]
        if one.type == "paper_handed_over":
            return list(one.data["papers"])
        if one.type == "paper_destroyed":
            return self._papers_of(one.data["destruction"])
        return []

    def _papers_of(self, destruction: str) -> list[str]:
        return next(
            [*one.data["papers"]] for one in self._own
            if one.type == "paper_destruction_proposed" and one.data["destruction"] == destruction
        )  # fmt: skip

    def _free(self, papers: list[str]) -> None:
        over = {
            one.data["destruction"] for one in self._own
            if one.type in {"paper_destruction_refused", "paper_destroyed"}
        }  # fmt: skip
        for one in self._own:
            if one.type == "paper_destruction_proposed" and one.data["destruction"] not in over:
                assert not {*papers} & {*one.data["papers"]}

    def _may_go(self, papers: list[str]) -> None:
        rows, _ = self._schedule()
        lifted = {one.data["hold"] for one in self.before if one.type == "legal_hold_lifted"}
        placed = [one.data for one in self.before if one.type == "legal_hold_placed"]
        for paper in papers:
            stored = self._stored[paper].data
            term = rows[self._class(stored["kind"])]["years"]
            assert self._today() > _later(date.fromisoformat(stored["counted_from"]), term)
            for hold in placed:
                assert hold["hold"] in lifted or not self._holds(hold, stored.get("class_group"))

    def _holds(self, hold: dict[str, Any], group: str | None) -> bool:
        if group is None or hold["whose"] == "all":
            return True
        if hold["whose"] == "class":
            return bool(hold["class_group"] == group)
        in_it = {
            one.data["student"]
            for one in self.before
            if one.type == "student_enrolled" and one.stream == f"class/{group}"
        }
        return self._of("person", hold["person"])["kind"] != "student" or hold["person"] in in_it

    def _schedule(self) -> tuple[dict[str, Any], int]:
        """The schedule in force today: its rows without a kind, by class, and its index."""
        in_force = [
            one for one in self.before
            if one.type == "retention_schedule_adopted" and one.data["effective_from"] <= self._today().isoformat()
        ]  # fmt: skip
        rows = {row["retention"]: row for row in in_force[-1].data["rows"] if "kind" not in row}
        return rows, in_force[-1].position

    def _class(self, kind: str) -> str:
        return {"class_journal": "journal", "summary_sheet": "sheet"}.get(kind, "print")

    def _today(self) -> date:
        return datetime.fromisoformat(self.item.at).astimezone(ZoneInfo("Europe/Moscow")).date()

    def _of(self, kind: str, id_: str) -> dict[str, Any]:
        """`data` of the entry that made it."""
        made: dict[str, Any] = next(one.data for one in self.before if one.stream == f"{kind}/{id_}")
        return made


def _later(day: date, years: int) -> date:
    """The same day so many years later; of 29 February, where there is none, the 28th."""
    return max(
        found for step in range(3)
        if (found := date(day.year + years, day.month, 1) + timedelta(days=day.day - 1 - step)).month == day.month
    )  # fmt: skip
