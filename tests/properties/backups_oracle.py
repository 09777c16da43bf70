"""What events.md demands of backups; a part of the journal's oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any


class BackupsOracle:
    """Checks of one entry behind those before it; which root it is only the bytes can tell."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_backup(self) -> None:
        data = self.data
        if self.item.type == "backup_taken":
            assert self.item.version == 1
            assert data["what"] in (["keys"], ["ledger"], ["vault"], ["ledger", "vault"])
            assert max(1, self.item.position - 65_536) <= data["size"] <= self.item.position
            assert len(data["root"]) == len(data["sha256"]) == 64
            assert data["bytes"] >= 1
            assert data["place"]
            return
        taken = next(one for one in self.before if one.stream == self.item.stream)
        assert data["taken"] == taken.position
        datetime.strptime(data["restored_at"], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - a local minute
        assert data["how"] == sorted(set(data["how"]) & {"audit", "checkpoint", "restore", "values"})
        assert data["how"]
        assert ("size" in data) == ("root" in data)
        assert data["verdict"] in {"verified", "finding", "incomplete"}
        if data["verdict"] == "verified":
            assert "restore" in data["how"]
            if "ledger" in taken.data["what"]:
                assert "audit" in data["how"]
                assert (data["size"], data["root"]) == (taken.data["size"], taken.data["root"])
