"""The one writing connection of a file, and the grouping of waiting commands into one commit.

The writer is not a thread of its own: the caller that finds nobody writing *leads*. It takes all that waits (at most
256 calls or 4 MiB), runs each so that it stands or falls alone, commits once, wakes the others with their results, and
hands the lead to the first of those that came meanwhile. There is still one writing connection, one commit at a time
and one order; a lone caller is spared two thread switches an append, and no thread can have died. Nobody waits for
company: the group is whatever queued up while the last commit was on its way to the disk.

A call returns when the commit that holds it is durable, never before. What an error says about that:

- an error of the call itself (a conflict, a constraint): all that it did was rolled back, the rest of the group stands;
- `NodeReadOnly`: the disk failed before COMMIT, or had no room for it: nothing of the group was recorded;
- `OutcomeUnknown`: the disk failed during COMMIT. The frames may be in the write-ahead log all the same, and come back
  when the file is next opened ("failed, but persisted"): ask `find_receipt`.

After either of the last two the latch has fallen and nothing more is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Final, TypeVar, cast

from eventsourcing.persistence import InterfaceError

from ledger.errors import LedgerDamaged, LetopisError, NodeReadOnly, OutcomeUnknown
from ledger.log import Head
from ledger.storage.latch import Latch
from ledger.storage.sqlite.connections import connect_reading, describe, is_disk_error, is_disk_full, translate
from ledger.storage.sqlite.turns import Call, Turns
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash

T = TypeVar("T")

GROUP_CALLS_MAX: Final = 256
GROUP_BYTES_MAX: Final = 4 * 1_024 * 1_024
_WAL_PAGES_MAX: Final = 2_000
_PAGE_BYTES: Final = 4_096
_PAGES_PER_CALL: Final = 5  # an append touches entries, their index, commands and head; now and then one splits

_abandoned: list[sqlite3.Connection] = []  # to failed disks that not even a reading connection could be opened on


class Transaction:
    """What a unit of work is given: the writing connection in a transaction, and the head, which it may move."""

    __slots__ = ("connection", "head", "start")

    def __init__(self, connection: sqlite3.Connection, head: Head) -> None:
        self.connection = connection
        self.start = head
        self.head = head


class Writer:
    """Runs units of work on the one writing connection; any thread may call.

    Attributes:
        listeners: set after every commit, for subscriptions in this process.
        size: of the log, where this process alone writes it and nothing went wrong; None: look into the file.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection | None, latch: Latch, *, shared: bool = False
    ) -> None:
        self._path = path
        self._is_shared = shared  # other processes write the file too: whether head and latch moved is looked at
        self._latch = latch
        self._connection = connection
        self._guard: sqlite3.Connection | None = None
        self._turns = Turns(calls_max=GROUP_CALLS_MAX, bytes_max=GROUP_BYTES_MAX)
        self._head: Head | None = None  # as stored, while it is known
        self._wal_pages = 0
        self.listeners: set[Event] = set()
        self.size: int | None = None
        if connection is not None and not shared:
            with suppress(LedgerDamaged):
                self.size = read_head(connection).size

    def run(self, work: Callable[[Transaction], T], *, key: str = "", size_bytes: int = 0) -> T:
        """Run `work` in a transaction; its result, once it is durable.

        `work` may run in another caller's thread, and must not call the writer. When it raises, all that it did is
        rolled back.

        Args:
            work: the unit of work.
            key: named in `OutcomeUnknown`.
            size_bytes: about what it will write.

        Raises:
            NodeReadOnly, OutcomeUnknown: see the module.
            LedgerDamaged: the stored head and the last entry disagree, or SQLite cannot read the file.
            InterfaceError: the ledger was closed.
            OperationalError: another program holds the write lock of the file.
        """
        call = Call(work, key, size_bytes)
        self._turns.enter(call)
        if call.leads:
            self._lead(call)
        if call.error is not None:
            raise call.error
        return cast("T", call.result)

    @contextmanager
    def turn(self) -> Iterator[Transaction]:
        """A transaction of one's own, outside any group, committed at the end of the block.

        Raises:
            As in `run`.
        """
        call = Call()
        self._turns.enter(call)
        if call.error is not None:
            raise call.error
        try:
            self._turns.take_group()
            transaction = self._begin()
            try:
                yield transaction
            except sqlite3.Error as error:
                raise self._lost(error) from error
            except BaseException:
                self._undo()
                raise
            self._commit([call], transaction)
            if call.error is not None:
                raise call.error
        finally:
            self._turns.hand_over()

    def close(self) -> None:
        """Commit what waits, then close; later calls are refused. Closing again does nothing."""
        call = Call()
        try:
            self._turns.enter(call)
        except InterfaceError:
            return
        if call.error is not None:
            return
        try:
            self._turns.take_group()
            self._turns.shut()
            if self._connection is not None:
                self._copy_wal(self._connection)
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._guard is not None:
                self._guard.close()
        finally:
            self._turns.hand_over()

    def adopt(self, connection: sqlite3.Connection) -> None:
        """Write through a new connection, after the latch was lifted."""
        self._head = self.size = None
        self._connection = connection
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def _lead(self, own: Call) -> None:
        group = self._turns.take_group()
        try:
            self._run_group(group)
        except BaseException:
            # Not an error of the database: the leader was interrupted. Whether the commit came through is not known.
            self._undo()
            for call in group:
                call.error = OutcomeUnknown(call.key, "the writer was interrupted; ask for the receipt")
            raise
        finally:
            for call in group:
                if call is not own:
                    call.finish()
            try:
                if self._wal_pages >= _WAL_PAGES_MAX and self._connection is not None:
                    self._copy_wal(self._connection)
            finally:
                self._turns.hand_over()

    # The transaction

    def _run_group(self, group: Sequence[Call]) -> None:
        """Run and commit a group: first without savepoints, and again with them if a call raises.

        A savepoint makes SQLite copy every page that the call touches, and nearly all calls succeed.
        """
        try:
            transaction = self._begin()
        except Exception as error:  # noqa: BLE001 - told to every caller of the group
            _tell(group, error)
            return
        try:
            if not self._run_all(group, transaction):
                transaction.connection.execute("ROLLBACK")
                if len(group) == 1:
                    return
                transaction.head = transaction.start
                transaction.connection.execute("BEGIN IMMEDIATE")
                for call in group:
                    self._run_one(call, transaction)
        except sqlite3.Error as error:
            _tell(group, self._lost(error))
            return
        if all(call.error is not None for call in group):
            self._undo(keep_head=True)
        else:
            self._commit(group, transaction)

    def _run_all(self, group: Sequence[Call], transaction: Transaction) -> bool:
        """Run calls until one raises; whether none did. Its error is its result where it is alone.

        Raises:
            sqlite3.Error: the disk failed, or SQLite gave the transaction up.
        """
        for call in group:
            try:
                call.result = _work_of(call)(transaction)
            except Exception as error:
                if _is_fatal(error, transaction.connection):
                    raise
                call.error = translate(error)
                return False
        return True

    def _begin(self) -> Transaction:
        connection = self._connection
        if self._is_shared:
            self._latch.look()
        if connection is None or self._latch.reason is not None:
            raise NodeReadOnly(self._refusal())
        try:
            connection.execute("BEGIN IMMEDIATE")
            if self._head is None or (self._is_shared and read_head(connection) != self._head):
                self._head = read_head(connection, checked=True)
        except LedgerDamaged:
            self._undo()
            raise
        except sqlite3.Error as error:
            raise self._lost(error) from error
        return Transaction(connection, self._head)

    def _run_one(self, call: Call, transaction: Transaction) -> None:
        """Run one call in a savepoint; its own errors stay with it.

        Raises:
            sqlite3.Error: the disk failed, or SQLite gave the transaction up: all of the group is lost.
        """
        connection, before = transaction.connection, transaction.head
        call.error = None
        connection.execute("SAVEPOINT call")
        try:
            call.result = _work_of(call)(transaction)
        except Exception as error:
            if _is_fatal(error, connection):
                raise
            call.error = translate(error)
            transaction.head = before
            connection.execute("ROLLBACK TO call")
        connection.execute("RELEASE call")

    def _commit(self, group: Sequence[Call], transaction: Transaction) -> None:
        """Move the stored head to the transaction's and commit; errors go to the calls."""
        connection = transaction.connection
        try:
            if transaction.head is not transaction.start:
                _move_head(connection, transaction.start, transaction.head)
        except LedgerDamaged as error:
            self._undo()
            _tell(group, error)
            return
        except sqlite3.Error as error:
            _tell(group, self._lost(error))
            return
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._commit_failed(group, error)
            return
        self._head = transaction.head
        if not self._is_shared:
            self.size = transaction.head.size
        written = sum(call.size_bytes for call in group)
        self._wal_pages += len(group) * _PAGES_PER_CALL + written // _PAGE_BYTES
        for listener in tuple(self.listeners):
            listener.set()

    def _commit_failed(self, group: Sequence[Call], error: sqlite3.Error) -> None:
        """Roll back and tell every caller what is known of its outcome."""
        lost = self._lost(error)
        # A full disk refuses a frame before the commit's last one is complete: there is nothing to come back.
        if not is_disk_error(error) or is_disk_full(error):
            _tell(group, lost)
            return
        message = f"the disk failed during the commit ({describe(error)}); ask for the receipt"
        for call in group:
            call.error = OutcomeUnknown(call.key, message)

    def _lost(self, error: sqlite3.Error) -> Exception:
        """Roll back after an error, latch where the disk failed, and say what to raise."""
        self._undo()
        if not is_disk_error(error):
            return translate(error)
        self._fall(error)
        return NodeReadOnly(f"nothing was recorded; {self._refusal()}")

    def _undo(self, *, keep_head: bool = False) -> None:
        """Roll back whatever is open; the head is read and checked anew next time."""
        if not keep_head:
            self._head = self.size = None
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._fall(error)

    # The disk

    def _copy_wal(self, connection: sqlite3.Connection) -> None:
        """Copy the write-ahead log into the database. What was committed stays safe in the log if this fails."""
        try:
            _, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            self._wal_pages = 0
            if is_disk_error(error):
                self._fall(error)
        else:
            # What a reader holds back is tried again a little later.
            self._wal_pages = min(pages - copied, _WAL_PAGES_MAX // 2)

    def _fall(self, error: sqlite3.Error) -> None:
        """Latch, and let the writing connection go without another write.

        The last connection to close copies the write-ahead log into the database: not on a disk that has failed. A
        connection that can only read is opened first and stays, so that the writing one is never the last.
        """
        self._latch.fall(describe(error))
        connection, self._connection = self._connection, None
        self._head = self.size = None
        if connection is None:
            return
        try:
            self._guard = connect_reading(self._path)
        except LetopisError:
            _abandoned.append(connection)
        else:
            connection.close()

    def _refusal(self) -> str:
        return (
            f"this ledger is read-only since its disk failed ({self._latch.reason}); "
            "it takes appends again after a full verification has passed"
        )


def read_head(connection: sqlite3.Connection, *, checked: bool = False) -> Head:
    """Read the stored head; `checked` compares it with the last entry.

    Raises:
        LedgerDamaged: it is missing, malformed, or (checked) the last entry is not the one it names.
    """
    row = connection.execute("SELECT size, last, edge, at FROM head").fetchone()
    if row is None:
        raise LedgerDamaged("head_missing", "the ledger has no head")
    size, last, edge, at = row
    try:
        head = Head(size, last, RightEdge.from_bytes(size, edge), at)
    except ValueError as error:
        raise LedgerDamaged("head_malformed", f"the stored head does not parse ({error})") from None
    if checked:
        _check_last(connection, head)
    return head


def _check_last(connection: sqlite3.Connection, head: Head) -> None:
    row = connection.execute("SELECT idx, entry FROM entries ORDER BY idx DESC LIMIT 1").fetchone()
    size, last = (row[0] + 1, leaf_hash(row[1])) if row else (0, bytes(32))
    if (size, last) != (head.size, head.last):
        raise LedgerDamaged(
            "head_disagrees",
            f"the stored head is of {head.size} entries; the last of {size} has another index or hash",
            index=max(size - 1, 0),
        )


def _move_head(connection: sqlite3.Connection, old: Head, new: Head) -> None:
    """Move the stored head from `old` to `new`.

    Raises:
        LedgerDamaged: it was not at `old`.
    """
    moved = connection.execute(
        "UPDATE OR FAIL head SET size = ?, last = ?, edge = ?, at = ? WHERE id = 1 AND size = ? AND last = ?",
        (new.size, new.last, new.edge.to_bytes(), new.at, old.size, old.last),
    )
    if moved.rowcount != 1:
        raise LedgerDamaged("head_moved", "another program moved the stored head; nothing was recorded")


def _work_of(call: Call) -> Callable[[Transaction], object]:
    if call.work is None:
        raise RuntimeError("a call that wants the turn for itself came into a group")
    return call.work


def _is_fatal(error: Exception, connection: sqlite3.Connection) -> bool:
    """Whether an error takes the whole transaction with it."""
    return isinstance(error, sqlite3.Error) and (is_disk_error(error) or not connection.in_transaction)


def _tell(group: Sequence[Call], error: Exception) -> None:
    """Give every caller an error of its own: one raised in several threads would mix up their tracebacks."""
    for call in group:
        if isinstance(error, LedgerDamaged):
            call.error = LedgerDamaged(error.code, str(error), index=error.index)
        else:
            call.error = type(error)(str(error))
        call.error.__cause__ = error.__cause__
