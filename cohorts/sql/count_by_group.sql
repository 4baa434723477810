-- People of each cohort by measure and group, zeros included.
-- reads   counted          cohorts and measures that are counted
--         dimension_group  groups of each dimension
--         person_measure   which counts each person adds to
--         person_group     which group of each dimension a person belongs to
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, measure, dimension, group, people
WITH
found AS (
    SELECT
        person_measure.cohort,
        person_measure.measure,
        person_group.dimension,
        person_group."group",
        count(*) AS people
    FROM person_measure
    JOIN person_group USING (person_id)
    GROUP BY ALL
)

SELECT
    counted.cohort,
    counted.measure,
    dimension_group.dimension,
    dimension_group."group",
    coalesce(found.people, 0) AS people
FROM counted
CROSS JOIN dimension_group
LEFT JOIN found USING (cohort, measure, dimension, "group")
