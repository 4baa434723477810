-- Pairs that join records of one contested cluster.
-- reads   contested_record, record_cluster, scored_pair
-- grain   one row per pair of records
-- columns record_l, record_r
-- params  $threshold DOUBLE
SELECT scored_pair.record_l, scored_pair.record_r
FROM scored_pair
INNER JOIN contested_record AS l ON scored_pair.record_l = l.record
INNER JOIN contested_record AS r ON scored_pair.record_r = r.record
INNER JOIN record_cluster AS of_l ON l.record = of_l.record
INNER JOIN record_cluster AS of_r ON r.record = of_r.record
-- Not of_l.cluster = of_r.cluster: that may be joined on first, which is every pair of records of the largest cluster.
WHERE scored_pair.probability >= $threshold AND of_l.cluster - of_r.cluster = 0
ORDER BY scored_pair.record_l, scored_pair.record_r
