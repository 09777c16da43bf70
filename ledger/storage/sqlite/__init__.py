"""SQLite: one file per school, one writing connection, many commands a commit.

A module for the eventsourcing library's ``PERSISTENCE_MODULE``, which wants to find exactly one factory in it.
"""

from ledger.storage.sqlite.factory import LetopisSQLiteFactory

__all__ = ["LetopisSQLiteFactory"]
