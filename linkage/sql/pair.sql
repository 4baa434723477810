-- One row per pair of records: the evidence of all views they share.
-- reads   narrow_pair   one row per pair of views
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
        bit_or(facts) AS facts
    FROM narrow_pair
    GROUP BY record_l, record_r, variant_l, variant_r
),

together AS (
    SELECT
        record_l,
        record_r,
        bit_or(found_by) AS found_by,
        -- Whether both are listed goes with the two variants that are most alike.
        max(2 * forename + coalesce(unpacked(facts, 14), FALSE)::INTEGER) AS marked_forename,
        max(surname) AS surname,
        max(swapped) AS swapped,
        bit_or(facts) AS facts
    FROM by_variant
    GROUP BY record_l, record_r
)

SELECT
    record_l::BIGINT AS record_l,
    record_r::BIGINT AS record_r,
    found_by,
    floor(marked_forename / 2)::SMALLINT AS forename,
    marked_forename % 2 <> 0 AS forenames_listed,
    surname,
    swapped,
    unpacked(facts, 0) AS birth_year,
    unpacked(facts, 1) AS birth_month,
    unpacked(facts, 2) AS birth_day,
    unpacked(facts, 3) AS birth_swapped,
    unpacked(facts, 4) AS sex,
    unpacked(facts, 5) AS postcode,
    unpacked(facts, 6) AS postcode_sector,
    unpacked(facts, 7) AS postcode_district,
    unpacked(facts, 8) AS nhs_number,
    unpacked(facts, 9) AS phone,
    unpacked(facts, 10) AS email,
    unpacked(facts, 11) AS uprn,
    unpacked(facts, 12) AS birth_place,
    unpacked(facts, 13) AS occupation
FROM together
