-- Children whose home, as the sources tell it, holds nobody known to be an adult, by slice: somebody is missing there.
-- reads   person         linked people
--         person_slice   groups of people
-- grain   one row per dimension and group
-- columns dimension, group, without_adult, children
-- params  $as_of DATE (out), $last_day DATE (in): ages are those reached in its year
-- A child does not live alone, so of such a home no definition says no (decision 93): each of them is cannot tell.
WITH
at_home AS (
    SELECT person_id, on_spine, household, year($last_day) - birth_year AS age
    FROM person
    WHERE household IS NOT NULL AND address_kind = 'home' AND (death_month IS NULL OR death_month >= $as_of)
),

home AS (
    SELECT household, count(*) FILTER (age >= 18) AS adults
    FROM at_home
    GROUP BY household
)

SELECT
    person_slice.dimension,
    person_slice."group",
    count(*) FILTER (home.adults = 0) AS without_adult,
    count(*) AS children
FROM at_home
JOIN home USING (household)
JOIN person_slice USING (person_id)
WHERE
    at_home.on_spine
    AND at_home.age < 18
    AND person_slice.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'sex', 'district', 'address', 'language')
GROUP BY person_slice.dimension, person_slice."group"
ORDER BY person_slice.dimension, person_slice."group"
