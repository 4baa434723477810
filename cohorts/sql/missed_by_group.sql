-- Missed and wrong pairs of each group, with what is needed to see how far pairs of one person go together.
-- reads   missed_part   the same of some people at a time
-- grain   one row per dimension and group
-- columns dimension, group, records, covered, people, pairs, missed, never_compared, joined, wrong, links, doubt, pairs_pairs, missed_missed, pairs_missed, joined_joined, wrong_wrong, joined_wrong
-- params  none
SELECT
    dimension,
    "group",
    sum(records)::BIGINT AS records,
    sum(covered)::BIGINT AS covered,
    sum(people)::BIGINT AS people,
    sum(pairs) AS pairs,
    sum(missed) AS missed,
    sum(never_compared) AS never_compared,
    sum(joined) AS joined,
    sum(wrong) AS wrong,
    sum(links) AS links,
    sum(doubt) AS doubt,
    sum(pairs_pairs) AS pairs_pairs,
    sum(missed_missed) AS missed_missed,
    sum(pairs_missed) AS pairs_missed,
    sum(joined_joined) AS joined_joined,
    sum(wrong_wrong) AS wrong_wrong,
    sum(joined_wrong) AS joined_wrong
FROM missed_part
GROUP BY dimension, "group"
ORDER BY dimension, "group"
