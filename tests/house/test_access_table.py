"""What docs/accounts.md says each role may ask for is what the code decides by."""

from __future__ import annotations

from pathlib import Path

from tests.house.access_table import table

PAGE = Path(__file__).parents[2] / "docs" / "accounts.md"


def test_the_page_holds_the_table_that_is_decided_by() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "python -m tests.house.access_table"
