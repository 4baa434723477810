-- Sources that a cohort's members had contact with, or that recorded a need of theirs, within the lookback.
-- reads   cohort_member  verdicts of all cohorts
--         cohort         first day of each cohort's lookback
--         event, need_evidence
-- grain   one row per cohort, member and source
-- columns cohort, person_id, source
-- params  $as_of DATE (out)
WITH
seen AS (
    SELECT person_id, source, start AS day FROM event WHERE start < $as_of
    UNION ALL
    SELECT person_id, source, valid_from AS day FROM need_evidence WHERE valid_from < $as_of
)

SELECT DISTINCT cohort_member.cohort, cohort_member.person_id, seen.source
FROM cohort_member
JOIN cohort USING (cohort)
JOIN seen ON seen.person_id = cohort_member.person_id AND seen.day >= cohort.since
WHERE cohort_member.met
