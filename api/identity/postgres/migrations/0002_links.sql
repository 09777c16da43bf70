-- Whom a provider outside vouches for: the pair of issuer and subject as a keyed digest. One provider an account.
CREATE TABLE identity.links (
  origin text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL CHECK (length(account) = 36),
  issuer text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL CHECK (length(subject) = 64),
  made_at bigint NOT NULL,
  PRIMARY KEY (origin, account),
  UNIQUE (origin, subject)
);

-- Sign-ins that were begun and are at the provider: the digest of a cookie, from whose secret all else is derived.
CREATE TABLE identity.departures (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  invitation text COLLATE "C" CHECK (length(invitation) = 64),
  expires_at bigint NOT NULL,
  PRIMARY KEY (origin, digest)
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'letopis_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON identity.links, identity.departures TO letopis_app;
  END IF;
END $$;
