-- Names in one spelling, split into forename and surname where a source keeps them in one field.
-- reads   raw_identity   one row per record
-- grain   one row per record
-- columns record_id, forename, surname, surname_words, previous_surname
-- params  none
WITH folded AS (
    -- Letters that are no plain letter with an accent (Ł, Ø, Æ, ß, Turkish ı) are spelt as Britain spells them.
    -- Apostrophes close up: O'Neill, D'Arcy.
    SELECT
        record_id,
        regexp_replace(
            translate(
                replace(replace(replace(replace(
                    lower(strip_accents(columns(['forename', 'surname', 'previous_surname', 'full_name']))),
                    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
                'łøđðıħ', 'loddih'
            ),
            '[''’‘`´ʻʼ]', '', 'g'
        )
    FROM raw_identity
),

lettered AS (
    -- Every other mark parts two words.
    SELECT
        record_id,
        trim(regexp_replace(forename, '[^a-z]+', ' ', 'g')) AS forename,
        trim(regexp_replace(surname, '[^a-z]+', ' ', 'g')) AS surname,
        trim(regexp_replace(previous_surname, '[^a-z]+', ' ', 'g')) AS previous_surname,
        trim(regexp_replace(split_part(full_name, ',', 1), '[^a-z]+', ' ', 'g')) AS full_name,
        CASE
            WHEN contains(full_name, ',') THEN trim(regexp_replace(split_part(full_name, ',', 2), '[^a-z]+', ' ', 'g'))
        END AS after_comma
    FROM folded
),

untitled AS (
    -- A title alone is no forename; a surname may be a title's word (Master, Sir).
    SELECT
        record_id,
        regexp_replace(forename, '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$))+', '') AS forename,
        regexp_replace(
            columns(['surname', 'previous_surname', 'full_name']),
            '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof) )+', ''
        ),
        regexp_replace(after_comma, '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$))+', '') AS after_comma
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
            WHEN after_comma IS NOT NULL THEN after_comma
            WHEN contains(full_name, ' ') THEN regexp_replace(full_name, ' [^ ]+$', '')
            ELSE full_name
        END AS full_forename,
        CASE
            WHEN after_comma IS NOT NULL THEN full_name
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
        WHEN forename IN ('', 'baby', 'infant', 'twin', 'unknown', 'unk', 'not', 'na', 'nk', 'test', 'male', 'female')
            THEN NULL
        ELSE forename
    END AS forename,
    CASE
        WHEN surname_words IN ('', 'unknown', 'unk', 'not known', 'not recorded', 'na', 'nk', 'test') THEN NULL
        ELSE replace(surname_words, ' ', '')
    END AS surname,
    string_split(surname_words, ' ') AS surname_words,
    CASE
        WHEN previous_surname IN ('', 'unknown', 'unk', 'not known', 'not recorded', 'na', 'nk', 'test') THEN NULL
        ELSE replace(previous_surname, ' ', '')
    END AS previous_surname
FROM chosen
ORDER BY record_id
