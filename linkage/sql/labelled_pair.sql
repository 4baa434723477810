-- The run's scored pairs of records that both have labels.
-- reads   scored, truth
-- grain   one row per scored pair
-- columns weight, probability, is_true
-- params  none
SELECT scored.weight, scored.probability, l.person = r.person AS is_true
FROM scored
INNER JOIN truth AS l ON scored.source_l = l.source AND scored.record_id_l = l.record_id
INNER JOIN truth AS r ON scored.source_r = r.source AND scored.record_id_r = r.record_id
ORDER BY scored.weight DESC
