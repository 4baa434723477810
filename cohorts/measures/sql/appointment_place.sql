-- What may stand between somebody and an appointment: how far the farthest one was, a fixed address, a first language.
-- reads   appointment    appointments kept or missed, and how far away they were
--         person         linked people
-- grain   one row per person with an appointment and dimension
-- columns person_id, dimension, group
-- params  none
-- The farthest of those whose distance is known, so that each person is in one band and bands add up.
WITH farthest AS (
    SELECT
        person_id,
        max(CASE distance WHEN '0 to 2 km' THEN 1 WHEN '2 to 5 km' THEN 2 WHEN '5 to 10 km' THEN 3 WHEN 'over 10 km' THEN 4 END)
            AS band
    FROM appointment
    GROUP BY person_id
)

SELECT
    person_id,
    'distance' AS dimension,
    coalesce(['0 to 2 km', '2 to 5 km', '5 to 10 km', 'over 10 km'][band], 'not recorded') AS "group"
FROM farthest
UNION ALL
SELECT
    person_id,
    'address' AS dimension,
    CASE person.no_fixed_address WHEN TRUE THEN 'no fixed address' WHEN FALSE THEN 'fixed address' ELSE 'not recorded' END AS "group"
FROM farthest
INNER JOIN person USING (person_id)
UNION ALL
SELECT
    person_id,
    'language' AS dimension,
    coalesce(replace(person.first_language, '_', ' '), 'not recorded') AS "group"
FROM farthest
INNER JOIN person USING (person_id)
