-- The tables of all schools' logs, keyed by school first. A school's row in heads is its lock: schools never wait for
-- each other. Names are compared as bytes (COLLATE "C"), as the log format orders them.
SET LOCAL ROLE letopis_owner;

-- Where each log ends. The low fill factor leaves room for the row's next versions on its own page (HOT), so that an
-- append touches no index of this table. No CHECK: each would be evaluated at every append, a tenth of its time in all;
-- the function is the only writer, and an audit compares the head with the entries.
CREATE TABLE letopis.heads (
  school int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  origin text COLLATE "C" NOT NULL UNIQUE,
  size bigint NOT NULL DEFAULT 0,
  last bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  edge bytea NOT NULL DEFAULT '',
  at timestamptz,
  clock text COLLATE "C" NOT NULL
) WITH (fillfactor = 10);

-- stream, version and type repeat what the entry says, for the indexes; an audit compares them.
CREATE TABLE letopis.entries (
  school int NOT NULL,
  idx bigint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  entry bytea NOT NULL,
  PRIMARY KEY (school, idx),
  UNIQUE (school, stream, version)
) PARTITION BY HASH (school);

-- Receipts: what each recorded command was told.
CREATE TABLE letopis.commands (
  school int NOT NULL,
  key text COLLATE "C" NOT NULL,
  command uuid NOT NULL,
  first_index bigint NOT NULL,
  count int NOT NULL,
  digest bytea NOT NULL,
  answer bytea NOT NULL,
  PRIMARY KEY (school, key)
) PARTITION BY HASH (school);

CREATE TABLE letopis.checkpoints (
  school int NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  note bytea NOT NULL,
  edge bytea NOT NULL CHECK (length(edge) = 32 * bit_count(size::bit(64))),
  PRIMARY KEY (school, size)
) PARTITION BY HASH (school);

-- Full tiles: 256 hashes of 32 bytes, which no compression makes smaller.
CREATE TABLE letopis.tiles (
  school int NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 63),
  idx bigint NOT NULL CHECK (idx >= 0),
  hashes bytea NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (school, level, idx)
) PARTITION BY HASH (school);
ALTER TABLE letopis.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['entries', 'commands', 'checkpoints', 'tiles'] LOOP
    FOR v_part IN 0..15 LOOP
      EXECUTE format(
        'CREATE TABLE letopis.%I PARTITION OF letopis.%I FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
        v_table || '_' || lpad(v_part::text, 2, '0'), v_table, v_part
      );
    END LOOP;
  END LOOP;
END $$;

GRANT SELECT ON ALL TABLES IN SCHEMA letopis TO letopis_app;

-- Append-only, for the owner too. A statement trigger of a partitioned table does not fire for a statement that names a
-- partition, so each table has its own; ENABLE ALWAYS holds under session_replication_role as well. Heads move, but
-- none goes away.
CREATE FUNCTION letopis.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% of %.% is refused: the log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE
  v_table regclass;
  v_events text;
BEGIN
  FOR v_table IN SELECT oid FROM pg_class WHERE relnamespace = 'letopis'::regnamespace AND relkind IN ('r', 'p') LOOP
    v_events := CASE v_table WHEN 'letopis.heads'::regclass THEN 'DELETE OR TRUNCATE' ELSE 'UPDATE OR DELETE OR TRUNCATE' END;
    EXECUTE format(
      'CREATE TRIGGER append_only BEFORE %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION letopis.refuse_change()',
      v_events, v_table
    );
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', v_table);
  END LOOP;
END $$;
