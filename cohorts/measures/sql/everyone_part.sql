-- What is counted of everyone seen, whatever cohort: missed appointments, open lists, people off the register; in parts.
-- reads   appointment, waiting_list, person_slices, slice, person, person_index, person_noise
-- grain   one row per measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
-- An appointment at no known place, or of a person of no known area, is counted as not recorded, not left out.
-- What each person adds is made first: a person is in one group of each slice, so that people are rows from then on.
WITH
wanted AS (
    SELECT slice, dimension, "group"
    FROM slice
    WHERE dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
),

state AS (
    SELECT unnest(['seen already', 'not on the register', 'dead']) AS state
),

listed AS (
    SELECT
        waiting_list.person_id,
        'on_the_list_but_' || replace(state.state, ' ', '_') AS measure,
        waiting_list.source,
        count(*) FILTER (waiting_list.state = state.state) AS part,
        count(*) AS whole
    FROM waiting_list
    CROSS JOIN state
    GROUP BY waiting_list.person_id, state.state, waiting_list.source
),

added AS (
    SELECT person_id, 'missed_appointments' AS measure, count(*) FILTER (is_missed) AS part, count(*) AS whole
    FROM appointment
    GROUP BY person_id
    UNION ALL
    SELECT person_id, measure, CAST(sum(part) AS BIGINT) AS part, CAST(sum(whole) AS BIGINT) AS whole
    FROM listed
    GROUP BY person_id, measure
    UNION ALL
    SELECT person_id, 'seen_off_the_register' AS measure, CAST(NOT on_spine AS BIGINT) AS part, CAST(1 AS BIGINT) AS whole
    FROM person
),

by_slice AS (
    SELECT
        placed.measure,
        placed.slice,
        sum(placed.part) AS part,
        sum(placed.whole) AS whole,
        count(*) FILTER (placed.part > 0) AS part_people,
        count(*) AS whole_people,
        sum(placed.part * placed.noise) AS part_noise,
        sum(placed.whole * placed.noise) AS whole_noise
    FROM (
        SELECT added.measure, added.part, added.whole, person_noise.noise, unnest(person_slices.slices) AS slice
        FROM added
        JOIN person_slices USING (person_id)
        JOIN person_noise USING (person_id)
    ) AS placed
    SEMI JOIN wanted ON placed.slice = wanted.slice
    GROUP BY placed.measure, placed.slice
),

answer AS (
    SELECT
        person_id,
        'missed_appointments' AS measure,
        'missed_before' AS dimension,
        history AS "group",
        count(*) FILTER (is_missed) AS part,
        count(*) AS whole
    FROM appointment
    GROUP BY person_id, history
    UNION ALL
    SELECT
        person_id,
        'missed_appointments' AS measure,
        'distance' AS dimension,
        distance AS "group",
        count(*) FILTER (is_missed) AS part,
        count(*) AS whole
    FROM appointment
    GROUP BY person_id, distance
    UNION ALL
    SELECT person_id, measure, 'service' AS dimension, source AS "group", part, whole
    FROM listed
    UNION ALL
    SELECT
        seen.person_id,
        'seen_off_the_register' AS measure,
        'service' AS dimension,
        seen.source AS "group",
        CAST(NOT person.on_spine AS BIGINT) AS part,
        CAST(1 AS BIGINT) AS whole
    FROM (SELECT DISTINCT source, person_id FROM person_index) AS seen
    JOIN person USING (person_id)
),

counted AS (
    SELECT by_slice.* EXCLUDE (slice), wanted.dimension, wanted."group"
    FROM by_slice
    JOIN wanted USING (slice)
    UNION ALL BY NAME
    SELECT
        answer.measure,
        answer.dimension,
        answer."group",
        sum(answer.part) AS part,
        sum(answer.whole) AS whole,
        count(*) FILTER (answer.part > 0) AS part_people,
        count(*) AS whole_people,
        sum(answer.part * person_noise.noise) AS part_noise,
        sum(answer.whole * person_noise.noise) AS whole_noise
    FROM answer
    JOIN person_noise USING (person_id)
    GROUP BY answer.measure, answer.dimension, answer."group"
)

SELECT
    '_everyone' AS cohort,
    measure,
    dimension,
    "group",
    part,
    whole,
    part_people,
    whole_people,
    CAST(coalesce(part_noise, 0) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(whole_noise % 4294967296 AS UINTEGER) AS whole_noise
FROM counted
