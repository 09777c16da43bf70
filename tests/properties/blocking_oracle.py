"""What events.md demands of blocking; a part of the journal's oracle, slow and plain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

_NAMES = {"family_name", "given_name", "patronymic", "birth_date", "address", "phone", "email"}


class BlockingOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_blocking(self) -> None:
        data, stream = self.data, self.item.stream
        assert stream == f"blocking/{self.before[0].stream.partition('/')[2]}"
        assert data["basis"]
        own = [one for one in self.before if one.stream == stream and one.data["block"] == data["block"]]
        types = [one.type for one in own]
        if self.item.type == "personal_data_blocked":
            assert not own
            assert self._has(f"person/{data['person']}")
            assert data["ground"] in {"inaccurate", "unlawful"}
            assert data["requested_by"] in {"person", "representative", "authority"}
            date.fromisoformat(data["received_on"])
            if "fields" in data:
                assert data["fields"] == sorted(set(data["fields"])) != []
                assert {*data["fields"]} <= _NAMES
            assert ("applicant" in data) == (data["requested_by"] == "representative")
            if "applicant" in data:
                links = [
                    one.type
                    for one in self.before
                    if one.stream == f"person/{data['person']}" and one.data.get("guardian") == data["applicant"]
                ]
                assert links[-1] == "guardian_linked"
            self._not_erased(data["person"])
            return
        assert types == ["personal_data_blocked"]
        blocked = own[0]
        assert blocked.actor != self.item.actor
        assert data["outcome"] in {"confirmed", "corrected"}
        assert ("change" in data) == (data["outcome"] == "corrected")
        if "change" in data:
            change = self.before[data["change"]]
            assert change.position > blocked.position
            assert (change.stream, change.type) == (f"person/{blocked.data['person']}", "personal_data_changed")
            assert {*change.data["fields"]} & {*blocked.data.get("fields", _NAMES)}
        self._not_erased(blocked.data["person"])

    def _has(self, stream: str) -> bool:
        return any(one.stream == stream for one in self.before)

    def _not_erased(self, person: str) -> None:
        for one in self.before:
            if one.type == "personal_data_erased" and one.data["person"] == person:
                assert "person" not in one.data["retention"]

    def check_anchor(self) -> None:
        data = self.data
        assert self.item.stream == f"anchor/{self.before[0].stream.partition('/')[2]}"
        assert len(bytes.fromhex(data["root"])) == 32
        earlier = [one.data["size"] for one in self.before if one.type == self.item.type]
        assert data["size"] > max(earlier, default=0)
