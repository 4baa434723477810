-- Members of each cohort by exactly which services saw them, the register left out, since it lists nearly everyone.
-- reads   cohort_member   verdicts of all cohorts
--         member_service  sources that saw each member
--         person_noise    keyed number of each person
-- grain   one row per cohort and combination that somebody has
-- columns cohort, group, people, noise
-- params  $spine VARCHAR, $nobody VARCHAR
WITH combination AS (
    SELECT
        cohort_member.cohort,
        cohort_member.person_id,
        coalesce(string_agg(member_service.source, ' & ' ORDER BY member_service.source), $nobody) AS services
    FROM cohort_member
    LEFT JOIN member_service
        ON
            cohort_member.cohort = member_service.cohort
            AND cohort_member.person_id = member_service.person_id
            AND member_service.source <> $spine
    WHERE cohort_member.met
    GROUP BY cohort_member.cohort, cohort_member.person_id
)

SELECT combination.cohort, combination.services AS "group", count(*) AS people, sum(person_noise.noise) AS noise
FROM combination
INNER JOIN person_noise USING (person_id)
GROUP BY combination.cohort, combination.services
