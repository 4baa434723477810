-- Events up to the end of last time's period as they are known now; of whoever joined or left, as they were known then.
-- What this time's extract does not reach back to is no correction: it stays.
-- reads   earlier_event, now_event  events of each record, last time and this time
--         known_index               last time's people with the records known by now
--         staying                   people who are here both times
-- grain   one row per event
-- columns those of record_event, and source
-- params  $as_of DATE (out): first day after last time's period
WITH
reach AS (
    SELECT source, kind, min(start) AS since
    FROM now_event
    GROUP BY source, kind
),

kept AS (
    -- Their numbers must not meet those of this time's events of the same record.
    SELECT earlier_event.* REPLACE (-earlier_event.event_no - 1 AS event_no)
    FROM earlier_event
    LEFT JOIN known_index USING (source, record_id)
    LEFT JOIN staying ON known_index.person_id = staying.person_id
    LEFT JOIN reach ON earlier_event.source = reach.source AND earlier_event.kind = reach.kind
    WHERE staying.person_id IS NULL OR earlier_event.start < reach.since
)

SELECT *
FROM kept
UNION ALL BY NAME
SELECT now_event.* REPLACE (CASE WHEN now_event."end" < $as_of THEN now_event."end" END AS "end")
FROM now_event
INNER JOIN known_index USING (source, record_id)
SEMI JOIN staying ON known_index.person_id = staying.person_id
WHERE now_event.start < $as_of
