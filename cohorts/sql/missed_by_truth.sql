-- What labels show of each record: its true pairs that are in two persons, and the pairs of its person that are not true.
-- reads   person_index, record_quality, truth (source, record_id, person)
-- grain   one row per record
-- columns source, record_id, fields_present, person, is_covered, pairs, missed, never_compared, joined, wrong, links, doubt
-- params  none
-- A pair is counted at both of its records: half at each. Only pairs of labelled records count.
WITH counted AS (
    SELECT
        person_index.source,
        person_index.record_id,
        truth.person,
        count(*) OVER (PARTITION BY truth.person) AS same_truth,
        count(*) OVER (PARTITION BY person_index.person_id) AS same_person,
        count(*) OVER (PARTITION BY truth.person, person_index.person_id) AS same_both
    FROM person_index
    INNER JOIN truth USING (source, record_id)
)

SELECT
    record_quality.source,
    record_quality.record_id,
    record_quality.fields_present,
    coalesce(counted.person, '') AS person,
    counted.person IS NOT NULL AS is_covered,
    coalesce(counted.same_truth - 1, 0) / 2.0 AS pairs,
    coalesce(counted.same_truth - counted.same_both, 0) / 2.0 AS missed,
    NULL::DOUBLE AS never_compared,
    coalesce(counted.same_person - 1, 0) / 2.0 AS joined,
    coalesce(counted.same_person - counted.same_both, 0) / 2.0 AS wrong,
    record_quality.links / 2.0 AS links,
    record_quality.expected_false_links / 2.0 AS doubt
FROM record_quality
LEFT JOIN counted USING (source, record_id)
