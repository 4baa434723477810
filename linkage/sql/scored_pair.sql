-- Every pair with its weight of evidence, its source pair's prior, and the match probability that follows.
-- reads   pattern, pattern_weight, record, prior
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
    pattern_weight.weight + prior.bits AS weight,
    1 / (1 + pow(2, -least(greatest(pattern_weight.weight + prior.bits, -100), 100))) AS probability
FROM pattern AS numbered
INNER JOIN pattern_weight USING (pattern)
INNER JOIN record AS record_l ON numbered.record_l = record_l.record
INNER JOIN record AS record_r ON numbered.record_r = record_r.record
INNER JOIN prior ON record_l.source_no = prior.source_l AND record_r.source_no = prior.source_r
ORDER BY numbered.record_l, numbered.record_r
