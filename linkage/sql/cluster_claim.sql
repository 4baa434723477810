-- Which earlier id each cluster keeps, if any, and the record that names it if it is new.
-- reads   record_cluster, record, source, previous_index
-- grain   one row per cluster
-- columns cluster, kept_id (NULL for the newborn), birth (smallest record pseudonym)
-- params  none
WITH overlap AS (
    SELECT record_cluster.cluster, previous_index.person_id, count(*) AS records
    FROM record_cluster
    INNER JOIN record USING (record)
    INNER JOIN source USING (source_no)
    INNER JOIN previous_index ON source.source = previous_index.source AND record.record_id = previous_index.record_id
    GROUP BY record_cluster.cluster, previous_index.person_id
),

ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY cluster ORDER BY records DESC, person_id) AS choice_of_cluster,
        row_number() OVER (PARTITION BY person_id ORDER BY records DESC, cluster) AS choice_of_person
    FROM overlap
)

SELECT
    record_cluster.cluster,
    any_value(ranked.person_id) AS kept_id,
    min(record.record_id) AS birth
FROM record_cluster
INNER JOIN record USING (record)
LEFT JOIN ranked
    ON record_cluster.cluster = ranked.cluster AND ranked.choice_of_cluster = 1 AND ranked.choice_of_person = 1
GROUP BY record_cluster.cluster
ORDER BY record_cluster.cluster
