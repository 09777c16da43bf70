"""Where the tests of the read side keep views: in PostgreSQL, beside a ledger, as a role that has no right to it."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import Database

ROLE = "test_views"


def views_dsn(database: Database) -> str:
    """The database for the role of the views, which is made where it is missing."""
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone() is None:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        name = conninfo_to_dict(database.superuser_dsn)["dbname"]
        connection.execute(f"GRANT CREATE ON DATABASE {name} TO {ROLE}")
    return make_conninfo(database.superuser_dsn, user=ROLE)
