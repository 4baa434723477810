-- Views of one rule and one part of its blocks: of blocks that can make a pair and are not too large to mean anything.
-- reads   view, block, record   one row per view, per block and per record
-- grain   one row per view
-- columns record (dense number), and the columns of view
-- params  $rule SMALLINT, $max_block_records INT, $part BIGINT (below $parts), $parts BIGINT (a power of two)
SELECT
    record.record,
    view.*
FROM view
SEMI JOIN (
    SELECT block
    FROM block
    WHERE rule = $rule AND records <= $max_block_records AND block & ($parts - 1) = $part
) AS kept ON view.block = kept.block
INNER JOIN record USING (source_no, record_id)
WHERE view.rule = $rule
