-- How well each record could be linked, and what linkage would have made of it without its NHS number.
-- reads   record, source, scored_pair, distinct_pattern, pattern_odds, rule
-- grain   one row per record
-- columns source, record_id, views, links, best_link_probability, fields_present, has_nhs_number, expected_false_links, reference_pairs, reference_compared, reference_found, blind_links, blind_false_links
-- params  $threshold DOUBLE, $agree_bits DOUBLE and $differ_bits DOUBLE (what NHS numbers that agree or differ weigh against
--         strangers), $agree_kin_bits DOUBLE and $differ_kin_bits DOUBLE (how much likelier they are among kin),
--         $has_reference BOOLEAN (whether every pair with one NHS number is compared)
WITH scored AS (
    SELECT
        scored_pair.record_l,
        scored_pair.record_r,
        scored_pair.probability >= $threshold AS is_link,
        scored_pair.probability,
        scored_pair.source_l <> scored_pair.source_r AND distinct_pattern.nhs_number = 1 AS is_reference,
        scored_pair.source_l <> scored_pair.source_r AND distinct_pattern.nhs_number = 0 AS is_known_apart,
        -- Hidden: no rule with the number in it, and no weight from it.
        scored_pair.found_by & (SELECT coalesce(bit_or(1::BIGINT << rule), 0) FROM rule WHERE NOT fixes_nhs_number) > 0
            AS is_compared_blind,
        CASE distinct_pattern.nhs_number WHEN 1 THEN $agree_bits WHEN 0 THEN $differ_bits ELSE 0 END AS of_strangers,
        CASE distinct_pattern.nhs_number WHEN 1 THEN $agree_kin_bits WHEN 0 THEN $differ_kin_bits ELSE 0 END AS of_kin,
        against_all(
            pattern_odds.as_strangers + of_strangers, pattern_odds.as_twins - of_kin, pattern_odds.as_namesakes - of_kin
        ) AS blind_weight
    FROM scored_pair
    INNER JOIN distinct_pattern USING (pattern)
    INNER JOIN pattern_odds USING (source_l, source_r, pattern)
),

judged AS (
    SELECT
        *,
        is_compared_blind AND 1 / (1 + pow(2, -least(greatest(blind_weight, -100), 100))) >= $threshold AS is_blind_link
    FROM scored
),

side AS (
    SELECT record_l AS record, * EXCLUDE (record_l, record_r) FROM judged
    UNION ALL
    SELECT record_r AS record, * EXCLUDE (record_l, record_r) FROM judged
),

linked AS (
    SELECT
        record,
        count(*) FILTER (WHERE is_link) AS links,
        max(probability) AS best_link_probability,
        coalesce(sum(1 - probability) FILTER (WHERE is_link), 0) AS expected_false_links,
        count(*) FILTER (WHERE is_reference) AS reference_pairs,
        count(*) FILTER (WHERE is_reference AND is_compared_blind) AS reference_compared,
        count(*) FILTER (WHERE is_reference AND is_blind_link) AS reference_found,
        count(*) FILTER (WHERE is_blind_link AND (is_reference OR is_known_apart)) AS blind_links,
        count(*) FILTER (WHERE is_blind_link AND is_known_apart) AS blind_false_links
    FROM side
    GROUP BY record
)

SELECT
    source.source,
    record.record_id,
    record.views,
    coalesce(linked.links, 0)::SMALLINT AS links,
    linked.best_link_probability,
    -- Rarity bands share the word with the flags of filled fields; they are the bits from the ninth on.
    bit_count(record.present & 255)::TINYINT AS fields_present,
    record.has_nhs_number,
    round(coalesce(linked.expected_false_links, 0), 6) AS expected_false_links,
    CASE WHEN $has_reference THEN coalesce(linked.reference_pairs, 0) END::SMALLINT AS reference_pairs,
    CASE WHEN $has_reference THEN coalesce(linked.reference_compared, 0) END::SMALLINT AS reference_compared,
    CASE WHEN $has_reference THEN coalesce(linked.reference_found, 0) END::SMALLINT AS reference_found,
    CASE WHEN $has_reference THEN coalesce(linked.blind_links, 0) END::SMALLINT AS blind_links,
    CASE WHEN $has_reference THEN coalesce(linked.blind_false_links, 0) END::SMALLINT AS blind_false_links
FROM record
INNER JOIN source USING (source_no)
LEFT JOIN linked USING (record)
ORDER BY source.source, record.record_id
