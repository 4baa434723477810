-- Labelled pairs with their sides in the order in which linkage scores pairs, so that (a, b) and (b, a) are one.
-- reads   label   one row per row of the label file
-- grain   one row per row of the label file
-- columns source_l, record_id_l, source_r, record_id_r, is_match, stands_for
-- params  none
WITH judged AS (
    SELECT *, row(source_l, record_id_l) <= row(source_r, record_id_r) AS in_order FROM label
)

SELECT
    CASE WHEN in_order THEN source_l ELSE source_r END AS source_l,
    CASE WHEN in_order THEN record_id_l ELSE record_id_r END AS record_id_l,
    CASE WHEN in_order THEN source_r ELSE source_l END AS source_r,
    CASE WHEN in_order THEN record_id_r ELSE record_id_l END AS record_id_r,
    is_match,
    stands_for
FROM judged
