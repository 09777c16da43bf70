"""A look before it is recorded: what it may say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.access.events import EXPORTED, NAMED_MAX, READ, AccessError, Look, is_basis
from ledger.wire.canonical import parse_canonical

IDS = [str(UUID(int=number)) for number in range(NAMED_MAX + 1)]
LOOK = Look("/classes/{class_group}/page", "view", ("names", "marks"), (IDS[1], IDS[0]), count=2, as_of=412)


def test_is_canonical_sorted_and_says_its_scope() -> None:
    data = LOOK.data()
    parse_canonical(data)
    said = json.loads(data)
    assert (said["people"], said["kinds"], said["scope"]) == ([IDS[0], IDS[1]], ["marks", "names"], "people")
    assert "basis" not in said
    assert replace(LOOK, classes=(IDS[3],)).scope == "classes"
    assert replace(LOOK, people=(), classes=()).scope == "school"
    assert (LOOK.type, replace(LOOK, form="csv").type) == (READ, EXPORTED)


@pytest.mark.parametrize(
    "changed",
    [
        {"people": IDS, "count": len(IDS)},
        {"classes": IDS},
        {"count": 1},
        {"kinds": ()},
        {"kinds": ("salary",)},
        {"purpose": "curiosity"},
        {"what": "Иванова"},
        {"basis": "по просьбе"},
    ],
)
def test_refuses_what_the_format_does_not_know(changed: dict[str, Any]) -> None:
    with pytest.raises(AccessError):
        replace(LOOK, **changed).data()


def test_a_basis_is_a_code_and_no_sentence() -> None:
    assert is_basis("appeal-2026/14")
    assert not any(is_basis(text) for text in ("", "Иванова", "a b", "-a", "a" * 65, "A"))
