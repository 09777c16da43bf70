"""PostgreSQL: the logs of all schools in shared tables, one row lock per school, one pool for all of them.

A module for the eventsourcing library's ``PERSISTENCE_MODULE``, which wants to find exactly one factory in it.
"""

from ledger.storage.postgres.factory import LetopisPostgresFactory

__all__ = ["LetopisPostgresFactory"]
