-- Pairs that may be joined in some draw.
-- reads   linkable_pair
-- grain   one row per pair of records
-- columns record_l, record_r, unsure (decided anew in every draw)
-- params  $low DOUBLE, $high DOUBLE (probabilities between which a pair is in doubt)
SELECT record_l, record_r, probability < $high AS unsure
FROM linkable_pair
WHERE probability > $low
ORDER BY record_l, record_r
