-- Clusters that may hold more than one person: some pair in them is not linked, or a source contradicts itself.
-- reads   record_cluster, edge, record, source
-- grain   one row per record of such a cluster
-- columns record, cluster, single_source (number, -1 where its source may hold a person twice), in_conflict
-- params  none
WITH held AS (
    SELECT
        record_cluster.cluster,
        count(*) AS records,
        -- Two records of a source that keeps one a person.
        count(*) FILTER (source.one_record_per_person)
        > count(DISTINCT record.source_no) FILTER (source.one_record_per_person) AS in_conflict
    FROM record_cluster
    INNER JOIN record USING (record)
    INNER JOIN source USING (source_no)
    GROUP BY record_cluster.cluster
    HAVING records > 2
),

linked AS (
    SELECT record_cluster.cluster, count(*) AS pairs
    FROM edge
    INNER JOIN record_cluster ON edge.unique_id_l = record_cluster.record
    GROUP BY record_cluster.cluster
),

doubtful AS (
    SELECT held.cluster, held.in_conflict
    FROM held
    INNER JOIN linked USING (cluster)
    WHERE held.in_conflict OR linked.pairs < held.records * (held.records - 1) // 2
)

SELECT
    record_cluster.record,
    record_cluster.cluster,
    CASE WHEN source.one_record_per_person THEN source.source_no ELSE -1 END::BIGINT AS single_source,
    doubtful.in_conflict
FROM record_cluster
INNER JOIN doubtful USING (cluster)
INNER JOIN record USING (record)
INNER JOIN source USING (source_no)
ORDER BY record_cluster.record
