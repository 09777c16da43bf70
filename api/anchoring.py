"""Keeping the access log's head in the journal, and comparing the two (1.5, 2.4.4).

The server anchors it once a day where it has grown, and whenever an administrator asks. Before that the anchor before
must still be a prefix of it: a log that was cut or rewritten is not anchored again, and the server's log says so.
`letopis audit` compares all anchors.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError

from ledger.application import School
from ledger.audit.range import Finding
from ledger.errors import LetopisError
from ledger.journal.anchors import Anchor, Anchors
from ledger.journal.commands import AnchorAccessLog
from ledger.log import LogRecorder, Receipt
from ledger.signing.proofs import EntryHashes, TileRoots
from ledger.tree.proofs import root_of
from ledger.wire.entry import Actor, parse_at, parse_entry

if TYPE_CHECKING:
    from api.schools import OpenSchool

EVERY: Final = timedelta(days=1)
_POLL_SECONDS: Final = 600.0

_logger = logging.getLogger(__name__)


def anchors_of(app: School) -> tuple[Anchor, ...]:
    """All that the journal says of the access log, in order."""
    school = app.look(lambda context: context.books.school)
    known, _ = app.aggregate(f"anchor/{school}")
    return known.anchors if isinstance(known, Anchors) else ()


def compare(anchors: tuple[Anchor, ...], looks: LogRecorder | None) -> list[Finding]:
    """What of the anchors the access log is no continuation of; `looks` is None where there is no access log."""
    size = looks.head().size if looks is not None else 0
    found, roots = [], TileRoots()
    for one in anchors:
        if looks is None or one.size > size:
            found.append(Finding("access_log_cut", one.entry, f"{one.size} entries or more", str(size)))
            continue
        root = root_of(one.size, EntryHashes(looks, one.size, roots=roots)).hex()
        if root != one.root:
            found.append(Finding("access_log_rewritten", one.entry, f"{one.size} {one.root}", f"{one.size} {root}"))
    return found


class NotContinuedError(LetopisError):
    """What was anchored last is no prefix of the access log: it was cut or rewritten, and is not anchored again."""


def what_to_anchor(school: OpenSchool) -> AnchorAccessLog | None:
    """The access log's head, to be recorded; None where it has not grown since, or is empty.

    Raises:
        NotContinuedError: as described there.
        AccessLogUnavailable: it cannot be opened.
    """
    looks = school.access.log.ledger
    known, head = anchors_of(school.app), looks.head()
    if wrong := compare(known[-1:], looks):
        raise NotContinuedError(f"{wrong[0].code}: expected {wrong[0].expected}, found {wrong[0].found}")
    if head.size == 0 or (known and known[-1].size == head.size):
        return None
    return AnchorAccessLog(size=head.size, root=head.edge.root().hex())


def anchor(school: OpenSchool, actor: Actor | None = None) -> Receipt | None:
    """Record the access log's head, by default in the name of who opened the school; None where nothing is new.

    Raises:
        As `what_to_anchor`; nothing was recorded.
    """
    command = what_to_anchor(school)
    return None if command is None else school.execute(command, actor or school.app.founder())


def is_due(school: OpenSchool, now: datetime) -> bool:
    """Whether the last anchor is a day old, or there is none."""
    known = anchors_of(school.app)
    if not known:
        return True
    (entry,) = school.recorder.entries(known[-1].entry, known[-1].entry + 1)
    return now - parse_at(parse_entry(entry).at) >= EVERY


class Anchoring:
    """Anchors a served school's access log in the background."""

    def __init__(self, school: OpenSchool) -> None:
        self._school = school
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        """Begin."""
        self.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self.stop()

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="anchor the access log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is recorded end, and the thread with it; harmless where there is none."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            self.step(datetime.now(UTC))

    def step(self, now: datetime) -> None:
        """Anchor, where it is due; what went wrong is in the server's log."""
        school = self._school
        try:
            if is_due(school, now):
                anchor(school)
        except (LetopisError, PersistenceError, OSError) as error:
            _logger.critical("%s: the access log was not anchored: %s", school.recorder.origin, error)
