-- How many people fit what is known of a person: who is like them and has every known day too.
-- reads   person_alike    who is like whom
--         alike_day       the days of each person
--         known_day       the days that are known
-- grain   one row per person
-- columns person_id, people
-- params  none
WITH fitting AS (
    SELECT
        known_day.person_id,
        alike_day.person_id AS other_id
    FROM known_day
    INNER JOIN alike_day
        ON
            known_day.alike = alike_day.alike
            AND known_day.day = alike_day.day
    GROUP BY known_day.person_id, alike_day.person_id, known_day.days
    HAVING count(*) = known_day.days
),

counted AS (
    SELECT
        person_id,
        count(*) AS people
    FROM fitting
    GROUP BY person_id
)

SELECT
    person_alike.person_id,
    -- nothing is known of a person without a day but what they are like
    coalesce(counted.people, person_alike.people) AS people
FROM person_alike
LEFT JOIN counted ON person_alike.person_id = counted.person_id
