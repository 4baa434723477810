-- Records by source, those that no rule or only one can find, and those joined to another record.
-- reads   record, source, record_cluster
-- grain   one row per source
-- columns source, records, no_view, one_view, linked
-- params  none
WITH size AS (
    SELECT cluster, count(*) AS records FROM record_cluster GROUP BY cluster
)

SELECT
    source.source,
    count(*) AS records,
    count(*) FILTER (WHERE record.views = 0) AS no_view,
    count(*) FILTER (WHERE record.views = 1) AS one_view,
    count(*) FILTER (WHERE size.records > 1) AS linked
FROM record
INNER JOIN source USING (source_no)
INNER JOIN record_cluster USING (record)
INNER JOIN size USING (cluster)
GROUP BY source.source
ORDER BY source.source
