-- The digest that a source made of each record's views: equal where nothing changed since the last run.
-- reads   record, source
-- grain   one row per record
-- columns source, record_id, digest
-- params  none
SELECT source.source, record.record_id, record.digest
FROM record
INNER JOIN source USING (source_no)
ORDER BY source.source, record.record_id
