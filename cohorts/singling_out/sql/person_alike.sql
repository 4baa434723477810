-- Who is like whom: people of one birth year, sex, ethnic group, first language and small area; what is not known is a value like others.
-- reads   person          one row per person
-- grain   one row per person
-- columns person_id, alike, people
-- params  none
WITH numbered AS (
    SELECT
        person_id,
        dense_rank() OVER (ORDER BY birth_year, sex, ethnic_group, first_language, small_area) AS alike
    FROM person
)

SELECT
    person_id,
    alike,
    count(*) OVER (PARTITION BY alike) AS people
FROM numbered
