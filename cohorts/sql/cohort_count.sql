-- All counts with the version of their definition; `_everyone` is not a definition and has version 1.
-- reads   counted_people  counts of every kind
--         cohort          definitions
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, version, measure, dimension, group, people, cell_key
SELECT
    counted_people.cohort,
    coalesce(cohort.version, '1') AS version,
    counted_people.measure,
    counted_people.dimension,
    counted_people."group",
    counted_people.people,
    CAST(coalesce(counted_people.noise, 0) % 4294967296 AS UINTEGER) AS cell_key
FROM counted_people
LEFT JOIN cohort USING (cohort)
ORDER BY counted_people.cohort, counted_people.measure, counted_people.dimension, counted_people."group"
