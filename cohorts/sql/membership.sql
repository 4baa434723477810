-- The verdict on each person who is, or may be, in one cohort's population.
-- reads   cohort_member  verdicts of all cohorts
-- grain   one row per person
-- columns person_id, state, furthest, rungs
-- params  $cohort VARCHAR
SELECT
    person_id,
    CASE WHEN met THEN 'met' WHEN NOT met THEN 'not met' ELSE 'cannot tell' END AS state,
    furthest,
    rungs
FROM cohort_member
WHERE cohort = $cohort AND population IS NOT FALSE
ORDER BY person_id
