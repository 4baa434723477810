-- Appointments that were kept or missed, with how many the person had missed in the year before, and how far away they were.
-- reads   event          events of people
--         person         small area of each person's home at the end of the period
--         address_spell  where people lived when, as far as it is dated
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

-- The register's word, if it dates addresses: where somebody lived on the day, not where they live now.
lived AS (
    SELECT
        kept_or_missed.*,
        (
            SELECT max(address_spell.small_area)
            FROM address_spell
            WHERE
                address_spell.is_spine
                AND address_spell.person_id = kept_or_missed.person_id
                AND address_spell.valid_from <= kept_or_missed.start
                AND coalesce(address_spell.valid_to > kept_or_missed.start, TRUE)
        ) AS lived_in
    FROM kept_or_missed
    WHERE kept_or_missed.start >= $since
),

-- As the crow flies, between the centres of two small areas.
placed AS (
    SELECT
        lived.*,
        sqrt(
            pow(home.easting - provider_site.easting, 2) + pow(home.northing - provider_site.northing, 2)
        ) / 1000 AS km
    FROM lived
    JOIN person USING (person_id)
    LEFT JOIN centroid AS home ON home.small_area = coalesce(lived.lived_in, person.small_area)
    LEFT JOIN provider_site ON provider_site.source = lived.source AND provider_site.provider = lived.provider
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
