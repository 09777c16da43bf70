-- Passkeys (WebAuthn): public keys alone. `digest` is SHA-256 of the credential's id, which `credential` is.
CREATE TABLE identity.passkeys (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  account text COLLATE "C" NOT NULL CHECK (length(account) = 36),
  credential bytea NOT NULL,
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  made_at bigint NOT NULL,
  used_on text COLLATE "C",
  PRIMARY KEY (origin, digest)
);
CREATE INDEX passkeys_account ON identity.passkeys (origin, account);

-- What a passkey is to sign next, as a digest: once, soon, for one purpose, and in the session that asked, if any did.
CREATE TABLE identity.challenges (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  purpose text COLLATE "C" NOT NULL CHECK (purpose IN ('set_up', 'sign_in')),
  session text COLLATE "C",
  expires_at bigint NOT NULL,
  PRIMARY KEY (origin, digest)
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'letopis_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON identity.passkeys, identity.challenges TO letopis_app;
  END IF;
END $$;
