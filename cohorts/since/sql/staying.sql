-- People who were here last time and are here now: on the spine both times, or both times only in other sources.
-- reads   carried_index  last time's records under this time's person index
--         now_index      records of each person, this time
-- grain   one row per person
-- columns person_id
-- params  $spine VARCHAR
WITH
was AS (
    SELECT person_id, bool_or(source = $spine) AS on_spine
    FROM carried_index
    GROUP BY person_id
),

now AS (
    SELECT person_id, bool_or(source = $spine) AS on_spine
    FROM now_index
    GROUP BY person_id
)

SELECT person_id
FROM was
INNER JOIN now USING (person_id)
WHERE was.on_spine = now.on_spine
