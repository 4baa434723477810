-- People whom records left alone may belong to, some of every size.
-- reads   person_index, person
-- grain   one row per person
-- columns person_id, size (place in $steps of how many records there are), sources, birth_year, sex, ethnic_group, district
-- params  $steps INT[] (ascending, from 1), $most INT (people of a size)
WITH sized AS (
    SELECT
        person_id,
        len(list_filter($steps, lambda step: step <= count(*))) - 1 AS size,
        list(DISTINCT source ORDER BY source) AS sources
    FROM person_index
    GROUP BY person_id
),

placed AS (
    -- Person ids are pseudonyms: in their order is in no order.
    SELECT *, row_number() OVER (PARTITION BY size ORDER BY person_id) AS place
    FROM sized
)

SELECT
    placed.person_id,
    placed.size,
    placed.sources,
    person.birth_year,
    person.sex,
    person.ethnic_group,
    person.district
FROM placed
INNER JOIN person USING (person_id)
WHERE placed.place <= $most
ORDER BY placed.person_id
