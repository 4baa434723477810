-- The run's records that have labels.
-- reads   person_index, truth
-- grain   one row per labelled record
-- columns person_id, person
-- params  none
SELECT person_index.person_id, truth.person
FROM person_index
INNER JOIN truth USING (source, record_id)
