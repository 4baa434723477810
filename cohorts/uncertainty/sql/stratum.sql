-- What the numbers tell of records alike, and how many of those without one were joined or left alone.
-- reads   at_risk
-- grain   one row per source, ethnic group and emptiness
-- columns source, group, emptier, known (records that the number speaks for), stranded (of these, compared with none), joined,
--         alone (records without a number)
-- params  none
SELECT
    source,
    "group",
    emptier,
    count(*) FILTER (WHERE is_known) AS known,
    count(*) FILTER (WHERE is_stranded) AS stranded,
    count(*) FILTER (WHERE is_joined AND NOT has_number) AS joined,
    count(*) FILTER (WHERE NOT is_joined AND NOT has_number) AS alone
FROM at_risk
GROUP BY source, "group", emptier
ORDER BY source, "group", emptier
