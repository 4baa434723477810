-- Records whose pairs must be compared: new, changed, or in a block that came under or over the cap.
-- reads   record, source, view, record_state, state_before, large_block, large_before
-- grain   one row per record
-- columns record
-- params  none
WITH turned AS (
    (SELECT rule, block FROM large_block EXCEPT SELECT rule, block FROM large_before)
    UNION ALL
    (SELECT rule, block FROM large_before EXCEPT SELECT rule, block FROM large_block)
)

SELECT record.record
FROM record
INNER JOIN source USING (source_no)
INNER JOIN record_state ON source.source = record_state.source AND record.record_id = record_state.record_id
LEFT JOIN state_before ON source.source = state_before.source AND record.record_id = state_before.record_id
WHERE record_state.digest IS DISTINCT FROM state_before.digest
UNION
SELECT record.record
FROM view
SEMI JOIN turned ON view.rule = turned.rule AND view.block = turned.block
INNER JOIN record USING (source_no, record_id)
