"""Who acted and when: one row per command, so that no other table repeats it."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from projections.folding import ActorFields, Entry, View
from projections.rows import OPEN, Operations, Table

_read_actor = msgspec.json.Decoder(ActorFields).decode


class CommandRow(NamedTuple):
    """A command; `entry` is its first one, and all up to the next row's are its own; `lesson`: which it is about."""

    entry: int
    command: str
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    basis: str | None
    lesson: str | None
    to_position: int = OPEN


COMMANDS: Final = Table("commands", CommandRow, (("at",),))


def _on_command(entry: Entry) -> Operations:
    actor = _read_actor(entry.actor)
    lesson = entry.stream_id if entry.stream.startswith("lesson/") else None
    row = CommandRow(
        entry.index, entry.command, entry.at, actor.id, actor.role, actor.on_behalf_of, actor.basis, lesson
    )
    return (row,)


VIEW: Final = View((COMMANDS,), {}, on_command=_on_command)
