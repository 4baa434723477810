-- Which counts of waits and appointments each person adds to.
-- reads   referral_wait  waits from referral to first contact
--         appointment    appointments kept or missed
--         wait_band      the bands, with the week each begins
--         wait_place     where each person lives, as far as waits tell it
--         person_group   groups of people
--         appointment_place  what may stand between somebody and an appointment
-- grain   one row per person, measure, dimension and group
-- columns person_id, measure, dimension, group
-- params  none
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

went AS (
    SELECT person_id, bool_or(is_missed) AS has_missed FROM appointment GROUP BY person_id
),

went_from AS (
    SELECT person_id, dimension, "group" FROM person_group WHERE dimension <> 'district'
    UNION ALL
    SELECT person_id, dimension, "group" FROM appointment_place
)

SELECT banded.person_id, 'wait:' || banded.source AS measure, wait_place.dimension, wait_place."group"
FROM banded
JOIN wait_place USING (person_id)
UNION ALL
SELECT
    banded.person_id,
    'wait:' || banded.source || ':' || banded.outcome || ':' || banded.band AS measure,
    wait_place.dimension,
    wait_place."group"
FROM banded
JOIN wait_place USING (person_id)
UNION ALL
SELECT went.person_id, 'appointments' AS measure, went_from.dimension, went_from."group"
FROM went
JOIN went_from USING (person_id)
UNION ALL
SELECT went.person_id, 'appointments:missed' AS measure, went_from.dimension, went_from."group"
FROM went
JOIN went_from USING (person_id)
WHERE went.has_missed
