-- People of each cohort by measure and group, zeros included.
-- reads   counted          cohorts and measures that are counted
--         dimension_group  groups of each dimension
--         person_measure   which counts each person adds to
--         person_group     which group of each dimension a person belongs to
--         person_noise     keyed number of each person
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, measure, dimension, group, people, noise
WITH
found AS (
    SELECT
        person_measure.cohort,
        person_measure.measure,
        person_group.dimension,
        person_group."group",
        count(*) AS people,
        sum(person_noise.noise) AS noise
    FROM person_measure
    JOIN person_group USING (person_id)
    JOIN person_noise USING (person_id)
    GROUP BY ALL
)

SELECT
    counted.cohort,
    counted.measure,
    dimension_group.dimension,
    dimension_group."group",
    coalesce(found.people, 0) AS people,
    found.noise
FROM counted
CROSS JOIN dimension_group
LEFT JOIN found USING (cohort, measure, dimension, "group")
