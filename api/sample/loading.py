"""Loading a sample school: command by command as a school would, or in bulk for benches.

Both keep a command's disclosures in the vault before its entries are appended, and both go on where an earlier run of
the same school stopped. Behind the last command of a whole year both close its journals (`api.sample.year_end`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from eventsourcing.persistence import StoredEvent

from api.retention import JOURNAL, PERSON
from api.sample.draws import Draws
from api.sample.planned import Planned
from api.sample.school import SampleSchool
from api.sample.year_end import close_year
from ledger.application import School
from ledger.clock import find_zone, utc_now
from ledger.errors import LetopisError
from ledger.journal.codec import CODEC
from ledger.journal.commands import (
    AcceptExcuse,
    ApproveCorrection,
    ChangePersonalData,
    GiveDeliveryConsent,
    NotifyGuardianship,
    OpenSchool,
    RefuseCorrection,
    RegisterPerson,
    RequestCorrection,
    WithdrawDeliveryConsent,
)
from ledger.journal.context import Context
from ledger.journal.events import AttendanceTaken, Event
from ledger.journal.memory import Journal
from ledger.journal.recorded import Claim
from ledger.log import Command, LogRecorder
from ledger.vault import Keeping, Vault
from ledger.vault.vault import KEEP_MAX
from ledger.wire.entry import Actor, parse_entry

_T = TypeVar("_T")
_NOBODY: Final = Actor("", "")
Progress = Callable[[int], None]
"""Called after each append with the number of entries that the log has now."""

BATCH_EVENTS: Final = 1_000
COMMANDS_AT_ONCE: Final = 500
"""Commands whose disclosures are kept together before the first of them is executed."""


class Loaded(NamedTuple):
    """What a loader did: commands carried out (or found done before), entries that the log has now."""

    commands: int
    entries: int


class OtherLogError(LetopisError):
    """The log holds something else than a beginning of this sample school."""


def load_through_application(
    school: School,
    vault: Vault | None,
    sample: SampleSchool,
    *,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Execute a sample school's commands one by one.

    Args:
        school: an application on a log with a sample clock, empty or begun by an earlier run.
        vault: takes names and notes; None: nobody keeps them.
        sample: the school; its origin must be the log's.
        limit: stop after so many commands; None: all.
        progress: see `Progress`.

    Raises:
        OtherLogError: the log holds something else.
        Refused, NodeReadOnly, OutcomeUnknown, …: as `School.execute`; what came before is recorded.
    """
    size = _begun(school.ledger, sample)
    done, last = 0, None
    commands = _first(sample, limit)
    while portion := list(islice(commands, COMMANDS_AT_ONCE)):
        done += len(portion)
        coming = []
        for planned in portion:
            if planned.first_index < size:
                _check_whole(planned, size)
            else:
                coming.append(planned)
        _keep(vault, coming)
        for planned in coming:
            receipt = school.execute(planned.command, actor=planned.actor, key=planned.key or "", at=planned.at)
            if receipt.first_index != planned.first_index:
                raise OtherLogError(f"entry {planned.first_index} of this school came to index {receipt.first_index}")
            if progress is not None:
                progress(planned.first_index + planned.count)
        last = portion[-1].at
    for planned in close_year(sample, school.look, lambda: school.ledger.head().size, None if limit else last):
        done += 1
        receipt = school.execute(planned.command, actor=planned.actor, at=planned.at)
        if progress is not None:
            progress(receipt.first_index + receipt.count)
    return Loaded(done, school.ledger.head().size)


_BY_ITS_OWN_ACTOR: Final = (
    *(RequestCorrection, ApproveCorrection, RefuseCorrection),
    *(GiveDeliveryConsent, WithdrawDeliveryConsent, NotifyGuardianship, AcceptExcuse),
)
_OF_PEOPLE: Final = (RegisterPerson, ChangePersonalData, GiveDeliveryConsent)


