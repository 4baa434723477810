-- Blocks left out because they hold too many records, by rule.
-- reads   view, kept_view, rule
-- grain   one row per rule that lost blocks
-- columns rule, blocks, records
-- params  none
SELECT rule.id AS rule, count(DISTINCT view.block) AS blocks, count(DISTINCT view.record_id) AS records
FROM view
INNER JOIN rule USING (rule)
ANTI JOIN kept_view ON view.rule = kept_view.rule AND view.block = kept_view.block
WHERE (view.rule, view.block) IN (
    SELECT (rule, block) FROM view GROUP BY rule, block HAVING count(DISTINCT record_id) > 1
)
GROUP BY rule.id
ORDER BY rule.id
