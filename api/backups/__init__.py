"""Backups of a school, and restoring them (regulation 1.1): folders that are whole or are no backup.

    backup-2026-11-26/
      ledger.sqlite3  vault.sqlite3       on SQLite: copies by the database's own means, one file each
      database.dump                       on PostgreSQL: of `pg_dump --format=custom`, all schools of the database
      backup.json                         what it is: `folder.Manifest`, written last; its SHA-256 goes into the log
    keys-2026-11-26/
      keys.tar  backup.json               keys and sign-ins, never in one folder with what they open

Why apart: to erase a person is to destroy a key. A backup that held the sealed values and their keys would bring the
person back, so backups of the databases may be kept for as long as the school likes, and those of keys no longer than
an erased person may come back.
"""
