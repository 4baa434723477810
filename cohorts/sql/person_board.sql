-- In which board's area each person lives; in none where the district is not known or is no board's.
-- reads   person       linked people
--         board_place  districts of each board
-- grain   one row per person
-- columns person_id, area
SELECT
    person.person_id,
    coalesce(board_place.area, 'no_board') AS area
FROM person
LEFT JOIN board_place USING (district)
