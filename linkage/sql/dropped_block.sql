-- Blocks left out because they hold too many records, by rule.
-- reads   view, large_block, rule
-- grain   one row per rule that lost blocks
-- columns rule, blocks, records
-- params  none
SELECT rule.id AS rule, count(DISTINCT view.block) AS blocks, count(DISTINCT view.record_id) AS records
FROM view
INNER JOIN rule USING (rule)
SEMI JOIN large_block ON view.rule = large_block.rule AND view.block = large_block.block
GROUP BY rule.id
ORDER BY rule.id
