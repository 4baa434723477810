-- Rows of one file that do not go on, and why: already delivered, or not usable.
-- reads   row_fact        one row per row of the file: row_no, local_id, content_a, content_b, undatable (the
--                         reason, where no start date of the row can be read), nothing_else
--         people_record   one row per usable person of the source: local_id; empty while the people are read
--         told_of         one row per id that a file of events names and a row of people says nothing else of: local_id
-- grain   one row per row that is left out; the first reason that applies
-- columns row_no, code (`duplicate` or a reason)
-- params  $grain people, events or both
WITH repeated AS (
    SELECT content_a FROM row_fact GROUP BY content_a HAVING count(*) > 1
),

-- Two 64-bit hashes over everything delivered stand for a row's content; the first copy is kept.
copy AS (
    SELECT row_no, row_number() OVER (PARTITION BY content_a, content_b ORDER BY row_no) AS copy_no
    FROM row_fact
    SEMI JOIN repeated USING (content_a)
    WHERE local_id IS NOT NULL
),

conflict AS (
    SELECT local_id
    FROM row_fact
    LEFT JOIN copy USING (row_no)
    WHERE $grain = 'people' AND local_id IS NOT NULL AND coalesce(copy_no, 1) = 1 AND NOT nothing_else
    GROUP BY local_id
    HAVING count(*) > 1
),

-- Nobody is an id with nothing beside it, unless events are told of it; and then not where a fuller row stands.
fuller AS (
    SELECT DISTINCT row_fact.local_id FROM row_fact SEMI JOIN told_of USING (local_id) WHERE NOT nothing_else
),

somebody AS (
    SELECT local_id FROM told_of ANTI JOIN fuller USING (local_id)
),

judged AS (
    SELECT
        row_fact.row_no,
        CASE
            WHEN row_fact.local_id IS NULL THEN 'no_record_id'
            WHEN copy.copy_no > 1 THEN 'duplicate'
            WHEN nothing_else AND $grain <> 'events' AND somebody.local_id IS NULL THEN 'nothing_but_id'
            WHEN conflict.local_id IS NOT NULL THEN 'conflicting_record'
            WHEN $grain = 'events' AND people_record.local_id IS NULL THEN 'not_among_people'
            ELSE row_fact.undatable
        END AS code
    FROM row_fact
    LEFT JOIN copy ON row_fact.row_no = copy.row_no
    LEFT JOIN conflict ON row_fact.local_id = conflict.local_id
    LEFT JOIN somebody ON row_fact.local_id = somebody.local_id
    LEFT JOIN people_record ON row_fact.local_id = people_record.local_id
)

SELECT row_no, code FROM judged WHERE code IS NOT NULL ORDER BY row_no
