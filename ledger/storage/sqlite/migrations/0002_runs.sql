-- A run is a series of entries of one stream that follow one another in the log, with versions that follow one another
-- too: the dozen entries of a lesson's submission are one. Stream and version are told in the last entry of each run
-- and are NULL in the others, so that a run costs one row of the index, not a dozen. With the version that the stream
-- had before (0 where it is new) that says all: a run that ends at index i with version v, after version b, is the
-- entries i - (v - b) + 1 to i, with versions b + 1 to v. Version 0, with which streams of foreign applications may
-- begin, is a run by itself.
--
-- That an entry carries the stream and version that its run tells is checked on reading and by the audit.

CREATE TABLE entries_2 (
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),                -- leaf index
    type TEXT NOT NULL,
    stream TEXT,
    version INTEGER CHECK (version >= 0),
    entry BLOB NOT NULL,                                     -- the bytes that are hashed, served and archived
    CHECK ((stream IS NULL) = (version IS NULL))
) STRICT;

INSERT INTO entries_2 (idx, type, stream, version, entry)
SELECT idx, type, iif(ends, stream, NULL), iif(ends, version, NULL), entry
FROM (
    SELECT *, version = 0 OR (lead(stream) OVER log, lead(version) OVER log) IS NOT (stream, version + 1) AS ends
    FROM entries WINDOW log AS (ORDER BY idx)
)
ORDER BY idx;

DROP TABLE entries; -- and with it its triggers
ALTER TABLE entries_2 RENAME TO entries;
CREATE UNIQUE INDEX entries_by_stream ON entries (stream, version) WHERE stream IS NOT NULL;

-- The first condition alone lets nothing be replaced through the index, the second nothing through stream and version;
-- they also keep the log without gaps and the streams going forward. FAIL: as in the first migration.
CREATE TRIGGER entries_new BEFORE INSERT ON entries
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entries)
  OR NEW.stream IS NOT NULL AND NEW.version <= (SELECT max(version) FROM entries WHERE stream = NEW.stream)
BEGIN SELECT RAISE(FAIL, 'entries: not the next index, or the version of the stream is taken'); END;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries: append only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries: append only'); END;
