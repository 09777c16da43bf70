"""A command with its moment, its actor and the leaf indexes that its entries will have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.sample.school_year import as_datetime
from ledger.journal.commands import (
    AddToLesson,
    DefinePeriod,
    JournalCommand,
    OpenClassGroup,
    OpenCourse,
    RecordExamResults,
    RecordFinalMarks,
    RecordLesson,
    RecordPeriodMarks,
)
from ledger.wire.entry import Actor


@dataclass(frozen=True, slots=True)
class Planned:
    """One command of a sample school.

    Attributes:
        at: the moment by the sample clock, UTC; never before that of the command before.
        actor: who acts.
        command: what is asked for; digests in it are of `disclosures`.
        first_index: leaf index of its first entry, in a log that holds this school and nothing else.
        count: how many entries it causes; 0 for a repetition under the same key.
        key: idempotency key, where the school was asked for repetitions; else None.
        disclosures: person -> disclosures to keep in the vault before the command is executed.
    """

    at: datetime
    actor: Actor
    command: JournalCommand
    first_index: int
    count: int
    key: str | None = None
    disclosures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def count_events(command: JournalCommand) -> int:
    """Return how many entries a command causes (events.md): what `ledger.journal` decides, without deciding it."""
    if isinstance(command, RecordLesson | AddToLesson):
        own = command.take_attendance if isinstance(command, AddToLesson) else 1 + (command.substitution is not None)
        attendance = (command.absences, command.lateness, command.early_leaves)
        parts = (*attendance, command.works, command.make_ups, command.marks)
        return own + sum(map(len, parts)) + (command.homework is not None)
    if isinstance(command, RecordPeriodMarks):
        return 1 + len(command.marks)  # each opens its sheet here
    if isinstance(command, RecordExamResults):
        return len(command.results)
    if isinstance(command, RecordFinalMarks):
        return len(command.marks)
    if isinstance(command, OpenCourse):
        return 2 + (command.subgroup is not None)
    return 2 if isinstance(command, DefinePeriod | OpenClassGroup) else 1


class Scribe:
    """Gives commands, in the order in which they are written down, indexes and moments that never go back."""

    def __init__(self, *, keyed: bool) -> None:
        """`keyed`: give every command an idempotency key."""
        self.size = 0
        self._keyed = keyed
        self._commands = 0
        self._at = 0

    def plan(
        self,
        at: int,
        actor: Actor,
        command: JournalCommand,
        disclosures: Mapping[str, tuple[str, ...]] | None = None,
        *,
        also: int = 0,
    ) -> Planned:
        """Return the next planned command; `at` in microseconds since 1970, or that of the command before, if later.

        `also`: how many entries it causes beside those that it names: posted homework, excused absences.
        """
        count = count_events(command) + also
        key = f"sample-{self._commands}" if self._keyed else None
        self._at = max(self._at, at)
        planned = Planned(as_datetime(self._at), actor, command, self.size, count, key, disclosures or {})
        self.size += count
        self._commands += 1
        return planned
