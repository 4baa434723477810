-- Pairs from which m is learnt: a pair counts once for each rule that found it, blind to what the rule fixes.
-- reads   pattern, rule   one row per pair and per rule
-- grain   one row per pair and rule that found it, at most $max_pairs a rule; and two made-up rows a rule
-- columns pattern (row number), rule, then one level per comparison
-- params  $max_pairs INT
WITH found AS (
    SELECT
        rule.rule,
        pattern.* EXCLUDE (pattern),
        -- Record numbers follow keyed pseudonyms: the smallest hashes are a random, repeatable sample.
        row_number() OVER (PARTITION BY rule.rule ORDER BY hash(record_l, record_r), record_l, record_r) AS place
    FROM pattern
    INNER JOIN rule ON (pattern.found_by >> rule.rule) & 1 = 1
),

blinded AS (
    SELECT
        found.rule,
        place,
        CASE WHEN NOT rule.touches_forename THEN forename END AS forename,
        CASE WHEN NOT rule.touches_surname THEN surname END AS surname,
        CASE WHEN NOT rule.touches_date_of_birth THEN date_of_birth END AS date_of_birth,
        CASE WHEN NOT rule.touches_sex THEN sex END AS sex,
        CASE WHEN NOT rule.touches_postcode THEN postcode END AS postcode,
        CASE WHEN NOT rule.touches_nhs_number THEN nhs_number END AS nhs_number,
        CASE WHEN NOT rule.touches_phone THEN phone END AS phone,
        CASE WHEN NOT rule.touches_email THEN email END AS email,
        CASE WHEN NOT rule.touches_uprn THEN uprn END AS uprn,
        CASE WHEN NOT rule.touches_birth_place THEN birth_place END AS birth_place,
        CASE WHEN NOT rule.touches_occupation THEN occupation END AS occupation
    FROM found
    INNER JOIN rule ON found.rule = rule.rule
    WHERE place <= $max_pairs
),

anchored AS (
    SELECT * FROM blinded
    UNION ALL BY NAME
    -- One certain match and one certain stranger a rule: where a rule finds only the one kind, its share of the
    -- other would fall to 0 and EM would break down.
    SELECT DISTINCT rule, -1 AS place, 4::TINYINT AS forename, 3::TINYINT AS surname, 6::TINYINT AS date_of_birth FROM blinded
    UNION ALL BY NAME
    SELECT DISTINCT rule, 0 AS place, 0::TINYINT AS forename, 0::TINYINT AS surname, 0::TINYINT AS date_of_birth FROM blinded
)

SELECT row_number() OVER (ORDER BY rule, place) AS pattern, * EXCLUDE (place)
FROM anchored
ORDER BY rule, place
