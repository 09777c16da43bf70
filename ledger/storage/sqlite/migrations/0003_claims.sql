-- Places in which one lesson stands, where two could be recorded at the same time: they write two streams, so nothing of
-- the log conflicts. An append that takes a place counts its claims up by one, and whoever counted the same is refused by
-- the primary key. A claim repeats what entries say, as an index does: it is no evidence, and no trigger guards it.
--
-- A place is <day>/<class group>/<number of the day>; the day comes first, so that a day's claims share a page.

CREATE TABLE claims (
    place TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),              -- first, second … claim of this place
    stream TEXT NOT NULL,                                    -- the lesson that was put there
    PRIMARY KEY (place, number)
) STRICT, WITHOUT ROWID;

-- What was recorded before: each lesson where it was recorded, and where a correction put it.
WITH
told AS MATERIALIZED (
    SELECT idx, type, CAST(entry AS TEXT) AS entry FROM entries
    WHERE type IN ('course_opened/1', 'lesson_recorded/1', 'lesson_corrected/1')
),
courses AS MATERIALIZED (
    SELECT entry ->> '$.stream' AS stream, entry ->> '$.data.class_group' AS class_group
    FROM told WHERE type = 'course_opened/1'
),
lessons AS MATERIALIZED (
    SELECT l.idx, l.entry ->> '$.stream' AS stream, l.entry ->> '$.data.number' AS number,
           (l.entry ->> '$.data.held_on') || '/' || c.class_group || '/' AS day
    FROM told l JOIN courses c ON c.stream = 'course/' || (l.entry ->> '$.data.course')
    WHERE l.type = 'lesson_recorded/1'
),
placed AS (
    SELECT idx, stream, day || number AS place FROM lessons
    UNION ALL
    SELECT t.idx, l.stream, l.day || (t.entry ->> '$.data.new.number')
    FROM told t JOIN lessons l ON l.stream = t.entry ->> '$.stream'
    WHERE t.type = 'lesson_corrected/1'
)
INSERT INTO claims (place, number, stream)
SELECT place, row_number() OVER (PARTITION BY place ORDER BY idx), stream FROM placed WHERE place IS NOT NULL;
