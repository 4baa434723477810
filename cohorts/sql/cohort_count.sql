-- All counts with the version of their definition; `_everyone` is not a definition and has version 1.
-- reads   counted_people  counts of every kind
--         cohort          definitions
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, version, measure, dimension, group, people
SELECT
    counted_people.cohort,
    coalesce(cohort.version, '1') AS version,
    counted_people.measure,
    counted_people.dimension,
    counted_people."group",
    counted_people.people
FROM counted_people
LEFT JOIN cohort USING (cohort)
ORDER BY counted_people.cohort, counted_people.measure, counted_people.dimension, counted_people."group"
