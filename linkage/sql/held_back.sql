-- Pairs that would be linked if there were no families: likelier one person than two strangers, likelier still two of a family.
-- reads   scored_pair, pattern_odds
-- grain   one row
-- columns twins, namesakes (pairs, by which of the two is likelier)
-- params  $threshold DOUBLE
SELECT
    count(*) FILTER (WHERE pattern_odds.as_twins >= pattern_odds.as_namesakes) AS twins,
    count(*) FILTER (WHERE pattern_odds.as_twins < pattern_odds.as_namesakes) AS namesakes
FROM scored_pair
INNER JOIN pattern_odds USING (source_l, source_r, pattern)
WHERE
    scored_pair.probability < $threshold
    AND 1 / (1 + pow(2, least(greatest(pattern_odds.as_strangers, -100), 100))) >= $threshold
