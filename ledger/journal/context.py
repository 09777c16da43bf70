"""What a decision may look at, and the note it takes of what it saw.

`Books` is the port: the application fills it from a database, `memory.Journal` from a dictionary. A decision is a pure
function of its command, its actor, its moment and what the books answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple, Protocol, TypeVar

from ledger.errors import LOG, Refused
from ledger.journal.aggregate import Aggregate
from ledger.journal.recorded import Claim
from ledger.wire.entry import Actor

_AggregateT = TypeVar("_AggregateT", bound=Aggregate)


class LessonHead(NamedTuple):
    """Where a lesson's stream ends: its last version and the leaf index of that entry."""

    stream: str
    last_version: int
    last_index: int


class Books(Protocol):
    """The state of a journal's streams, as of about now.

    What it says of one stream is true as of the version it gives.
    """

    @property
    def zone(self) -> tzinfo | None:
        """The school's time zone, or None while the log is empty."""

    @property
    def school(self) -> str:
        """The school's id, or an empty text while the log is empty."""

    @property
    def size(self) -> int:
        """The log's size that lists of streams are as of."""

    def has_zone(self, name: str) -> bool:
        """Tell whether `name` is a time zone of the IANA database."""

    def recorded_at(self, index: int) -> datetime:
        """Return the moment at which the entry of this index was recorded; aware."""

    def find(self, stream: str) -> Aggregate | None:
        """Return the state of a stream, or None where there is none."""

    def exists(self, stream: str) -> bool:
        """Tell whether a stream exists; may miss one, since an append to version 1 of an existing stream conflicts."""

    def absences(self, student: str, starts_on: str, ends_on: str) -> Sequence[str]:
        """Return the streams of lessons of these days, both inclusive, in which the student was recorded as absent.

        As of exactly `size`, in order of their first entries; of an absence that was annulled later, too.
        """

    def lessons(self, year: str, grades: Sequence[int], starts_on: str, ends_on: str) -> Sequence[LessonHead]:
        """Return the ends of all lesson streams of these grades held on these days, both inclusive, in any order."""

    def subject_lessons(self, class_groups: Collection[str], subject: str) -> Sequence[tuple[str, str]]:
        """Return day and stream of all lessons of a subject in these class groups, as of `size`, in any order."""

    def placed(self, place: str) -> Sequence[str]:
        """Return the streams of the lessons that claimed a place of a class's day, in the order of their claims.

        One may be there twice. May miss claims of late: an append that claims a place as of fewer conflicts.
        """

    def years(self) -> Sequence[str]:
        """Return the ids of all school years, as of `size`, as they were opened."""

    def classes(self) -> Sequence[str]:
        """Return the streams of all class groups, in any order; may miss one that is being opened."""

    def accounts(self) -> Sequence[str]:
        """Return the streams of all accounts, in any order; may miss one that is being opened."""

    def class_streams(self, class_group: str) -> Sequence[str]:
        """Return the streams of a class's courses, lessons, result sheets and remarks, as of `size`, as they came."""

    def subject_sheets(self, class_groups: Collection[str], subject: str) -> Sequence[str]:
        """Return the streams of all result sheets of a subject in these class groups, as of `size`, in any order."""


class Context:
    """One decision's surroundings.

    Attributes:
        actor: who acts.
        now: the moment by the clock that deadlines are judged by; aware.
        reads: stream -> version of every stream that was asked for with `find` and that may move.
        expected_size: set by a decision that speaks of the whole log.
        claim: set by a decision that puts a lesson into a place of its class's day.
    """

    def __init__(self, books: Books, actor: Actor, now: datetime) -> None:
        self.books = books
        self.actor = actor
        self.now = now
        self.reads: dict[str, int] = {}
        self.expected_size: int | None = None
        self.claim: Claim | None = None

    @property
    def author(self) -> str:
        """Whose entry it is: for whom the actor enters it, else the actor; `actor.id` is who did it in any case."""
        return self.actor.id if self.actor.on_behalf_of is None else self.actor.on_behalf_of

    @property
    def today(self) -> str:
        """The school's calendar day; an empty text while the log is empty."""
        zone = self.books.zone
        return "" if zone is None else self.now.astimezone(zone).date().isoformat()

    def find(self, cls: type[_AggregateT], kind: str, id_: str, where: str) -> _AggregateT:
        """Return what stands under this id, and note its version as read.

        Raises:
            Refused: it does not exist.
        """
        found = self.settled(cls, kind, id_, where)
        self.reads[found.stream] = found.version
        return found

    def settled(self, cls: type[_AggregateT], kind: str, id_: str, where: str) -> _AggregateT:
        """Return what stands under this id without noting it: for facts that no later event can change.

        Raises:
            Refused: it does not exist.
        """
        found = self.books.find(f"{kind}/{id_}") if type(id_) is str else None
        if not isinstance(found, cls):
            raise Refused("unknown_" + kind, "there is no {kind} with this id", clause=LOG, where=where, kind=kind)
        return found

    def find_if_any(self, cls: type[_AggregateT], stream: str) -> _AggregateT | None:
        """Return the state of a stream, or None where there is none; note its version as read, 0 for none."""
        found = self.books.find(stream)
        self.reads[stream] = found.version if found is not None else 0
        return found if isinstance(found, cls) else None

    def check_new(self, stream: str, where: str) -> None:
        """Refuse to make a stream that exists already."""
        if self.books.exists(stream):
            kind = stream.partition("/")[0]
            raise Refused(f"{kind}_exists", "a {kind} with this id exists already", clause=LOG, where=where, kind=kind)
