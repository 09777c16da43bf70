-- Sealed disclosures: what a person's key opens. Nothing in a row is personal in clear; a digest stands in the log too.
-- Rows are inserted and, once erasing is built, deleted; none changes. All schools share the table, keyed by origin.
CREATE TABLE vault.disclosures (
  origin text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL CHECK (length(digest) = 43),
  person uuid NOT NULL,
  retention text COLLATE "C" NOT NULL,
  algorithm smallint NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (origin, digest)
);

-- What erasing a person will ask for.
CREATE INDEX disclosures_person ON vault.disclosures (origin, person, retention);

CREATE FUNCTION vault.refuse_update() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'vault.disclosures: no row changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER no_update BEFORE UPDATE ON vault.disclosures FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_update();

-- The application's role comes with the log's schema; the vault may as well be in a database of its own, without it.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'letopis_app') THEN
    GRANT USAGE ON SCHEMA vault TO letopis_app;
    GRANT SELECT ON vault.migrations TO letopis_app;
    GRANT SELECT, INSERT ON vault.disclosures TO letopis_app;
  END IF;
END $$;
