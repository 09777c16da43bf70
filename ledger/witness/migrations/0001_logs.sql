-- Whose checkpoints are cosigned: a log may have several keys while one replaces another.
CREATE TABLE trusted (
    origin TEXT NOT NULL,
    vkey TEXT NOT NULL,
    PRIMARY KEY (origin, vkey)
) STRICT;

-- The last cosigned checkpoint of each log.
CREATE TABLE logs (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL,
    cosigned_at INTEGER NOT NULL
) STRICT;

-- Requests that a log signed and that do not continue what it had signed before: evidence of a fork.
CREATE TABLE conflicts (
    number INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    known BLOB NOT NULL,
    request BLOB NOT NULL,
    UNIQUE (origin, request)
) STRICT;
