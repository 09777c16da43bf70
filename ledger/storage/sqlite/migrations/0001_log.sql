-- One school's log in one file. Nothing here is ever changed or removed except the head, which only moves forward.
--
-- Triggers hold that against any program that opens the file, also one without our settings: UPDATE and DELETE are
-- refused, and so is INSERT OR REPLACE, which would remove the old row without firing a DELETE trigger (unless the
-- connection has recursive_triggers on); the BEFORE INSERT triggers see the old row first. Who may write the file may
-- also drop the triggers: that is found by verification against signed checkpoints, not prevented here.

PRAGMA application_id = 0x4C455450; -- "LETP"

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,                                    -- the log's name, first line of every checkpoint
    clock TEXT NOT NULL CHECK (clock IN ('server', 'sample')),
    format INTEGER NOT NULL CHECK (format = 1)               -- version of the log format
) STRICT;

CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0),                 -- number of entries
    last BLOB NOT NULL CHECK (length(last) = 32),            -- leaf hash of the last entry; zeros when empty
    edge BLOB NOT NULL CHECK (length(edge) % 32 = 0),        -- right edge of the tree, largest subtree first
    at TEXT NOT NULL                                         -- of the last entry; empty when there is none
) STRICT;

CREATE TABLE entries (
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),                -- leaf index
    stream TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    type TEXT NOT NULL,
    entry BLOB NOT NULL,                                     -- the bytes that are hashed, served and archived
    UNIQUE (stream, version)
) STRICT;

CREATE TABLE commands (
    key TEXT PRIMARY KEY,                                    -- idempotency key, or the command's own id
    command TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) IN (0, 32)),  -- SHA-256 of the request, where there was one
    first_index INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    answer BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY CHECK (size >= 0),
    note BLOB NOT NULL,
    edge BLOB NOT NULL
) STRICT;

CREATE TABLE tiles (
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, idx)
) STRICT;

-- FAIL instead of ABORT, here and where else a trigger sees every append: with ABORT, SQLite copies each page that a
-- statement touches, to be able to take the statement back; an insert of one row has nothing to take back.
CREATE TRIGGER entries_new BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE idx = NEW.idx)
  OR EXISTS (SELECT 1 FROM entries WHERE stream = NEW.stream AND version = NEW.version)
BEGIN SELECT RAISE(FAIL, 'entries: the index, or the version of the stream, is taken'); END;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries: append only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries: append only'); END;

CREATE TRIGGER commands_new BEFORE INSERT ON commands
WHEN EXISTS (SELECT 1 FROM commands WHERE key = NEW.key)
BEGIN SELECT RAISE(FAIL, 'commands: the key is taken'); END;
CREATE TRIGGER commands_no_update BEFORE UPDATE ON commands
BEGIN SELECT RAISE(ABORT, 'commands: append only'); END;
CREATE TRIGGER commands_no_delete BEFORE DELETE ON commands
BEGIN SELECT RAISE(ABORT, 'commands: append only'); END;

CREATE TRIGGER checkpoints_grow BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT max(size) FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'checkpoints: sizes grow'); END;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints: append only'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints: append only'); END;

CREATE TRIGGER tiles_new BEFORE INSERT ON tiles
WHEN EXISTS (SELECT 1 FROM tiles WHERE level = NEW.level AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'tiles: a full tile never changes'); END;
CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles
BEGIN SELECT RAISE(ABORT, 'tiles: append only'); END;
CREATE TRIGGER tiles_no_delete BEFORE DELETE ON tiles
BEGIN SELECT RAISE(ABORT, 'tiles: append only'); END;

CREATE TRIGGER head_single BEFORE INSERT ON head
WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT RAISE(ABORT, 'head: there is one'); END;
CREATE TRIGGER head_forward BEFORE UPDATE ON head
WHEN NEW.size <= OLD.size
BEGIN SELECT RAISE(FAIL, 'head: moves forward only'); END;
CREATE TRIGGER head_no_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'head: there is one'); END;

CREATE TRIGGER meta_single BEFORE INSERT ON meta
WHEN EXISTS (SELECT 1 FROM meta)
BEGIN SELECT RAISE(ABORT, 'meta: there is one'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta
BEGIN SELECT RAISE(ABORT, 'meta: never changes'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'meta: there is one'); END;

CREATE TRIGGER migrations_new BEFORE INSERT ON migrations
WHEN NEW.number <= (SELECT max(number) FROM migrations)
BEGIN SELECT RAISE(ABORT, 'migrations: append only'); END;
CREATE TRIGGER migrations_no_update BEFORE UPDATE ON migrations
BEGIN SELECT RAISE(ABORT, 'migrations: append only'); END;
CREATE TRIGGER migrations_no_delete BEFORE DELETE ON migrations
BEGIN SELECT RAISE(ABORT, 'migrations: append only'); END;
