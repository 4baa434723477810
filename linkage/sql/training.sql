-- Pairs from which m is learnt: a pair counts once for each rule that found it, blind to what the rule fixes.
-- reads   pattern, rule   one row per pair and per rule
-- grain   one row per pair and rule that found it, at most $max_pairs a rule; and two made-up rows a rule, one a level
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
        -- Twins agree in birth date and postcode and would be learnt as people whose forename changes, or their sex; no two
        -- share an NHS number.
        CASE
            WHEN NOT rule.touches_forename AND (household & 3 < 2 OR rule.touches_nhs_number) THEN forename
        END AS forename,
        CASE WHEN NOT rule.touches_surname THEN surname END AS surname,
        CASE WHEN NOT rule.touches_name_order THEN name_order END AS name_order,
        CASE WHEN NOT rule.touches_date_of_birth THEN date_of_birth END AS date_of_birth,
        CASE WHEN NOT rule.touches_sex AND (household & 3 < 2 OR rule.touches_nhs_number) THEN sex END AS sex,
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
    SELECT
        rule.rule,
        -1 AS place,
        (SELECT max(forename) FROM pattern) AS forename,
        (SELECT max(surname) FROM pattern) AS surname,
        6::TINYINT AS date_of_birth
    FROM rule
    SEMI JOIN blinded ON rule.rule = blinded.rule
    UNION ALL BY NAME
    SELECT rule, 0 AS place, 0::TINYINT AS forename, 0::TINYINT AS surname, 0::TINYINT AS date_of_birth
    FROM rule
    SEMI JOIN blinded ON rule.rule = blinded.rule
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, forename FROM pattern WHERE forename IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, surname FROM pattern WHERE surname IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, name_order FROM pattern WHERE name_order IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, date_of_birth FROM pattern WHERE date_of_birth IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, sex FROM pattern WHERE sex IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, postcode FROM pattern WHERE postcode IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, nhs_number FROM pattern WHERE nhs_number IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, phone FROM pattern WHERE phone IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, email FROM pattern WHERE email IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, uprn FROM pattern WHERE uprn IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, birth_place FROM pattern WHERE birth_place IS NOT NULL
    UNION ALL BY NAME
    SELECT DISTINCT NULL::SMALLINT AS rule, -2 AS place, occupation FROM pattern WHERE occupation IS NOT NULL
)

-- A level that only strangers have would shrink to nothing: one pair of no rule, with that level and no other
-- evidence, keeps a trace of each.
SELECT
    row_number() OVER (ORDER BY rule NULLS FIRST, place, forename, surname, name_order, date_of_birth, sex, postcode, nhs_number, phone, email, uprn, birth_place, occupation) AS pattern,
    * EXCLUDE (place)
FROM anchored
ORDER BY pattern
