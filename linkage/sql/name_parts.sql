-- Names in one spelling, split into forename and surname where a source keeps them in one field.
-- reads   raw_identity   one row per record
-- grain   one row per record
-- columns record_id, forename, further_forenames, surname, surname_words, previous_surnames, only_name
-- params  none
-- further_forenames: other forenames of the same field. only_name: a full name of one word, which may be either.
WITH ordered AS (
    -- "OKAFOR Chidi": capitals mark the surname.
    SELECT
        record_id,
        forename,
        surname,
        previous_surname,
        CASE
            WHEN contains(full_name, ',') OR regexp_matches(full_name, '^(MR|MRS|MISS|MS|MX|DR|REV|SIR|PROF)\b')
                THEN full_name
            ELSE regexp_replace(full_name, '^((?:\p{Lu}[\p{Lu}''’-]{2,} )+)(\p{Lu}\p{Ll})', '\1, \2')
        END AS full_name,
        contains(split_part(trim(forename), ' ', 1), '-') AS is_hyphened
    FROM raw_identity
),

folded AS (
    -- Letters that are no plain letter with an accent (Ł, Ø, Æ, ß, Turkish ı) are spelt as Britain spells them.
    -- Apostrophes close up: O'Neill, D'Arcy.
    SELECT
        record_id,
        is_hyphened,
        regexp_replace(
            translate(
                replace(replace(replace(replace(
                    lower(strip_accents(columns(['forename', 'surname', 'previous_surname', 'full_name']))),
                    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
                'łøđðıħ', 'loddih'
            ),
            '[''’‘`´ʻʼ]', '', 'g'
        )
    FROM ordered
),

lettered AS (
    -- Every other mark parts two words; ; and / part two previous surnames.
    SELECT
        record_id,
        is_hyphened,
        trim(regexp_replace(forename, '[^a-z]+', ' ', 'g')) AS forename,
        trim(regexp_replace(surname, '[^a-z]+', ' ', 'g')) AS surname,
        trim(regexp_replace(regexp_split_to_array(previous_surname, '[,/|\x3b]')[1], '[^a-z]+', ' ', 'g')) AS previous_1,
        trim(regexp_replace(regexp_split_to_array(previous_surname, '[,/|\x3b]')[2], '[^a-z]+', ' ', 'g')) AS previous_2,
        trim(regexp_replace(split_part(full_name, ',', 1), '[^a-z]+', ' ', 'g')) AS full_name,
        CASE
            WHEN contains(full_name, ',') THEN trim(regexp_replace(split_part(full_name, ',', 2), '[^a-z]+', ' ', 'g'))
        END AS after_comma
    FROM folded
),

untitled AS (
    -- A title alone is no forename; a surname may be a title's word (Master, Sir). Junior and honours end no name.
    SELECT
        record_id,
        is_hyphened,
        regexp_replace(forename, '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$))+', '') AS forename,
        regexp_replace(
            regexp_replace(
                columns(['surname', 'previous_1', 'previous_2', 'full_name']),
                '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof) )+', ''
            ),
            '( (jr|jnr|junior|sr|snr|senior|ii|iii|mbe|obe|esq|phd))+$', ''
        ),
        regexp_replace(after_comma, '^((mr|mrs|miss|ms|mx|dr|rev|sir|master|prof)( |$))+', '') AS after_comma
    FROM lettered
),

full_split AS (
    -- "Surname, Forename" says which is which; otherwise the last word is the surname, with the particles before it.
    SELECT
        record_id,
        is_hyphened,
        forename,
        regexp_replace(surname, ' (nee|formerly|aka) .*$', '') AS surname,
        previous_1,
        coalesce(nullif(previous_2, ''), regexp_extract(surname, ' (?:nee|formerly|aka) (.+)$', 1)) AS previous_2,
        CASE WHEN after_comma IS NULL AND NOT contains(full_name, ' ') THEN full_name END AS only_name,
        regexp_extract(
            full_name,
            '^[^ ].*?(( (van|von|de|der|den|la|le|du|da|dos|del|di|el|al|bin|ibn|bint|mac|mc|o|st|saint))* [^ ]+)$',
            1
        ) AS tail,
        full_name,
        after_comma
    FROM untitled
),

chosen AS (
    SELECT
        record_id,
        is_hyphened,
        only_name,
        string_split(
            coalesce(
                nullif(forename, ''),
                after_comma,
                nullif(left(full_name, length(full_name) - length(tail)), ''),
                full_name,
                ''
            ),
            ' '
        ) AS forenames,
        coalesce(
            nullif(surname, ''),
            CASE WHEN after_comma IS NOT NULL THEN full_name END,
            nullif(trim(tail), ''),
            ''
        ) AS surname_words,
        coalesce(previous_1, '') AS previous_1,
        coalesce(previous_2, '') AS previous_2
    FROM full_split
),

joined AS (
    -- Abdul Karim is Abdulkarim.
    SELECT
        * EXCLUDE (forenames),
        CASE
            WHEN forenames[1] IN ('abdul', 'abdel', 'abd', 'abu') AND len(forenames) > 1
                THEN list_concat([forenames[1] || forenames[2]], forenames)
            WHEN is_hyphened AND len(forenames) > 1
                THEN list_concat([forenames[1]], [forenames[1] || forenames[2]], forenames[2:])
            ELSE forenames
        END AS forenames
    FROM chosen
)

SELECT
    record_id,
    CASE WHEN NOT is_placeholder_forename(forenames[1]) THEN forenames[1] END AS forename,
    CASE
        WHEN NOT is_placeholder_forename(forenames[1])
            THEN list_filter(forenames[2:4], lambda word: length(word) > 2 AND word <> forenames[1])
        ELSE []::VARCHAR[]
    END AS further_forenames,
    CASE WHEN NOT is_placeholder_surname(surname_words) THEN one_surname(surname_words) END AS surname,
    string_split(surname_words, ' ') AS surname_words,
    list_filter(
        [
            CASE WHEN NOT is_placeholder_surname(previous_1) THEN one_surname(previous_1) END,
            CASE WHEN NOT is_placeholder_surname(previous_2) THEN one_surname(previous_2) END
        ],
        lambda name: name IS NOT NULL
    ) AS previous_surnames,
    CASE WHEN surname_words = '' AND NOT is_placeholder_forename(only_name) THEN only_name END AS only_name
FROM joined
ORDER BY record_id
