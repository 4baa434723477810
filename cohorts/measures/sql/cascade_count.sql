-- How far people in need came on each cohort's ladder, by slice: those whose response can be judged.
-- reads   cohort_member  verdicts of all cohorts
--         cohort_rung    rungs of each cohort, numbered from 1
--         person_slice   groups of people
-- grain   one row per cohort, dimension, group and furthest rung
-- columns cohort, dimension, group, stage, people
-- A person has come as far as the furthest rung they reached; 0 is none.
SELECT
    cohort_member.cohort,
    person_slice.dimension,
    person_slice."group",
    coalesce(cohort_rung.number, 0) AS stage,
    count(*) AS people
FROM cohort_member
JOIN person_slice USING (person_id)
LEFT JOIN cohort_rung ON cohort_rung.cohort = cohort_member.cohort AND cohort_rung.rung = cohort_member.furthest
WHERE
    cohort_member.population
    AND cohort_member.needs
    AND cohort_member.unmet IS NOT NULL
    AND cohort_member.cohort IN (SELECT cohort FROM cohort_rung)
    AND person_slice.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
GROUP BY ALL
ORDER BY ALL
