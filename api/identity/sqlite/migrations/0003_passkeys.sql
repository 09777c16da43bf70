-- Passkeys (WebAuthn): public keys alone. `digest` is SHA-256 of the credential's id, which `credential` is.
CREATE TABLE passkeys (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  account TEXT NOT NULL CHECK (length(account) = 36),
  credential BLOB NOT NULL,
  public_key BLOB NOT NULL,
  sign_count INTEGER NOT NULL,
  name TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_on TEXT,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_account ON passkeys (origin, account);

-- What a passkey is to sign next, as a digest: once, soon, for one purpose, and in the session that asked, if any did.
CREATE TABLE challenges (
  origin TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  purpose TEXT NOT NULL CHECK (purpose IN ('set_up', 'sign_in')),
  session TEXT,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (origin, digest)
) STRICT, WITHOUT ROWID;
