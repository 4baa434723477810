-- Everything that was scored between two records of one component, however unlikely.
-- reads   record_in_doubt, linkable_pair
-- grain   one row per pair of records
-- columns record_l, record_r, weight (bits, prior included), probability
-- params  none
SELECT linkable_pair.record_l, linkable_pair.record_r, linkable_pair.weight, linkable_pair.probability
FROM linkable_pair
INNER JOIN record_in_doubt AS l ON linkable_pair.record_l = l.record
INNER JOIN record_in_doubt AS r ON linkable_pair.record_r = r.record
-- Not l.component = r.component: that may be joined on first, which is every pair of records of the largest.
WHERE l.component - r.component = 0
ORDER BY linkable_pair.record_l, linkable_pair.record_r
