-- Sealed disclosures: what a person's key opens. Nothing in a row is personal in clear; a digest stands in the log too.
-- Rows are inserted and, once erasing is built, deleted; none changes.
CREATE TABLE disclosures (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 43),
  person TEXT NOT NULL CHECK (length(person) = 36),
  retention TEXT NOT NULL,
  algorithm INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;

-- What erasing a person will ask for.
CREATE INDEX disclosures_person ON disclosures (origin, person, retention);

CREATE TRIGGER disclosures_no_update BEFORE UPDATE ON disclosures
BEGIN SELECT RAISE(ABORT, 'disclosures: none changes'); END;
