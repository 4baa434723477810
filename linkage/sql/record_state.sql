-- A digest of everything a source sent of each record: equal where nothing changed since the last run.
-- reads   record, source, view
-- grain   one row per record
-- columns source, record_id, digest
-- params  none
-- The number of a source may change when another joins, so it is no part of the digest. DuckDB's hash may change with
-- its version: every record then looks changed, and everything is compared again.
WITH seen AS (
    SELECT source_no, record_id, bit_xor(hash(*COLUMNS(* EXCLUDE (source_no)))) AS views
    FROM view
    GROUP BY source_no, record_id
)

SELECT source.source, record.record_id, hash(record.views, record.present, seen.views) AS digest
FROM record
INNER JOIN source USING (source_no)
LEFT JOIN seen ON record.source_no = seen.source_no AND record.record_id = seen.record_id
