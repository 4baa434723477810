-- Records that are new, or whose views are not those of the last run.
-- reads   record, source, state_before
-- grain   one row per record
-- columns record, source_no, record_id
-- params  none
SELECT record.record, record.source_no, record.record_id
FROM record
INNER JOIN source USING (source_no)
LEFT JOIN state_before ON source.source = state_before.source AND record.record_id = state_before.record_id
WHERE record.digest IS DISTINCT FROM state_before.digest
