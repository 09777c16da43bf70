"""What all commands of the journal have in common."""

from __future__ import annotations

import msgspec


class JournalCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all commands."""
