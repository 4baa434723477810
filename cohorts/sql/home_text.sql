-- The home of each row in one spelling, for the source to turn into a token; it never leaves the source.
-- reads   person_row     people file under the names of roles
-- grain   one row per row of the people file whose home is known
-- columns row_no, home
WITH
place AS (
    SELECT
        row_no,
        nullif(ltrim(uprn, '0'), '') AS uprn,
        -- A postcode alone is a street: it takes the address as well.
        CASE WHEN address <> '' AND postcode NOT LIKE 'ZZ99%' THEN address || '|' || postcode END AS place
    FROM person_row
    WHERE coalesce(postcode, '') <> 'ZZ993VZ'
),

-- Of the source's own rows: an address at which only one property number was ever given.
known AS (
    SELECT place, min(uprn) AS uprn
    FROM place
    WHERE place IS NOT NULL AND uprn IS NOT NULL
    GROUP BY place
    HAVING count(DISTINCT uprn) = 1
)

SELECT
    place.row_no,
    coalesce('uprn|' || coalesce(place.uprn, known.uprn), 'address|' || place.place) AS home
FROM place
LEFT JOIN known USING (place)
WHERE place.uprn IS NOT NULL OR place.place IS NOT NULL
ORDER BY place.row_no
