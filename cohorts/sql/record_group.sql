-- Of which ethnic group the person of each record is.
-- reads   person_index, person_group
-- grain   one row per record
-- columns source, record_id, group
-- params  none
SELECT person_index.source, person_index.record_id, person_group."group"
FROM person_index
INNER JOIN person_group USING (person_id)
WHERE person_group.dimension = 'ethnic_group'
