-- Of everybody who is not the same person in every draw: which signs they show, as the number of a pattern.
-- reads   linkage_draw   in whom a draw differs from the index
--         drawn_shown    signs of those who are there in some draw only
--         person_stratum, person_shown  signs of those of the index
--         every_pattern  patterns of both
-- grain   one row per person
-- columns person_id, stage, pattern_no
WITH
shown AS (
    SELECT person_id, stage, stratum, signs FROM drawn_shown
    UNION ALL
    SELECT person_stratum.person_id, person_shown.stage, person_shown.stratum, person_shown.signs
    FROM person_shown
    JOIN person_stratum USING (person_no)
)

SELECT shown.person_id, every_pattern.stage, every_pattern.pattern_no
FROM shown
SEMI JOIN linkage_draw USING (person_id)
JOIN every_pattern USING (stage, stratum, signs)
