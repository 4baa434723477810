-- Where the views lie that are compared: those in blocks that can make a pair and are not too large to mean anything.
-- reads   view, block, record   one row per view (its keys), per block and per record
-- grain   one row per view
-- columns source_no, place, record (dense number)
-- params  $max_block_records INT
SELECT view.source_no, view.place, record.record::INTEGER AS record
FROM view
SEMI JOIN (SELECT rule, block FROM block WHERE records <= $max_block_records) AS kept
    ON view.rule = kept.rule AND view.block = kept.block
INNER JOIN record ON view.source_no = record.source_no AND view.record_id = record.record_id
