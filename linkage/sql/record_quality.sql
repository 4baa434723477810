-- How well each record could be linked.
-- reads   record, source, scored_pair, view, rule
-- grain   one row per record
-- columns source, record_id, views, links, best_link_probability, fields_present, has_nhs_number
-- params  $threshold DOUBLE
WITH side AS (
    SELECT record_l AS record, probability FROM scored_pair
    UNION ALL
    SELECT record_r, probability FROM scored_pair
),

linked AS (
    SELECT
        record,
        count(*) FILTER (WHERE probability >= $threshold) AS links,
        max(probability) AS best_link_probability
    FROM side
    GROUP BY record
),

numbered AS (
    -- A rule on the NHS number does not encode it a second time.
    SELECT view.source_no, view.record_id, bool_or(view.nhs_number IS NOT NULL OR rule.fixes_nhs_number) AS has_nhs_number
    FROM view
    INNER JOIN rule USING (rule)
    GROUP BY view.source_no, view.record_id
)

SELECT
    source.source,
    record.record_id,
    record.views,
    coalesce(linked.links, 0)::SMALLINT AS links,
    linked.best_link_probability,
    bit_count(record.present)::TINYINT AS fields_present,
    coalesce(numbered.has_nhs_number, FALSE) AS has_nhs_number
FROM record
INNER JOIN source USING (source_no)
LEFT JOIN linked USING (record)
LEFT JOIN numbered ON record.source_no = numbered.source_no AND record.record_id = numbered.record_id
ORDER BY source.source, record.record_id
