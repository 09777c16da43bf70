-- When a disclosure was last kept, by the server's clock: a sweep lets alone what was kept a short while ago and may be
-- about to be named by an entry. It is all of a row that changes. Rows from before count as kept now.
ALTER TABLE vault.disclosures ADD COLUMN kept_at timestamptz NOT NULL DEFAULT clock_timestamp();

DROP TRIGGER no_update ON vault.disclosures;
CREATE TRIGGER no_update
  BEFORE UPDATE OF origin, digest, person, retention, algorithm, sealed ON vault.disclosures
  FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_update();

-- The application keeps again what it kept before; to take rows away stays the owner's.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'letopis_app') THEN
    GRANT UPDATE (kept_at) ON vault.disclosures TO letopis_app;
  END IF;
END $$;
