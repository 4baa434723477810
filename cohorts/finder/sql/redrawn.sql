-- How many people more or less than in the index show exactly these signs, draw by draw.
-- reads   linkage_draw    in whom a draw differs from the index
--         drawn_shown     signs of those who are there in some draw only
--         person_stratum, person_shown  signs of those of the index
-- grain   one row per stage, stratum, set of signs and draw that has another number
-- columns stage, stratum, signs, draw, people
WITH
shown AS (
    SELECT person_id, stage, stratum, signs FROM drawn_shown
    UNION ALL
    SELECT person_stratum.person_id, person_shown.stage, person_shown.stratum, person_shown.signs
    FROM person_shown
    JOIN person_stratum USING (person_no)
)

SELECT
    shown.stage,
    shown.stratum,
    shown.signs,
    linkage_draw.draw,
    CAST(sum(CASE WHEN linkage_draw.is_there THEN 1 ELSE -1 END) AS INTEGER) AS people
FROM linkage_draw
JOIN shown USING (person_id)
GROUP BY ALL
HAVING sum(CASE WHEN linkage_draw.is_there THEN 1 ELSE -1 END) <> 0
ORDER BY ALL
