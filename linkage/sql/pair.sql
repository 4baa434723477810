-- One row per pair of records: the evidence of all views they share.
-- reads   view_pair   one row per pair of views
-- grain   one row per pair of records
-- columns record_l, record_r, found_by (bit mask of rules), then evidence per field as in view_pair
-- params  none
WITH by_variant AS (
    -- Views of the same two variants show the same two names under other salts: their mean is less noisy.
    SELECT
        record_l,
        record_r,
        bit_or(1::BIGINT << rule) AS found_by,
        floor(avg(forename))::SMALLINT AS forename,
        floor(avg(surname))::SMALLINT AS surname,
        floor(avg(swapped))::SMALLINT AS swapped,
        bool_or(birth_year) AS birth_year,
        bool_or(birth_month) AS birth_month,
        bool_or(birth_day) AS birth_day,
        bool_or(birth_swapped) AS birth_swapped,
        bool_or(sex) AS sex,
        bool_or(postcode) AS postcode,
        bool_or(postcode_sector) AS postcode_sector,
        bool_or(postcode_district) AS postcode_district,
        bool_or(nhs_number) AS nhs_number,
        bool_or(phone) AS phone,
        bool_or(email) AS email,
        bool_or(uprn) AS uprn,
        bool_or(birth_place) AS birth_place,
        bool_or(occupation) AS occupation
    FROM view_pair
    GROUP BY record_l, record_r, variant_l, variant_r
)

SELECT
    record_l::BIGINT AS record_l,
    record_r::BIGINT AS record_r,
    bit_or(found_by) AS found_by,
    max(forename) AS forename,
    max(surname) AS surname,
    max(swapped) AS swapped,
    bool_or(birth_year) AS birth_year,
    bool_or(birth_month) AS birth_month,
    bool_or(birth_day) AS birth_day,
    bool_or(birth_swapped) AS birth_swapped,
    bool_or(sex) AS sex,
    bool_or(postcode) AS postcode,
    bool_or(postcode_sector) AS postcode_sector,
    bool_or(postcode_district) AS postcode_district,
    bool_or(nhs_number) AS nhs_number,
    bool_or(phone) AS phone,
    bool_or(email) AS email,
    bool_or(uprn) AS uprn,
    bool_or(birth_place) AS birth_place,
    bool_or(occupation) AS occupation
FROM by_variant
GROUP BY record_l, record_r
