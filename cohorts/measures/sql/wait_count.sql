-- People referred to each service by how long they waited or were watched, and people with appointments; zeros too.
-- reads   referral_wait  waits from referral to first contact
--         appointment    appointments kept or missed
--         wait_band      the bands, with the week each begins
--         person_group   groups of people
--         person_noise   keyed number of each person
-- grain   one row per measure, dimension and group
-- columns cohort, version, measure, dimension, group, people, cell_key
-- One wait a person and service, that of the first referral in the window: a count of referrals would be one of nobody.
WITH
first_referral AS (
    SELECT person_id, source, days, is_seen
    FROM referral_wait
    QUALIFY row_number() OVER (PARTITION BY person_id, source ORDER BY opened, days DESC, is_seen) = 1
),

banded AS (
    SELECT
        first_referral.person_id,
        first_referral.source,
        CASE WHEN first_referral.is_seen THEN 'seen' ELSE 'unseen' END AS outcome,
        wait_band.band
    FROM first_referral
    ASOF JOIN wait_band ON first_referral.days // 7 >= wait_band.from_week
),

-- Who lives in the most deprived fifth of areas, and who does not.
core20 AS (
    SELECT
        person_id,
        CASE "group" WHEN '1' THEN 'most deprived fifth' WHEN 'not recorded' THEN 'not recorded' ELSE 'all other areas' END
            AS "group"
    FROM person_group
    WHERE dimension = 'deprivation_quintile'
),

place AS (
    SELECT person_id, 'core20' AS dimension, "group" FROM core20
    UNION ALL
    SELECT person_id, dimension, "group" FROM person_group WHERE dimension = 'all'
),

went AS (
    SELECT person_id, bool_or(is_missed) AS has_missed FROM appointment GROUP BY person_id
),

counted AS (
    SELECT 'wait:' || banded.source AS measure, place.dimension, place."group", banded.person_id
    FROM banded
    JOIN place USING (person_id)
    UNION ALL
    SELECT
        'wait:' || banded.source || ':' || banded.outcome || ':' || banded.band AS measure,
        place.dimension,
        place."group",
        banded.person_id
    FROM banded
    JOIN place USING (person_id)
    UNION ALL
    SELECT 'appointments' AS measure, person_group.dimension, person_group."group", went.person_id
    FROM went
    JOIN person_group USING (person_id)
    WHERE person_group.dimension <> 'district'
    UNION ALL
    SELECT 'appointments:missed' AS measure, person_group.dimension, person_group."group", went.person_id
    FROM went
    JOIN person_group USING (person_id)
    WHERE went.has_missed AND person_group.dimension <> 'district'
),

wait_measure AS (
    SELECT DISTINCT 'wait:' || source AS measure FROM first_referral
    UNION ALL
    SELECT DISTINCT 'wait:' || first_referral.source || ':' || outcome.outcome || ':' || wait_band.band AS measure
    FROM first_referral
    CROSS JOIN (SELECT unnest(['seen', 'unseen']) AS outcome) AS outcome
    CROSS JOIN wait_band
),

grid AS (
    SELECT wait_measure.measure, place.dimension, place."group"
    FROM wait_measure
    CROSS JOIN (SELECT DISTINCT dimension, "group" FROM place) AS place
    UNION ALL
    SELECT measure.measure, person_group.dimension, person_group."group"
    FROM (SELECT unnest(['appointments', 'appointments:missed']) AS measure) AS measure
    CROSS JOIN (SELECT DISTINCT dimension, "group" FROM person_group WHERE dimension <> 'district') AS person_group
    WHERE EXISTS (SELECT 1 FROM went)
)

SELECT
    '_everyone' AS cohort,
    '1' AS version,
    grid.measure,
    grid.dimension,
    grid."group",
    count(counted.person_id) AS people,
    CAST(coalesce(sum(person_noise.noise), 0) % 4294967296 AS UINTEGER) AS cell_key
FROM grid
LEFT JOIN counted USING (measure, dimension, "group")
LEFT JOIN person_noise USING (person_id)
GROUP BY grid.measure, grid.dimension, grid."group"
ORDER BY grid.measure, grid.dimension, grid."group"
