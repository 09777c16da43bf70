"""The sweep: removes what was kept for entries that never came, and nothing else.

Values are kept before the entry that commits to them, so a crash, a refusal or the loser of two simultaneous requests
leaves disclosures that no entry names and keys that seal nothing. They harm nobody, but they are personal data that
nobody needs. What counts as left over:

- a disclosure that no entry of the log names in an ``_sd``, and that was last kept longer ago than the safe age;
- a key under which the vault holds no row, and that nobody asked for to seal with for longer than the safe age;
- a key's file of the safe age that was never finished.

**Why an age makes it safe.** Between keeping and the append stand only the steps of one request, or, in an import,
the appends of one portion of a thousand. To outlast a day, the least age that may be asked for, each of them would have
to take a minute and a half, where on PostgreSQL a statement is cut off after half a minute
(`ledger.database.postgres.TIMEOUTS_MS`), which ends the import; the usual age is a week. Keeping again what is there
makes it young again, in the statement that would have inserted it, and the removal looks at the age once more, in the
statement that removes: of a keeping and a sweep at the same moment, one sees the other. So it is with keys: who is
about to seal touches the key's file under a shared lock, and the sweep judges and removes each under the exclusive one.
The age is taken before the log's head is read, so whatever was named in time is seen.

What an age cannot cover is a process that stands still for longer than it, between the two steps, and then goes on; or
a clock that jumps by days. Hence the week.

**Why the log must hold.** A damaged entry would make what it names look left over, so every entry is hashed on the way
and nothing is removed unless the log gives its own root. Keys are removed only where the vault has all that the log
names: a vault restored from an older copy has rows missing, and their keys must not follow them. What was erased is no
lack: of a person's own stream and of printed forms it is told by the entries, of notes, whose owner the vault alone
knows, by the number that was noted when they were erased. Rows under a destroyed key, which an older copy of the vault
brings back, are left over at any age.

Rows go first, then keys: a crash in between leaves keys that the next sweep finds. A sweep of a clean vault changes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ledger.errors import LedgerDamaged, LetopisError
from ledger.log import LogRecorder
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.vault.destroyed import Owner
from ledger.vault.keys import KeyStore
from ledger.vault.vault import READ_AT_ONCE, KeptRow, SealedRows

DAY_SECONDS: Final = 86_400
SAFE_AGE_SECONDS: Final = 7 * DAY_SECONDS
SAFE_AGE_SECONDS_MIN: Final = DAY_SECONDS

_ENTRIES_AT_ONCE: Final = 4_096
# At any depth, and never inside a text: there a quotation mark has a backslash before it.
_COMMITMENT = re.compile(rb'"_sd":\[([^\]]*)\]')
_OF_PERSON = re.compile(rb'"stream":"person/([0-9a-f-]{36})","type"')
_OF_SHEET = re.compile(rb'"sheet":"([0-9a-f-]{36})".*"type":"sheet_issued/1"')
_OF_STREAMS: Final = ("person", "print")
_DIGEST = re.compile(rb'"([A-Za-z0-9_-]{43})"')


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found, and whether it removed it.

    Attributes:
        entries: size of the log that was read.
        disclosures: left over; of those that were removed, if it was to remove.
        young: disclosures that no entry names and that are too young to be judged.
        keys: left over, likewise.
        unfinished: number of files of keys that were never finished.
        missing: number of digests that the log names and the vault does not have; where it is not 0, no key was
            looked at.
        applied: whether it was to remove.
    """

    entries: int
    disclosures: tuple[KeptRow, ...]
    young: int
    keys: tuple[Owner, ...]
    unfinished: int
    missing: int
    applied: bool


def sweep(
    rows: SealedRows,
    keys: KeyStore,
    ledger: LogRecorder,
    *,
    older_than_seconds: int = SAFE_AGE_SECONDS,
    apply: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Sweep:
    """Find what is left over of one log's vault, and remove it if asked to. May run beside servers.

    Args:
        rows: the log's; to remove from them takes the owner's connection on PostgreSQL.
        keys: the log's.
        ledger: the log.
        older_than_seconds: the safe age; at least `SAFE_AGE_SECONDS_MIN`.
        apply: remove; else only look.
        progress: called with the number of entries read.

    Raises:
        LedgerDamaged: the log does not give its own root; nothing was removed.
        LetopisError: an age that is not safe, or the role may not remove.
        OperationalError: the database is not available; run it again.
        FileRefused: a file of keys cannot be removed.
    """
    if older_than_seconds < SAFE_AGE_SECONDS_MIN:
        raise LetopisError(f"{older_than_seconds} s is no safe age; {SAFE_AGE_SECONDS_MIN} s is the least")
    before = rows.survey()
    destroyed = keys.destroyed()
    named, size = _read_named(ledger, progress, frozenset(destroyed))
    dead = tuple(row for row in before if row.owner in destroyed)
    unnamed = [row for row in before if row.digest not in named and row.owner not in destroyed]
    left = tuple(row for row in unnamed if row.age_seconds > older_than_seconds)
    removed = {row.digest for row in (*left, *dead)}
    if apply and dead:
        rows.erase(sorted({row.owner for row in dead}))
    if apply:
        for start in range(0, len(left), READ_AT_ONCE):
            rows.remove([row.digest for row in left[start : start + READ_AT_ONCE]], older_than_seconds)
    after = [row for row in rows.survey() if apply or row.digest not in removed]
    notes = sum(row.disclosures for owner, row in destroyed.items() if owner.retention not in _OF_STREAMS)
    missing = max(0, len(named - {row.digest for row in after}) - notes)
    idle: tuple[Owner, ...] = ()
    if not missing:
        sealing = {row.owner for row in after}
        candidates = [owner for owner in keys.idle(older_than_seconds) if owner not in sealing]
        idle = tuple(owner for owner in candidates if not apply or keys.remove_idle(owner, older_than_seconds))
    return Sweep(
        entries=size,
        disclosures=(*left, *dead),
        young=len(unnamed) - len(left),
        keys=idle,
        unfinished=keys.clear_unfinished(older_than_seconds, apply=apply),
        missing=missing,
        applied=apply,
    )


def _read_named(
    ledger: LogRecorder, progress: Callable[[int], None], destroyed: frozenset[Owner]
) -> tuple[set[str], int]:
    """Read every digest that an entry names and that was not erased, and the log's size.

    Every entry is hashed, and the root compared.
    """
    head = ledger.head()
    edge = RightEdge.empty()
    named: set[str] = set()
    for batch in _batches(ledger.entries(0, head.size)):
        edge = edge.extend([leaf_hash(entry) for entry in batch])
        for entry in batch:
            for commitment in _COMMITMENT.findall(entry):
                if destroyed and _is_erased(entry, destroyed):
                    continue
                named.update(digest.decode() for digest in _DIGEST.findall(commitment))
        progress(edge.size)
    if edge.size != head.size or edge.root() != head.edge.root():
        raise LedgerDamaged("root_differs", "the log's entries do not give its root: nothing was swept; run an audit")
    return named, head.size


def _is_erased(entry: bytes, destroyed: frozenset[Owner]) -> bool:
    """Tell whether what an entry commits to is of a person's own stream, or a printed form, whose key is destroyed."""
    person, sheet = _OF_PERSON.search(entry), _OF_SHEET.search(entry)
    return (person is not None and Owner(person[1].decode(), "person") in destroyed) or (
        sheet is not None and Owner(sheet[1].decode(), "print") in destroyed
    )


def _batches(entries: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(entries, _ENTRIES_AT_ONCE)):
        yield batch
