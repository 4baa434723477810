-- Evidence of a pair as levels: what the Fellegi-Sunter model weighs. The same statement serves linked pairs
-- and the random pairs from which chance agreement is counted.
-- reads   pair   one row per pair of records
-- grain   one row per pair of records
-- columns record_l, record_r, found_by, then one TINYINT level per comparison, NULL where there is no evidence, and last
--         pattern (all levels in one BIGINT, four bits each)
-- params  none
WITH named AS (
    SELECT
        *,
        -- Swapped counts only where the names disagree as they stand.
        CASE
            WHEN forename IS NULL OR surname IS NULL THEN NULL
            WHEN forename < 600 AND surname < 600 AND swapped >= 600 THEN 2
            WHEN forename < 420 AND surname < 420 AND swapped >= 420 THEN 1
            ELSE 0
        END AS name_order
    FROM pair
),

levelled AS (
    SELECT
        record_l,
        record_r,
        found_by,
        CASE
            -- The order carries a swap for both names.
            WHEN forename IS NULL OR name_order > 0 THEN NULL
            -- 1000 is the same name, 1001 to 1003 the same name of rarity band 1 to 3.
            WHEN forename >= 1000 THEN forename - 996
            WHEN forename >= 600 THEN 2
            -- Of people born on one day two names of the list have to be nearer to be one, such as Ann and Anne: Damien and
            -- Jamie are twins.
            WHEN forename >= 550 THEN 1
            WHEN forename >= 420 AND NOT coalesce(forenames_listed AND birth_year AND birth_month AND birth_day, FALSE) THEN 1
            ELSE 0
        END::TINYINT AS forename,
        CASE
            WHEN surname IS NULL OR name_order > 0 THEN NULL
            WHEN surname >= 1000 THEN surname - 996
            WHEN surname >= 600 THEN 2
            WHEN surname >= 420 THEN 1
            ELSE 0
        END::TINYINT AS surname,
        name_order::TINYINT AS name_order,
        CASE
            WHEN birth_year IS NULL THEN NULL
            WHEN birth_year AND birth_month AND birth_day THEN 6
            WHEN birth_year AND birth_swapped THEN 5
            WHEN birth_year AND (birth_month OR birth_day) THEN 4
            WHEN birth_month AND birth_day THEN 3
            -- Where one side has only a year, the year is all the evidence there is.
            WHEN birth_month IS NULL AND birth_year THEN 2
            WHEN birth_month IS NULL THEN 1
            ELSE 0
        END::TINYINT AS date_of_birth,
        sex::TINYINT AS sex,
        CASE
            WHEN postcode IS NULL THEN NULL
            WHEN postcode THEN 3
            WHEN postcode_sector THEN 2
            WHEN postcode_district THEN 1
            ELSE 0
        END::TINYINT AS postcode,
        nhs_number::TINYINT AS nhs_number,
        phone::TINYINT AS phone,
        email::TINYINT AS email,
        uprn::TINYINT AS uprn,
        birth_place::TINYINT AS birth_place,
        occupation::TINYINT AS occupation,
        -- Families share a surname and an address, twins a birth date too: together they say less than apart. The address
        -- is the postcode, and the UPRN where there are no two postcodes.
        CASE
            WHEN surname >= 1000 AND coalesce(postcode, uprn) AND birth_year AND birth_month AND birth_day THEN 3 + 4 * (surname - 1000)
            WHEN coalesce(postcode, uprn) AND birth_year AND birth_month AND birth_day THEN 2
            WHEN surname >= 1000 AND coalesce(postcode, uprn) THEN 1 + 4 * (surname - 1000)
            ELSE 0
        END::TINYINT AS household
    FROM named
)

SELECT
    *,
    coalesce(forename + 1, 0)::BIGINT
    | (coalesce(surname + 1, 0)::BIGINT << 4)
    | (coalesce(name_order + 1, 0)::BIGINT << 8)
    | (coalesce(date_of_birth + 1, 0)::BIGINT << 12)
    | (coalesce(sex + 1, 0)::BIGINT << 16)
    | (coalesce(postcode + 1, 0)::BIGINT << 20)
    | (coalesce(nhs_number + 1, 0)::BIGINT << 24)
    | (coalesce(phone + 1, 0)::BIGINT << 28)
    | (coalesce(email + 1, 0)::BIGINT << 32)
    | (coalesce(uprn + 1, 0)::BIGINT << 36)
    | (coalesce(birth_place + 1, 0)::BIGINT << 40)
    | (coalesce(occupation + 1, 0)::BIGINT << 44)
    | (household::BIGINT << 48) AS pattern
FROM levelled
