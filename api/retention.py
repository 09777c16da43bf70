"""Retention classes of personal values: which key a disclosure is sealed under, and so what is erased together."""

from __future__ import annotations

from typing import Final

PERSON: Final = "person"
"""Names and birth date: as long as the person belongs to the school, and then as the personal file is kept."""
JOURNAL: Final = "journal"
"""Notes to corrections: as long as the journal they explain."""
PRINT: Final = "print"
"""The salt of what a printed form says: as long as everybody's values whom it names; then it goes with theirs."""
