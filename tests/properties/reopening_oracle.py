"""What events.md demands of reopening by two people; a part of the journal's oracle, slow and plain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_REASONS = {"not_recorded", "recorded_wrongly", "closed_by_mistake", "inspection", "other"}


def check_reopening(check: Any, is_closed: Callable[[str], bool]) -> None:
    """Judge a request, an answer, or a reopening in one step, behind what stands before it."""
    item, data = check.item, check.data
    what, _, step = item.type.partition("_reopen")
    assert is_closed(item.stream)
    assert data["basis"]
    asked = [one for one in check.before if one.type.endswith("_reopening_requested")]
    if step in ("ed", "ing_requested"):
        assert data["reason"] in _REASONS
        assert data["reason"] != "other" or len(data["_sd"]) == 1
    if step == "ed":
        assert asked == []
        assert check.made("person", data["requested_by"])["kind"] in {"teacher", "staff"}
        assert data["requested_by"] not in {item.actor, item.on_behalf_of}
    if step in ("ed", "ing_approved"):
        ways = (f"{what}_reopened", f"{what}_reopening_approved")
        assert len([one for way in ways for one in check.of(item.stream, way)]) < 9
    waiting = _waiting(check.before, item.stream)
    if step == "ing_requested":
        assert waiting is None
    elif step != "ed":
        assert waiting is not None
        assert waiting.position == data["request"]
        assert {item.actor, item.on_behalf_of} & {waiting.actor, waiting.on_behalf_of} <= {None}


def _waiting(before: Sequence[Any], stream: str) -> Any:
    """The request of a stream that waits, or None."""
    steps = [one for one in before if one.stream == stream and "_reopening_" in one.type]
    return steps[-1] if steps and steps[-1].type.endswith("_requested") else None
