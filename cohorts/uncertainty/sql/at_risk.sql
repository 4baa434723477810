-- Every record in its stratum: of one source and ethnic group, with as many fields filled.
-- reads   record_quality, person_index, person_group
-- grain   one row per record
-- columns source, record_id, person_id, group, emptier (fields filled fewer than in the fullest records, to 4), has_number,
--         others (records of the person), is_joined, is_known (its number shows that it has a partner), is_stranded (and no other rule compares them)
-- params  $dimension VARCHAR
WITH size AS (
    SELECT person_id, count(*) AS records FROM person_index GROUP BY person_id
),

fullest AS (
    SELECT max(fields_present) AS fields FROM record_quality
)

SELECT
    record_quality.source,
    record_quality.record_id,
    person_index.person_id,
    person_group."group",
    least(fullest.fields - record_quality.fields_present, 4)::BIGINT AS emptier,
    record_quality.has_nhs_number AS has_number,
    size.records - 1 AS others,
    size.records > 1 AS is_joined,
    coalesce(record_quality.reference_pairs, 0) > 0 AS is_known,
    coalesce(record_quality.reference_pairs, 0) > 0 AND record_quality.reference_compared = 0 AS is_stranded
FROM record_quality
INNER JOIN person_index USING (source, record_id)
INNER JOIN person_group USING (person_id)
INNER JOIN size USING (person_id)
CROSS JOIN fullest
WHERE person_group.dimension = $dimension
