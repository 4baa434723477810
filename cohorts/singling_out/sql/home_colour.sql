-- Colours before the first round: what is known of each person, and of everybody at the home they live in now.
-- reads   home_member     everybody as a neighbour may describe them, and the home they share
-- grain   one row per person
-- columns person_id, colour
-- params  none
WITH home AS (
    SELECT
        household,
        list_sort(list(alike)) AS members
    FROM home_member
    WHERE household IS NOT NULL
    GROUP BY household
)

SELECT
    home_member.person_id,
    hash(home_member.alike, home.members) AS colour
FROM home_member
LEFT JOIN home ON home_member.household = home.household
