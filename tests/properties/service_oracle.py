"""What events.md demands of freshness and portals; a part of the journal's oracle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LINK = re.compile(r"https?://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?(/[^\x00- \"\\\x7f-\U0010ffff]{0,299})?", re.ASCII)


class ServiceOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_freshness(self) -> None:
        data = self.data
        assert data.keys() == {"size", "position", "minutes_behind", "last_entry_minutes"}
        assert self.item.version == 1
        assert 1 <= data["size"] <= self.item.position
        assert 0 <= data["position"] <= data["size"]
        assert data["last_entry_minutes"] >= 0
        if data["position"] == data["size"]:
            assert data["minutes_behind"] == 0
        else:
            assert data["minutes_behind"] >= data["last_entry_minutes"]

    def check_portal(self) -> None:
        data = self.data
        standing: tuple[str, str] | None = None
        for item in self.before:
            if item.stream == self.item.stream and item.type == "portal_listed":
                standing = item.data["name"], item.data["link"]
            elif item.stream == self.item.stream and item.type == "portal_dropped":
                standing = None
        if self.item.type == "portal_listed":
            assert data["name"]
            assert _LINK.fullmatch(data["link"])
            assert standing != (data["name"], data["link"])
            return
        assert standing is not None
        if self.item.type == "portal_dropped":
            assert data["basis"]
            return
        assert data["link"] == standing[1]
        assert _LINK.fullmatch(data["diary"])
        assert data["outcome"] in {"found", "no_link", "not_found", "no_answer"}
