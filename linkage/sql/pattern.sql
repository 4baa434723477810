-- Evidence of a pair as levels: what the Fellegi-Sunter model weighs. The same statement serves linked pairs
-- and the random pairs from which chance agreement is counted.
-- reads   pair   one row per pair of records
-- grain   one row per pair of records
-- columns record_l, record_r, found_by, then one TINYINT level per comparison, NULL where there is no evidence, and last
--         pattern (all levels in one BIGINT, three bits each)
-- params  none
WITH named AS (
    SELECT
        *,
        -- Swapped counts only where the names disagree as they stand.
        coalesce(forename < 600 AND surname < 600 AND swapped >= 600, FALSE) AS is_swapped
    FROM pair
),

levelled AS (
    SELECT
        record_l,
        record_r,
        found_by,
        CASE
            WHEN forename IS NULL THEN NULL
            WHEN forename >= 995 THEN 4
            WHEN is_swapped THEN 3
            WHEN forename >= 600 THEN 2
            WHEN forename >= 420 THEN 1
            ELSE 0
        END::TINYINT AS forename,
        CASE
            -- The forename level carries a swap for both names.
            WHEN surname IS NULL OR is_swapped THEN NULL
            WHEN surname >= 995 THEN 3
            WHEN surname >= 600 THEN 2
            WHEN surname >= 420 THEN 1
            ELSE 0
        END::TINYINT AS surname,
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
        -- Families share a surname and an address, twins a birth date too: together they say less than apart.
        CASE
            WHEN surname >= 995 AND postcode AND birth_year AND birth_month AND birth_day THEN 3
            WHEN postcode AND birth_year AND birth_month AND birth_day THEN 2
            WHEN surname >= 995 AND postcode THEN 1
            ELSE 0
        END::TINYINT AS household
    FROM named
)

SELECT
    *,
    coalesce(forename + 1, 0)::BIGINT
    | (coalesce(surname + 1, 0)::BIGINT << 3)
    | (coalesce(date_of_birth + 1, 0)::BIGINT << 6)
    | (coalesce(sex + 1, 0)::BIGINT << 9)
    | (coalesce(postcode + 1, 0)::BIGINT << 12)
    | (coalesce(nhs_number + 1, 0)::BIGINT << 15)
    | (coalesce(phone + 1, 0)::BIGINT << 18)
    | (coalesce(email + 1, 0)::BIGINT << 21)
    | (coalesce(uprn + 1, 0)::BIGINT << 24)
    | (coalesce(birth_place + 1, 0)::BIGINT << 27)
    | (coalesce(occupation + 1, 0)::BIGINT << 30)
    | (household::BIGINT << 33) AS pattern
FROM levelled
