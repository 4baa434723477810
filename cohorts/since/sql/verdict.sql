-- Who may be in which cohort's population, and with what verdict; everyone on the spine and alive is `_everyone`.
-- reads   cohort_member  verdicts of all cohorts
--         person         linked people
--         person_number  a small number of each person
--         asked          a small number of each cohort that is asked about
-- grain   one row per cohort and person
-- columns cohort_no, number, met
-- params  $as_of DATE (out)
SELECT asked.cohort_no, person_number.number, cohort_member.met
FROM cohort_member
INNER JOIN asked USING (cohort)
INNER JOIN person_number USING (person_id)
WHERE cohort_member.population IS NOT FALSE
UNION ALL
SELECT asked.cohort_no, person_number.number, NULL AS met
FROM person
INNER JOIN person_number USING (person_id)
INNER JOIN asked ON asked.cohort = '_everyone'
WHERE person.on_spine AND (person.death_month IS NULL OR person.death_month >= $as_of)
