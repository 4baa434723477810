-- Which counts some people add to: by group, by step, by service, and beside the answers.
-- reads   counted_person  the people asked about
--         cell            every count, numbered
--         person_measure, person_group, cohort_step, cohort_member
--         person_board    in which area each person lives
--         member_service  sources that saw each member
--         extra_member    who counts at other thresholds, and with needs shared by construction
--         person_index    records of each person
-- grain   one row per person and count
-- columns person_id, cell
-- params  none
WITH person_area AS (
    SELECT person_id, 'all' AS area FROM counted_person
    UNION ALL
    SELECT person_id, area FROM person_board INNER JOIN counted_person USING (person_id)
),

met_by AS (
    SELECT cohort, person_id, source FROM member_service INNER JOIN counted_person USING (person_id)
),

by_service AS (
    SELECT cohort, person_id, 'service' AS dimension, source AS "group"
    FROM met_by
    UNION ALL
    SELECT this.cohort, this.person_id, 'service_pair' AS dimension, this.source || ' & ' || other.source AS "group"
    FROM met_by AS this
    INNER JOIN met_by AS other
        ON this.cohort = other.cohort AND this.person_id = other.person_id AND this.source < other.source
    UNION ALL
    SELECT
        cohort,
        person_id,
        'service_count' AS dimension,
        CASE WHEN count(met_by.source) < 4 THEN CAST(count(met_by.source) AS VARCHAR) ELSE '4+' END AS "group"
    FROM counted_person
    INNER JOIN cohort_member USING (person_id)
    LEFT JOIN met_by USING (cohort, person_id)
    WHERE cohort_member.met
    GROUP BY cohort, person_id
)

SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN person_measure USING (person_id)
INNER JOIN person_group USING (person_id)
INNER JOIN person_area USING (person_id)
INNER JOIN cell USING (area, cohort, measure, dimension, "group")
UNION ALL
SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN cohort_member USING (person_id)
INNER JOIN cohort_step USING (cohort)
INNER JOIN person_area USING (person_id)
INNER JOIN cell USING (area, cohort, measure)
WHERE
    CASE
        WHEN cohort_step.is_rung THEN cohort_member.met AND cohort_member.rungs[cohort_step.number]
        ELSE cohort_member.passed >= cohort_step.number
    END
UNION ALL
SELECT by_service.person_id, cell.cell
FROM by_service
INNER JOIN person_area USING (person_id)
INNER JOIN cell USING (area, cohort, dimension, "group")
WHERE cell.measure = 'met'
UNION ALL
SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN extra_member USING (person_id)
INNER JOIN cell USING (cohort, measure)
WHERE cell.area = 'all'
UNION ALL
SELECT DISTINCT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN person_index USING (person_id)
INNER JOIN cell ON person_index.source = cell."group"
WHERE cell.measure = 'seen' AND cell.dimension = 'service' AND cell.area = 'all'
