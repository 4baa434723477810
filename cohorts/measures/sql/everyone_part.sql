-- What is counted of everyone seen, whatever cohort: missed appointments, open lists, people off the register; in parts.
-- reads   appointment, waiting_list, person_slice, person, person_index, person_noise
-- grain   one row per measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
-- An appointment at no known place, or of a person of no known area, is counted as not recorded, not left out.
WITH
slice AS (
    SELECT person_id, dimension, "group"
    FROM person_slice
    WHERE dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'age_band', 'sex', 'district', 'address', 'language')
),

state AS (
    SELECT unnest(['seen already', 'not on the register', 'dead']) AS state
),

seen AS (
    SELECT DISTINCT person_index.source, person_index.person_id FROM person_index
),

answer AS (
    SELECT
        'missed_appointments' AS measure,
        slice.dimension,
        slice."group",
        appointment.is_missed AS has,
        appointment.person_id
    FROM appointment
    JOIN slice USING (person_id)
    UNION ALL
    SELECT 'missed_appointments' AS measure, 'missed_before' AS dimension, history AS "group", is_missed AS has, person_id
    FROM appointment
    UNION ALL
    SELECT 'missed_appointments' AS measure, 'distance' AS dimension, distance AS "group", is_missed AS has, person_id
    FROM appointment
    UNION ALL
    SELECT
        'on_the_list_but_' || replace(state.state, ' ', '_') AS measure,
        slice.dimension,
        slice."group",
        waiting_list.state = state.state AS has,
        waiting_list.person_id
    FROM waiting_list
    CROSS JOIN state
    JOIN slice USING (person_id)
    UNION ALL
    SELECT
        'on_the_list_but_' || replace(state.state, ' ', '_') AS measure,
        'service' AS dimension,
        waiting_list.source AS "group",
        waiting_list.state = state.state AS has,
        waiting_list.person_id
    FROM waiting_list
    CROSS JOIN state
    UNION ALL
    SELECT
        'seen_off_the_register' AS measure,
        'service' AS dimension,
        seen.source AS "group",
        NOT person.on_spine AS has,
        seen.person_id
    FROM seen
    JOIN person USING (person_id)
    UNION ALL
    SELECT
        'seen_off_the_register' AS measure, slice.dimension, slice."group", NOT person.on_spine AS has, person.person_id
    FROM person
    JOIN slice USING (person_id)
)

SELECT
    '_everyone' AS cohort,
    answer.measure,
    answer.dimension,
    answer."group",
    count(*) FILTER (answer.has) AS part,
    count(*) AS whole,
    count(DISTINCT answer.person_id) FILTER (answer.has) AS part_people,
    count(DISTINCT answer.person_id) AS whole_people,
    CAST(coalesce(sum(person_noise.noise) FILTER (answer.has), 0) % 4294967296 AS UINTEGER) AS part_noise,
    CAST(sum(person_noise.noise) % 4294967296 AS UINTEGER) AS whole_noise
FROM answer
JOIN person_noise USING (person_id)
GROUP BY answer.measure, answer.dimension, answer."group"
