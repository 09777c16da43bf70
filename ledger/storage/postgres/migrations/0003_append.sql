-- The three ways to write, and the only ones that the application's role has. SECURITY DEFINER: they run as the owner,
-- under a search path of their own. The generic plan is forced because the planner would otherwise weigh sixteen
-- partitions against one and plan anew at every call.
SET LOCAL ROLE letopis_owner;

-- One append (ledger/log.py states the order). The entries come cut into pieces around `at`, index and previous hash;
-- here, under the head's lock, they are filled in, chained, and folded into the tree's right edge. Entry i is
--   p_before_at || at || p_before_index[i] || index || ,"prev":" || hex(prev) || p_after_prev[i]
-- p_checks and p_expected name the streams that must be at these versions: those that the decision read, and for each
-- stream that is written, the version before its first event. 0: no event yet; -1: none, and the first is version 0.
--
-- Gives the first entry's index, or why nothing was written:
--   -1      there is a receipt under p_key
--   -2      the log's size is not p_size
--   -3      p_at is given, and this log is on the server's clock
--   -4      no such log
--   -10 - i  stream p_checks[i] is not at version p_expected[i]
CREATE FUNCTION letopis.append_entries(
  p_school int, p_key text, p_command uuid, p_digest bytea, p_answer bytea, p_size bigint, p_at timestamptz,
  p_checks text[], p_expected bigint[],
  p_before_at bytea, p_before_index bytea[], p_after_prev bytea[], p_streams text[], p_versions bigint[], p_types text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_first bigint;
  v_size bigint;
  v_last bytea;
  v_edge bytea;
  v_at timestamptz;
  v_count int := cardinality(p_streams);
  v_start bytea;
  v_entry bytea;
  v_entries bytea[] := '{}';
  v_bits bigint;
  v_length int;
  v_wrong bigint;
BEGIN
  SELECT size, size, last, edge,
         CASE WHEN p_at IS NULL OR clock = 'sample' THEN greatest(coalesce(p_at, clock_timestamp()), at) END
    INTO v_first, v_size, v_last, v_edge, v_at
    FROM letopis.heads WHERE school = p_school FOR NO KEY UPDATE;
  IF v_at IS NULL THEN
    RETURN CASE WHEN v_size IS NULL THEN -4 ELSE -3 END;
  END IF;

  -- Statements of their own after the lock: they see what the lock's last holder committed.
  IF p_size <> v_size THEN
    v_wrong := -2;
  ELSIF cardinality(p_checks) > 0 THEN
    SELECT -10 - c.place INTO v_wrong
      FROM unnest(p_checks, p_expected) WITH ORDINALITY AS c (stream, version, place)
      WHERE c.version <> coalesce(
        (SELECT e.version FROM letopis.entries e
          WHERE e.school = p_school AND e.stream = c.stream ORDER BY e.version DESC LIMIT 1),
        least(c.version, 0))
      ORDER BY c.place LIMIT 1;
  END IF;
  IF v_wrong IS NOT NULL THEN
    -- A repeated command finds its own traces in its way: the receipt goes first.
    RETURN CASE WHEN EXISTS (SELECT FROM letopis.commands WHERE school = p_school AND key = p_key) THEN -1 ELSE v_wrong END;
  END IF;

  -- The insert of the receipt is also the question whether there is one; if so, nothing else was touched.
  INSERT INTO letopis.commands (school, key, command, first_index, count, digest, answer)
    VALUES (p_school, p_key, p_command, v_first, v_count, p_digest, p_answer) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN -1;
  END IF;

  v_start := p_before_at || to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')::bytea;
  FOR i IN 1..v_count LOOP
    v_entry := v_start || p_before_index[i] || (v_size || ',"prev":"' || encode(v_last, 'hex'))::bytea || p_after_prev[i];
    v_entries[i] := v_entry;
    v_last := sha256('\x00'::bytea || v_entry);
    -- RFC 6962 2.1: for each 1-bit at the low end of the old size, the edge's last two hashes become one node.
    v_edge := v_edge || v_last;
    v_bits := v_size;
    WHILE v_bits & 1 = 1 LOOP
      v_length := length(v_edge) - 64;
      v_edge := substr(v_edge, 1, v_length) || sha256('\x01'::bytea || substr(v_edge, v_length + 1));
      v_bits := v_bits >> 1;
    END LOOP;
    v_size := v_size + 1;
  END LOOP;

  WITH moved AS (
    UPDATE letopis.heads SET size = v_size, last = v_last, edge = v_edge, at = v_at WHERE school = p_school
  )
  INSERT INTO letopis.entries (school, idx, stream, version, type, entry)
    SELECT p_school, v_first + place - 1, stream, version, type, entry
    FROM unnest(p_streams, p_versions, p_types, v_entries) WITH ORDINALITY AS e (stream, version, type, entry, place);
  RETURN v_first;
END $$;

-- Keep a signed checkpoint. Gives 0 where it is kept now or was before, 1 where the log is shorter than it says, 2 where
-- another of this size or a larger one is kept.
CREATE FUNCTION letopis.keep_checkpoint(p_school int, p_size bigint, p_note bytea, p_edge bytea)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_size bigint;
BEGIN
  SELECT size INTO STRICT v_size FROM letopis.heads WHERE school = p_school FOR NO KEY UPDATE;
  IF p_size > v_size THEN
    RETURN 1;
  ELSIF EXISTS (
    SELECT FROM letopis.checkpoints WHERE school = p_school AND size = p_size AND note = p_note AND edge = p_edge
  ) THEN
    RETURN 0;
  ELSIF EXISTS (SELECT FROM letopis.checkpoints WHERE school = p_school AND size >= p_size) THEN
    RETURN 2;
  END IF;
  INSERT INTO letopis.checkpoints (school, size, note, edge) VALUES (p_school, p_size, p_note, p_edge);
  RETURN 0;
END $$;

-- Keep full tiles, all or none. Gives 0, or the place (from 1) of the first that is kept with another content.
CREATE FUNCTION letopis.keep_tiles(p_school int, p_levels smallint[], p_idxs bigint[], p_hashes bytea[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_place int;
BEGIN
  PERFORM FROM letopis.heads WHERE school = p_school FOR NO KEY UPDATE;
  SELECT t.place INTO v_place
    FROM unnest(p_levels, p_idxs, p_hashes) WITH ORDINALITY AS t (level, idx, hashes, place)
    JOIN letopis.tiles k ON k.school = p_school AND k.level = t.level AND k.idx = t.idx
    WHERE k.hashes <> t.hashes ORDER BY t.place LIMIT 1;
  IF FOUND THEN
    RETURN v_place;
  END IF;
  INSERT INTO letopis.tiles (school, level, idx, hashes)
    SELECT p_school, t.level, t.idx, t.hashes FROM unnest(p_levels, p_idxs, p_hashes) AS t (level, idx, hashes)
    ON CONFLICT DO NOTHING;
  RETURN 0;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA letopis FROM PUBLIC;
GRANT EXECUTE ON FUNCTION letopis.append_entries, letopis.keep_checkpoint, letopis.keep_tiles TO letopis_app;
