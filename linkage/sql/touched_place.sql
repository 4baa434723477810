-- Where the views lie that are compared in an incremental run: those in a block with a fresh record, if it is not too
-- large. Fresh records are numbered after all others for now, so that a pair with one of them has it on the right.
-- reads   view, touched_block, record, fresh
-- grain   one row per view
-- columns source_no, place, record (a fresh one's number plus the number of records)
-- params  none
SELECT
    view.source_no,
    view.place,
    (record.record + CASE WHEN fresh.record IS NULL THEN 0 ELSE size.records END)::INTEGER AS record
FROM view
SEMI JOIN touched_block ON view.rule = touched_block.rule AND view.block = touched_block.block
INNER JOIN record ON view.source_no = record.source_no AND view.record_id = record.record_id
LEFT JOIN fresh ON record.record = fresh.record
CROSS JOIN (SELECT count(*) AS records FROM record) AS size
