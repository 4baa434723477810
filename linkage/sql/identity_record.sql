-- Everything but names in one shape; what is not evidence becomes missing.
-- reads   raw_identity   one row per record
-- grain   one row per record
-- columns record_id, birth_year, birth_month, birth_day, sex, postcode, previous_postcode, nhs_number,
--         other_nhs_number, phone, email, uprn, birth_place, occupation
-- params  none
WITH shaped AS (
    SELECT
        record_id,
        -- Days that systems write when nothing is known: the first days of spreadsheets and computers, and all nines.
        CASE
            WHEN
                date_of_birth IN (
                    DATE '1899-12-30', DATE '1899-12-31', DATE '1900-01-01', DATE '1901-01-01', DATE '1911-11-11',
                    DATE '1970-01-01'
                )
                OR year(date_of_birth) > 2100
                THEN NULL
            ELSE date_of_birth
        END AS date_of_birth,
        trim(lower(sex)) AS sex,
        regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') AS postcode,
        regexp_replace(upper(previous_postcode), '[^A-Z0-9]', '', 'g') AS previous_postcode,
        regexp_replace(nhs_number, '[^0-9]', '', 'g') AS nhs_number,
        regexp_replace(other_nhs_number, '[^0-9]', '', 'g') AS other_nhs_number,
        -- +44 7700 900123, 0044…, 07700 900123 are one number: its last ten digits. The first of several counts.
        right(regexp_replace(regexp_split_to_array(phone, '[/,|\x3b]')[1], '[^0-9]', '', 'g'), 10) AS phone,
        trim(regexp_split_to_array(lower(email), '[\x3b, ]+')[CASE WHEN starts_with(email, ' ') THEN 2 ELSE 1 END]) AS email,
        ltrim(regexp_replace(uprn, '[^0-9]', '', 'g'), '0') AS uprn,
        nullif(trim(regexp_replace(lower(strip_accents(birth_place)), '[^a-z]+', ' ', 'g')), '') AS birth_place,
        nullif(trim(regexp_replace(lower(strip_accents(occupation)), '[^a-z]+', ' ', 'g')), '') AS occupation
    FROM raw_identity
),

dated AS (
    -- 1 January is what systems write when only the year is known.
    SELECT *, coalesce(day(date_of_birth) = 1 AND month(date_of_birth) = 1, FALSE) AS default_birthday FROM shaped
)

SELECT
    record_id,
    year(date_of_birth)::SMALLINT AS birth_year,
    CASE WHEN NOT default_birthday THEN month(date_of_birth)::TINYINT END AS birth_month,
    CASE WHEN NOT default_birthday THEN day(date_of_birth)::TINYINT END AS birth_day,
    -- 1 and 2 are the NHS's and ISO's codes; 0 and 9, not known and not specified, are missing.
    CASE
        WHEN left(sex, 1) IN ('f', 'm') AND sex <> 'mixed' THEN left(sex, 1)
        WHEN sex IN ('1', '01', 'boy') THEN 'm'
        WHEN sex IN ('2', '02', 'girl', 'woman', 'w') THEN 'f'
    END AS sex,
    CASE WHEN postcode NOT LIKE 'ZZ99%' AND length(postcode) BETWEEN 4 AND 8 THEN postcode END AS postcode,
    CASE
        WHEN previous_postcode NOT LIKE 'ZZ99%' AND length(previous_postcode) BETWEEN 4 AND 8 THEN previous_postcode
    END AS previous_postcode,
    CASE WHEN length(nhs_number) = 10 AND NOT one_digit(nhs_number) THEN nhs_number END AS nhs_number,
    CASE WHEN length(other_nhs_number) = 10 AND NOT one_digit(other_nhs_number) THEN other_nhs_number END AS other_nhs_number,
    CASE WHEN length(phone) = 10 AND NOT one_digit(right(phone, 8)) THEN phone END AS phone,
    CASE
        WHEN
            contains(email, '@')
            AND NOT regexp_matches(email, '^(none|no|noemail|no\.email|na|nil|null|unknown|test|notknown|declined|refused)@')
            THEN email
    END AS email,
    nullif(uprn, '') AS uprn,
    birth_place,
    occupation
FROM dated
ORDER BY record_id
