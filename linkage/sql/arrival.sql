-- How many of a source's records were not there last month, and how many of those no other source knows.
-- reads   record, record_cluster, source, earlier_index
-- grain   one row per source
-- columns source, records, new, alone
-- params  none
WITH person AS (
    SELECT record_cluster.cluster, count(DISTINCT record.source_no) AS sources
    FROM record_cluster
    INNER JOIN record USING (record)
    GROUP BY record_cluster.cluster
)

SELECT
    source.source,
    count(*) AS records,
    count(*) FILTER (earlier_index.record_id IS NULL) AS new,
    count(*) FILTER (earlier_index.record_id IS NULL AND person.sources = 1) AS alone
FROM record
INNER JOIN source USING (source_no)
INNER JOIN record_cluster USING (record)
INNER JOIN person USING (cluster)
LEFT JOIN earlier_index ON source.source = earlier_index.source AND record.record_id = earlier_index.record_id
GROUP BY source.source
ORDER BY source.source
