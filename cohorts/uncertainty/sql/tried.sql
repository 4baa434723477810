-- Records left alone, each joined to somebody on trial.
-- reads   trial (number, person_id and with_id), person_index
-- grain   one row per trial and record
-- columns person_id, source, record_id
-- params  none
WITH half AS (
    SELECT number, person_id FROM trial
    UNION ALL
    SELECT number, with_id AS person_id FROM trial
)

SELECT 'tried:' || half.number AS person_id, person_index.source, person_index.record_id
FROM half
INNER JOIN person_index USING (person_id)
ORDER BY half.number, person_index.source, person_index.record_id
