-- Earlier ids of the records that are still supplied.
-- reads   earlier_index, record, source
-- grain   one row per record
-- columns source, record_id, person_id
-- params  none
SELECT earlier_index.source, earlier_index.record_id, earlier_index.person_id
FROM earlier_index
INNER JOIN source USING (source)
INNER JOIN record ON source.source_no = record.source_no AND earlier_index.record_id = record.record_id
ORDER BY earlier_index.source, earlier_index.record_id
