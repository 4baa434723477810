-- What became of earlier ids: records that now carry another id than before, and why.
-- reads   record_cluster, record, source, cluster_person, previous_index
-- grain   one row per earlier id and new id that share records and differ
-- columns person_id_before, person_id_after, records, reason
-- params  none
WITH moved AS (
    SELECT
        previous_index.person_id AS person_id_before,
        cluster_person.person_id AS person_id_after,
        count(*) AS records
    FROM record_cluster
    INNER JOIN record USING (record)
    INNER JOIN source USING (source_no)
    INNER JOIN cluster_person USING (cluster)
    INNER JOIN previous_index ON source.source = previous_index.source AND record.record_id = previous_index.record_id
    WHERE previous_index.person_id <> cluster_person.person_id
    GROUP BY previous_index.person_id, cluster_person.person_id
)

SELECT
    person_id_before,
    person_id_after,
    records,
    -- An id that still stands elsewhere lost these records; one that stands nowhere was taken in.
    CASE
        WHEN person_id_before IN (SELECT person_id FROM cluster_person) THEN 'split'
        ELSE 'merged'
    END AS reason
FROM moved
ORDER BY person_id_before, person_id_after
