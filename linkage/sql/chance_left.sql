-- The left sides of random pairs of a source's own records, each pair a block of its own.
-- reads   sampled, drawn   one row per record; one row per pair
-- grain   one row per pair
-- columns record, source_no, rule, variant, block, and the encoded columns of view
-- params  none
SELECT 2 * block AS record, 0::TINYINT AS source_no, 0::SMALLINT AS rule, 0::TINYINT AS variant, block, sampled.* EXCLUDE (position)
FROM drawn
INNER JOIN sampled ON drawn.position_l = sampled.position
