-- Members who reached each rung, and people whose response can be judged, in the area of each board and in none, zeros
-- included.
-- reads   board_area     areas of boards, and none
--         cohort_step    rungs and steps of each cohort, numbered from 1
--         cohort_member  verdicts of all cohorts
--         person_board   in which area each person lives
--         person_noise   keyed number of each person
-- grain   one row per area, cohort and measure
-- columns area, cohort, measure, dimension, group, people, noise
WITH
reached AS (
    SELECT
        person_board.area,
        cohort_step.cohort,
        cohort_step.measure,
        count(*) AS people,
        sum(person_noise.noise) AS noise
    FROM cohort_step
    JOIN cohort_member USING (cohort)
    JOIN person_board USING (person_id)
    JOIN person_noise USING (person_id)
    WHERE
        cohort_step.in_areas
        AND CASE
            WHEN cohort_step.is_rung THEN cohort_member.met AND cohort_member.rungs[cohort_step.number]
            ELSE cohort_member.passed >= cohort_step.number
        END
    GROUP BY ALL
)

SELECT
    board_area.area,
    cohort_step.cohort,
    cohort_step.measure,
    'all' AS dimension,
    'all' AS "group",
    coalesce(reached.people, 0) AS people,
    reached.noise
FROM board_area
CROSS JOIN cohort_step
LEFT JOIN reached USING (area, cohort, measure)
WHERE cohort_step.in_areas
