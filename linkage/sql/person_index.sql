-- The person index.
-- reads   record_cluster, record, source, cluster_person
-- grain   one row per record
-- columns source, record_id, person_id
-- params  none
SELECT source.source, record.record_id, cluster_person.person_id
FROM record_cluster
INNER JOIN record USING (record)
INNER JOIN source USING (source_no)
INNER JOIN cluster_person USING (cluster)
ORDER BY source.source, record.record_id
