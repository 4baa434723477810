-- How many people have the same colour: nothing that the homes tell parts them.
-- reads   home_colour     colours of people
-- grain   one row per person
-- columns person_id, people
-- params  none
SELECT
    person_id,
    count(*) OVER (PARTITION BY colour) AS people
FROM home_colour
