-- Compared pairs by match weight, in steps of two bits.
-- reads   scored_pair
-- grain   one row per step
-- columns low (bits), pairs
-- params  none
SELECT (2 * floor(weight / 2))::INTEGER AS low, count(*) AS pairs
FROM scored_pair
GROUP BY low
ORDER BY low
