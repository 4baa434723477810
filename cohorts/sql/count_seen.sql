-- People that each source holds a record of, on the spine or not.
-- reads   service        sources of the project
--         person_index   records of each person
--         person_noise   keyed number of each person
-- grain   one row per source
-- columns cohort, measure, dimension, group, people, noise
WITH
seen AS (
    SELECT DISTINCT source, person_id FROM person_index
)

SELECT
    '_everyone' AS cohort,
    'seen' AS measure,
    'service' AS dimension,
    service.source AS "group",
    count(seen.person_id) AS people,
    sum(person_noise.noise) AS noise
FROM service
LEFT JOIN seen USING (source)
LEFT JOIN person_noise USING (person_id)
GROUP BY service.source
