-- The area look-up with postcodes in one spelling; a postcode listed twice takes its first row in sort order.
-- reads   area_lookup    as the user supplied it
-- grain   one row per postcode
-- columns postcode, small_area, ward, district, deprivation_decile
SELECT
    upper(replace(postcode, ' ', '')) AS postcode,
    small_area,
    ward,
    district,
    CAST(deprivation_decile AS TINYINT) AS deprivation_decile
FROM area_lookup
QUALIFY row_number() OVER (
    PARTITION BY upper(replace(postcode, ' ', '')) ORDER BY small_area, ward, district, deprivation_decile
) = 1
