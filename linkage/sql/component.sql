-- The value of every blocking component and compared part, as text; NULL where a part of it is missing.
-- reads   identity, soundex_code   one row per record and variant; one row per distinct name
-- grain   one row per record and variant
-- columns record_id, variant, then one column per component, named as in project.yaml
-- params  none
SELECT
    identity.record_id,
    identity.variant,
    CASE
        WHEN birth_year + birth_month + birth_day IS NOT NULL
            THEN printf('%04d-%02d-%02d', birth_year, birth_month, birth_day)
    END AS date_of_birth,
    CASE
        WHEN birth_year + birth_month + birth_day IS NOT NULL
            THEN printf('%d/%d-%d', birth_year, least(birth_day, birth_month), greatest(birth_day, birth_month))
    END AS date_of_birth_unordered,
    birth_year::VARCHAR AS birth_year,
    birth_month::VARCHAR AS birth_month,
    birth_day::VARCHAR AS birth_day,
    CASE WHEN birth_month + birth_day IS NOT NULL THEN printf('%d-%d', birth_day, birth_month) END AS birth_day_month,
    CASE
        WHEN birth_month + birth_day IS NOT NULL
            THEN printf('%d-%d', least(birth_day, birth_month), greatest(birth_day, birth_month))
    END AS birth_day_month_unordered,
    forename,
    left(forename, 1) AS forename_initial,
    CASE WHEN length(forename) > 2 THEN left(forename, 3) END AS forename_first3,
    forename_code.code AS forename_phonetic,
    surname,
    left(surname, 1) AS surname_initial,
    CASE WHEN length(surname) > 2 THEN left(surname, 3) END AS surname_first3,
    CASE WHEN length(surname) > 2 THEN right(surname, 3) END AS surname_last3,
    surname_code.code AS surname_phonetic,
    -- Unordered, so that swapped forename and surname still meet. least and greatest pass over NULL.
    CASE
        WHEN forename_code.code IS NOT NULL AND surname_code.code IS NOT NULL
            THEN least(forename_code.code, surname_code.code) || ' ' || greatest(forename_code.code, surname_code.code)
    END AS phonetic_pair,
    CASE
        WHEN length(forename) > 2 AND length(surname) > 2
            THEN least(left(forename, 3), left(surname, 3)) || greatest(left(forename, 3), left(surname, 3))
    END AS first3_pair,
    CASE
        WHEN forename IS NOT NULL AND surname IS NOT NULL
            THEN least(left(forename, 1), left(surname, 1)) || greatest(left(forename, 1), left(surname, 1))
    END AS initials,
    -- Letters typed in another order still meet.
    array_to_string(list_sort(string_split(surname, '')), '') AS surname_sorted,
    postcode,
    left(postcode, length(postcode) - 2) AS postcode_sector,
    left(postcode, length(postcode) - 3) AS postcode_district,
    sex,
    nhs_number,
    phone,
    email,
    uprn,
    birth_place,
    occupation
FROM identity
LEFT JOIN soundex_code AS forename_code ON identity.forename = forename_code.name
LEFT JOIN soundex_code AS surname_code ON identity.surname = surname_code.name
ORDER BY identity.record_id, identity.variant
