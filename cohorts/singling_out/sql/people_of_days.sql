-- How many people fit what is known of a person and up to $days of their days: who is like them and has each of these too.
-- reads   person_alike    who is like whom
--         event           one row per event of a person
-- grain   one row per person
-- columns person_id, by_lot, rarest
-- params  $days INT
-- by_lot knows days drawn by lot, rarest those that the fewest people like them have.
-- Days are looked at of those only whom others are like, and compared of those only who have no known day to themselves: who has
-- a known day to themselves is the only one who fits.
WITH
seen AS (
    SELECT DISTINCT
        person_alike.person_id,
        person_alike.alike,
        event.start AS day
    FROM event
    INNER JOIN person_alike ON event.person_id = person_alike.person_id
    WHERE person_alike.people > 1
),

alike_day AS (
    SELECT
        person_id,
        alike,
        day,
        count(*) OVER (PARTITION BY alike, day) AS people,
        -- the digest draws lots that are the same on every machine
        md5(person_id || CAST(day AS VARCHAR)) AS lot
    FROM seen
),

own AS (
    SELECT person_id, min(lot) FILTER (people = 1) AS first_lot
    FROM alike_day
    GROUP BY person_id
),

-- Days that come before any that a person has to themselves: only of such days all that are known may be shared.
shared AS (
    SELECT
        alike_day.person_id,
        alike_day.alike,
        alike_day.day,
        own.first_lot IS NULL AS has_none,
        row_number() OVER (PARTITION BY alike_day.person_id ORDER BY alike_day.lot) AS by_lot,
        row_number() OVER (PARTITION BY alike_day.person_id ORDER BY alike_day.people, alike_day.lot) AS rarest
    FROM alike_day
    INNER JOIN own ON alike_day.person_id = own.person_id
    WHERE alike_day.people > 1 AND (own.first_lot IS NULL OR alike_day.lot < own.first_lot)
),

known_day AS (
    SELECT person_id, alike, day, 'by_lot' AS what, count(*) OVER (PARTITION BY person_id) AS days
    FROM shared
    WHERE by_lot <= $days
    QUALIFY has_none OR count(*) OVER (PARTITION BY person_id) = $days
    UNION ALL
    SELECT person_id, alike, day, 'rarest' AS what, count(*) OVER (PARTITION BY person_id) AS days
    FROM shared
    WHERE has_none AND rarest <= $days
),

fitting AS (
    SELECT
        known_day.person_id,
        known_day.what,
        alike_day.person_id AS other_id
    FROM known_day
    INNER JOIN alike_day
        ON
            known_day.alike = alike_day.alike
            AND known_day.day = alike_day.day
    GROUP BY known_day.person_id, known_day.what, alike_day.person_id, known_day.days
    HAVING count(*) = known_day.days
),

counted AS (
    SELECT
        person_id,
        count(*) FILTER (what = 'by_lot') AS by_lot,
        count(*) FILTER (what = 'rarest') AS rarest
    FROM fitting
    GROUP BY person_id
)

SELECT
    person_alike.person_id,
    -- nothing is known of a person without a day but what they are like
    CASE WHEN own.person_id IS NULL THEN person_alike.people ELSE greatest(coalesce(counted.by_lot, 0), 1) END AS by_lot,
    CASE WHEN own.person_id IS NULL THEN person_alike.people ELSE greatest(coalesce(counted.rarest, 0), 1) END AS rarest
FROM person_alike
LEFT JOIN own ON person_alike.person_id = own.person_id
LEFT JOIN counted ON person_alike.person_id = counted.person_id
