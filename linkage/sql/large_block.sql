-- Blocks that would make pairs but are left out because they hold too many records.
-- reads   view, kept_view
-- grain   one row per block
-- columns rule, block
-- params  none
SELECT view.rule, view.block
FROM view
ANTI JOIN kept_view ON view.rule = kept_view.rule AND view.block = kept_view.block
GROUP BY view.rule, view.block
HAVING count(DISTINCT view.record_id) > 1
