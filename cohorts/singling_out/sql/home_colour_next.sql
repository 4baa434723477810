-- One round of colour refinement: a home has the bag of its people's colours, a person the bag of their homes'.
-- reads   home_tie        every home that any record tells of a person
--         home_colour     colours so far
-- grain   one row per person
-- columns person_id, colour
-- params  $dated BOOLEAN: whether the day on which somebody moved in is known of each tie
WITH home AS (
    SELECT
        home_tie.household,
        list_sort(list(hash(home_colour.colour, CASE WHEN $dated THEN home_tie.since END))) AS colours
    FROM home_tie
    INNER JOIN home_colour ON home_tie.person_id = home_colour.person_id
    GROUP BY home_tie.household
),

shown AS (
    SELECT
        home_tie.person_id,
        list_sort(list(hash(home.colours, CASE WHEN $dated THEN home_tie.since END))) AS homes
    FROM home_tie
    INNER JOIN home ON home_tie.household = home.household
    GROUP BY home_tie.person_id
)

SELECT
    home_colour.person_id,
    hash(home_colour.colour, shown.homes) AS colour
FROM home_colour
LEFT JOIN shown ON home_colour.person_id = shown.person_id
