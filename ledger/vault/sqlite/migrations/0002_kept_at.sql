-- When a disclosure was last kept, in seconds since 1970 by this machine's clock: a sweep lets alone what was kept a
-- short while ago and may be about to be named by an entry. It is all of a row that changes. Rows from before count as
-- kept now. A column whose default is an expression cannot be added, so the table is made anew.
CREATE TABLE disclosures_with_age (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 43),
  person TEXT NOT NULL CHECK (length(person) = 36),
  retention TEXT NOT NULL,
  algorithm INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  kept_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO disclosures_with_age (origin, digest, person, retention, algorithm, sealed)
  SELECT origin, digest, person, retention, algorithm, sealed FROM disclosures;
DROP TABLE disclosures;
ALTER TABLE disclosures_with_age RENAME TO disclosures;

CREATE INDEX disclosures_person ON disclosures (origin, person, retention);

CREATE TRIGGER disclosures_no_update
BEFORE UPDATE OF origin, digest, person, retention, algorithm, sealed ON disclosures
BEGIN SELECT RAISE(ABORT, 'disclosures: none changes'); END;
