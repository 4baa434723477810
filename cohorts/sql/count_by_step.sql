-- Members who reached each rung, and people left after each step of the attrition, zeros included.
-- reads   cohort_step    rungs and steps of each cohort, numbered from 1
--         cohort_member  verdicts of all cohorts
-- grain   one row per cohort and measure
-- columns cohort, measure, dimension, group, people
SELECT
    cohort_step.cohort,
    cohort_step.measure,
    'all' AS dimension,
    'all' AS "group",
    count(*) FILTER (
        CASE
            WHEN cohort_step.is_rung THEN cohort_member.met AND cohort_member.rungs[cohort_step.number]
            ELSE cohort_member.passed >= cohort_step.number
        END
    ) AS people
FROM cohort_step
LEFT JOIN cohort_member USING (cohort)
GROUP BY cohort_step.cohort, cohort_step.measure
