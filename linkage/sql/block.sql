-- Blocks of one rule that can make a pair, and how many records each holds.
-- reads   view, source
-- grain   one row per block
-- columns rule, block, records (its views, where those are no more than $max_block_records)
-- params  $rule SMALLINT, $max_block_records INT
WITH candidate AS (
    SELECT block, count(*) AS views, min(source_no) AS source_no, max(source_no) AS last_source_no
    FROM view
    WHERE rule = $rule
    GROUP BY block
    HAVING min(record_id) <> max(record_id)
),

pairing AS (
    SELECT candidate.block, candidate.views
    FROM candidate
    INNER JOIN source USING (source_no)
    -- Nobody is compared inside a source that keeps one record a person.
    WHERE candidate.last_source_no <> candidate.source_no OR NOT source.one_record_per_person
),

-- Records are fewer than views where they have several names: told apart only where it decides.
large AS (
    SELECT view.block, count(DISTINCT view.record_id) AS records
    FROM view
    SEMI JOIN (SELECT block FROM pairing WHERE views > $max_block_records) AS many ON view.block = many.block
    WHERE view.rule = $rule
    GROUP BY view.block
)

SELECT $rule::SMALLINT AS rule, pairing.block, coalesce(large.records, pairing.views) AS records
FROM pairing
LEFT JOIN large ON pairing.block = large.block
