-- Blocks that would make pairs but are left out because they hold too many records.
-- reads   block
-- grain   one row per block
-- columns rule, block
-- params  $max_block_records INT
SELECT rule, block
FROM block
WHERE records > $max_block_records
