"""What all events have in common: they are values, and a field whose default stands is left out of the bytes."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all events."""
