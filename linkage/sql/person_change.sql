-- What became of earlier ids: records that now carry another id than before or are gone, and why.
-- reads   record_cluster, record, source, cluster_person, previous_index, earlier_index, earlier_change
-- grain   one row per earlier id and new id that share records and differ; and one per earlier id that lost records
-- columns person_id_before, person_id_after (NULL where records are gone), records, reason
-- params  $left VARCHAR
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
),

-- Withdrawn, opted out or deleted: what is not delivered does not say which.
missing AS (
    SELECT person_id, count(*) AS records
    FROM earlier_index
    ANTI JOIN previous_index
        ON earlier_index.source = previous_index.source AND earlier_index.record_id = previous_index.record_id
    GROUP BY person_id
    UNION ALL
    SELECT person_id_before, records FROM earlier_change WHERE reason = $left
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
UNION ALL
SELECT person_id, NULL, sum(records)::BIGINT, $left
FROM missing
GROUP BY person_id
ORDER BY person_id_before, person_id_after
