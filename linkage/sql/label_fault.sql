-- How many rows of a label file cannot be used: each pair is labelled once, and never with itself.
-- reads   label_in_order   one row per row of the label file
-- grain   one row
-- columns with_itself, repeated, contradictory
-- params  none
WITH pair AS (
    SELECT
        count(*) AS n,
        bool_and(is_match) <> bool_or(is_match) AS is_contradictory,
        source_l = source_r AND record_id_l = record_id_r AS is_itself
    FROM label_in_order
    GROUP BY source_l, record_id_l, source_r, record_id_r
)

SELECT
    coalesce(sum(n) FILTER (WHERE is_itself), 0)::BIGINT AS with_itself,
    coalesce(sum(n) FILTER (WHERE n > 1 AND NOT is_itself AND NOT is_contradictory), 0)::BIGINT AS repeated,
    coalesce(sum(n) FILTER (WHERE NOT is_itself AND is_contradictory), 0)::BIGINT AS contradictory
FROM pair
