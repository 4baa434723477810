-- Days of contact in a crisis, and the years in which people on the spine were there to have one, by slice.
-- reads   person         linked people
--         person_contact how contacts are spread
--         person_slice   groups of people
-- grain   one row per dimension and group
-- columns dimension, group, crisis_days, person_days
-- params  $since DATE (in), $as_of DATE (out)
-- The dead leave the denominator on the first day of the month they died in; whoever died before the window was never in it.
WITH
watched AS (
    SELECT
        person.person_id,
        date_diff('day', CAST($since AS DATE), least(coalesce(person.death_month, $as_of), $as_of)) AS days
    FROM person
    WHERE person.on_spine AND (person.death_month IS NULL OR person.death_month > $since)
)

SELECT
    person_slice.dimension,
    person_slice."group",
    CAST(sum(person_contact.crisis_days) AS BIGINT) AS crisis_days,
    CAST(sum(watched.days) AS BIGINT) AS person_days
FROM watched
JOIN person_contact USING (person_id)
JOIN person_slice USING (person_id)
WHERE
    person_slice.dimension
    IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
GROUP BY person_slice.dimension, person_slice."group"
ORDER BY person_slice.dimension, person_slice."group"
