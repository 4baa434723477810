-- How many people more or less than in the index show the signs of each pattern, draw by draw.
-- reads   linkage_draw   in whom a draw differs from the index
--         drawn_pattern  what they show
-- grain   one row per pattern and draw that has another number
-- columns stage, pattern_no, draw, people
SELECT
    drawn_pattern.stage,
    drawn_pattern.pattern_no,
    linkage_draw.draw,
    CAST(sum(CASE WHEN linkage_draw.is_there THEN 1 ELSE -1 END) AS INTEGER) AS people
FROM linkage_draw
JOIN drawn_pattern USING (person_id)
GROUP BY ALL
HAVING sum(CASE WHEN linkage_draw.is_there THEN 1 ELSE -1 END) <> 0
ORDER BY ALL
