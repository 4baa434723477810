-- Scored pairs that may join people: none between a record that is held and one that is not held with it.
-- reads   scored_pair, held_record
-- grain   one row per pair of records
-- columns record_l, record_r, weight (bits, prior included), probability
-- params  none
SELECT scored_pair.record_l, scored_pair.record_r, scored_pair.weight, scored_pair.probability
FROM scored_pair
LEFT JOIN held_record AS l ON scored_pair.record_l = l.record
LEFT JOIN held_record AS r ON scored_pair.record_r = r.record
WHERE coalesce(l.held, -1) = coalesce(r.held, -1)
