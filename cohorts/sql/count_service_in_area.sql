-- Members of each cohort whom each service saw, in the area of each board and in none, zeros included.
-- reads   board_area      areas of boards, and none
--         cohort          definitions
--         service         sources of the project
--         member_service  sources that saw each member
--         person_board    in which area each person lives
--         person_noise    keyed number of each person
-- grain   one row per area, cohort and service
-- columns area, cohort, measure, dimension, group, people, noise
WITH
found AS (
    SELECT
        person_board.area,
        member_service.cohort,
        member_service.source,
        count(*) AS people,
        sum(person_noise.noise) AS noise
    FROM member_service
    JOIN person_board USING (person_id)
    JOIN person_noise USING (person_id)
    GROUP BY ALL
)

SELECT
    board_area.area,
    cohort.cohort,
    'met' AS measure,
    'service' AS dimension,
    service.source AS "group",
    coalesce(found.people, 0) AS people,
    found.noise
FROM board_area
CROSS JOIN cohort
CROSS JOIN service
LEFT JOIN found USING (area, cohort, source)
