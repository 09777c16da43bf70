"""Where the log is kept: persistence modules of the eventsourcing library for SQLite and PostgreSQL."""
