-- Everything that was scored between records of one doubtful cluster, whether linked or not.
-- reads   doubtful, scored_pair
-- grain   one row per pair of records
-- columns record_l, record_r, weight (bits, prior included)
-- params  none
SELECT scored_pair.record_l, scored_pair.record_r, scored_pair.weight
FROM scored_pair
INNER JOIN doubtful AS l ON scored_pair.record_l = l.record
INNER JOIN doubtful AS r ON scored_pair.record_r = r.record
-- Not l.cluster = r.cluster: that may be joined on first, which is every pair of records of the largest cluster.
WHERE l.cluster - r.cluster = 0
ORDER BY scored_pair.record_l, scored_pair.record_r
