-- Appointments that were kept or missed, with how many the person had missed in the year before, and how far away they were.
-- reads   event          events of people
--         person         small area of each person's home
--         centroid       centre of each small area
--         provider_site  where each provider is
-- grain   one row per appointment
-- columns person_id, is_missed, history, distance
-- params  $since DATE (in), $as_of DATE (out)
-- Cancelled appointments are neither. Nothing here is about what a person will do next.
WITH
kept_or_missed AS (
    SELECT
        person_id,
        source,
        provider,
        start,
        outcome = 'dna' AS is_missed,
        count(*) FILTER (outcome = 'dna') OVER (
            PARTITION BY person_id ORDER BY start
            RANGE BETWEEN INTERVAL 365 DAY PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS missed_before
    FROM event
    WHERE planned AND outcome IN ('attended', 'dna') AND start < $as_of
),

-- As the crow flies, between the centres of two small areas.
placed AS (
    SELECT
        kept_or_missed.*,
        sqrt(
            pow(home.easting - provider_site.easting, 2) + pow(home.northing - provider_site.northing, 2)
        ) / 1000 AS km
    FROM kept_or_missed
    JOIN person USING (person_id)
    LEFT JOIN centroid AS home ON home.small_area = person.small_area
    LEFT JOIN provider_site
        ON provider_site.source = kept_or_missed.source AND provider_site.provider = kept_or_missed.provider
    WHERE kept_or_missed.start >= $since
)

SELECT
    person_id,
    is_missed,
    CASE missed_before WHEN 0 THEN 'none missed' WHEN 1 THEN '1 missed' ELSE '2 or more missed' END AS history,
    CASE
        WHEN km IS NULL THEN 'not recorded'
        WHEN km < 2 THEN '0 to 2 km'
        WHEN km < 5 THEN '2 to 5 km'
        WHEN km <= 10 THEN '5 to 10 km'
        ELSE 'over 10 km'
    END AS distance
FROM placed
