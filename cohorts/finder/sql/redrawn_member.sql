-- How many people more or less than in the index belong to each gap, draw by draw.
-- reads   gap_member    members of gaps in the index, by number
--         drawn_member  members of gaps among drawn people, by id
--         person_stratum, linkage_draw
-- grain   one row per gap and draw that has another number
-- columns place, draw, people
WITH
member AS (
    SELECT gap_member.place, person_stratum.person_id
    FROM gap_member
    JOIN person_stratum USING (person_no)
    UNION ALL
    SELECT place, person_id FROM drawn_member
)

SELECT
    member.place,
    linkage_draw.draw,
    CAST(sum(CASE WHEN linkage_draw.is_there THEN 1 ELSE -1 END) AS INTEGER) AS people
FROM linkage_draw
JOIN member USING (person_id)
GROUP BY ALL
ORDER BY ALL
