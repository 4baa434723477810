-- The area look-up, typed.
-- reads   delivered_area   one row per row of the file, all text, known to be without faults
-- grain   one row per postcode
-- columns postcode, small_area, ward, district, deprivation_decile
-- params  none
SELECT
    postcode_text(postcode) AS postcode,
    small_area,
    ward,
    district,
    CAST(deprivation_decile AS TINYINT) AS deprivation_decile
FROM delivered_area
ORDER BY postcode_text(postcode)
