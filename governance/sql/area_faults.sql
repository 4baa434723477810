-- What is wrong with an area look-up, as counts.
-- reads   delivered_area   one row per row of the file, all text
-- grain   one row
-- columns not_postcodes, repeated, not_deciles
-- params  none
WITH read AS (
    SELECT postcode_text(postcode) AS postcode, deprivation_decile FROM delivered_area
),

repeat AS (
    SELECT postcode FROM read WHERE postcode IS NOT NULL GROUP BY postcode HAVING count(*) > 1
)

SELECT
    count(*) FILTER (postcode IS NULL) AS not_postcodes,
    (SELECT count(*) FROM repeat) AS repeated,
    count(*) FILTER (
        deprivation_decile IS NOT NULL
        AND coalesce(TRY_CAST(deprivation_decile AS TINYINT) NOT BETWEEN 1 AND 10, true)
    ) AS not_deciles
FROM read
