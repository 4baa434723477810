-- Records that could be joined otherwise, and whom they were joined to.
-- reads   record_in_doubt, record_cluster, record, source, cluster_person
-- grain   one row per record of a component with a pair in doubt
-- columns record, component, single_source (number, -1 where its source may hold a person twice), source, record_id, person_id
-- params  none
SELECT
    record_in_doubt.record,
    record_in_doubt.component,
    CASE WHEN source.one_record_per_person THEN source.source_no ELSE -1 END::BIGINT AS single_source,
    source.source,
    record.record_id,
    cluster_person.person_id
FROM record_in_doubt
INNER JOIN record USING (record)
INNER JOIN source USING (source_no)
INNER JOIN record_cluster USING (record)
INNER JOIN cluster_person USING (cluster)
ORDER BY record_in_doubt.component, record_in_doubt.record
