"""The application: a command in, a durable receipt out.

    school = School(env)        # PERSISTENCE_MODULE=ledger.storage.sqlite or ledger.storage.postgres, and its settings
    receipt = school.execute(RecordLesson(…), actor=Actor(teacher, "teacher"), key="client's own key")

Every command takes the same way: a receipt under its key? — decide on state that may be cached — append, which checks
what was read — where something had moved, decide again on fresh state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from typing import Any, ClassVar, Final, TypeVar
from uuid import uuid4

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactoryError, OperationalError
from eventsourcing.utils import EnvType

from ledger.books import Shelf, ShelfBooks
from ledger.clock import find_zone, utc_now
from ledger.errors import LOG, AlreadyRecorded, Conflict, KeyReused, LetopisError, OutcomeUnknown, Refused
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import (
    CloseJournal,
    ClosePeriod,
    JournalCommand,
    OpenSchool,
    RecordPeriodMarks,
    TransferSheet,
)
from ledger.journal.context import Context
from ledger.journal.decide import decide
from ledger.journal.lesson import Lesson
from ledger.journal.recorded import Decision
from ledger.log import Command, LogRecorder, Receipt
from ledger.pause import pause_of
from ledger.wire.entry import Actor, parse_at, parse_entry

ATTEMPTS_MAX: Final = 6
"""One on cached state and five on fresh."""
CLOSING_ATTEMPTS_MAX: Final = 400
"""A closing needs the whole log to stand still for as long as its root takes to compute: milliseconds. These attempts
are made while this process's other commands wait (`ledger.pause`), so they are for writers in other processes. Against
three that never paused it took 3 to 136 on PostgreSQL; each reads only what came since the one before."""
KEY_LENGTH_MAX: Final = 200
_T = TypeVar("_T")
_NOBODY: Final = Actor("", "")

_encode = msgspec.json.Encoder(order="sorted").encode


class School(Application[str]):
    """One school's log, opened for commands. Any thread may call."""

    env: ClassVar[dict[str, str]] = {"MAPPER_TOPIC": "ledger.mapper:JournalMapper", "ORIGINATOR_ID_TYPE": "text"}

    def __init__(self, env: EnvType | None = None, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open the log that the settings name.

        Raises:
            InfrastructureFactoryError: the persistence module keeps no log of this kind.
        """
        super().__init__(env)
        if not isinstance(self.recorder, LogRecorder):
            raise InfrastructureFactoryError("PERSISTENCE_MODULE: not ledger.storage.sqlite or ledger.storage.postgres")
        self.ledger: LogRecorder = self.recorder
        self._clock = clock
        self._shelf = Shelf(self.ledger, self.events)
        self._pause = pause_of(self.ledger.origin)

    def now(self) -> datetime:
        """Return the moment by the server's clock."""
        return self._clock()

    @property
    def zone(self) -> tzinfo:
        """The school's time zone; UTC while the log is empty."""
        school = self._shelf.school()
        return (school and find_zone(school.time_zone)) or UTC

    def today(self) -> date:
        """The day by the server's clock, where the school is."""
        return self.now().astimezone(self.zone).date()

    def day_of(self, at: str) -> str:
        """The school's day of an entry's `at`."""
        return parse_at(at).astimezone(self.zone).date().isoformat()

    def execute(
        self, command: JournalCommand, *, actor: Actor, key: str = "", digest: bytes = b"", at: datetime | None = None
    ) -> Receipt:
        """Carry out a command; what the receipt says is durable.

        Args:
            command: what is asked for.
            actor: who asks, in which role.
            key: the client's idempotency key: the same command again gets the same receipt. Keys of different actors
                do not meet.
            digest: SHA-256 of the request; by default of the command.
            at: the moment to record under, in a ledger with a sample clock only.

        Raises:
            Refused: a rule of the journal forbids it; nothing was written.
            Conflict: the client expected another version, or others kept changing what this command rests on.
            KeyReused: the key stands for another request.
            NodeReadOnly, OutcomeUnknown: as described there.
        """
        envelope = self._envelope(command, actor, key, digest, at)
        if key and (receipt := self.ledger.find_receipt(envelope.key)) is not None:
            return _repeated(receipt, envelope.digest)
        try:
            return self._carry_out(command, envelope, at)
        except (Refused, Conflict):
            # The same command may have been recorded since that look, and stands in its own way.
            receipt = self.ledger.find_receipt(envelope.key) if key else None
            if receipt is None:
                raise
            return _repeated(receipt, envelope.digest)

    def _carry_out(self, command: JournalCommand, envelope: Command, at: datetime | None) -> Receipt:
        """Decide and append; what reads much keeps the others waiting, where it did not come through beside them.

        Raises:
            As `execute`.
        """
        books = ShelfBooks(self._shelf)
        if not isinstance(command, (ClosePeriod, RecordPeriodMarks, CloseJournal, TransferSheet)):
            self._pause.wait()
            return self._attempt(command, books, envelope, at, ATTEMPTS_MAX)
        try:
            return self._attempt(command, books, envelope, at, ATTEMPTS_MAX)
        except Conflict:
            books.look_again()
            with self._pause.asked():
                return self._attempt(command, books, envelope, at, CLOSING_ATTEMPTS_MAX)

    def _attempt(
        self, command: JournalCommand, books: ShelfBooks, envelope: Command, at: datetime | None, attempts: int
    ) -> Receipt:
        """Decide and append; on a conflict look again and decide anew, so many times in all.

        Raises:
            As `execute`.
        """
        actor = envelope.actor
        for attempt in range(1, attempts + 1):
            try:
                decision = decide(command, books, actor, at or self.now())
            except (Refused, Conflict):
                if not books.stale:
                    raise
                books.look_again()
                continue
            try:
                return self._append(decision, envelope)
            except Conflict:
                if attempt == attempts:
                    raise
                books.look_again()
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def check(self, command: JournalCommand, *, actor: Actor, at: datetime | None = None) -> None:
        """Decide a command and append nothing: for what must be known before something else is kept with it.

        What passes here may still be refused by `execute`, if the log moves in between.

        Raises:
            Refused, Conflict: as `execute`.
        """
        books = ShelfBooks(self._shelf)
        try:
            decide(command, books, actor, at or self.now())
        except (Refused, Conflict):
            if not books.stale:
                raise
            books.look_again()
            decide(command, books, actor, at or self.now())

    def look(self, reading: Callable[[Context], _T]) -> _T:
        """Return what a function works out of the books as they are recorded, as of about now; nobody acts.

        Raises:
            Refused: as `reading` does.
        """
        books = ShelfBooks(self._shelf)
        books.look_again()
        return reading(Context(books, _NOBODY, self.now()))

    def founder(self) -> Actor:
        """Return who made entry 0, in whose name is recorded what the machine's commands and the server itself do.

        Raises:
            LetopisError: there is no entry yet.
        """
        first = next(iter(self.ledger.entries(0, 1)), None)
        if first is None:
            raise LetopisError("the school is not open yet: run letopis init first")
        return parse_entry(first).actor

    def aggregate(self, stream: str) -> tuple[Aggregate | None, int]:
        """Return the recorded state of a stream and its version; None and 0 where there is none."""
        state = self._shelf.load(stream, self._shelf.cached(stream))
        return state, state.version if state else 0

    def aggregate_as_of(self, stream: str, size: int) -> Aggregate | None:
        """Return the state of a stream as of a size that the log has, or later; None where there is none.

        For who asked for the log's size anyway: a stream that was read since the log had that size is not read again.
        """
        return self._shelf.load_as_of(stream, size)

    def lesson(self, id_: str) -> Lesson | None:
        """Return a lesson as it is recorded, or None."""
        state, _ = self.aggregate(f"lesson/{id_}")
        return state if isinstance(state, Lesson) else None

    def _envelope(self, command: JournalCommand, actor: Actor, key: str, digest: bytes, at: datetime | None) -> Command:
        """Make the append's envelope, but for what the decision adds."""
        if len(key) > KEY_LENGTH_MAX or not key.isprintable():
            raise Refused(
                "malformed_key",
                "a key has at most {key_length_max} printable characters",
                clause=LOG,
                where="key",
                key_length_max=KEY_LENGTH_MAX,
            )
        self._check_clock(command, at)
        if isinstance(command, OpenSchool) and command.origin != self.ledger.origin:
            raise Refused("wrong_origin", "this log has another origin", clause=LOG, where="origin")
        id_ = str(uuid4())
        if not key:
            return Command(id=id_, actor=actor, digest=digest, at=at)
        return Command(id=id_, actor=actor, key=f"{actor.id}:{key}", digest=digest or _digest(command), at=at)

    def _check_clock(self, command: JournalCommand, at: datetime | None) -> None:
        """Refuse a moment that a client gives where the server's clock rules (log-format.md, section 2)."""
        if at is None:
            return
        school = self._shelf.school()
        clock = school.clock if school else command.clock if isinstance(command, OpenSchool) else "server"
        if clock != "sample" or at.tzinfo is None:
            raise Refused(
                "clock_is_the_servers",
                "only a sample school takes a moment, with its time zone",
                clause=LOG,
                where="at",
            )

    def _append(self, decision: Decision, envelope: Command) -> Receipt:
        """Append a decision, and learn from what was appended.

        Raises:
            Conflict: what the decision rests on has moved.
        """
        versions = {event.originator_id: event.originator_version for event in decision.events}
        command = Command(
            id=envelope.id,
            actor=envelope.actor,
            key=envelope.key,
            digest=envelope.digest,
            reads=decision.reads,
            claims=() if decision.claim is None else (decision.claim,),
            expected_size=decision.expected_size,
            answer=_encode({"streams": versions}),
            at=envelope.at,
        )
        try:
            recordings = self.events.put(decision.events, command=command)
        except AlreadyRecorded as repeated:
            return repeated.receipt
        except OutcomeUnknown as unknown:
            return self._find_outcome(unknown, command)
        first_index = recordings[0].notification.id - 1
        self._shelf.took(decision, first_index, command.actor)
        self._notify(recordings)
        return Receipt(command.id, first_index, len(recordings), command.digest, command.answer)

    def _find_outcome(self, unknown: OutcomeUnknown, command: Command) -> Receipt:
        """Ask whether a command whose COMMIT was not answered is there.

        Raises:
            OutcomeUnknown: it is not there, or nobody can say.
        """
        try:
            receipt = self.ledger.find_receipt(command.key or command.id)
        except OperationalError:
            raise unknown from None
        if receipt is None:
            raise unknown
        return receipt


def _repeated(receipt: Receipt, digest: bytes) -> Receipt:
    if receipt.digest != digest:
        raise KeyReused("the idempotency key was used before, with another request body")
    return receipt


def _digest(command: Any) -> bytes:
    """Hash a command, its name included: what a key stands for where the client gave no digest of its request."""
    return sha256(_encode([type(command).__name__, command])).digest()
