-- Names in one spelling, split into forename and surname where a source keeps them in one field.
-- reads   raw_identity   one row per record
-- grain   one row per record
-- columns record_id, forename, surname, surname_words, previous_surname
-- params  none
WITH lettered AS (
    -- Accents go, apostrophes close up (O'Neill, D'Arcy), every other mark parts two words.
    SELECT
        record_id,
        trim(regexp_replace(regexp_replace(lower(strip_accents(forename)), '[''’`´]', '', 'g'), '[^a-z]+', ' ', 'g')) AS forename,
        trim(regexp_replace(regexp_replace(lower(strip_accents(surname)), '[''’`´]', '', 'g'), '[^a-z]+', ' ', 'g')) AS surname,
        trim(regexp_replace(regexp_replace(lower(strip_accents(previous_surname)), '[''’`´]', '', 'g'), '[^a-z]+', ' ', 'g'))
            AS previous_surname,
        trim(regexp_replace(regexp_replace(lower(strip_accents(full_name)), '[''’`´]', '', 'g'), '[^a-z,]+', ' ', 'g')) AS full_name
    FROM raw_identity
),

untitled AS (
    SELECT
        record_id,
        trim(regexp_replace(forename, '^(mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$)', '')) AS forename,
        trim(regexp_replace(surname, '^(mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$)', '')) AS surname,
        previous_surname,
        trim(regexp_replace(full_name, '^(mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$)', '')) AS full_name
    FROM lettered
),

full_split AS (
    -- "Surname, Forename" says which is which; otherwise the last word is the surname.
    SELECT
        record_id,
        forename,
        surname,
        previous_surname,
        CASE
            WHEN contains(full_name, ',') THEN trim(split_part(full_name, ',', 2))
            WHEN contains(full_name, ' ') THEN regexp_replace(full_name, ' [^ ]+$', '')
            ELSE full_name
        END AS full_forename,
        CASE
            WHEN contains(full_name, ',') THEN trim(split_part(full_name, ',', 1))
            WHEN contains(full_name, ' ') THEN regexp_extract(full_name, '[^ ]+$')
        END AS full_surname
    FROM untitled
),

chosen AS (
    SELECT
        record_id,
        split_part(coalesce(nullif(forename, ''), full_forename, ''), ' ', 1) AS forename,
        coalesce(nullif(surname, ''), full_surname, '') AS surname_words,
        coalesce(previous_surname, '') AS previous_surname
    FROM full_split
)

SELECT
    record_id,
    CASE
        WHEN forename IN ('', 'baby', 'infant', 'twin', 'unknown', 'unk', 'not', 'na', 'nk', 'test', 'male', 'female') THEN NULL
        ELSE forename
    END AS forename,
    CASE
        WHEN surname_words IN ('', 'unknown', 'unk', 'not known', 'na', 'nk', 'test') THEN NULL
        ELSE replace(surname_words, ' ', '')
    END AS surname,
    string_split(surname_words, ' ') AS surname_words,
    CASE
        WHEN previous_surname IN ('', 'unknown', 'unk', 'na', 'nk') THEN NULL
        ELSE replace(previous_surname, ' ', '')
    END AS previous_surname
FROM chosen
ORDER BY record_id
