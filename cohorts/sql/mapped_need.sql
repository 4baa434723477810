-- The evidence of one need mapping; rows without a start or with a code that is not mapped are none.
-- reads   mapping_row    rows the mapping speaks of, under fixed names
--         name_code      code -> need, empty where the mapping states the need
-- grain   one row per row of the file that is such evidence
-- columns record_id, need, strength, valid_from, valid_to
-- params  $need VARCHAR or NULL, $strength VARCHAR, $has_end BOOLEAN
SELECT
    mapping_row.record_id,
    coalesce(CAST($need AS VARCHAR), name_code.value) AS need,
    $strength AS strength,
    mapping_row.start AS valid_from,
    -- No end column, or an end before the start: a finding of one day. An end that is not filled: still so, as far as the source says.
    CASE
        WHEN NOT $has_end OR mapping_row."end" < mapping_row.start THEN mapping_row.start
        ELSE mapping_row."end"
    END AS valid_to
FROM mapping_row
LEFT JOIN name_code ON name_code.code = mapping_row.named
WHERE mapping_row.start IS NOT NULL AND coalesce(CAST($need AS VARCHAR), name_code.value) IS NOT NULL
