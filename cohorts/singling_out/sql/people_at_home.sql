-- How many people fit what is known of a person and of everybody at their home.
-- reads   home_member     everybody as a neighbour may describe them, and the home they share
-- grain   one row per person
-- columns person_id, people
-- params  $own VARCHAR (seen or alike), $mates VARCHAR (nothing, number, seen or alike)
-- One home a person makes every home a clique: one round of colour refinement is all that refinement could tell.
WITH home AS (
    SELECT
        household,
        list_sort(list(CASE $mates WHEN 'alike' THEN alike WHEN 'seen' THEN seen ELSE 0 END)) AS members
    FROM home_member
    WHERE household IS NOT NULL AND $mates <> 'nothing'
    GROUP BY household
)

SELECT
    home_member.person_id,
    count(*) OVER (
        PARTITION BY CASE WHEN $own = 'alike' THEN home_member.alike ELSE home_member.seen END, home.members
    ) AS people
FROM home_member
LEFT JOIN home ON home_member.household = home.household
