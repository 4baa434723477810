-- Records of clusters that hold two records of a source which keeps one record a person.
-- reads   record_cluster, record, source
-- grain   one row per record of such a cluster
-- columns record, cluster, source_no, one_record_per_person
-- params  none
WITH clashing AS (
    SELECT DISTINCT record_cluster.cluster
    FROM record_cluster
    INNER JOIN record USING (record)
    INNER JOIN source USING (source_no)
    WHERE source.one_record_per_person
    GROUP BY record_cluster.cluster, record.source_no
    HAVING count(*) > 1
)

SELECT record_cluster.record, record_cluster.cluster, record.source_no, source.one_record_per_person
FROM record_cluster
SEMI JOIN clashing USING (cluster)
INNER JOIN record USING (record)
INNER JOIN source USING (source_no)
ORDER BY record_cluster.record
