-- Which counts each person adds to. Everyone on the spine and alive is the cohort `_everyone`.
-- reads   cohort_member  verdicts of all cohorts
--         person         linked people
-- grain   one row per cohort, person and measure
-- columns cohort, person_id, measure
-- params  $as_of DATE (out)
SELECT
    cohort,
    person_id,
    unnest(['population', CASE WHEN met THEN 'met' WHEN NOT met THEN 'not_met' ELSE 'cannot_tell' END]) AS measure
FROM cohort_member
WHERE population IS NOT FALSE
UNION ALL
SELECT '_everyone' AS cohort, person_id, 'population' AS measure
FROM person
WHERE on_spine AND (death_month IS NULL OR death_month >= $as_of)
