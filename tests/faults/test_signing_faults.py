"""Nothing is signed over a store that does not say what it said: each case changes real rows past the program."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from eventsourcing.persistence import OperationalError

from ledger.errors import LedgerDamaged, LetopisError
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import Signer, create_key, load_signer
from ledger.signing.proofs import prove_entry
from ledger.wire.checkpoint import Checkpoint, format_checkpoint
from ledger.wire.note import format_note
from tests.small_logs import ORIGIN, Pupils, opened, sqlite_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "school.sqlite3"


@pytest.fixture
def recorder(file: Path) -> Iterator[LogRecorder]:
    with opened(sqlite_settings(file)) as found:
        yield found


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    create_key(tmp_path / "school.pem", ORIGIN)
    return load_signer(tmp_path / "school.pem", ORIGIN)


@contextmanager
def tampering(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody who owns the file: the triggers are gone for as long as it writes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")


def change(file: Path, index: int, old: str, new: str) -> None:
    with tampering(file) as connection:
        connection.execute(
            "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), ?, ?) AS BLOB) WHERE idx = ?",
            (old, new, index),
        )


def is_refused(recorder: LogRecorder, signer: Signer, *codes: str) -> LedgerDamaged:
    before = recorder.checkpoint()
    with pytest.raises(LedgerDamaged) as caught:
        Checkpointer(recorder, signer).sign()
    assert caught.value.code in codes
    assert recorder.checkpoint() == before
    return caught.value


@pytest.mark.parametrize(("old", "new"), [('"work"', '"worm"'), ('"value":"', '"value": "'), ("teacher", "teachers")])
@pytest.mark.parametrize("index", [20, 29])
def test_a_changed_new_entry_is_not_signed(
    file: Path, recorder: LogRecorder, signer: Signer, old: str, new: str, index: int
) -> None:
    pupils = Pupils(recorder)
    pupils.append(10)
    Checkpointer(recorder, signer).sign()
    pupils.append(20)
    change(file, index, old, new)
    error = is_refused(recorder, signer, "entry_malformed", "chain_broken", "head_differs")
    # The chain shows a change where the next entry names the hash; a malformed entry shows itself.
    assert error.index in {index, index + 1}


@pytest.mark.parametrize(
    ("statement", "code", "index"),
    [
        ("UPDATE head SET last = zeroblob(32)", "head_differs", 29),
        ("UPDATE head SET edge = zeroblob(length(edge))", "head_differs", 29),
        ("UPDATE head SET at = '2020-01-01T00:00:00.000000Z'", "head_differs", 29),
        ("UPDATE head SET size = 31, edge = zeroblob(160)", "entry_missing", 30),
        ("UPDATE head SET size = 28, edge = zeroblob(96)", "head_differs", 27),
        ("UPDATE head SET size = 7, edge = zeroblob(96)", "log_shrunk", 7),
        ("DELETE FROM entries WHERE idx = 25", "entry_missing", 25),
    ],
)
def test_a_head_that_the_entries_do_not_give_is_not_signed(
    file: Path, recorder: LogRecorder, signer: Signer, statement: str, code: str, index: int
) -> None:
    pupils = Pupils(recorder)
    pupils.append(10)
    Checkpointer(recorder, signer).sign()
    pupils.append(20)
    with tampering(file) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
    assert is_refused(recorder, signer, code).index == index


def test_a_signed_entry_that_changed_is_noticed_while_no_tile_holds_its_hash(
    file: Path, recorder: LogRecorder, signer: Signer
) -> None:
    pupils = Pupils(recorder)
    pupils.append(300)
    Checkpointer(recorder, signer).sign()
    change(file, 290, "teacher", "student")
    assert is_refused(recorder, signer, "chain_broken").index == 291
    pupils.append(1)
    assert is_refused(recorder, signer, "chain_broken").index == 291


def test_the_last_signed_entry_is_read_again(file: Path, recorder: LogRecorder, signer: Signer) -> None:
    pupils = Pupils(recorder)
    pupils.append(256)  # its hash is in a full tile
    Checkpointer(recorder, signer).sign()
    change(file, 255, "teacher", "student")
    pupils.append(1)
    assert is_refused(recorder, signer, "entry_changed").index == 255


def test_a_changed_tile_is_noticed(file: Path, recorder: LogRecorder, signer: Signer) -> None:
    pupils = Pupils(recorder)
    pupils.append(300)
    signed = Checkpointer(recorder, signer).sign()
    with tampering(file) as connection:
        connection.execute("UPDATE tiles SET hashes = zeroblob(8192)")
    pupils.append(1)
    is_refused(recorder, signer, "tree_differs")
    with pytest.raises(LedgerDamaged) as caught:
        prove_entry(recorder, 299, signed)
    assert caught.value.code == "entry_not_in_tree"


def test_no_proof_is_served_for_a_changed_entry(file: Path, recorder: LogRecorder, signer: Signer) -> None:
    Pupils(recorder).append(300)
    signed = Checkpointer(recorder, signer).sign()
    change(file, 17, "teacher", "student")
    with pytest.raises(LedgerDamaged) as caught:
        prove_entry(recorder, 17, signed)
    assert (caught.value.code, caught.value.index) == ("entry_not_in_tree", 17)


def foreign_checkpoint(
    recorder: LogRecorder, signer: Signer, *, origin: str = ORIGIN, size: int | None = None
) -> bytes:
    edge = recorder.head().edge
    text = format_checkpoint(Checkpoint(origin, edge.size if size is None else size, edge.root()))
    return format_note(signer.sign_note(text))


@pytest.mark.parametrize("case", ["a stranger's key", "another log", "another size", "no note", "another edge"])
def test_a_last_checkpoint_that_does_not_hold_is_not_continued(
    file: Path, recorder: LogRecorder, signer: Signer, tmp_path: Path, case: str
) -> None:
    pupils = Pupils(recorder)
    pupils.append(12)
    create_key(tmp_path / "stranger.pem", ORIGIN)
    edge, note = recorder.head().edge, b""
    match case:
        case "a stranger's key":
            note = foreign_checkpoint(recorder, load_signer(tmp_path / "stranger.pem", ORIGIN))
        case "another log":
            note = foreign_checkpoint(recorder, signer, origin="letopis.example/school/2")
        case "another size":
            note = foreign_checkpoint(recorder, signer, size=11)
        case "no note":
            note = b"letopis.example/school/1534\n12\n\n"
        case _:
            note = foreign_checkpoint(recorder, signer)
            edge = type(edge)(edge.size, tuple(bytes(32) for _ in edge.hashes))
    recorder.keep_checkpoint(SignedCheckpoint(12, note, edge))
    pupils.append(1)
    is_refused(recorder, signer, "checkpoint_not_ours", "checkpoint_differs")


class Interposed:
    """A recorder with some methods replaced: to fail, or to let something happen in between."""

    def __init__(self, recorder: LogRecorder, **replaced: Callable[..., Any]) -> None:
        self._recorder = recorder
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._recorder, name)


def interposed(recorder: LogRecorder, **replaced: Callable[..., Any]) -> LogRecorder:
    return cast("LogRecorder", Interposed(recorder, **replaced))


def test_the_slower_of_two_gets_the_faster_ones_larger_checkpoint(recorder: LogRecorder, signer: Signer) -> None:
    pupils = Pupils(recorder)
    pupils.append(10)
    winner: list[SignedCheckpoint] = []

    def keep_late(checkpoint: SignedCheckpoint) -> None:
        pupils.append(5)
        winner.append(Checkpointer(recorder, signer).sign())
        recorder.keep_checkpoint(checkpoint)

    signed = Checkpointer(interposed(recorder, keep_checkpoint=keep_late), signer).sign()
    assert signed == winner[0] == recorder.checkpoint()
    assert signed.size == 15


def test_a_checkpoint_is_not_returned_where_another_tree_was_kept_meanwhile(
    file: Path, recorder: LogRecorder, signer: Signer
) -> None:
    """The rows are exchanged between reading and keeping, with a checkpoint that fits the new ones."""
    pupils = Pupils(recorder)
    pupils.append(10)

    def keep_late(checkpoint: SignedCheckpoint) -> None:
        with tampering(file) as connection:
            connection.execute("DELETE FROM entries")
            connection.execute("DELETE FROM commands")
            connection.execute("UPDATE head SET size = 0, last = zeroblob(32), edge = x'', at = ''")
        with opened(sqlite_settings(file.with_name("other.sqlite3"))) as other:
            Pupils(other, seed=2).append(10)
            with closing(sqlite3.connect(file.with_name("other.sqlite3"))) as source:
                rows = source.execute("SELECT * FROM entries").fetchall()
                (head,) = source.execute("SELECT size, last, edge, at FROM head").fetchall()
        with tampering(file) as connection:
            connection.executemany(f"INSERT INTO entries VALUES ({', '.join('?' * len(rows[0]))})", rows)
            connection.execute("UPDATE head SET size = ?, last = ?, edge = ?, at = ?", head)
        Checkpointer(recorder, signer).sign()
        recorder.keep_checkpoint(checkpoint)

    with pytest.raises(LedgerDamaged) as caught:
        Checkpointer(interposed(recorder, keep_checkpoint=keep_late), signer).sign()
    assert caught.value.code == "checkpoint_forked"


@pytest.mark.parametrize("step", ["keep_tiles", "keep_checkpoint"])
@pytest.mark.parametrize("persisted", [False, True])
def test_a_step_that_fails_hands_out_nothing_and_can_be_repeated(
    recorder: LogRecorder, signer: Signer, step: str, persisted: bool
) -> None:
    Pupils(recorder).append(300)
    done: Callable[..., None] = getattr(recorder, step)

    def fail(argument: Any) -> None:
        if persisted:
            done(argument)
        raise OperationalError("the connection was lost")

    with pytest.raises(OperationalError):
        Checkpointer(interposed(recorder, **{step: fail}), signer).sign()
    signed = Checkpointer(recorder, signer).sign()
    assert signed == recorder.checkpoint()
    assert signed.size == 300
    assert recorder.tile(0, 0) is not None


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "in vain"
        time.sleep(0.005)


def size_signed(recorder: LogRecorder) -> int:
    signed = recorder.checkpoint()
    return 0 if signed is None else signed.size


def test_the_background_signs_after_so_many_entries(recorder: LogRecorder, signer: Signer) -> None:
    checkpointer = Checkpointer(recorder, signer)
    checkpointer.start(entries_count=20, seconds=3_600, poll_seconds=0.01)
    try:
        pupils = Pupils(recorder)
        pupils.append(19)
        time.sleep(0.1)
        assert recorder.checkpoint() is None
        pupils.append(1)
        wait_until(lambda: size_signed(recorder) == 20)
        with pytest.raises(LetopisError, match="already"):
            checkpointer.start()
    finally:
        checkpointer.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("sign ")] == []
    checkpointer.stop()


def test_the_background_signs_after_so_many_seconds(recorder: LogRecorder, signer: Signer) -> None:
    checkpointer = Checkpointer(recorder, signer)
    checkpointer.start(entries_count=1_000, seconds=0.05, poll_seconds=0.01)
    try:
        time.sleep(0.1)
        assert recorder.checkpoint() is None  # nothing is new: nothing to sign
        Pupils(recorder).append(1)
        wait_until(lambda: size_signed(recorder) == 1)
    finally:
        checkpointer.stop()


def test_the_background_outlives_a_database_that_fails(
    recorder: LogRecorder, signer: Signer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.signing.checkpoints._BACKOFF_FIRST_SECONDS", 0.01)
    Pupils(recorder).append(5)
    failures = iter(range(3))

    def head() -> Any:
        if next(failures, None) is not None:
            raise OperationalError("Failing row contains (Иванов)")
        return recorder.head()

    checkpointer = Checkpointer(interposed(recorder, head=head), signer)
    with caplog.at_level(logging.WARNING):
        checkpointer.start(entries_count=1, poll_seconds=0.01)
        try:
            wait_until(lambda: size_signed(recorder) == 5)
        finally:
            checkpointer.stop()
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    assert "OperationalError" in caplog.text
    assert "0.04 s" in caplog.text
    assert "Иванов" not in caplog.text


def test_the_background_gives_up_on_a_damaged_ledger_and_says_so(
    file: Path, recorder: LogRecorder, signer: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    Pupils(recorder).append(5)
    change(file, 2, "teacher", "student")
    checkpointer = Checkpointer(recorder, signer)
    checkpointer.start(entries_count=1, poll_seconds=0.01)
    try:
        wait_until(lambda: checkpointer.failure is not None)
    finally:
        failure = checkpointer.failure
        checkpointer.stop()
    assert isinstance(failure, LedgerDamaged)
    assert "entry 3" in caplog.text
    assert recorder.checkpoint() is None
