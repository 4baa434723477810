-- All counts in areas with the version of their definition; `_everyone` is not a definition and has version 1.
-- reads   counted_in_area  counts of every kind in every area
--         cohort           definitions
-- grain   one row per area, cohort, measure, dimension and group
-- columns area, cohort, version, measure, dimension, group, people, cell_key
SELECT
    counted_in_area.area,
    counted_in_area.cohort,
    coalesce(cohort.version, '1') AS version,
    counted_in_area.measure,
    counted_in_area.dimension,
    counted_in_area."group",
    counted_in_area.people,
    CAST(coalesce(counted_in_area.noise, 0) % 4294967296 AS UINTEGER) AS cell_key
FROM counted_in_area
LEFT JOIN cohort USING (cohort)
ORDER BY
    counted_in_area.area,
    counted_in_area.cohort,
    counted_in_area.measure,
    counted_in_area.dimension,
    counted_in_area."group"
