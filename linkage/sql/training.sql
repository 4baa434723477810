-- Pairs from which m is learnt: a pair counts once for each rule that found it, blind to what the rule fixes.
-- reads   pattern, rule   one row per pair and per rule
-- grain   one row per pair and rule that found it, at most $max_pairs a rule
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
)

SELECT
    row_number() OVER (ORDER BY found.rule, place) AS pattern,
    found.rule,
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
ORDER BY found.rule, place
