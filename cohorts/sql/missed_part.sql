-- Missed and wrong pairs of each group, with what is needed to see how far pairs of one person go together: in parts.
-- reads   missed_record   one row per record, from missed_by_number or missed_by_truth
--         record_group    one row per record and dimension
-- grain   one row per dimension and group
-- columns dimension, group, records, covered, people, pairs, missed, never_compared, joined, wrong, links, doubt, pairs_pairs, missed_missed, pairs_missed, joined_joined, wrong_wrong, joined_wrong
-- params  none
WITH by_person AS (
    -- Pairs of one person stand or fall together: people, not pairs, are what was drawn.
    SELECT
        record_group.dimension,
        record_group."group",
        missed_record.person,
        count(*) AS records,
        count(*) FILTER (WHERE missed_record.is_covered) AS covered,
        sum(missed_record.pairs) AS pairs,
        sum(missed_record.missed) AS missed,
        sum(missed_record.never_compared) AS never_compared,
        sum(missed_record.joined) AS joined,
        sum(missed_record.wrong) AS wrong,
        sum(missed_record.links) AS links,
        sum(missed_record.doubt) AS doubt
    FROM missed_record
    INNER JOIN record_group USING (source, record_id)
    GROUP BY record_group.dimension, record_group."group", missed_record.person
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
