-- Completeness, disagreement and how often a record was joined, by source and group; events by source and month.
-- reads   quality_record  which attributes each record has
--         person_slice    groups of people
--         person_noise    keyed number of each person
--         event           events of people
-- grain   one row per source, measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
-- params  $since DATE (in), $as_of DATE (out)
-- The source stands in the column cohort, so that what may be told is decided as for any other measure.
-- A person counts once for a source, however many records it has of them: what any of the records has, is filled.
WITH
known AS (
    SELECT
        source,
        person_id,
        attribute,
        bool_or(is_filled) AS is_filled,
        bool_or(can_differ) AS can_differ,
        bool_or(differs) AS differs,
        bool_or(is_linked) AS is_linked
    FROM quality_record
    GROUP BY source, person_id, attribute
),

answer AS (
    SELECT source, person_id, 'filled:' || attribute AS measure, is_filled AS has
    FROM known
    WHERE attribute NOT IN ('death_month', 'home')
    UNION ALL
    SELECT source, person_id, 'differs:' || attribute AS measure, differs AS has
    FROM known
    WHERE can_differ
    UNION ALL
    SELECT
        source,
        person_id,
        CASE WHEN is_filled THEN 'joined_with:' ELSE 'joined_without:' END || attribute AS measure,
        is_linked AS has
    FROM known
    WHERE attribute NOT IN ('death_month', 'home')
),

slice AS (
    SELECT person_id, dimension, "group"
    FROM person_slice
    WHERE dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'address')
),

by_month AS (
    SELECT
        source,
        person_id,
        strftime(start, '%Y-%m') AS month
    FROM event
    WHERE start >= $since AND start < $as_of
)

SELECT
    answer.source AS cohort,
    answer.measure,
    slice.dimension,
    slice."group",
    count(*) FILTER (answer.has) AS part,
    count(*) AS whole,
    count(*) FILTER (answer.has) AS part_people,
    count(*) AS whole_people,
    CAST(coalesce(sum(person_noise.noise) FILTER (answer.has), 0) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(sum(person_noise.noise) % 4294967296 AS UINTEGER) AS whole_noise
FROM answer
JOIN person_noise USING (person_id)
JOIN slice USING (person_id)
WHERE slice.dimension = 'all' OR answer.measure LIKE 'filled:%' OR answer.measure LIKE 'differs:%'
GROUP BY answer.source, answer.measure, slice.dimension, slice."group"
UNION ALL
SELECT
    by_month.source AS cohort,
    'events' AS measure,
    'month' AS dimension,
    by_month.month AS "group",
    count(*) AS part,
    count(*) AS whole,
    count(DISTINCT by_month.person_id) AS part_people,
    count(DISTINCT by_month.person_id) AS whole_people,
    CAST(sum(person_noise.noise) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(sum(person_noise.noise) % 4294967296 AS UINTEGER) AS whole_noise
FROM by_month
JOIN person_noise USING (person_id)
GROUP BY by_month.source, by_month.month
ORDER BY cohort, measure, dimension, "group"
