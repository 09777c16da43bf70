"""What all aggregates have in common: a stream and the version that this state is of."""

from __future__ import annotations

import msgspec


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """State of one stream after `version` events. A value: evolving makes another, none writes to its mappings."""

    stream: str
    version: int

    @property
    def id(self) -> str:
        """The UUID in the stream's name."""
        return self.stream.partition("/")[2]
