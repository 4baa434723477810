-- Everybody as a neighbour may describe them, and the home they share; the ten years of birth stand for an age band.
-- reads   person          one row per person
--         person_alike    who is like whom
-- grain   one row per person
-- columns person_id, household, seen, alike
-- params  none
SELECT
    person.person_id,
    person.household,
    dense_rank() OVER (ORDER BY person.birth_year // 10, person.sex) AS seen,
    person_alike.alike
FROM person
INNER JOIN person_alike ON person.person_id = person_alike.person_id
