-- Members who reached each rung, and people left after each step of the attrition, zeros included.
-- reads   cohort_step    rungs and steps of each cohort, numbered from 1
--         cohort_member  verdicts of all cohorts
--         person_noise   keyed number of each person
-- grain   one row per cohort and measure
-- columns cohort, measure, dimension, group, people, noise
WITH
reached AS (
    SELECT
        cohort_step.cohort,
        cohort_step.measure,
        person_noise.noise,
        CASE
            WHEN cohort_step.is_rung THEN cohort_member.met AND cohort_member.rungs[cohort_step.number]
            ELSE cohort_member.passed >= cohort_step.number
        END AS counts
    FROM cohort_step
    LEFT JOIN cohort_member USING (cohort)
    LEFT JOIN person_noise USING (person_id)
)

SELECT
    cohort,
    measure,
    'all' AS dimension,
    'all' AS "group",
    count(*) FILTER (counts) AS people,
    sum(noise) FILTER (counts) AS noise
FROM reached
GROUP BY cohort, measure
