-- Scored pairs by record id, for evaluation, review and the next run.
-- reads   scored_pair, record, source
-- grain   one row per pair of records
-- columns source_l, record_id_l, source_r, record_id_r, weight, probability, found_by, pattern
-- params  none
SELECT
    source_l.source AS source_l,
    record_l.record_id AS record_id_l,
    source_r.source AS source_r,
    record_r.record_id AS record_id_r,
    scored_pair.weight,
    scored_pair.probability,
    scored_pair.found_by,
    scored_pair.pattern
FROM scored_pair
INNER JOIN record AS record_l ON scored_pair.record_l = record_l.record
INNER JOIN record AS record_r ON scored_pair.record_r = record_r.record
INNER JOIN source AS source_l ON scored_pair.source_l = source_l.source_no
INNER JOIN source AS source_r ON scored_pair.source_r = source_r.source_no
ORDER BY scored_pair.record_l, scored_pair.record_r
