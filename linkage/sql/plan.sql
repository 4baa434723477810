-- What a rule will compare: pairs of records in its blocks under the cap, its largest block, and what is over the cap.
-- reads   view, block, source
-- grain   one row
-- columns pairs, blocks, largest_block (records), large_blocks, large_block_records
-- params  $rule SMALLINT, $max_block_records INT
WITH held AS (
    SELECT view.block, view.source_no, count(DISTINCT view.record_id) AS records
    FROM view
    SEMI JOIN (SELECT block FROM block WHERE rule = $rule) AS pairing ON view.block = pairing.block
    WHERE view.rule = $rule
    GROUP BY view.block, view.source_no
),

sized AS (
    SELECT
        held.block,
        sum(held.records)::BIGINT AS records,
        -- Nobody is compared inside a source that keeps one record a person.
        sum(CASE WHEN source.one_record_per_person THEN held.records * (held.records - 1) / 2 ELSE 0 END) AS never
    FROM held
    INNER JOIN source USING (source_no)
    GROUP BY held.block
)

SELECT
    coalesce(sum(records * (records - 1) / 2 - never) FILTER (WHERE records <= $max_block_records), 0)::BIGINT AS pairs,
    count(*) FILTER (WHERE records <= $max_block_records) AS blocks,
    coalesce(max(records), 0)::BIGINT AS largest_block,
    count(*) FILTER (WHERE records > $max_block_records) AS large_blocks,
    coalesce(sum(records) FILTER (WHERE records > $max_block_records), 0)::BIGINT AS large_block_records
FROM sized
