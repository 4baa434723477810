-- Sources that a cohort's members had contact with, or that recorded a need of theirs, within the lookback.
-- reads   cohort_member  verdicts of all cohorts
--         cohort         first day of each cohort's lookback
--         event, need_evidence
-- grain   one row per cohort, member and source
-- columns cohort, person_id, source
-- params  $as_of DATE (out)
-- The last day says whether any was within the lookback: one row a person and source, however many events there are.
WITH
seen AS (
    SELECT person_id, source, start AS day FROM event WHERE start < $as_of
    UNION ALL
    SELECT person_id, source, valid_from AS day FROM need_evidence WHERE valid_from < $as_of
),

member AS (
    SELECT cohort_member.cohort, cohort_member.person_id, cohort.since
    FROM cohort_member
    JOIN cohort USING (cohort)
    WHERE cohort_member.met
),

last_seen AS (
    SELECT seen.person_id, seen.source, max(seen.day) AS day
    FROM seen
    SEMI JOIN member USING (person_id)
    GROUP BY seen.person_id, seen.source
)

SELECT member.cohort, member.person_id, last_seen.source
FROM member
JOIN last_seen ON last_seen.person_id = member.person_id AND last_seen.day >= member.since
