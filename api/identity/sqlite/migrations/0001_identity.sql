-- How holders of accounts sign in. No row lets anybody in: hashes, digests and sealed secrets. Times are seconds since 1970.
CREATE TABLE credentials (
  origin TEXT NOT NULL,
  account TEXT NOT NULL CHECK (length(account) = 36),
  login TEXT NOT NULL,
  password_hash TEXT,
  changed_at INTEGER,
  totp_sealed BLOB,
  totp_algorithm INTEGER,
  totp_confirmed INTEGER NOT NULL DEFAULT 0,
  totp_step INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (origin, account),
  UNIQUE (origin, login)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  origin TEXT NOT NULL,
  account TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  PRIMARY KEY (origin, account, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  account TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  account TEXT NOT NULL,
  role TEXT NOT NULL,
  rights TEXT,
  label TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_on TEXT,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  account TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('half', 'single', 'full')),
  role TEXT,
  made_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_account ON sessions (origin, account);

-- Failed tries by account and by address, both as keyed digests; forgotten after an hour.
CREATE TABLE attempts (
  origin TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (length(subject) = 64),
  failures INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (origin, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_since ON attempts (origin, since);
