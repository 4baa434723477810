-- Which groups a record belongs to when asking who is missed: those of its person, and what it is itself.
-- reads   person_index, person, person_group, record_quality
-- grain   one row per record and dimension
-- columns source, record_id, dimension, group
-- params  none
SELECT person_index.source, person_index.record_id, person_group.dimension, person_group."group"
FROM person_index
INNER JOIN person_group USING (person_id)
WHERE person_group.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex')
UNION ALL
SELECT
    person_index.source,
    person_index.record_id,
    'address' AS dimension,
    CASE person.no_fixed_address WHEN TRUE THEN 'no fixed address' WHEN FALSE THEN 'fixed address' ELSE 'not recorded' END AS "group"
FROM person_index
INNER JOIN person USING (person_id)
UNION ALL
SELECT source, record_id, 'source' AS dimension, source AS "group"
FROM record_quality
UNION ALL
SELECT
    source,
    record_id,
    'identifier_quality' AS dimension,
    CASE WHEN fields_present = 7 THEN 'all' WHEN fields_present >= 5 THEN 'one or two missing' ELSE 'three or more missing' END AS "group"
FROM record_quality
