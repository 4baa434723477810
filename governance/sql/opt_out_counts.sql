-- What was asked, what came back, what follows: counts only.
-- reads   person_record, person_number, cleaned_list, staying (see staying.sql)
-- grain   one row
-- columns sent, returned, never_sent (numbers); removed, unverifiable (records)
-- params  none
WITH sent AS (
    SELECT DISTINCT nhs_number FROM person_number
),

numbered AS (
    SELECT DISTINCT record_id FROM person_number
)

SELECT
    (SELECT count(*) FROM sent) AS sent,
    (SELECT count(*) FROM cleaned_list) AS returned,
    (SELECT count(*) FROM cleaned_list ANTI JOIN sent USING (nhs_number)) AS never_sent,
    (SELECT count(*) FROM person_record ANTI JOIN staying USING (record_id)) AS removed,
    (SELECT count(*) FROM person_record ANTI JOIN numbered USING (record_id)) AS unverifiable
