-- People referred to each service by how long they waited or were watched, and people with appointments; zeros too.
-- reads   wait_person    which of these counts each person adds to
--         referral_wait  waits from referral to first contact
--         appointment    appointments kept or missed
--         wait_band      the bands, with the week each begins
--         wait_place     where each person lives, as far as waits tell it
--         person_group   groups of people
--         appointment_place  what may stand between somebody and an appointment
--         person_noise   keyed number of each person
-- grain   one row per measure, dimension and group
-- columns cohort, version, measure, dimension, group, people, cell_key
WITH
wait_measure AS (
    SELECT DISTINCT 'wait:' || source AS measure FROM referral_wait
    UNION ALL
    SELECT DISTINCT 'wait:' || referral_wait.source || ':' || outcome.outcome || ':' || wait_band.band AS measure
    FROM referral_wait
    CROSS JOIN (SELECT unnest(['seen', 'unseen']) AS outcome) AS outcome
    CROSS JOIN wait_band
),

grid AS (
    SELECT wait_measure.measure, place.dimension, place."group"
    FROM wait_measure
    CROSS JOIN (SELECT DISTINCT dimension, "group" FROM wait_place) AS place
    UNION ALL
    SELECT measure.measure, went_from.dimension, went_from."group"
    FROM (SELECT unnest(['appointments', 'appointments:missed']) AS measure) AS measure
    CROSS JOIN (
        SELECT DISTINCT dimension, "group" FROM person_group WHERE dimension <> 'district'
        UNION ALL
        SELECT DISTINCT dimension, "group" FROM appointment_place
    ) AS went_from
    WHERE EXISTS (SELECT 1 FROM appointment)
)

SELECT
    '_everyone' AS cohort,
    '1' AS version,
    grid.measure,
    grid.dimension,
    grid."group",
    count(wait_person.person_id) AS people,
    CAST(coalesce(sum(person_noise.noise), 0) % 4294967296 AS UINTEGER) AS cell_key
FROM grid
LEFT JOIN wait_person USING (measure, dimension, "group")
LEFT JOIN person_noise USING (person_id)
GROUP BY grid.measure, grid.dimension, grid."group"
ORDER BY grid.measure, grid.dimension, grid."group"
