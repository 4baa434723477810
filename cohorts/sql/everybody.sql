-- Everybody whom any source knows, on the spine or not.
-- reads   person         linked people
--         person_index   records of each person
-- grain   one row per person
-- columns person_id
SELECT person_id FROM person
UNION
SELECT person_id FROM person_index
ORDER BY person_id
