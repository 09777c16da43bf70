"""What events.md demands of keeping and erasing; a part of the journal's oracle, slow and plain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_CLASSES = {"person", "journal"}


class ErasuresOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def _all(self, *types: str) -> list[Any]:
        return [one for one in self.before if one.type in types]

    def _of_school(self, kind: str) -> None:
        assert self.item.stream == f"{kind}/{self.before[0].stream.partition('/')[2]}"
        assert self.data.get("basis", "x")

    def check_retention(self) -> None:
        self._of_school("retention")
        rows = self.data["rows"]
        keys = [(row["retention"], row.get("kind", "")) for row in rows]
        assert keys == sorted(set(keys))
        assert 1 <= len(rows) <= 50
        for row in rows:
            assert row["retention"] in {"person", "journal", "print", "sheet"}
            assert row["counted_from"] in {"left", "year_end", "document"}
            assert row["kept_by"] in {"law", "consent"}
            assert 0 <= row["years"] <= 99
            assert row["citation"]
        assert all(one.data["effective_from"] <= self.data["effective_from"] for one in self._all(self.item.type))

    def check_hold(self) -> None:
        self._of_school("hold")
        placed = [one.data["hold"] for one in self._all("legal_hold_placed")]
        lifted = [one.data["hold"] for one in self._all("legal_hold_lifted")]
        if self.item.type == "legal_hold_lifted":
            assert self.data["hold"] in {*placed} - {*lifted}
            return
        assert self.data["hold"] not in placed
        named = self.data.keys() & {"person", "class_group"}
        assert named == {"all": set(), "person": {"person"}, "class": {"class_group"}}.get(self.data["whose"])
        for kind, field in (("person", "person"), ("class", "class_group")):
            assert field not in self.data or any(one.stream == f"{kind}/{self.data[field]}" for one in self.before)

    def check_erasure(self) -> None:
        self._of_school("erasure")
        data, id_ = self.data, self.data["erasure"]
        own = [one for one in self.before if one.stream == self.item.stream and one.data["erasure"] == id_]
        types = [one.type for one in own]
        if self.item.type == "erasure_proposed":
            assert not own
            assert data["retention"] == sorted(set(data["retention"]))
            assert {*data["retention"]} <= _CLASSES
            assert data["ground"] in {"expiry", "withdrawal", "request", "unlawful"}
            self._nobody_else(data)
            self._grounded(data)
            self._held_by_nobody(data["person"])
        elif self.item.type == "personal_data_erased":
            assert types == ["erasure_proposed", "erasure_approved"]
            assert [data["person"], data["retention"]] == [own[0].data["person"], own[0].data["retention"]]
            assert own[1].at <= data["destroyed_at"] <= self.item.at
            sheets = data.get("sheets", [])
            assert sheets == sorted(set(sheets))
            assert {*sheets} <= {one.data["number"] for one in self._all("sheet_issued")}
            self._held_by_nobody(data["person"])
        else:
            assert self.item.type in {"erasure_approved", "erasure_refused"}
            assert types == ["erasure_proposed"]
            assert {self.item.actor, self.item.on_behalf_of} - {None} != {own[0].actor}
            assert self.item.actor != own[0].actor
            if self.item.type == "erasure_approved":
                self._grounded(own[0].data)
                self._held_by_nobody(own[0].data["person"])

    def erased_before(self, person: str) -> bool:
        """Whether the person's own values were erased before this entry."""
        return any(
            one.data["person"] == person and "person" in one.data["retention"]
            for one in self._all("personal_data_erased")
        )

    def _nobody_else(self, data: dict[str, Any]) -> None:
        refused = {one.data["erasure"] for one in self._all("erasure_refused")}
        for one in self._all("erasure_proposed"):
            if one.data["erasure"] not in refused and one.data["person"] == data["person"]:
                assert not {*one.data["retention"]} & {*data["retention"]}

    def _held_by_nobody(self, person: str) -> None:
        lifted = {one.data["hold"] for one in self._all("legal_hold_lifted")}
        for one in self._all("legal_hold_placed"):
            if one.data["hold"] in lifted:
                continue
            if one.data["whose"] == "class":
                stream = f"class/{one.data['class_group']}"
                students = {two.data["student"] for two in self._all("student_enrolled") if two.stream == stream}
                assert person not in students
            else:
                assert one.data["whose"] == "person"
                assert one.data["person"] != person

    def _grounded(self, data: dict[str, Any]) -> None:
        if data["ground"] == "unlawful":
            assert "counted_from" not in data
            return
        moment = datetime.fromisoformat(self.item.at)
        today = moment.astimezone(ZoneInfo("Europe/Moscow")).date()
        in_force = [
            one.data["rows"]
            for one in self._all("retention_schedule_adopted")
            if one.data["effective_from"] <= today.isoformat()
        ]
        kind = next(one.data["kind"] for one in self.before if one.stream == f"person/{data['person']}")
        for retention in data["retention"]:
            rows = {row.get("kind"): row for row in in_force[-1] if row["retention"] == retention}
            row = rows.get(kind) or rows[None]
            if row["kept_by"] == "consent" and data["ground"] != "expiry":
                continue
            day = date.fromisoformat(data["counted_from"])
            assert day <= today
            over = date(day.year + row["years"], day.month, day.day - (day.month == 2 and day.day == 29))
            assert today > over
            if row["counted_from"] != "document":
                for end in self._ends(data["person"], kind, by_year=row["counted_from"] == "year_end"):
                    assert end is not None
                    assert end <= day

    def _ends(self, person: str, kind: str, *, by_year: bool) -> list[date | None]:
        """Days on which stays or duties ended; None: one goes on."""
        if kind != "student":
            spans: dict[str, list[date | None]] = {}
            for one in self._all("duty_assigned", "duty_ended"):
                if one.data["person"] != person:
                    continue
                if one.type == "duty_assigned":
                    spans.setdefault(one.data["duty"], []).append(None)
                else:
                    spans[one.data["duty"]][-1] = date.fromisoformat(one.data["ends_on"])
            return [end for ends in spans.values() for end in ends]
        last: dict[str, date | None] = {}
        for one in self._all("student_enrolled", "student_left"):
            if one.data["student"] == person:
                last[one.stream] = date.fromisoformat(one.data["ends_on"]) if "ends_on" in one.data else None
        today = datetime.fromisoformat(self.item.at).date() - timedelta(days=1)
        ends: list[date | None] = []
        for stream, left in last.items():
            year = next(one.data["year"] for one in self.before if one.stream == stream)
            ended = next(one.data["ends_on"] for one in self.before if one.stream == f"year/{year}")
            end = date.fromisoformat(ended)
            ends.append(None if left is None and end > today else end if by_year else left or end)
        return ends
