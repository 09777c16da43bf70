-- Whom a provider outside vouches for: the pair of issuer and subject as a keyed digest. One provider an account.
CREATE TABLE links (
  origin TEXT NOT NULL,
  account TEXT NOT NULL CHECK (length(account) = 36),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (length(subject) = 64),
  made_at INTEGER NOT NULL,
  PRIMARY KEY (origin, account),
  UNIQUE (origin, subject)
) STRICT, WITHOUT ROWID;

-- Sign-ins that were begun and are at the provider: the digest of a cookie, from whose secret all else is derived.
CREATE TABLE departures (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  invitation TEXT CHECK (length(invitation) = 64),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;
