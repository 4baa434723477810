-- Records whose pairs must be compared: new, changed, or in a block that came under or over the cap.
-- reads   changed, record, candidate_view, large_block, large_before
-- grain   one row per record
-- columns record, source_no, record_id
-- params  none
WITH turned AS (
    (SELECT rule, block FROM large_block EXCEPT SELECT rule, block FROM large_before)
    UNION ALL
    (SELECT rule, block FROM large_before EXCEPT SELECT rule, block FROM large_block)
)

SELECT record, source_no, record_id FROM changed
UNION
SELECT record.record, record.source_no, record.record_id
FROM candidate_view
SEMI JOIN turned ON candidate_view.rule = turned.rule AND candidate_view.block = turned.block
INNER JOIN record ON candidate_view.source_no = record.source_no AND candidate_view.record_id = record.record_id
