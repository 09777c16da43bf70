-- The guard: event triggers against DROP, ALTER and every other change of what is in schema letopis, for the tables'
-- owner too. They belong to the superuser who runs this (PostgreSQL lets nobody else own one), so only he can disable
-- them, and a migration does, inside its transaction: disable, change, enable again. What they cannot stop: a superuser,
-- DROP DATABASE, and whoever writes to the files. Against those there are checkpoints outside.
CREATE SCHEMA letopis_guard;
REVOKE ALL ON SCHEMA letopis_guard FROM PUBLIC;

CREATE FUNCTION letopis_guard.refuse_ddl() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_object record;
BEGIN
  IF tg_tag = 'REINDEX' THEN
    RETURN;
  END IF;
  -- A trigger, rule or policy has no schema of its own; its identity ends in "on letopis.entries". A table or function
  -- that has just left the schema, or the schema itself under another name, still has its owner.
  FOR v_object IN
    SELECT object_type, object_identity FROM pg_event_trigger_ddl_commands() c
    WHERE schema_name IN ('letopis', 'letopis_guard')
       OR object_identity IN ('letopis', 'letopis_derived', 'letopis_guard')
       OR object_identity LIKE '% on letopis.%'
       OR EXISTS (SELECT FROM pg_class WHERE c.classid = 'pg_class'::regclass AND oid = c.objid
                  AND relowner = (SELECT oid FROM pg_roles WHERE rolname = 'letopis_owner'))
       OR EXISTS (SELECT FROM pg_proc WHERE c.classid = 'pg_proc'::regclass AND oid = c.objid
                  AND proowner = (SELECT oid FROM pg_roles WHERE rolname = 'letopis_owner'))
       OR EXISTS (SELECT FROM pg_namespace WHERE c.classid = 'pg_namespace'::regclass AND oid = c.objid
                  AND nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'letopis_owner'))
  LOOP
    RAISE EXCEPTION '% of % % is refused: only a migration changes the log''s schema',
      tg_tag, v_object.object_type, v_object.object_identity USING ERRCODE = 'insufficient_privilege';
  END LOOP;
  -- GRANT does not say on what: look at the outcome. Nobody but the owner may have more than SELECT.
  IF tg_tag IN ('GRANT', 'ALTER DEFAULT PRIVILEGES') AND EXISTS (
    SELECT FROM pg_class t, aclexplode(t.relacl) a
    WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'letopis') AND a.grantee <> t.relowner AND a.privilege_type <> 'SELECT'
  ) THEN
    RAISE EXCEPTION 'GRANT is refused: on the log''s tables nothing but SELECT may be granted'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

CREATE FUNCTION letopis_guard.refuse_drop() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_object record;
BEGIN
  FOR v_object IN
    SELECT object_type, object_identity FROM pg_event_trigger_dropped_objects()
    WHERE schema_name IN ('letopis', 'letopis_guard')
       OR object_identity IN ('letopis', 'letopis_derived', 'letopis_guard')
       OR object_identity LIKE '% on letopis.%'
  LOOP
    RAISE EXCEPTION '% of % % is refused: only a migration changes the log''s schema',
      tg_tag, v_object.object_type, v_object.object_identity USING ERRCODE = 'insufficient_privilege';
  END LOOP;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA letopis_guard FROM PUBLIC;

CREATE EVENT TRIGGER letopis_guard_ddl ON ddl_command_end EXECUTE FUNCTION letopis_guard.refuse_ddl();
CREATE EVENT TRIGGER letopis_guard_drop ON sql_drop EXECUTE FUNCTION letopis_guard.refuse_drop();
-- Who applied this enables them ALWAYS at the end, as after every migration.
