-- How holders of accounts sign in. No row lets anybody in: hashes, digests and sealed secrets. Times are seconds since 1970.
CREATE TABLE identity.credentials (
  origin text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL CHECK (length(account) = 36),
  login text COLLATE "C" NOT NULL,
  password_hash text COLLATE "C",
  changed_at bigint,
  totp_sealed bytea,
  totp_algorithm bigint,
  totp_confirmed bigint NOT NULL DEFAULT 0,
  totp_step bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (origin, account),
  UNIQUE (origin, login)
);

CREATE TABLE identity.recovery_codes (
  origin text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  PRIMARY KEY (origin, account, digest)
);

CREATE TABLE identity.invitations (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  account text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (origin, digest)
);

CREATE TABLE identity.tokens (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  account text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  rights text COLLATE "C",
  label text COLLATE "C" NOT NULL,
  made_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_on text COLLATE "C",
  PRIMARY KEY (origin, digest)
);

CREATE TABLE identity.sessions (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  account text COLLATE "C" NOT NULL,
  stage text COLLATE "C" NOT NULL CHECK (stage IN ('half', 'single', 'full')),
  role text COLLATE "C",
  made_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (origin, digest)
);
CREATE INDEX sessions_account ON identity.sessions (origin, account);

-- Failed tries by account and by address, both as keyed digests; forgotten after an hour.
CREATE TABLE identity.attempts (
  origin text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL CHECK (length(subject) = 64),
  failures bigint NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY (origin, subject)
);
CREATE INDEX attempts_since ON identity.attempts (origin, since);

-- The application's role comes with the log's schema; this may as well be in a database of its own, without it.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'letopis_app') THEN
    GRANT USAGE ON SCHEMA identity TO letopis_app;
    GRANT SELECT ON identity.migrations TO letopis_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON identity.credentials, identity.recovery_codes, identity.invitations,
      identity.tokens, identity.sessions, identity.attempts TO letopis_app;
  END IF;
END $$;
