-- People grouped by the signs they show: many people, few patterns.
-- reads   person_shown  all signs of each person
-- grain   one row per stage, stratum and exact set of signs
-- columns pattern_no, stage, stratum, signs, mask, people
SELECT
    CAST(row_number() OVER (ORDER BY stage, stratum, signs) - 1 AS INTEGER) AS pattern_no,
    stage,
    stratum,
    signs,
    mask,
    count(*) AS people
FROM person_shown
GROUP BY stage, stratum, signs, mask
ORDER BY stage, stratum, signs
