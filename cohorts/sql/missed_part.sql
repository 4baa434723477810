-- Missed and wrong pairs of each group, with what is needed to see how far pairs of one person go together: in parts.
-- reads   missed_record   one row per record, from missed_by_number or missed_by_truth
--         person_index    records of each person
--         person_group    groups of each person
--         person          one row per person
-- grain   one row per dimension and group
-- columns dimension, group, records, covered, people, pairs, missed, never_compared, joined, wrong, links, doubt, pairs_pairs, missed_missed, pairs_missed, joined_joined, wrong_wrong, joined_wrong
-- params  none
WITH
of_person AS (
    SELECT missed_record.*, person_index.person_id
    FROM missed_record
    INNER JOIN person_index USING (source, record_id)
),

in_group AS (
    SELECT of_person.* EXCLUDE (person_id), person_group.dimension, person_group."group"
    FROM of_person
    INNER JOIN person_group USING (person_id)
    WHERE person_group.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex')
    UNION ALL
    SELECT
        of_person.* EXCLUDE (person_id),
        'address' AS dimension,
        CASE person.no_fixed_address WHEN TRUE THEN 'no fixed address' WHEN FALSE THEN 'fixed address' ELSE 'not recorded' END AS "group"
    FROM of_person
    INNER JOIN person USING (person_id)
    UNION ALL
    SELECT *, 'source' AS dimension, source AS "group"
    FROM missed_record
    UNION ALL
    SELECT
        *,
        'identifier_quality' AS dimension,
        CASE WHEN fields_present = 7 THEN 'all' WHEN fields_present >= 5 THEN 'one or two missing' ELSE 'three or more missing' END AS "group"
    FROM missed_record
),

by_person AS (
    -- Pairs of one person stand or fall together: people, not pairs, are what was drawn.
    SELECT
        dimension,
        "group",
        person,
        count(*) AS records,
        count(*) FILTER (WHERE is_covered) AS covered,
        sum(pairs) AS pairs,
        sum(missed) AS missed,
        sum(never_compared) AS never_compared,
        sum(joined) AS joined,
        sum(wrong) AS wrong,
        sum(links) AS links,
        sum(doubt) AS doubt
    FROM in_group
    GROUP BY dimension, "group", person
)

SELECT
    dimension,
    "group",
    sum(records)::BIGINT AS records,
    sum(covered)::BIGINT AS covered,
    count(*) FILTER (WHERE pairs > 0) AS people,
    sum(pairs) AS pairs,
    sum(missed) AS missed,
    sum(never_compared) AS never_compared,
    sum(joined) AS joined,
    sum(wrong) AS wrong,
    sum(links) AS links,
    sum(doubt) AS doubt,
    sum(pairs * pairs) AS pairs_pairs,
    sum(missed * missed) AS missed_missed,
    sum(pairs * missed) AS pairs_missed,
    sum(joined * joined) AS joined_joined,
    sum(wrong * wrong) AS wrong_wrong,
    sum(joined * wrong) AS joined_wrong
FROM by_person
GROUP BY dimension, "group"
