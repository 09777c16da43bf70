-- Roles and schemas. Run by a superuser: only one can make the event triggers of 0004.
--
-- Roles belong to the whole cluster, so they may be there already, made for another database or by one who is doing the
-- same at this moment. They cannot log in and have no password: a login role becomes a member.
--   letopis_owner  owns the tables; a member opens new logs. No use for it in daily running.
--   letopis_app    may read, append through one function, and nothing else; what the application logs in as.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['letopis_owner', 'letopis_app'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END $$;

-- The log itself.
CREATE SCHEMA letopis AUTHORIZATION letopis_owner;
GRANT USAGE ON SCHEMA letopis TO letopis_app;

-- What may be dropped and made again from the log: the eventsourcing library's tracking and snapshots.
CREATE SCHEMA letopis_derived AUTHORIZATION letopis_owner;
GRANT USAGE ON SCHEMA letopis_derived TO letopis_app;

SET LOCAL ROLE letopis_owner;

CREATE TABLE letopis.migrations (
  number int PRIMARY KEY,
  name text NOT NULL,
  digest text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON letopis.migrations TO letopis_app;