def load_in_bulk(
    recorder: LogRecorder,
    vault: Vault | None,
    sample: SampleSchool,
    *,
    batch_events: int = BATCH_EVENTS,
    one_actor: bool = True,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Decide a sample school's commands in memory and append them up to about `batch_events` entries at a time.

    For benches and tests: the entries of one append share one `at` and one command id, and no append names its reads.
    What happened and its order are as through the application; when is not, and who did it only with `one_actor`.

    What verify/spec/events.md says sets bounds to an append. With `one_actor` it ends where another goes on. A command
    that takes a lesson's attendance is its last: how many are absent is said as it stands at the command's end. And one
    that is answered, or answers, stands alone: a correction asked for, a consent, an excuse, what another approved.

    Args:
        recorder: a log with a sample clock, empty or begun by an earlier bulk run.
        vault: takes names and notes; None: nobody keeps them.
        sample: the school; its origin must be the log's.
        batch_events: entries of one append; a command is never cut in two.
        one_actor: let every entry be by whoever did it; without, many times fewer appends, and no verifier takes it.
        limit: stop after so many commands; None: all.
        progress: see `Progress`.

    Raises:
        OtherLogError: the log holds something else.
        Refused: the generator broke a rule of the journal.
        NodeReadOnly, OutcomeUnknown, …: as `LogRecorder.insert_events`; earlier batches are recorded.
    """
    size = _begun(recorder, sample)
    journal = Journal(find_zone)
    batch = _Batch(recorder, vault, sample, progress)
    done, last = 0, None
    for planned in _first(sample, limit):
        done, last = done + 1, planned.at
        if planned.count == 0:
            continue
        events = journal.apply(planned.command, planned.actor, planned.at)
        if journal.size <= size:
            continue
        if planned.first_index < size:
            _check_whole(planned, size)
        alone = isinstance(planned.command, _BY_ITS_OWN_ACTOR)
        if alone or (one_actor and batch.actor not in (None, planned.actor)):
            batch.append(planned.first_index)
        batch.add(planned, events, journal.claim)
        counted = any(isinstance(event, AttendanceTaken) for _, _, event in events)
        if alone or counted or len(batch.events) >= batch_events:
            batch.append(journal.size)
    now = last or utc_now()

    def look(reading: Callable[[Context], _T]) -> _T:
        return reading(Context(journal, _NOBODY, now))

    for planned in close_year(sample, look, lambda: journal.size, None if limit else last):
        done += 1
        events = journal.apply(planned.command, planned.actor, planned.at)
        if journal.size > size:
            if batch.actor not in (None, planned.actor):
                batch.append(planned.first_index)
            batch.add(planned, events, journal.claim)
    batch.append(journal.size)
    return Loaded(done, recorder.head().size)


class _Batch:
    """Commands that are appended together, by the actor of the first and at the moment of the last."""

    def __init__(
        self, recorder: LogRecorder, vault: Vault | None, sample: SampleSchool, progress: Progress | None
    ) -> None:
        self._recorder = recorder
        self._vault = vault
        self._sample = sample
        self._progress = progress
        self._coming: list[Planned] = []
        self._claims: list[Claim] = []
        self.events: list[StoredEvent] = []

    @property
    def actor(self) -> Actor | None:
        """Who acts in them; None while there is none."""
        return self._coming[0].actor if self._coming else None

    def add(self, planned: Planned, events: Iterable[tuple[str, int, Event]], claim: Claim | None) -> None:
        self._coming.append(planned)
        if claim is not None:
            self._claims.append(claim)
        self.events += [StoredEvent(stream, version, *CODEC.encode(event)) for stream, version, event in events]

    def append(self, size: int) -> None:
        """Append what was added, if anything was; the log has `size` entries after it."""
        if not self.events:
            return
        _keep(self._vault, self._coming)
        first, last = self._coming[0], self._coming[-1]
        command = Command(id=_batch_id(self._sample, size), actor=first.actor, at=last.at, claims=self._claims)
        self._recorder.insert_events(self.events, command=command)
        self._coming, self._claims, self.events = [], [], []
        if self._progress is not None:
            self._progress(size)


def _first(sample: Iterable[Planned], limit: int | None) -> Iterator[Planned]:
    for number, planned in enumerate(sample):
        if limit is not None and number >= limit:
            return
        yield planned


def _begun(recorder: LogRecorder, sample: SampleSchool) -> int:
    """Return the log's size; refuse a log that another school opened."""
    size = recorder.head().size
    if recorder.origin != sample.origin:
        raise OtherLogError(f"the log is {recorder.origin}, the sample school is made for {sample.origin}")
    if size:
        first = parse_entry(next(recorder.entries(0, 1)))
        opening = next(iter(sample)).command
        if not isinstance(opening, OpenSchool) or first.stream != f"school/{opening.school}":
            raise OtherLogError("the log was not begun by this sample school: another seed or size, or a real school")
    return size


def _check_whole(planned: Planned, size: int) -> None:
    if planned.first_index + planned.count > size:
        raise OtherLogError(f"the log ends at {size}, inside a command of this school")


def _keep(vault: Vault | None, coming: Iterable[Planned]) -> None:
    """Keep personal values before the entries that commit to them."""
    if vault is None:
        return
    keepings = [
        Keeping(person, PERSON if isinstance(planned.command, _OF_PEOPLE) else JOURNAL, disclosures)
        for planned in coming
        for person, disclosures in planned.disclosures.items()
    ]
    for start in range(0, len(keepings), KEEP_MAX):
        vault.keep_many(keepings[start : start + KEEP_MAX])


def _batch_id(sample: SampleSchool, size: int) -> str:
    """Return the command id of the append that brings the log to this size: the same seed gives the same log."""
    return Draws(sample.seed, "batch", size).uuid()
