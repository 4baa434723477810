-- The events of one mapping; rows without a start or with a code that is not mapped are no events.
-- reads   mapping_row    rows the mapping speaks of, under fixed names
--         name_code      code -> event kind, empty where the mapping states the kind
--         outcome_code   code -> outcome
-- grain   one row per row of the file that is such an event
-- columns row_no, record_id, kind, start, end, end_is_known, code, provider, outcome, crisis, planned
-- params  $kind VARCHAR or NULL, $source VARCHAR, $has_end BOOLEAN, $crisis BOOLEAN, $planned BOOLEAN
SELECT
    mapping_row.row_no,
    mapping_row.record_id,
    coalesce(CAST($kind AS VARCHAR), name_code.value) AS kind,
    mapping_row.start,
    -- No end column, or an end before the start: one day. An end that is not filled: not ended yet, as far as the source says.
    CASE
        WHEN NOT $has_end OR mapping_row."end" < mapping_row.start THEN mapping_row.start
        ELSE mapping_row."end"
    END AS "end",
    $has_end AND coalesce(mapping_row."end" >= mapping_row.start, FALSE) AS end_is_known,
    mapping_row.code,
    coalesce(mapping_row.provider, $source) AS provider,
    outcome_code.value AS outcome,
    $crisis AS crisis,
    $planned AS planned
FROM mapping_row
LEFT JOIN name_code ON name_code.code = mapping_row.named
LEFT JOIN outcome_code ON outcome_code.code = mapping_row.outcome
WHERE mapping_row.start IS NOT NULL AND coalesce(CAST($kind AS VARCHAR), name_code.value) IS NOT NULL
