-- The events of the source's records, numbered; one that was delivered several times counts once, as last delivered.
-- reads   mapped_event   events of all mappings
--         person_row     people file under the names of roles
-- grain   one row per record, kind, start, code and provider
-- columns record_id, event_no, kind, start, end, end_is_known, code, provider, outcome, crisis, planned
WITH
last_delivered AS (
    SELECT record_id, kind, start, "end", end_is_known, code, provider, outcome, crisis, planned
    FROM mapped_event
    WHERE record_id IN (SELECT record_id FROM person_row)
    QUALIFY row_number() OVER (
        PARTITION BY record_id, kind, start, code, provider
        ORDER BY row_no DESC, "end" DESC, outcome, crisis DESC, planned DESC
    ) = 1
)

SELECT
    record_id,
    CAST(row_number() OVER (PARTITION BY record_id ORDER BY start, kind, code, provider) AS INTEGER) AS event_no,
    kind,
    start,
    "end",
    end_is_known,
    code,
    provider,
    outcome,
    crisis,
    planned
FROM last_delivered
ORDER BY record_id, event_no
