-- How many people one step brought into each count, and how many it took out of it.
-- reads   verdict_before, verdict_after  verdicts before and after the step
--         person_noise                   each person's keyed number
--         asked                          a small number of each cohort that is asked about
--         counted                        what is counted of each cohort
-- grain   one row per cohort and measure
-- columns cohort, measure, people, noise, more_people, more_noise, fewer_people, fewer_noise
WITH
state AS (
    SELECT
        coalesce(b.cohort_no, a.cohort_no) AS cohort_no,
        coalesce(b.number, a.number) AS number,
        CASE
            WHEN b.number IS NULL THEN NULL
            WHEN b.met THEN 'met'
            WHEN NOT b.met THEN 'not_met'
            ELSE 'cannot_tell'
        END AS was,
        CASE
            WHEN a.number IS NULL THEN NULL
            WHEN a.met THEN 'met'
            WHEN NOT a.met THEN 'not_met'
            ELSE 'cannot_tell'
        END AS now
    FROM verdict_before AS b
    FULL OUTER JOIN verdict_after AS a ON b.cohort_no = a.cohort_no AND b.number = a.number
),

-- Everybody who changed nothing is summed up before anything is multiplied.
summed AS (
    SELECT state.cohort_no, state.was, state.now, count(*) AS people, sum(person_noise.noise) AS noise
    FROM state
    INNER JOIN person_noise USING (number)
    GROUP BY ALL
),

flow AS (
    SELECT
        counted.cohort,
        counted.measure,
        coalesce(CASE WHEN counted.measure = 'population' THEN summed.was IS NOT NULL ELSE summed.was = counted.measure END, FALSE) AS was_in,
        coalesce(CASE WHEN counted.measure = 'population' THEN summed.now IS NOT NULL ELSE summed.now = counted.measure END, FALSE) AS is_in,
        summed.people,
        summed.noise
    FROM counted
    INNER JOIN asked USING (cohort)
    LEFT JOIN summed USING (cohort_no)
)

SELECT
    cohort,
    measure,
    CAST(coalesce(sum(people) FILTER (is_in), 0) AS BIGINT) AS people,
    CAST(coalesce(sum(noise) FILTER (is_in), 0) % 4294967296 AS UINTEGER) AS noise,
    CAST(coalesce(sum(people) FILTER (is_in AND NOT was_in), 0) AS BIGINT) AS more_people,
    CAST(coalesce(sum(noise) FILTER (is_in AND NOT was_in), 0) % 4294967296 AS UINTEGER) AS more_noise,
    CAST(coalesce(sum(people) FILTER (was_in AND NOT is_in), 0) AS BIGINT) AS fewer_people,
    CAST(coalesce(sum(noise) FILTER (was_in AND NOT is_in), 0) % 4294967296 AS UINTEGER) AS fewer_noise
FROM flow
GROUP BY cohort, measure
ORDER BY cohort, measure
