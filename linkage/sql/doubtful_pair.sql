-- Everything that was scored between records of one doubtful cluster, whether linked or not.
-- reads   doubtful, linkable_pair
-- grain   one row per pair of records
-- columns record_l, record_r, weight (bits, prior included)
-- params  none
SELECT linkable_pair.record_l, linkable_pair.record_r, linkable_pair.weight
FROM linkable_pair
INNER JOIN doubtful AS l ON linkable_pair.record_l = l.record
INNER JOIN doubtful AS r ON linkable_pair.record_r = r.record
-- Not l.cluster = r.cluster: that may be joined on first, which is every pair of records of the largest cluster.
WHERE l.cluster - r.cluster = 0
ORDER BY linkable_pair.record_l, linkable_pair.record_r
