-- Counts of every kind, of everybody.
-- reads   counted_part  the same of some people at a time
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, measure, dimension, group, people, noise
SELECT cohort, measure, dimension, "group", CAST(sum(people) AS BIGINT) AS people, sum(noise) AS noise
FROM counted_part
GROUP BY cohort, measure, dimension, "group"
