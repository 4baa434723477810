-- Waits of people in each cohort and of everyone, by slice, as lists: from need to sustained contact, and by source.
-- reads   person_measure which counts each person adds to
--         person_slice   groups of people
--         need_wait, referral_wait
-- grain   one row per cohort, measure, dimension and group with any wait
-- columns cohort, measure, dimension, group, days, is_seen, people
-- A person may be referred more than once: how many people the waits are of is told beside them.
WITH
wait AS (
    SELECT
        person_measure.cohort,
        'days_to_sustained_contact' AS measure,
        need_wait.person_id,
        need_wait.days,
        need_wait.is_seen
    FROM person_measure
    JOIN need_wait USING (person_id)
    WHERE person_measure.measure = CASE WHEN person_measure.cohort = '_everyone' THEN 'population' ELSE 'met' END
    UNION ALL
    SELECT '_everyone' AS cohort, 'days_to_contact:' || source AS measure, person_id, days, is_seen
    FROM referral_wait
)

SELECT
    wait.cohort,
    wait.measure,
    person_slice.dimension,
    person_slice."group",
    list(wait.days ORDER BY wait.days, wait.is_seen) AS days,
    list(wait.is_seen ORDER BY wait.days, wait.is_seen) AS is_seen,
    count(DISTINCT wait.person_id) AS people
FROM wait
JOIN person_slice USING (person_id)
WHERE person_slice.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
GROUP BY wait.cohort, wait.measure, person_slice.dimension, person_slice."group"
ORDER BY wait.cohort, wait.measure, person_slice.dimension, person_slice."group"
