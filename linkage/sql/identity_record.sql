-- Everything but names in one shape; what is not evidence becomes missing.
-- reads   raw_identity   one row per record
-- grain   one row per record
-- columns record_id, birth_year, birth_month, birth_day, sex, postcode, previous_postcode, nhs_number,
--         phone, email, uprn, birth_place, occupation
-- params  none
WITH shaped AS (
    SELECT
        record_id,
        date_of_birth,
        left(lower(sex), 1) AS sex,
        regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') AS postcode,
        regexp_replace(upper(previous_postcode), '[^A-Z0-9]', '', 'g') AS previous_postcode,
        regexp_replace(nhs_number, '[^0-9]', '', 'g') AS nhs_number,
        -- +44 7700 900123, 0044…, 07700 900123 are one number: its last ten digits.
        right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) AS phone,
        lower(trim(email)) AS email,
        ltrim(regexp_replace(uprn, '[^0-9]', '', 'g'), '0') AS uprn,
        nullif(trim(regexp_replace(lower(strip_accents(birth_place)), '[^a-z]+', ' ', 'g')), '') AS birth_place,
        nullif(trim(regexp_replace(lower(strip_accents(occupation)), '[^a-z]+', ' ', 'g')), '') AS occupation,
        -- 1 January is what systems write when only the year is known.
        day(date_of_birth) = 1 AND month(date_of_birth) = 1 AS default_birthday
    FROM raw_identity
)

SELECT
    record_id,
    CASE WHEN year(date_of_birth) <> 1900 OR NOT default_birthday THEN year(date_of_birth)::SMALLINT END AS birth_year,
    CASE WHEN NOT default_birthday THEN month(date_of_birth)::TINYINT END AS birth_month,
    CASE WHEN NOT default_birthday THEN day(date_of_birth)::TINYINT END AS birth_day,
    CASE WHEN sex IN ('f', 'm') THEN sex END AS sex,
    CASE WHEN postcode NOT LIKE 'ZZ99%' AND length(postcode) BETWEEN 4 AND 8 THEN postcode END AS postcode,
    CASE
        WHEN previous_postcode NOT LIKE 'ZZ99%' AND length(previous_postcode) BETWEEN 4 AND 8 THEN previous_postcode
    END AS previous_postcode,
    CASE WHEN length(nhs_number) = 10 THEN nhs_number END AS nhs_number,
    CASE WHEN length(phone) = 10 THEN phone END AS phone,
    CASE WHEN contains(email, '@') THEN email END AS email,
    nullif(uprn, '') AS uprn,
    birth_place,
    occupation
FROM shaped
ORDER BY record_id
