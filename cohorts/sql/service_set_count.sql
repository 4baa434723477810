-- The same of everybody, with the version of each definition.
-- reads   service_set_part  combinations of some people at a time
--         cohort            definitions
-- grain   one row per cohort and combination that somebody has
-- columns cohort, version, measure, dimension, group, people, cell_key
SELECT
    service_set_part.cohort,
    cohort.version,
    'met' AS measure,
    'service_set' AS dimension,
    service_set_part."group",
    CAST(sum(service_set_part.people) AS BIGINT) AS people,
    CAST(sum(service_set_part.noise) % 4294967296 AS UINTEGER) AS cell_key
FROM service_set_part
INNER JOIN cohort USING (cohort)
GROUP BY service_set_part.cohort, cohort.version, service_set_part."group"
ORDER BY service_set_part.cohort, service_set_part."group"
