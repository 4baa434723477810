-- Counts in areas, of everybody.
-- reads   area_part  the same of some people at a time
-- grain   one row per area, cohort, measure, dimension and group
-- columns area, cohort, measure, dimension, group, people, noise
SELECT area, cohort, measure, dimension, "group", CAST(sum(people) AS BIGINT) AS people, sum(noise) AS noise
FROM area_part
GROUP BY area, cohort, measure, dimension, "group"
