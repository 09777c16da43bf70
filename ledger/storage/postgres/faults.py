"""What an error of PostgreSQL means for the one who asked: nothing written, perhaps written, or a disk in trouble."""

from __future__ import annotations

from typing import Final

import psycopg
from eventsourcing import persistence
from psycopg.pq import ConnStatus

_SHUT_DOWN: Final = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25P03"})
_DAMAGED: Final = frozenset({"XX001", "XX002"})
_TRANSLATIONS: Final = (
    (psycopg.InterfaceError, persistence.InterfaceError),
    (psycopg.OperationalError, persistence.OperationalError),
    (psycopg.DataError, persistence.DataError),
    (psycopg.IntegrityError, persistence.IntegrityError),
    (psycopg.InternalError, persistence.InternalError),
    (psycopg.ProgrammingError, persistence.ProgrammingError),
    (psycopg.NotSupportedError, persistence.NotSupportedError),
    (psycopg.DatabaseError, persistence.DatabaseError),
)


def is_lost(error: psycopg.Error, connection: psycopg.Connection[object]) -> bool:
    """Whether the connection is gone, so that nobody was told what became of the statement.

    An error that the server reported over a connection that goes on is an answer: the statement was rolled back.
    """
    if error.sqlstate is not None and (error.sqlstate in _SHUT_DOWN or error.sqlstate.startswith("08")):
        return True
    return connection.closed or connection.pgconn.status == ConnStatus.BAD


def is_disk_trouble(error: psycopg.Error) -> bool:
    """Whether the server met an I/O error or damaged pages (SQLSTATE class 58, XX001, XX002).

    A failed fsync never comes this way: the server stops, and recovers from its write-ahead log.
    """
    state = error.sqlstate or ""
    return state.startswith("58") or state in _DAMAGED


def translate(error: psycopg.Error) -> persistence.PersistenceError:
    """The eventsourcing library's error of the same meaning, without the server's details, which quote values."""
    message = error.diag.message_primary or str(error)
    for theirs, ours in _TRANSLATIONS:
        if isinstance(error, theirs):
            return ours(message)
    return persistence.PersistenceError(message)
