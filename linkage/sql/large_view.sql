-- Views in blocks that were left out because they hold too many records.
-- reads   view, large_block
-- grain   one row per view
-- columns record_id, rule, block, place, source_no
-- params  none
SELECT view.record_id, view.rule, view.block, view.place, view.source_no
FROM view
SEMI JOIN large_block ON view.rule = large_block.rule AND view.block = large_block.block
