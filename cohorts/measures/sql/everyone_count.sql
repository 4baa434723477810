-- What is counted of everyone seen, whatever cohort they are in: missed appointments, open lists, people off the register.
-- reads   everyone_part  the same of some people at a time
-- grain   one row per measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
SELECT
    cohort,
    measure,
    dimension,
    "group",
    CAST(sum(part) AS BIGINT) AS part,
    CAST(sum(whole) AS BIGINT) AS whole,
    CAST(sum(part_people) AS BIGINT) AS part_people,
    CAST(sum(whole_people) AS BIGINT) AS whole_people,
    CAST(sum(part_noise) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(sum(whole_noise) % 4294967296 AS UINTEGER) AS whole_noise
FROM everyone_part
GROUP BY cohort, measure, dimension, "group"
