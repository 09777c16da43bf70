"""Doing an append so that its outcome is known: what a refusal means, and what became of a lost one."""

from __future__ import annotations

import time
from typing import Final, Protocol

import psycopg
import psycopg_pool
from eventsourcing.persistence import OperationalError

from ledger.clock import utc_now
from ledger.errors import AlreadyRecorded, LedgerDamaged, NodeReadOnly, OutcomeUnknown
from ledger.log import Command
from ledger.storage.appending import receipt_key
from ledger.storage.postgres.append import notification_ids
from ledger.storage.postgres.datastore import LogConnection, LogDatastore, connect
from ledger.storage.postgres.faults import is_disk_trouble, is_lost, translate
from ledger.wire.entry import format_at

_ASK_AGAIN_SECONDS: Final = 0.1


class Work(Protocol):
    """One append over a connection."""

    def __call__(self, connection: LogConnection, *, again: bool = False) -> list[int]:
        """Append, and give the notification ids. `again`: it may have been done before."""


def append_surely(datastore: LogDatastore, work: Work, command: Command, *, outcome_seconds: float) -> list[int]:
    """Do the work; where the connection is lost over it, find out what became of it.

    Raises:
        OutcomeUnknown: the server gave no answer within `outcome_seconds` after the loss.
        NodeReadOnly: the server met a disk error; nothing was written, and nothing will be until the log is verified.
        OperationalError: no connection, or the log's lock not to be had in time; nothing was written.
        LedgerDamaged: the log does not end where its head says.
    """
    try:
        with datastore.connection() as connection:
            try:
                return _prepared(work, connection)
            except psycopg.Error as error:
                if not is_lost(error, connection):
                    raise _definite(error, datastore) from error
                raise
    except psycopg_pool.PoolTimeout as error:
        raise OperationalError("no connection to the database; nothing was written") from error
    except psycopg.Error as error:
        return _follow_up(datastore, work, command, error, outcome_seconds)


def _prepared(work: Work, connection: LogConnection) -> list[int]:
    try:
        return work(connection)
    except psycopg.errors.InvalidSqlStatementName:
        # psycopg drops a connection's prepared statements after any rollback on it. Nothing was executed.
        connection.append_prepared = False
        return work(connection)


def _follow_up(
    datastore: LogDatastore, work: Work, command: Command, lost: psycopg.Error, outcome_seconds: float
) -> list[int]:
    """Send a lost command again until there is an answer.

    That is safe, and says more than a look at the receipts would: the first sending may still be on its way to the
    server, and of the two only one gets the key.
    """
    limit = time.monotonic() + outcome_seconds
    while time.monotonic() < limit:
        try:
            with connect(datastore.dsn) as connection:
                return work(connection, again=True)
        except AlreadyRecorded as recorded:
            receipt = recorded.receipt
            if receipt.command != command.id:
                raise
            return notification_ids(receipt.first_index, receipt.count)
        except psycopg.Error as error:
            if is_disk_trouble(error):
                _latch(error, datastore)
                break
            time.sleep(_ASK_AGAIN_SECONDS)
    raise OutcomeUnknown(
        receipt_key(command), "the connection was lost during an append and the server does not answer"
    ) from lost


def _definite(error: psycopg.Error, datastore: LogDatastore) -> Exception:
    """The error for an append that the server itself has refused and rolled back."""
    if is_disk_trouble(error):
        return NodeReadOnly(f"{_latch(error, datastore)}; nothing was written")
    if isinstance(error, psycopg.errors.UniqueViolation) and (error.diag.table_name or "").startswith("entries"):
        return LedgerDamaged("head_disagrees", "the stored head is not where the log ends")
    return translate(error)


def _latch(error: psycopg.Error, datastore: LogDatastore) -> str:
    moment = format_at(utc_now())
    reason = f"the server met a disk error ({error.sqlstate}) during an append at {moment}"
    datastore.latches.fall(reason)
    return reason
