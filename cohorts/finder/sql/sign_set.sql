-- Every single sign, pair and triple that enough people may show, by stratum.
-- reads   set_shown  the same of each part of the patterns
-- grain   one row per stage, set and stratum
-- columns stage, a, b, c, stratum, people, mask (signs that all of them show); b and c are -1 where there is none
SELECT stage, a, b, c, stratum, CAST(sum(people) AS BIGINT) AS people, bit_and(mask) AS mask
FROM set_shown
GROUP BY ALL
