-- Blocks that hold a fresh record and are not too large to mean anything.
-- reads   view, fresh, large_block
-- grain   one row per block
-- columns rule, block
-- params  none
SELECT DISTINCT view.rule, view.block
FROM view
SEMI JOIN fresh ON view.source_no = fresh.source_no AND view.record_id = fresh.record_id
ANTI JOIN large_block ON view.rule = large_block.rule AND view.block = large_block.block
