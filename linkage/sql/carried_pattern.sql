-- Pairs of the last run whose two records are here and not fresh.
-- reads   scored_before, pattern_before, source, record, fresh
-- grain   one row per pair of records
-- columns record_l, record_r, found_by, and the columns of pattern_before
-- params  none
WITH settled AS (
    SELECT source.source, record.record_id, record.record
    FROM record
    INNER JOIN source USING (source_no)
    ANTI JOIN fresh ON record.record = fresh.record
)

SELECT l.record AS record_l, r.record AS record_r, scored_before.found_by, pattern_before.*
FROM scored_before
INNER JOIN pattern_before USING (pattern)
INNER JOIN settled AS l ON scored_before.source_l = l.source AND scored_before.record_id_l = l.record_id
INNER JOIN settled AS r ON scored_before.source_r = r.source AND scored_before.record_id_r = r.record_id
