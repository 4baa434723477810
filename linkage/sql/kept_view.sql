-- Views in blocks that can make a pair and are not too large to mean anything.
-- reads   view, record   one row per view and per record
-- grain   one row per view
-- columns record (dense number), and the columns of view
-- params  $max_block_records INT
WITH block_size AS (
    SELECT rule, block, count(DISTINCT record_id) AS records
    FROM view
    GROUP BY rule, block
)

SELECT
    record.record,
    view.*
FROM view
INNER JOIN block_size USING (rule, block)
INNER JOIN record USING (source_no, record_id)
WHERE block_size.records BETWEEN 2 AND $max_block_records
