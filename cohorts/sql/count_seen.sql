-- People that each source holds a record of, on the spine or not.
-- reads   service        sources of the project
--         person_index   records of each person
-- grain   one row per source
-- columns cohort, measure, dimension, group, people
SELECT
    '_everyone' AS cohort,
    'seen' AS measure,
    'service' AS dimension,
    service.source AS "group",
    count(DISTINCT person_index.person_id) AS people
FROM service
LEFT JOIN person_index USING (source)
GROUP BY service.source
