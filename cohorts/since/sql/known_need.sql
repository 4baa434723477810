-- Evidence up to the end of last time's period as it is known now; of whoever joined or left, as it was known then.
-- What this time's extract does not reach back to is no correction: it stays.
-- reads   earlier_need, now_need  needs of each record, last time and this time
--         known_index             last time's people with the records known by now
--         staying                 people who are here both times
-- grain   one row per piece of evidence
-- columns those of record_need, and source
-- params  $as_of DATE (out): first day after last time's period
WITH
reach AS (
    SELECT source, need, min(valid_from) AS since
    FROM now_need
    GROUP BY source, need
),

kept AS (
    SELECT earlier_need.*
    FROM earlier_need
    LEFT JOIN known_index USING (source, record_id)
    LEFT JOIN staying ON known_index.person_id = staying.person_id
    LEFT JOIN reach ON earlier_need.source = reach.source AND earlier_need.need = reach.need
    WHERE staying.person_id IS NULL OR earlier_need.valid_from < reach.since
)

SELECT *
FROM kept
UNION ALL BY NAME
SELECT now_need.* REPLACE (CASE WHEN now_need.valid_to < $as_of THEN now_need.valid_to END AS valid_to)
FROM now_need
INNER JOIN known_index USING (source, record_id)
SEMI JOIN staying ON known_index.person_id = staying.person_id
WHERE now_need.valid_from < $as_of
