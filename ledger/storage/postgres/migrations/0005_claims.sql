-- Places in which one lesson stands, where two could be recorded at the same time: they write two streams, so nothing of
-- the log conflicts. An append that takes a place counts its claims up by one, under the head's lock. A claim repeats what
-- entries say, as an index does: it is no evidence, and is kept with what can be made again.
--
-- A place is <day>/<class group>/<number of the day>; the day comes first, so that a day's claims lie side by side.
SET LOCAL ROLE letopis_owner;

CREATE TABLE letopis_derived.claims (
  school int NOT NULL,
  place text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  PRIMARY KEY (school, place, number)
);
GRANT SELECT ON letopis_derived.claims TO letopis_app;

-- What was recorded before: each lesson where it was recorded, and where a correction put it.
WITH
told AS MATERIALIZED (
  SELECT school, idx, stream, type, convert_from(entry, 'UTF8')::jsonb -> 'data' AS data FROM letopis.entries
  WHERE type IN ('course_opened/1', 'lesson_recorded/1', 'lesson_corrected/1')
),
lessons AS MATERIALIZED (
  SELECT l.school, l.idx, l.stream, l.data ->> 'number' AS number,
         (l.data ->> 'held_on') || '/' || (c.data ->> 'class_group') || '/' AS day
  FROM told l JOIN told c
    ON c.school = l.school AND c.type = 'course_opened/1' AND c.stream = 'course/' || (l.data ->> 'course')
  WHERE l.type = 'lesson_recorded/1'
),
placed AS (
  SELECT school, idx, stream, day || number AS place FROM lessons
  UNION ALL
  SELECT t.school, t.idx, l.stream, l.day || (t.data #>> '{new,number}')
  FROM told t JOIN lessons l ON l.school = t.school AND l.stream = t.stream
  WHERE t.type = 'lesson_corrected/1'
)
INSERT INTO letopis_derived.claims (school, place, number, stream)
SELECT school, place, row_number() OVER (PARTITION BY school, place ORDER BY idx), stream
FROM placed WHERE place IS NOT NULL;

-- One append that takes places: as letopis.append_entries, and
--   -5      one of p_places was claimed meanwhile: it has not p_before[i] claims
CREATE FUNCTION letopis.append_claiming(
  p_school int, p_key text, p_command uuid, p_digest bytea, p_answer bytea, p_size bigint, p_at timestamptz,
  p_checks text[], p_expected bigint[],
  p_before_at bytea, p_before_index bytea[], p_after_prev bytea[], p_streams text[], p_versions bigint[], p_types text[],
  p_places text[], p_before bigint[], p_claimants text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_first bigint;
BEGIN
  PERFORM FROM letopis.heads WHERE school = p_school FOR NO KEY UPDATE;
  -- A statement of its own after the lock: it sees what the lock's last holder committed.
  IF EXISTS (
    SELECT FROM unnest(p_places, p_before) AS c (place, before)
      JOIN letopis_derived.claims k ON k.school = p_school AND k.place = c.place AND k.number = c.before + 1
  ) THEN
    RETURN CASE WHEN EXISTS (SELECT FROM letopis.commands WHERE school = p_school AND key = p_key) THEN -1 ELSE -5 END;
  END IF;
  v_first := letopis.append_entries(
    p_school, p_key, p_command, p_digest, p_answer, p_size, p_at, p_checks, p_expected,
    p_before_at, p_before_index, p_after_prev, p_streams, p_versions, p_types
  );
  IF v_first >= 0 THEN
    INSERT INTO letopis_derived.claims (school, place, number, stream)
      SELECT p_school, place, before + 1, stream FROM unnest(p_places, p_before, p_claimants) AS c (place, before, stream);
  END IF;
  RETURN v_first;
END $$;

REVOKE ALL ON FUNCTION letopis.append_claiming FROM PUBLIC;
GRANT EXECUTE ON FUNCTION letopis.append_claiming TO letopis_app;
