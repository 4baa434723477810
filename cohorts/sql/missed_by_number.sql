-- What hiding the verified NHS number shows of each record: pairs known to be true and missed, pairs joined and wrong.
-- reads   person_index, record_quality
-- grain   one row per record
-- columns source, record_id, fields_present, person, is_covered, pairs, missed, never_compared, joined, wrong, links, doubt
-- params  none
-- A pair is counted at both of its records: half at each.
SELECT
    record_quality.source,
    record_quality.record_id,
    record_quality.fields_present,
    person_index.person_id AS person,
    record_quality.has_nhs_number AND record_quality.reference_pairs IS NOT NULL AS is_covered,
    coalesce(record_quality.reference_pairs, 0) / 2.0 AS pairs,
    coalesce(record_quality.reference_pairs - record_quality.reference_found, 0) / 2.0 AS missed,
    coalesce(record_quality.reference_pairs - record_quality.reference_compared, 0) / 2.0 AS never_compared,
    coalesce(record_quality.blind_links, 0) / 2.0 AS joined,
    coalesce(record_quality.blind_false_links, 0) / 2.0 AS wrong,
    record_quality.links / 2.0 AS links,
    record_quality.expected_false_links / 2.0 AS doubt
FROM record_quality
INNER JOIN person_index USING (source, record_id)
