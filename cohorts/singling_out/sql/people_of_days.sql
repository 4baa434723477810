-- How many people fit what is known of a person and up to $days of their days: who is like them and has each of these too.
-- reads   person_alike    who is like whom
--         event           one row per event of a person
-- grain   one row per person
-- columns person_id, by_lot, rarest
-- params  $days INT
-- by_lot knows days drawn by lot, rarest those that the fewest people like them have.
-- Days are looked at of those only whom others are like, and compared of those only who have no known day to themselves.
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

known AS (
    SELECT
        person_id,
        alike,
        min_by({day: day, people: people}, lot, $days) AS by_lot,
        min_by({day: day, people: people}, {people: people, lot: lot}, $days) AS rarest
    FROM alike_day
    GROUP BY person_id, alike
),

known_day AS (
    SELECT person_id, alike, 'by_lot' AS what, len(by_lot) AS days, unnest(by_lot, recursive := TRUE)
    FROM known
    WHERE len(list_filter(by_lot, lambda one: one.people = 1)) = 0
    UNION ALL
    SELECT person_id, alike, 'rarest' AS what, len(rarest) AS days, unnest(rarest, recursive := TRUE)
    FROM known
    WHERE rarest[1].people > 1
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
    -- nothing is known of a person without a day but what they are like; who has a known day to themselves is the only one
    CASE WHEN known.person_id IS NULL THEN person_alike.people ELSE greatest(coalesce(counted.by_lot, 0), 1) END AS by_lot,
    CASE WHEN known.person_id IS NULL THEN person_alike.people ELSE greatest(coalesce(counted.rarest, 0), 1) END AS rarest
FROM person_alike
LEFT JOIN known ON person_alike.person_id = known.person_id
LEFT JOIN counted ON person_alike.person_id = counted.person_id
