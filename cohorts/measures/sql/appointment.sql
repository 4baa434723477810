-- Appointments that were kept or missed, with how many the person had missed in the year before.
-- reads   event          events of people
-- grain   one row per appointment
-- columns person_id, is_missed, history
-- params  $since DATE (in), $as_of DATE (out)
-- Cancelled appointments are neither. Nothing here is about what a person will do next.
WITH
kept_or_missed AS (
    SELECT
        person_id,
        start,
        outcome = 'dna' AS is_missed,
        count(*) FILTER (outcome = 'dna') OVER (
            PARTITION BY person_id ORDER BY start
            RANGE BETWEEN INTERVAL 365 DAY PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS missed_before
    FROM event
    WHERE planned AND outcome IN ('attended', 'dna') AND start < $as_of
)

SELECT
    person_id,
    is_missed,
    CASE missed_before WHEN 0 THEN 'none missed' WHEN 1 THEN '1 missed' ELSE '2 or more missed' END AS history
FROM kept_or_missed
WHERE start >= $since
