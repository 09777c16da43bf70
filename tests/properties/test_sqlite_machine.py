"""Any sequence of commands against a model of what a log is: dicts and lists, nothing else."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventsourcing.persistence import StoredEvent
from hypothesis import settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.errors import AlreadyRecorded, Conflict, KeyReused
from ledger.log import Command, Receipt, SignedCheckpoint
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder
from tests.sqlite_ledgers import command, flattened, marks, settings
from tests.sqlite_oracle import check_file

STREAMS = [f"{kind}/00000000-0000-4000-8000-00000000000{n}" for kind in ("course", "lesson") for n in range(3)]
KEYS = ["", "a", "b", "c"]
DIGESTS = [b"", b"d" * 32, b"e" * 32]

versions = st.integers(-1, 1)
appended = st.lists(st.tuples(st.sampled_from(STREAMS), st.integers(1, 3)), min_size=1, max_size=3)
reads = st.dictionaries(st.sampled_from(STREAMS), versions, max_size=2)


class LogMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "school.db"
        self.versions: dict[str, int] = {}
        self.events: list[tuple[str, int, bytes]] = []
        self.receipts: dict[str, Receipt] = {}
        self.checkpoints: list[SignedCheckpoint] = []

    @initialize()
    def open(self) -> None:
        self.factory = LetopisSQLiteFactory(settings(self.file, LETOPIS_CREATE="y"))
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, LetopisSQLiteApplicationRecorder)
        self.recorder = recorder

    @rule()
    def open_again(self) -> None:
        self.factory.close()
        self.open()

    @rule(
        streams=appended,
        off=st.sampled_from([0, 0, 0, 1, -1]),
        key=st.sampled_from(KEYS),
        digest=st.sampled_from(DIGESTS),
        read=reads,
        size_off=st.sampled_from([None, None, 0, 1]),
        number=st.integers(0, 9),
    )
    def append(
        self,
        streams: list[tuple[str, int]],
        off: int,
        key: str,
        digest: bytes,
        read: dict[str, int],
        size_off: int | None,
        number: int,
    ) -> None:
        following = dict(self.versions)
        stored: list[StoredEvent] = []
        for stream, count in streams:
            first = following.get(stream, 0) + 1
            stored += marks(stream, first, count, b'{"n":%d}' % number)
            following[stream] = first + count - 1
        wrong = off != 0 and stored[-1].originator_version + off > 0
        if wrong:
            last = stored[-1]
            stored[-1] = StoredEvent(last.originator_id, last.originator_version + off, last.topic, last.state)
        envelope = command(
            key,
            digest=digest,
            reads={stream: max(self.versions.get(stream, 0) + by, 0) for stream, by in read.items()},
            expected_size=None if size_off is None else len(self.events) + size_off,
        )
        expected = self.expected(envelope, wrong=wrong)
        assert self.outcome(lambda: self.recorder.insert_events(stored, command=envelope)) == (
            expected or list(range(len(self.events) + 1, len(self.events) + len(stored) + 1))
        )
        if expected is None:
            receipt = Receipt(envelope.id, len(self.events), len(stored), digest, envelope.answer)
            self.receipts[key or envelope.id] = receipt
            self.events += [(str(e.originator_id), e.originator_version, e.state) for e in stored]
            self.versions = following

    def expected(self, envelope: Command, *, wrong: bool) -> type[Exception] | Receipt | None:
        """What the order of an append says, in `ledger.log`."""
        receipt = self.receipts.get(envelope.key or envelope.id)
        if receipt is not None:
            return receipt if receipt.digest == envelope.digest else KeyReused
        if envelope.expected_size not in {None, len(self.events)}:
            return Conflict
        if any(self.versions.get(stream, 0) != version for stream, version in envelope.reads.items()):
            return Conflict
        return Conflict if wrong else None

    @staticmethod
    def outcome(call: Callable[[], Any]) -> object:
        try:
            return call()
        except AlreadyRecorded as repeated:
            return repeated.receipt
        except (Conflict, KeyReused) as error:
            return type(error)

    @precondition(lambda self: self.events)
    @rule(note=st.sampled_from([b"one\n", b"two\n"]))
    def keep_checkpoint(self, note: bytes) -> None:
        head = self.recorder.head()
        checkpoint = SignedCheckpoint(head.size, note, head.edge)
        refused = (
            bool(self.checkpoints) and self.checkpoints[-1].size == head.size and (self.checkpoints[-1] != checkpoint)
        )
        assert self.outcome(lambda: self.recorder.keep_checkpoint(checkpoint)) == (Conflict if refused else None)
        if not refused and checkpoint not in self.checkpoints:
            self.checkpoints.append(checkpoint)

    @invariant()
    def says_what_was_recorded(self) -> None:
        if not hasattr(self, "recorder"):
            return
        assert self.recorder.head().size == len(self.events)
        assert {head.stream: head.last_version for head in self.recorder.streams("")} == self.versions
        for key in ("a", "b", "c"):
            assert self.recorder.find_receipt(key) == self.receipts.get(key)
        assert self.recorder.checkpoint() == (self.checkpoints[-1] if self.checkpoints else None)

    def check_stream(self, stream: str) -> None:
        """Every way of asking for a part of it gives that part."""
        expected = [(version, state) for name, version, state in self.events if name == stream]
        for gt, lte, desc, limit in itertools.product((None, 1, 3), (None, 2, 5), (False, True), (None, 2)):
            part = [one for one in expected if (gt is None or one[0] > gt) and (lte is None or one[0] <= lte)]
            part = part[::-1][:limit] if desc else part[:limit]
            found = self.recorder.select_events(stream, gt=gt, lte=lte, desc=desc, limit=limit)
            assert [(event.originator_version, event.state) for event in found] == part

    def check_columns(self) -> None:
        """What stands beside the entries, in whatever ranges it is asked for."""
        size = len(self.events)
        expected = [event[:2] for event in self.events]
        for start, stop in ((0, size), (size // 3, size), (0, size * 2 // 3), (size // 2, size // 2 + 1)):
            rows = flattened(self.recorder.columns(start, min(stop, size)))
            assert [row[:2] for row in rows] == expected[start:stop]
        for head in self.recorder.streams(""):
            places = [place for place, event in enumerate(self.events) if event[0] == head.stream]
            assert (head.first_index, head.last_index) == (places[0], places[-1])

    def teardown(self) -> None:
        if hasattr(self, "factory"):
            for stream in STREAMS:
                self.check_stream(stream)
            self.check_columns()
            for key, receipt in self.receipts.items():
                assert self.recorder.find_receipt(key) == receipt
            self.factory.close()
            log = check_file(self.file)
            assert [(e["stream"], e["version"]) for e in log.entries] == [event[:2] for event in self.events]
            assert log.keys == set(self.receipts)
        self.folder.cleanup()


LogMachine.TestCase.settings = hypothesis_settings(max_examples=15, stateful_step_count=20, deadline=None)
TestLog = LogMachine.TestCase
