-- Every pair with its weight of evidence, its source pair's prior, and the match probability that follows.
-- reads   pattern, pattern_odds, record
-- grain   one row per pair of records
-- columns record_l, record_r, source_l, source_r (numbers), found_by, pattern, weight (bits, prior included), probability
-- params  none
SELECT
    numbered.record_l,
    numbered.record_r,
    record_l.source_no AS source_l,
    record_r.source_no AS source_r,
    numbered.found_by,
    numbered.pattern,
    pattern_odds.weight,
    1 / (1 + pow(2, -least(greatest(pattern_odds.weight, -100), 100))) AS probability
FROM pattern AS numbered
INNER JOIN record AS record_l ON numbered.record_l = record_l.record
INNER JOIN record AS record_r ON numbered.record_r = record_r.record
INNER JOIN pattern_odds
    ON numbered.pattern = pattern_odds.pattern
    AND record_l.source_no = pattern_odds.source_l
    AND record_r.source_no = pattern_odds.source_r
ORDER BY numbered.record_l, numbered.record_r
