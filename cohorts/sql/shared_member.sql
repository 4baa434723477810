-- Members of every other cohort who also meet the definition of needs shared by construction.
-- reads   cohort_member  verdicts of all cohorts
-- grain   one row per cohort and member
-- columns cohort, measure, person_id
-- params  $shared VARCHAR, $measure VARCHAR
SELECT
    member.cohort,
    $measure AS measure,
    member.person_id
FROM cohort_member AS member
JOIN cohort_member AS shared
    ON shared.person_id = member.person_id
    AND shared.cohort = $shared
WHERE member.cohort <> $shared AND member.met AND shared.met
