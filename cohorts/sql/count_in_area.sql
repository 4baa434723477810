-- People of each cohort by measure and group in the area of each board, and in none, zeros included.
-- reads   board_area      areas of boards, and none
--         counted         cohorts and measures that are counted
--         area_group      groups of the dimensions that areas are broken down by
--         person_measure  which counts each person adds to
--         person_board    in which area each person lives
--         person_group    which group of each dimension a person belongs to
--         person_noise    keyed number of each person
-- grain   one row per area, cohort, measure, dimension and group
-- columns area, cohort, measure, dimension, group, people, noise
WITH
found AS (
    SELECT
        person_board.area,
        person_measure.cohort,
        person_measure.measure,
        area_group.dimension,
        area_group."group",
        count(*) AS people,
        sum(person_noise.noise) AS noise
    FROM person_measure
    JOIN person_board USING (person_id)
    JOIN person_group USING (person_id)
    JOIN area_group USING (dimension, "group")
    JOIN person_noise USING (person_id)
    GROUP BY ALL
)

SELECT
    board_area.area,
    counted.cohort,
    counted.measure,
    area_group.dimension,
    area_group."group",
    coalesce(found.people, 0) AS people,
    found.noise
FROM board_area
CROSS JOIN counted
CROSS JOIN area_group
LEFT JOIN found USING (area, cohort, measure, dimension, "group")
