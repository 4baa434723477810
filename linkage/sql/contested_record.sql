-- Records of people that would be made of two or more established ones: earlier ids that still have two records in them.
-- reads   record_cluster, record, source, previous_index
-- grain   one row per record of such a cluster
-- columns record, person_id (NULL for a record that is of no established person)
-- params  none
WITH placed AS (
    SELECT record_cluster.record, record_cluster.cluster, previous_index.person_id
    FROM record_cluster
    INNER JOIN record USING (record)
    INNER JOIN source USING (source_no)
    LEFT JOIN previous_index ON source.source = previous_index.source AND record.record_id = previous_index.record_id
),

established AS (
    SELECT cluster, person_id
    FROM placed
    WHERE person_id IS NOT NULL
    GROUP BY cluster, person_id
    HAVING count(*) > 1
),

contested AS (
    SELECT cluster
    FROM established
    GROUP BY cluster
    HAVING count(*) > 1
)

SELECT placed.record, established.person_id
FROM placed
INNER JOIN contested USING (cluster)
LEFT JOIN established ON placed.cluster = established.cluster AND placed.person_id = established.person_id
ORDER BY placed.record
