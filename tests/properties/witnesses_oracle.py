"""What events.md demands of witnesses, but of the bytes of roots and signatures; a part of the journal's oracle."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from tests.witness_keys import WITNESSES


class WitnessesOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_witness(self) -> None:
        data = self.data
        own = [item for item in self.before if item.stream == self.item.stream]
        stands = bool([one for one in own if one.type == "witness_appointed"]) and (
            [one.type for one in own if one.type != "checkpoint_cosigned"][-1] == "witness_appointed"
        )
        if self.item.type == "witness_appointed":
            assert not stands
            assert data["held_by"]
            assert data["basis"]
            assert data["link"].startswith(("http://", "https://"))
            assert self.item.stream in {f"witness/{key.id}" for key in WITNESSES if key.vkey == data["vkey"]}
            return
        assert stands
        if self.item.type == "witness_dismissed":
            assert data["basis"]
            return
        cosigned = [one.data for one in own if one.type == "checkpoint_cosigned"]
        assert data.keys() == {"size", "root", "time", "signature"}
        assert max([0, *(one["size"] for one in cosigned)]) < data["size"] <= self.item.position
        assert data["size"] >= self.item.position - 65_536
        assert max([1, *(one["time"] for one in cosigned)]) <= data["time"] <= 253_402_300_799
        assert len(base64.b64decode(data["signature"], validate=True)) == 64
