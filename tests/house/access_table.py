"""The table of docs/accounts.md that says what each role may ask for: `python -m tests.house.access_table` prints it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api.auth import ACCESS, Right
from api.reach import (
    Reach,
    anything,
    inspected,
    own_class,
    own_consents,
    own_data,
    own_diary,
    own_teaching,
    own_writing,
)

WORDS: Final[dict[Reach, str]] = {
    anything: "all",
    own_teaching: "own courses",
    own_writing: "own work",
    own_class: "own class",
    inspected: "inspected",
    own_diary: "own child",
    own_data: "own",
    own_consents: "own",
}


def table() -> str:
    """Markdown: a line a right, a column a role."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"| | {' | '.join(role.replace('_', ' ') for role in ACCESS)} |"
    yield "|---|" + "---|" * len(ACCESS)
    for right in Right:
        cells = (WORDS[rights[right]] if right in rights else "" for rights in ACCESS.values())
        yield f"| {right.value} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table(), end="")
