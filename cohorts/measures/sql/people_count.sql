-- Parts and wholes of every measure of people, for each cohort and everyone, by every slice; zeros included.
-- reads   people_part   the same of some people at a time
--         slice         every group, numbered
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
WITH
counted AS (
    SELECT
        cohort,
        measure,
        dimension,
        "group",
        sum(part) AS part,
        sum(whole) AS whole,
        sum(part_people) AS part_people,
        sum(whole_people) AS whole_people,
        sum(part_noise) AS part_noise,
        sum(whole_noise) AS whole_noise
    FROM people_part
    GROUP BY cohort, measure, dimension, "group"
),

grid AS (
    SELECT measured.cohort, measured.measure, slice.dimension, slice."group"
    FROM (SELECT DISTINCT cohort, measure FROM counted) AS measured
    CROSS JOIN slice
)

SELECT
    grid.cohort,
    grid.measure,
    grid.dimension,
    grid."group",
    CAST(coalesce(counted.part, 0) AS BIGINT) AS part,
    CAST(coalesce(counted.whole, 0) AS BIGINT) AS whole,
    CAST(coalesce(counted.part_people, 0) AS BIGINT) AS part_people,
    CAST(coalesce(counted.whole_people, 0) AS BIGINT) AS whole_people,
    CAST(coalesce(counted.part_noise, 0) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(coalesce(counted.whole_noise, 0) % 4294967296 AS UINTEGER) AS whole_noise
FROM grid
LEFT JOIN counted USING (cohort, measure, dimension, "group")
