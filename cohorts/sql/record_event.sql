-- The events of the source's records, numbered; one that was delivered several times counts once, as last delivered.
-- reads   mapped_event   events of all mappings
--         person_row     people file under the names of roles
-- grain   one row per record, kind, start, code and provider
-- columns record_id, event_no, kind, start, end, end_is_known, code, provider, outcome, crisis, planned
SELECT
    record_id,
    CAST(dense_rank() OVER same AS INTEGER) AS event_no,
    kind,
    start,
    "end",
    end_is_known,
    code,
    provider,
    outcome,
    crisis,
    planned
FROM mapped_event
WHERE record_id IN (SELECT record_id FROM person_row)
WINDOW
    -- An event delivered several times has one rank, and of its copies the first in order is the last delivered.
    same AS (PARTITION BY record_id ORDER BY start, kind, code, provider),
    in_order AS (
        PARTITION BY record_id
        ORDER BY start, kind, code, provider, row_no DESC, "end" DESC, outcome, crisis DESC, planned DESC
    )
QUALIFY row_number() OVER in_order = rank() OVER same
ORDER BY record_id, event_no
