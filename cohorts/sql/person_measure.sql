-- Which counts each person adds to. Everyone on the spine and alive is the cohort `_everyone`.
-- reads   cohort_member  verdicts of all cohorts
--         spine_member   everyone on the spine and alive
-- grain   one row per cohort, person and measure
-- columns cohort, person_id, measure
SELECT cohort, person_id, 'population' AS measure
FROM cohort_member
WHERE population IS NOT FALSE
UNION ALL
SELECT
    cohort,
    person_id,
    CASE WHEN met THEN 'met' WHEN NOT met THEN 'not_met' ELSE 'cannot_tell' END AS measure
FROM cohort_member
WHERE population IS NOT FALSE
UNION ALL
SELECT '_everyone' AS cohort, person_id, 'population' AS measure
FROM spine_member
