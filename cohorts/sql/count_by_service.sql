-- Members of each cohort by service, by pair of services and by number of services, zeros included.
-- reads   cohort          definitions
--         service         sources of the project
--         cohort_member   verdicts of all cohorts
--         member_service  sources that saw each member
--         person_noise    keyed number of each person
-- grain   one row per cohort, dimension and group
-- columns cohort, measure, dimension, group, people, noise
WITH
one AS (
    SELECT
        cohort.cohort,
        service.source,
        count(member_service.person_id) AS people,
        sum(person_noise.noise) AS noise
    FROM cohort
    CROSS JOIN service
    LEFT JOIN member_service ON member_service.cohort = cohort.cohort AND member_service.source = service.source
    LEFT JOIN person_noise USING (person_id)
    GROUP BY ALL
),

shared AS (
    SELECT
        this.cohort,
        this.source AS this_source,
        other.source AS other_source,
        count(*) AS people,
        sum(person_noise.noise) AS noise
    FROM member_service AS this
    JOIN member_service AS other
        ON other.cohort = this.cohort AND other.person_id = this.person_id AND other.source > this.source
    JOIN person_noise ON person_noise.person_id = this.person_id
    GROUP BY ALL
),

every_pair AS (
    SELECT cohort.cohort, this.source AS this_source, other.source AS other_source
    FROM cohort
    CROSS JOIN service AS this
    JOIN service AS other ON other.source > this.source
),

how_many AS (
    SELECT
        cohort_member.cohort,
        cohort_member.person_id,
        least(count(member_service.source), 4) AS services
    FROM cohort_member
    LEFT JOIN member_service USING (cohort, person_id)
    WHERE cohort_member.met
    GROUP BY ALL
),

number AS (
    SELECT unnest([0, 1, 2, 3, 4]) AS services
)

SELECT cohort, 'met' AS measure, 'service' AS dimension, source AS "group", people, noise
FROM one
UNION ALL
SELECT
    every_pair.cohort,
    'met' AS measure,
    'service_pair' AS dimension,
    every_pair.this_source || ' & ' || every_pair.other_source AS "group",
    coalesce(shared.people, 0) AS people,
    shared.noise
FROM every_pair
LEFT JOIN shared USING (cohort, this_source, other_source)
UNION ALL
SELECT
    cohort.cohort,
    'met' AS measure,
    'service_count' AS dimension,
    CASE WHEN number.services = 4 THEN '4+' ELSE CAST(number.services AS VARCHAR) END AS "group",
    count(how_many.person_id) AS people,
    sum(person_noise.noise) AS noise
FROM cohort
CROSS JOIN number
LEFT JOIN how_many ON how_many.cohort = cohort.cohort AND how_many.services = number.services
LEFT JOIN person_noise USING (person_id)
GROUP BY cohort.cohort, number.services
