-- Chance of exact agreement over all pairs of a source's own records, from counts of values.
-- reads   identity, name_band   one row per record and variant; one row per record
-- grain   one row per comparison and level
-- columns comparison, level, agreeing_pairs, pairs
-- params  $one_record_per_person BOOLEAN, $by_postcode BOOLEAN (whether postcodes are compared; UPRNs are else)
-- Only pairs that differ in both `apart` fields count: others may be one person recorded twice. Families and twins
-- are counted only where the source itself keeps one record a person.
WITH own AS (
    SELECT
        identity.*,
        coalesce(forename, '') AS given,
        coalesce(surname, '') AS family,
        CASE
            WHEN birth_year + birth_month + birth_day IS NOT NULL
                THEN make_date(birth_year, birth_month, birth_day)::VARCHAR
        END AS birth_date,
        CASE WHEN $by_postcode THEN postcode ELSE uprn END AS place,
        -- A missing value is shared with nobody.
        coalesce(forename, record_id::VARCHAR) AS own_given,
        coalesce(surname, record_id::VARCHAR) AS own_family,
        coalesce(birth_date, record_id::VARCHAR) AS own_birth_date,
        name_band.forename_level,
        name_band.surname_level
    FROM identity
    INNER JOIN name_band USING (record_id)
    WHERE variant = 0
),

valued AS (
    SELECT 'forename' AS comparison, forename_level AS level, forename AS value, own_family AS apart_1, own_birth_date AS apart_2
    FROM own
    UNION ALL
    SELECT 'surname', surname_level, surname, own_given, own_birth_date FROM own
    UNION ALL
    SELECT 'date_of_birth', 6, birth_date, given, family FROM own
    UNION ALL
    SELECT 'postcode', 3, postcode, given, family FROM own
    UNION ALL
    SELECT 'phone', 1, phone, given, family FROM own
    UNION ALL
    SELECT 'email', 1, email, given, family FROM own
    UNION ALL
    SELECT 'uprn', 1, uprn, given, family FROM own
    UNION ALL
    SELECT 'birth_place', 1, birth_place, given, family FROM own
    UNION ALL
    SELECT 'occupation', 1, occupation, given, family FROM own
    UNION ALL
    -- Namesakes: only records that show in both other fields whether they are one person.
    SELECT 'namesake', 1, given || ' ' || family, birth_date, postcode FROM own
    WHERE given <> '' AND family <> '' AND birth_date <> '' AND postcode <> ''
    UNION ALL
    SELECT 'household', 3, family || ' ' || place || ' ' || birth_date, given, given FROM own
    WHERE $one_record_per_person AND family <> ''
    UNION ALL
    -- Namesakes at one address, such as father and son.
    SELECT 'household', 4, given || ' ' || family || ' ' || place, birth_date, birth_date FROM own
    WHERE $one_record_per_person AND given <> '' AND family <> '' AND birth_date <> ''
    UNION ALL
    SELECT 'household', 2, place || ' ' || birth_date, given, given FROM own
    WHERE $one_record_per_person
    UNION ALL
    -- A file without birth dates has forenames to tell a family from one person.
    SELECT 'household', 1, family || ' ' || place, coalesce(birth_date, given), coalesce(birth_date, given) FROM own
    WHERE $one_record_per_person AND family <> ''
),

-- A word of 64 bits stands for each text and for what is compared: two of one word would be one time in a hundred
-- thousand among a million people, and then add a pair or two.
worded AS (
    SELECT
        hash(comparison, level) AS what,
        hash(comparison, level, value) AS value,
        hash(apart_1) AS apart_1,
        hash(apart_2) AS apart_2
    FROM valued
    WHERE value IS NOT NULL
),

grouped AS (
    SELECT
        any_value(what) AS what,
        count(*)::DOUBLE AS n,
        CASE WHEN grouping(apart_1) = 0 AND grouping(apart_2) = 0 THEN 1 WHEN grouping(apart_1) + grouping(apart_2) = 2 THEN 1 ELSE -1 END
            AS sign
    FROM worded
    GROUP BY GROUPING SETS ((value), (value, apart_1), (value, apart_2), (value, apart_1, apart_2))
),

held AS (
    -- Equal names are split by band; all of them are of the same pairs.
    SELECT comparison, level, sum(count(*)) OVER (PARTITION BY comparison, CASE WHEN comparison = 'household' THEN level END)::DOUBLE AS n
    FROM valued
    WHERE value IS NOT NULL
    GROUP BY comparison, level
)

-- Inclusion and exclusion: all pairs with the value, less those that share either field, plus those that share both.
SELECT
    comparison,
    level::TINYINT AS level,
    sum(sign * grouped.n * grouped.n) / 2 AS agreeing_pairs,
    greatest(any_value(held.n) * (any_value(held.n) - 1) / 2, 1) AS pairs
FROM grouped
INNER JOIN held ON grouped.what = hash(held.comparison, held.level)
GROUP BY comparison, level
ORDER BY comparison, level
