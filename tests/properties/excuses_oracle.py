"""What events.md demands of incidents and excuses; a part of the journal's oracle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

RULES = ["attendance", "homework", "lesson", "oral_mark", "written_mark", "written_work"]


class ExcusesOracle:
    """Checks of one entry behind those before it; what stood before, the journal's oracle says."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def made(self, kind: str, id_: str) -> dict[str, Any]:
        raise NotImplementedError

    def of(self, stream: str, type_: str) -> Iterator[Any]:
        raise NotImplementedError

    def facts(self, *, annulled: bool = False, of: str = "") -> list[Any]:
        raise NotImplementedError

    def check_incident(self) -> None:
        data = self.data
        assert len(data.get("_sd", [""])) == 1
        if self.item.type == "incident_closed":
            (opened,) = self.of(self.item.stream, "incident_opened")
            assert not list(self.of(self.item.stream, "incident_closed"))
            check_minute(data["ended_at"])
            assert opened.data["began_at"] <= data["ended_at"]
            return
        assert data["kind"] in {"system", "network", "power", "maintenance"}
        check_minute(data["began_at"])

    def check_excuse(self) -> None:
        data = self.data
        if self.item.type == "excuse_withdrawn":
            assert data["basis"]
            assert not list(self.of(self.item.stream, "excuse_withdrawn"))
            return
        assert data["rules"]
        assert data["rules"] == [rule for rule in RULES if rule in data["rules"]]
        assert data["reason"] in {"outage", "ill", "order", "emergency"}
        assert len(data.get("_sd", [""])) == 1
        assert ("incident" in data) == (data["reason"] == "outage") == ("basis" not in data)
        assert data.get("basis") != ""
        assert self.made("person", data["teacher"])["kind"] == "teacher"
        assert data["teacher"] not in {self.item.actor, self.item.on_behalf_of}
        began = self._began()
        if "incident" in data:
            self.made("incident", data["incident"])
            for closed in self.of(f"incident/{data['incident']}", "incident_closed"):
                assert began <= closed.data["ended_at"]

    def _began(self) -> str:
        """The minute from which the lesson's terms run."""
        data = self.data
        if "lesson" not in data:
            self.made("course", data["course"])
            return f"{data['held_on']}T00:00"
        assert not {"course", "held_on"} & data.keys()
        lesson = self.made("lesson", data["lesson"])
        assert lesson["teacher"] == data["teacher"]
        (header,) = [fact.value for fact in self.facts(of=f"lesson/{data['lesson']}") if fact.what == "lesson"]
        return f"{lesson['held_on']}T{header['starts_at']}"


def check_minute(text: str) -> None:
    """A minute by the school's clock."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text, re.ASCII)
    datetime.fromisoformat(text)
