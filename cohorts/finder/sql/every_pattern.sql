-- Patterns of the index, and those that are there in some draw only.
-- reads   pattern      people of the index by the signs they show
--         drawn_shown  signs of those who are there in some draw only
-- grain   one row per stage, stratum and exact set of signs
-- columns pattern_no, stage, stratum, signs, people
WITH
every AS (
    SELECT stage, stratum, signs, people FROM pattern
    UNION ALL
    SELECT stage, stratum, signs, 0 AS people
    FROM (SELECT DISTINCT stage, stratum, signs FROM drawn_shown)
    ANTI JOIN pattern USING (stage, stratum, signs)
)

SELECT
    CAST(row_number() OVER (PARTITION BY stage ORDER BY stratum, signs) - 1 AS INTEGER) AS pattern_no,
    stage,
    stratum,
    signs,
    people
FROM every
ORDER BY stage, stratum, signs
