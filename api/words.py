"""Russian words for what the journal's rules refuse. `tests/house` holds this list and the rules together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES_RU: Final[Mapping[str, str]] = {}
"""Rule name -> what a person reads."""
