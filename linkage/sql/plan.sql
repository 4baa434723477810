-- What each rule will compare: pairs of records in its blocks under the cap, its largest block, what is over the cap.
-- reads   counted_view, block, source
-- grain   one row per rule with a block that can make a pair
-- columns rule, pairs, blocks, largest_block (records), large_blocks, large_block_records
-- params  $max_block_records INT
WITH held AS (
    SELECT counted_view.rule, counted_view.block, counted_view.source_no, count(DISTINCT counted_view.record_id) AS records
    FROM counted_view
    SEMI JOIN block ON counted_view.rule = block.rule AND counted_view.block = block.block
    GROUP BY counted_view.rule, counted_view.block, counted_view.source_no
),

sized AS (
    SELECT
        held.rule,
        held.block,
        sum(held.records)::BIGINT AS records,
        -- Nobody is compared inside a source that keeps one record a person.
        sum(CASE WHEN source.one_record_per_person THEN held.records * (held.records - 1) / 2 ELSE 0 END) AS never
    FROM held
    INNER JOIN source USING (source_no)
    GROUP BY held.rule, held.block
)

SELECT
    rule,
    coalesce(sum(records * (records - 1) / 2 - never) FILTER (WHERE records <= $max_block_records), 0)::BIGINT AS pairs,
    count(*) FILTER (WHERE records <= $max_block_records) AS blocks,
    coalesce(max(records), 0)::BIGINT AS largest_block,
    count(*) FILTER (WHERE records > $max_block_records) AS large_blocks,
    coalesce(sum(records) FILTER (WHERE records > $max_block_records), 0)::BIGINT AS large_block_records
FROM sized
GROUP BY rule
ORDER BY rule
