-- Blocks of some rules that can make a pair, and how many records each holds.
-- reads   counted_view, source   one row per view (its keys) and per source
-- grain   one row per block
-- columns rule, block, records (its views, where those are no more than $max_block_records)
-- params  $first_rule SMALLINT and $last_rule SMALLINT, $part BIGINT (below $parts), $parts BIGINT (a power of two),
--         $max_block_records INT
WITH candidate AS (
    SELECT rule, block, count(*) AS views, min(source_no) AS source_no, max(source_no) AS last_source_no
    FROM counted_view
    WHERE rule BETWEEN $first_rule AND $last_rule AND block & ($parts - 1) = $part
    GROUP BY rule, block
    HAVING min(record_id) <> max(record_id)
),

pairing AS (
    SELECT candidate.rule, candidate.block, candidate.views
    FROM candidate
    INNER JOIN source USING (source_no)
    -- Nobody is compared inside a source that keeps one record a person.
    WHERE candidate.last_source_no <> candidate.source_no OR NOT source.one_record_per_person
),

-- Records are fewer than views where they have several names: told apart only where it decides.
large AS (
    SELECT counted_view.rule, counted_view.block, count(DISTINCT counted_view.record_id) AS records
    FROM counted_view
    SEMI JOIN (SELECT rule, block FROM pairing WHERE views > $max_block_records) AS many
        ON counted_view.rule = many.rule AND counted_view.block = many.block
    GROUP BY counted_view.rule, counted_view.block
)

SELECT pairing.rule, pairing.block, coalesce(large.records, pairing.views) AS records
FROM pairing
LEFT JOIN large ON pairing.rule = large.rule AND pairing.block = large.block
