-- Who is left at each step of each definition, and who was lost at it, by slice; zeros included.
-- reads   cohort_member  verdicts of all cohorts: how many steps each person passed
--         face_step      steps of each cohort, numbered from 1, with labels
--         person_slices  groups of people, by their numbers
--         slice          every group, numbered
--         person_noise   keyed number of each person
-- grain   one row per cohort, dimension, group and step
-- columns cohort, step, label, dimension, group, left_people, lost_people, left_noise, lost_noise
WITH
wanted AS (
    SELECT slice, dimension, "group"
    FROM slice
    WHERE dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
),

by_slice AS (
    SELECT member.cohort, member.passed, member.slice, count(*) AS people, sum(member.noise) AS noise
    FROM (
        SELECT cohort_member.cohort, cohort_member.passed, person_noise.noise, unnest(person_slices.slices) AS slice
        FROM cohort_member
        JOIN person_slices USING (person_id)
        JOIN person_noise USING (person_id)
    ) AS member
    SEMI JOIN wanted ON member.slice = wanted.slice
    GROUP BY ALL
),

placed AS (
    SELECT by_slice.cohort, wanted.dimension, wanted."group", by_slice.passed, by_slice.people, by_slice.noise
    FROM by_slice
    JOIN wanted USING (slice)
),

grid AS (
    SELECT face_step.cohort, face_step.step, face_step.label, face.dimension, face."group"
    FROM face_step
    JOIN (SELECT DISTINCT cohort, dimension, "group" FROM placed) AS face USING (cohort)
)

SELECT
    grid.cohort,
    grid.step,
    grid.label,
    grid.dimension,
    grid."group",
    CAST(coalesce(sum(placed.people) FILTER (placed.passed >= grid.step), 0) AS BIGINT) AS left_people,
    CAST(coalesce(sum(placed.people) FILTER (placed.passed = grid.step - 1), 0) AS BIGINT) AS lost_people,
    CAST(coalesce(sum(placed.noise) FILTER (placed.passed >= grid.step), 0) % 4294967296 AS UINTEGER) AS left_noise,
    CAST(coalesce(sum(placed.noise) FILTER (placed.passed = grid.step - 1), 0) % 4294967296 AS UINTEGER) AS lost_noise
FROM grid
LEFT JOIN placed USING (cohort, dimension, "group")
GROUP BY grid.cohort, grid.step, grid.label, grid.dimension, grid."group"
ORDER BY grid.cohort, grid.dimension, grid."group", grid.step
