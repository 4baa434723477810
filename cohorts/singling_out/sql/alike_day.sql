-- The days on which something about a person was recorded, and how many people like them have the same day.
-- reads   person_alike    who is like whom
--         event           one row per event of a person
-- grain   one row per person and day
-- columns person_id, alike, day, people
-- params  none
WITH seen AS (
    SELECT DISTINCT
        person_alike.person_id,
        person_alike.alike,
        event.start AS day
    FROM event
    INNER JOIN person_alike ON event.person_id = person_alike.person_id
)

SELECT
    person_id,
    alike,
    day,
    count(*) OVER (PARTITION BY alike, day) AS people
FROM seen
